/**
 * The part of ICU MessageFormat that the locale files use: `{name}`, `{n, number}`,
 * `{n, plural, …}` with `=N` and `#`, and `{flag, select, …}`. Apostrophes quote as in ICU 4.8+.
 * A broken text is shown as it is: a shopper rather sees braces than nothing.
 */

export type Values = Readonly<Record<string, string | number | boolean>>;

/** Formats `message` for `language` with `values`. */
export function format(message: string, language: string, values: Values = {}): string {
  try {
    return new Formatter(message, language, values).text("");
  } catch {
    return message;
  }
}

class Formatter {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly language: string,
    private readonly values: Values,
  ) {}

  /** Reads up to the closing brace of the current level (or the end). `hash` replaces `#`. */
  text(hash: string, nested = false): string {
    let out = "";
    while (this.at < this.source.length) {
      const char = this.source.charAt(this.at);
      if (char === "}" && nested) return out;
      this.at += 1;
      if (char === "'") out += this.quoted();
      else if (char === "{") out += this.argument(hash);
      else if (char === "#" && nested) out += hash;
      else out += char;
    }
    if (nested) throw new SyntaxError("unclosed brace");
    return out;
  }

  private quoted(): string {
    const next = this.source.charAt(this.at);
    if (next === "'") {
      this.at += 1;
      return "'";
    }
    if (!"{}#".includes(next) || next === "") return "'";
    const end = this.source.indexOf("'", this.at);
    const stop = end < 0 ? this.source.length : end;
    const text = this.source.slice(this.at, stop);
    this.at = stop + 1;
    return text;
  }

  private argument(hash: string): string {
    const name = this.word();
    const value = this.values[name];
    const kind = this.accept(",") ? this.word() : "";
    if (kind === "plural" || kind === "select") {
      this.expect(",");
      return this.choice(kind, value, hash);
    }
    this.expect("}");
    if (value === undefined) return `{${name}}`;
    return typeof value === "number" ? this.number(value) : String(value);
  }

  private choice(kind: "plural" | "select", value: Values[string] | undefined, hash: string): string {
    const own = kind === "plural" ? this.number(Number(value)) : hash;
    const cases = new Map<string, string>();
    while (!this.accept("}")) {
      const name = this.word();
      this.expect("{");
      cases.set(name, this.text(own, true));
      this.expect("}");
    }
    const wanted =
      kind === "plural"
        ? [`=${String(value)}`, new Intl.PluralRules(this.language).select(Number(value))]
        : [String(value)];
    for (const name of [...wanted, "other"]) {
      const found = cases.get(name);
      if (found !== undefined) return found;
    }
    return "";
  }

  private number(value: number): string {
    return new Intl.NumberFormat(this.language).format(value);
  }

  private word(): string {
    this.space();
    const found = /^[^\s,{}]+/.exec(this.source.slice(this.at));
    if (!found) throw new SyntaxError("name expected");
    this.at += found[0].length;
    return found[0];
  }

  private accept(char: string): boolean {
    this.space();
    if (this.source.charAt(this.at) !== char) return false;
    this.at += 1;
    return true;
  }

  private expect(char: string): void {
    if (!this.accept(char)) throw new SyntaxError(`${char} expected`);
  }

  private space(): void {
    while (/\s/.test(this.source.charAt(this.at))) this.at += 1;
  }
}
