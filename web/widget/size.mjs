// Prints the gzipped size of each file and fails when one is over its budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = { "loader.js": 5, "widget.js": 45 };

for (const [name, budget] of Object.entries(BUDGET_KB)) {
  const kilobytes = gzipSync(readFileSync(new URL(`dist/${name}`, import.meta.url)), { level: 9 }).length / 1024;
  const fits = kilobytes <= budget;
  console.log(`${name.padEnd(10)} ${kilobytes.toFixed(1).padStart(5)} KB gzipped (budget ${budget} KB)${fits ? "" : "  TOO LARGE"}`);
  if (!fits) process.exitCode = 1;
}
