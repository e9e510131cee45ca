// Builds the demo storefront into dist/: index.html and assets/, to be served at / and /assets/.
import { cp, mkdir } from "node:fs/promises";
import { build } from "esbuild";

await mkdir("dist/assets", { recursive: true });
await build({
  entryPoints: ["src/demo.ts", "src/demo.css"],
  outdir: "dist/assets",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome105", "firefox110", "safari16.4"],
  charset: "utf8",
});
await cp("src/index.html", "dist/index.html");
await cp("src/icon.svg", "dist/assets/icon.svg");
