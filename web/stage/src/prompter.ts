/** Assist mode: what a person who presents reads off the screen: the line now, the next one, an answer to give. */

import { h } from "../../widget/src/dom";
import { Caption } from "./captions";
import { Place, type View } from "./place";
import type { Prompt, State, Utterance } from "./wire";

/** More would have to be so small that it can't be read from two metres. */
const LINES = 6;

function answerView(title: () => string): View<string> {
  const heading = h("h2");
  const text = h("p", { dir: "auto" });
  return {
    element: h("aside", { class: "prompt-answer" }, heading, text),
    update: (answer) => {
      heading.textContent = title();
      text.textContent = answer;
    },
  };
}

export class Prompter {
  readonly element: HTMLElement;
  private readonly line = new Caption("prompt-now", LINES);
  private readonly next = h("p", { class: "prompt-next", dir: "auto" });
  private readonly nextTitle = h("h2");
  private readonly answer: Place<string>;
  private strings: State["strings"] = {};
  private said = "";

  constructor() {
    this.answer = new Place<string>("at-answer", (text) => text, () => answerView(() => this.strings["prompt_answer"] ?? ""));
    this.element = h("section", { class: "prompter" }, this.answer.element, this.line.element, h("div", { class: "prompt-then" }, this.nextTitle, this.next));
    this.element.hidden = true;
  }

  show(state: State): void {
    const prompt: Prompt | null = state.mode === "assist" ? state.teleprompter : null;
    this.element.hidden = state.mode !== "assist";
    this.strings = state.strings;
    this.answer.show(prompt?.answer || null);
    this.nextTitle.textContent = this.strings["prompt_next"] ?? "";
    this.nextTitle.hidden = !prompt?.next;
    this.next.textContent = prompt?.next ?? "";
    this.line.element.hidden = this.element.hidden;
    if (prompt && prompt.now !== this.said) this.read(prompt.now, state, null);
    if (!prompt) this.said = "";
  }

  /** The line whose words are being timed, so that the reader sees the pace. */
  follow(utterance: Utterance, state: State): void {
    if (!this.element.hidden && utterance.text === state.teleprompter?.now) this.read(utterance.text, state, utterance);
  }

  tick(at_ms: number, share: number): void {
    if (!this.element.hidden) this.line.show(at_ms, share);
  }

  measure(): void {
    this.line.measure();
  }

  private read(text: string, state: State, utterance: Utterance | null): void {
    this.said = text;
    this.line.say(text, state.language, state.direction, utterance?.words ?? []);
  }
}
