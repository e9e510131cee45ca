/** What a sentence does at a moment: mouth, word, gesture, mood, gaze. Pure; all times are ms from the first sample. */

import type { TimedMark, Utterance, Viseme, Word } from "./wire";

export interface Mouth {
  readonly viseme: string;
  readonly weight: number;
  readonly next: string;
  /** 0..1 on the way from `viseme` to `next`. */
  readonly blend: number;
}

export const CLOSED: Mouth = { viseme: "sil", weight: 0, next: "sil", blend: 0 };

/** Lips form a sound a little before it is heard. Source: common practice of lip sync, 1 frame at 30 fps. */
const LEAD_MS = 33;
/** Shapes flow into one another; never longer than half of the shape itself. */
const BLEND_MS = 80;
/** A gesture without an end returns to rest; a look returns to the camera. */
const GESTURE_MS = 2600;
const LOOK_MS = 1800;

/** Index of the last item that has begun at `at`, -1 before the first. Items are in their order. */
function lastBegun<Item>(items: readonly Item[], startOf: (item: Item) => number, at: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle] as Item) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const visemeStart = (viseme: Viseme): number => viseme[1];
const wordStart = (word: Word): number => word[2];

export function mouthAt(visemes: readonly Viseme[], at_ms: number): Mouth {
  const at = at_ms + LEAD_MS;
  const index = lastBegun(visemes, visemeStart, at);
  const now = visemes[index];
  if (!now) return CLOSED;
  const next = visemes[index + 1];
  if (!next) return { viseme: now[0], weight: now[2], next: now[0], blend: 0 };
  const blend_ms = Math.min(BLEND_MS, (next[1] - now[1]) / 2);
  const blend = blend_ms > 0 ? Math.max(0, 1 - (next[1] - at) / blend_ms) : 0;
  return { viseme: now[0], weight: now[2] + (next[2] - now[2]) * blend, next: next[0], blend };
}

/** Index of the word being heard, or of the one heard last; -1 before the first. */
export function wordAt(words: readonly Word[], at_ms: number): number {
  return lastBegun(words, wordStart, at_ms);
}

function lastMark(marks: readonly TimedMark[], names: readonly string[], at_ms: number): TimedMark | null {
  let found: TimedMark | null = null;
  for (const mark of marks) if (names.includes(mark.name) && mark.at_ms <= at_ms) found = mark;
  return found;
}

export interface Bearing {
  readonly gesture: string;
  readonly mood: string | null;
  readonly look: "viewer" | "product";
}

/** Hands, face and eyes at a moment. `mood` null: the sentence says nothing about it. */
export function bearingAt(marks: readonly TimedMark[], at_ms: number): Bearing {
  const gesture = lastMark(marks, ["gesture"], at_ms);
  const look = lastMark(marks, ["look"], at_ms);
  return {
    gesture: gesture && at_ms - gesture.at_ms < GESTURE_MS ? gesture.value : "rest",
    mood: lastMark(marks, ["mood"], at_ms)?.value ?? null,
    look: look?.value === "product" && at_ms - look.at_ms < LOOK_MS ? "product" : "viewer",
  };
}

export type CardCue = "none" | "waits" | "shown" | "hidden";

/**
 * What a sentence says about the product on the card: `waits` for its mark, `shown` by it, `hidden` by an uncard;
 * `none` when no mark speaks of it.
 */
export function cardCueAt(utterance: Utterance, product: string, at_ms: number): CardCue {
  const speaks = (mark: TimedMark): boolean => mark.name === "uncard" || (mark.name === "card" && (mark.value === product || mark.value === ""));
  const marks = utterance.marks.filter(speaks);
  const last = lastMark(marks, ["card", "uncard"], at_ms);
  if (last) return last.name === "card" ? "shown" : "hidden";
  return marks[0]?.name === "card" ? "waits" : "none";
}
