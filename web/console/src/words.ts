/** Sentences of the locale files, and what browsers know by themselves: names of countries, currencies, days. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { format, type Values } from "../../widget/src/icu";
import type { Strings } from "./api";

export interface Words {
  readonly language: string;
  readonly languages: Strings["languages"];
  readonly say: (key: string, values?: Values) => string;
}

export function wordsOf({ language, languages, strings }: Strings): Words {
  return { language, languages, say: (key, values = {}) => format(strings[key] ?? key, language, values) };
}

export const WordsContext = createContext<Words>({ language: "en", languages: [], say: (key) => key });
export const useWords = (): Words => useContext(WordsContext);

function names(language: string, type: Intl.DisplayNamesType): Intl.DisplayNames {
  return new Intl.DisplayNames([language, "en"], { type, fallback: "code" });
}

/** ISO 3166 codes: all pairs of letters that have a name. */
export function countries(language: string): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const inEnglish = names("en", "region");
  const named = names(language, "region");
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  for (const code of letters.flatMap((first) => letters.map((second) => first + second)))
    if (inEnglish.of(code) !== code && !["EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"].includes(code)) known.set(code, named.of(code) ?? code);
  const order = new Intl.Collator(language);
  return new Map([...known].sort(([, one], [, other]) => order.compare(one, other)));
}

export function currencies(language: string): readonly (readonly [string, string])[] {
  const named = names(language, "currency");
  return Intl.supportedValuesOf("currency").map((code) => [code, `${code} · ${named.of(code) ?? code}`]);
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Short names of the days in their order; 1 January 2024 was a Monday. */
export function weekdays(language: string): readonly string[] {
  const short = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  return DAYS.map((_, index) => short.format(new Date(Date.UTC(2024, 0, 1 + index))));
}
