// Builds the staff console into dist/: index.html and assets/, to be served at /console/.
import { cp, mkdir } from "node:fs/promises";
import { build } from "esbuild";

await mkdir("dist/assets", { recursive: true });
await build({
  entryPoints: ["src/console.tsx", "src/console.css"],
  outdir: "dist/assets",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome105", "firefox110", "safari16.4"],
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "file" },
  assetNames: "[name]",
});
await cp("src/index.html", "dist/index.html");
await cp("../demo/src/icon.svg", "dist/assets/icon.svg");
