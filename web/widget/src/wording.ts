/** The widget's sentences, times and days in the language now shown. */

import { format, type Values } from "./icu";
import type { Direction, Strings } from "./protocol";

const DAY_MS = 86_400_000;

export class Wording {
  constructor(readonly source: Strings) {}

  get language(): string {
    return this.source.language;
  }

  get direction(): Direction {
    return this.source.direction;
  }

  /** The sentence `key` with `values` filled in; the empty string when the locale lacks it. */
  say(key: string, values: Values = {}): string {
    const message = this.source.strings[key];
    if (message === undefined) return "";
    return format(message, this.language, { shop: this.source.shop.name, ...values });
  }

  time(at: Date): string {
    return new Intl.DateTimeFormat(this.language, { hour: "numeric", minute: "2-digit" }).format(at);
  }

  /** "Today", "Yesterday", or the day's name and date. */
  day(at: Date, now: Date): string {
    const days = Math.round((midnight(now) - midnight(at)) / DAY_MS);
    if (days === 0) return this.say("today");
    if (days === 1) return this.say("yesterday");
    const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
    return new Intl.DateTimeFormat(this.language, { weekday: "long", day: "numeric", month: "long", ...year }).format(at);
  }
}

/** The local calendar day as a number, to compare days with. */
export function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
