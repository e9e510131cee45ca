// Builds dist/loader.js and dist/widget.js: two classic scripts, minified, without any run-time dependency.
import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const cssAsText = {
  name: "css-as-text",
  setup(bundle) {
    bundle.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};
const TARGET = ["chrome105", "firefox110", "safari16.4"];

await build({
  entryPoints: ["src/loader.ts", "src/widget.ts"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  target: TARGET,
  charset: "utf8",
  legalComments: "none",
  plugins: [cssAsText],
});
