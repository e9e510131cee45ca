// Builds the page for looking at the presenters: `node presenter-demo.mjs [folder]`, then open the page in it,
// with ?sheet=visemes|gestures|moods|talk|all&who=lina|mei|omar&set=light|dark, or ?live.
import { cp, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const folder = process.argv[2] ?? "dist/presenter-demo";
await mkdir(folder, { recursive: true });
await build({
  entryPoints: ["src/presenter/demo.ts"],
  outfile: `${folder}/presenter-demo.js`,
  bundle: true,
  format: "iife",
  target: ["chrome105", "firefox110", "safari16.4"],
  charset: "utf8",
});
await cp("presenter-demo.html", `${folder}/index.html`);
await cp("presenter-demo.css", `${folder}/presenter-demo.css`);
