/**
 * A sentence in a few lines (two, as captions) that go with the words: measured into windows once, then only shown.
 * Works for every script: the browser breaks the lines, we read where it did.
 */

import { h } from "../../widget/src/dom";
import { wordAt } from "./timeline";
import type { Direction, Word } from "./wire";

/** A stretch of the text: a word and what follows it up to the next. */
interface Piece {
  readonly word: string;
  readonly after: string;
}

function piecesOf(text: string, words: readonly Word[], language: string): readonly Piece[] {
  if (!words.length) {
    const segments = [...new Intl.Segmenter(language, { granularity: "word" }).segment(text)];
    return segments.map(({ segment }) => ({ word: segment, after: "" }));
  }
  // Places are counted in code points, strings in UTF-16.
  const points = [...text];
  return words.map(([at, length], index) => {
    const begins = index === 0 ? 0 : at;
    const ends = words[index + 1]?.[0] ?? points.length;
    return { word: points.slice(begins, at + length).join(""), after: points.slice(at + length, ends).join("") };
  });
}

export class Caption {
  readonly element: HTMLElement;
  private pieces: readonly HTMLElement[] = [];
  private windows: readonly (readonly [number, number])[] = [];
  private words: readonly Word[] = [];
  private shownWindow = -1;
  private shownWord = -1;

  /** `lines` is how many may stand at a time. */
  constructor(
    className: string,
    private readonly lines = 2,
  ) {
    this.element = h("p", { class: `caption ${className}` });
    this.element.hidden = true;
  }

  /** A new sentence; `words` empty when nobody knows when which is said. */
  say(text: string, language: string, direction: Direction, words: readonly Word[]): void {
    this.words = words;
    this.element.lang = language;
    this.element.dir = direction;
    this.element.replaceChildren();
    this.shownWord = -1;
    this.pieces = piecesOf(text, words, language).map(({ word, after }) => h("span", {}, h("span", { class: "word" }, word), after));
    this.element.append(...this.pieces);
    this.element.hidden = text === "";
    this.measure();
  }

  clear(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.pieces = [];
    this.windows = [];
    this.words = [];
  }

  /** Finds the lines anew; for a new sentence, another size, or a font that has arrived. */
  measure(): void {
    if (this.element.hidden) return;
    this.element.classList.add("measuring");
    for (const piece of this.pieces) piece.hidden = false;
    const windows: (readonly [number, number])[] = [];
    let from = 0;
    while (from < this.pieces.length) {
      const to = this.lastThatFits(from);
      windows.push([from, to]);
      for (let index = from; index <= to; index += 1) (this.pieces[index] as HTMLElement).hidden = true;
      from = to + 1;
    }
    this.windows = evened(windows, this.pieces);
    this.element.classList.remove("measuring");
    this.pieces[this.shownWord]?.classList.remove("now");
    this.shownWindow = -1;
    this.shownWord = -1;
  }

  /** Shows the window and marks the word of a time; `share` is how much of the sentence is over. */
  show(at_ms: number, share: number): void {
    if (this.element.hidden) return;
    const word = wordAt(this.words, at_ms);
    const window = this.words.length ? this.windows.findIndex(([, last]) => last >= Math.max(0, word)) : this.windowAt(share);
    if (window !== this.shownWindow) this.turn(window);
    if (word === this.shownWord) return;
    this.pieces[this.shownWord]?.classList.remove("now");
    this.pieces[word]?.classList.add("now");
    this.shownWord = word;
  }

  /** With all pieces before `from` hidden: the last one that ends within the lines there may be. */
  private lastThatFits(from: number): number {
    let lines = 0;
    let top = Number.NEGATIVE_INFINITY;
    for (let index = from; index < this.pieces.length; index += 1) {
      // In scripts without spaces a piece may run over the end of a line: every part of it counts.
      for (const box of this.pieces[index]?.getClientRects() ?? []) {
        // A word raised or lowered within its line by another font is still in it.
        if (box.top - top < box.height * 0.5) continue;
        lines += 1;
        top = box.top;
      }
      if (lines > this.lines) return Math.max(from, index - 1);
    }
    return this.pieces.length - 1;
  }

  /** Without times of words a window stands as long as its share of the text. */
  private windowAt(share: number): number {
    const last = this.windows.length - 1;
    const place = share * this.pieces.length;
    const found = this.windows.findIndex(([, end]) => end + 1 > place);
    return found < 0 ? last : found;
  }

  private turn(window: number): void {
    const first = this.shownWindow < 0;
    this.shownWindow = window;
    const [from, to] = this.windows[window] ?? [0, this.pieces.length - 1];
    this.pieces.forEach((piece, index) => (piece.hidden = index < from || index > to));
    if (first) return;
    this.element.classList.remove("turned");
    // Reading a size between the two lets the animation run again.
    void this.element.offsetWidth;
    this.element.classList.add("turned");
  }
}

/** Moves words of the window before the last into a last one that is much shorter. */
function evened(windows: readonly (readonly [number, number])[], pieces: readonly HTMLElement[]): readonly (readonly [number, number])[] {
  const last = windows.at(-1);
  const before = windows.at(-2);
  if (!last || !before) return windows;
  const long = (from: number, to: number): number => pieces.slice(from, to + 1).reduce((sum, piece) => sum + (piece.textContent?.length ?? 0), 0);
  const whole = long(before[0], last[1]);
  if (long(last[0], last[1]) > whole * 0.3) return windows;
  let cut = before[0];
  while (cut < last[0] && long(before[0], cut) < whole * 0.55) cut += 1;
  return [...windows.slice(0, -2), [before[0], cut], [cut + 1, last[1]]];
}
