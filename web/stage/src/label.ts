/**
 * The label that says an AI presents. Law and platforms want it seen all the time, so no style sheet, theme or address
 * can take it away: what decides whether it is seen is set on the element itself, above everything, outside the stage.
 */

import { h } from "../../widget/src/dom";
import type { Direction, State } from "./wire";

const FIRM: Readonly<Record<string, string>> = {
  position: "fixed",
  "z-index": "2147483647",
  opacity: "1",
  visibility: "visible",
  filter: "none",
  transform: "none",
  "clip-path": "none",
  "mask-image": "none",
  "font-size": "max(13px, calc(2.7 * min(1vmin, 0.5625vmax)))",
  color: "#ffffff",
  background: "#14161f",
  inset: "max(10px, calc(3.4 * min(1vmin, 0.5625vmax))) auto auto max(10px, calc(3.4 * min(1vmin, 0.5625vmax)))",
  width: "max-content",
  "max-width": "70vw",
  height: "auto",
  overflow: "visible",
};

export class AiLabel {
  private readonly words = h("span", { dir: "auto" });
  private readonly dot = h("i", { "aria-hidden": "true" });
  private readonly element = h("header", { id: "ai-label" }, this.dot, this.words);

  constructor() {
    document.body.append(this.element);
    this.show({ shown: false, text: "" }, "en", "ltr");
  }

  show({ shown, text }: State["label"], language: string, direction: Direction): void {
    this.words.textContent = text;
    this.element.lang = language;
    this.element.dir = direction;
    for (const [name, value] of Object.entries(FIRM)) this.element.style.setProperty(name, value, "important");
    this.element.style.setProperty("display", shown ? "inline-flex" : "none", "important");
    this.hold();
  }

  /** The last child of the page lies above anything else that claims the same height; call it often. */
  hold(): void {
    if (document.body.lastElementChild !== this.element) document.body.append(this.element);
  }

  get shown(): boolean {
    const box = this.element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && this.words.textContent !== "";
  }
}
