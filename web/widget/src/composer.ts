/** Where the shopper writes: grows with the text, counts near the limit, never sends half-composed words. */

import { h, icon } from "./dom";
import { PANEL_ICONS } from "./icons";
import type { Wording } from "./wording";

/** From this many characters before the limit on, the rest is shown. */
const NEAR = 200;
const MOST_LINES_PX = 144;
/** What browsers report for a key that an input method takes (UI Events, 5.1.1). */
const TAKEN_BY_INPUT_METHOD = 229;

export class Composer {
  readonly form = h("form", { class: "composer", novalidate: true });
  private readonly field = h("textarea", { class: "field", rows: 1, dir: "auto", enterkeyhint: "send", id: "field" });
  private readonly button = h("button", { type: "submit", class: "send" }, icon(PANEL_ICONS.send));
  private readonly count = h("p", { class: "count", id: "count", "aria-live": "polite" });
  private limit = Infinity;

  constructor(
    private wording: Wording,
    private readonly send: (text: string) => void,
  ) {
    this.field.setAttribute("aria-describedby", "count");
    this.form.append(this.count, h("div", { class: "box" }, this.field, this.button));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.localise(wording);
  }

  localise(wording: Wording): void {
    this.wording = wording;
    this.limit = wording.source.limits.message_chars;
    this.field.placeholder = wording.say("placeholder");
    this.field.setAttribute("aria-label", wording.say("placeholder"));
    this.button.setAttribute("aria-label", wording.say("send"));
    this.button.title = wording.say("send");
    this.changed();
  }

  focus(): void {
    this.field.focus({ preventScroll: true });
  }

  private get text(): string {
    return this.field.value.trim();
  }

  private get over(): number {
    // The server counts characters, not UTF-16 halves.
    return [...this.text].length - this.limit;
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    if (event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    const text = this.text;
    if (!text || this.over > 0) return;
    this.field.value = "";
    this.changed();
    this.focus();
    this.send(text);
  }

  private changed(): void {
    this.field.style.height = "auto";
    // Nothing is laid out before the panel is on the page.
    const needed = this.field.scrollHeight;
    if (needed > 0) this.field.style.height = `${Math.min(needed, MOST_LINES_PX)}px`;
    const long = this.field.value.length > this.limit - NEAR;
    const over = long ? this.over : -1;
    this.count.textContent = over > 0 ? this.wording.say("too_long", { count: over }) : long ? this.left(over) : "";
    this.count.classList.toggle("over", over > 0);
    this.field.setAttribute("aria-invalid", String(over > 0));
    this.button.setAttribute("aria-disabled", String(!this.text || over > 0));
  }

  private left(over: number): string {
    const number = new Intl.NumberFormat(this.wording.language);
    return `${number.format(this.limit + over)} / ${number.format(this.limit)}`;
  }
}
