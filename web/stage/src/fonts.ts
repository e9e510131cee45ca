/** Loads the Noto fonts of the scripts in use; Inter, which has Latin, Cyrillic and Greek, is always there. */

import { h } from "../../widget/src/dom";

/** Language -> the sheets that build.mjs makes. What is not named here is written in Inter's scripts. */
const SHEETS: Readonly<Record<string, string>> = {
  ar: "arabic", fa: "arabic", ur: "arabic", he: "hebrew", hy: "armenian", ka: "georgian", am: "ethiopic",
  hi: "devanagari", mr: "devanagari", ne: "devanagari", bn: "bengali", gu: "gujarati", pa: "gurmukhi", ta: "tamil", te: "telugu",
  kn: "kannada", ml: "malayalam", th: "thai", km: "khmer", my: "myanmar", ja: "jp", ko: "kr", zh: "sc", "zh-TW": "tc",
};

const loaded = new Set<string>();

export function loadFonts(language: string | null): void {
  if (!language) return;
  const sheet = SHEETS[language] ?? SHEETS[language.split("-")[0] ?? ""];
  if (!sheet || loaded.has(sheet)) return;
  loaded.add(sheet);
  document.head.append(h("link", { rel: "stylesheet", href: `/stage/assets/fonts/${sheet}.css` }));
}
