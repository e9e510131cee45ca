// Builds the stage page into dist/: index.html and assets/, to be served at /stage/{room} and /stage/assets/.
import { cp, mkdir, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const common = { bundle: true, minify: true, target: ["chrome111", "firefox113", "safari16.4"], charset: "utf8", loader: { ".woff2": "file" } };
// A Noto sheet for each script, loaded when a language needs it; `my` has no variable font.
const packages = new URL("../node_modules/@fontsource-variable/", import.meta.url);
const scripts = (await readdir(packages)).filter((name) => name.startsWith("noto-sans-"));
const sheets = scripts.map((name) => ({ out: name.replace("noto-sans-", ""), in: `@fontsource-variable/${name}/wght.css` }));
sheets.push({ out: "myanmar", in: fileURLToPath(new URL("src/myanmar.css", import.meta.url)) });

await mkdir("dist/assets/fonts", { recursive: true });
await build({ ...common, entryPoints: ["src/stage.ts", "src/stage.css"], outdir: "dist/assets", format: "iife", assetNames: "[name]" });
await build({ ...common, entryPoints: sheets, outdir: "dist/assets/fonts", assetNames: "[name]" });
await cp("src/index.html", "dist/index.html");
await cp("../demo/src/icon.svg", "dist/assets/icon.svg");
