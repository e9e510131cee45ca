/** What the server says to a stage page and back (docs/protocol.md, "Stage"). Types only, and the one place that parses. */

export type Mode = "live" | "assist" | "paused" | "staff" | "slate";
export type Direction = "ltr" | "rtl";

export interface Card {
  readonly id: string;
  readonly title: string;
  readonly price: string;
  readonly was?: string | null;
  readonly stock: string;
  readonly stock_text: string;
  readonly image_url: string | null;
  readonly url: string | null;
  readonly code: string | null;
}

export interface Poll {
  readonly question: string;
  readonly options: readonly { readonly text: string; readonly votes: number; readonly percent: number }[];
}

export interface Highlight {
  readonly name: string;
  readonly text: string;
  readonly others: number;
  readonly others_text: string;
}

export interface Prompt {
  readonly now: string;
  readonly next: string | null;
  readonly answer: string | null;
}

/** All that stands on the stage. Texts are final and plain: they are shown as they are, never as markup. */
export interface State {
  readonly mode: Mode;
  readonly label: { readonly shown: boolean; readonly text: string };
  readonly strings: Readonly<Record<string, string>>;
  readonly language: string;
  readonly direction: Direction;
  readonly captions: string | null;
  readonly persona: { readonly id: string; readonly name: string; readonly presenter: string };
  readonly segment: string | null;
  readonly card: Card | null;
  readonly countdown: { readonly ends_at_ms: number; readonly text: string } | null;
  readonly coupon: { readonly code: string; readonly text: string } | null;
  readonly highlight: Highlight | null;
  readonly poll: Poll | null;
  readonly theme: { readonly colour: string };
  readonly teleprompter: Prompt | null;
}

/** `[at, length, start_ms, end_ms]`: place in the text in code points, time from the first sample. */
export type Word = readonly [number, number, number, number];
/** `[name, start_ms, weight]`; holds until the next one. */
export type Viseme = readonly [string, number, number];

export interface TimedMark {
  readonly name: string;
  readonly value: string;
  readonly at_ms: number;
}

export interface Utterance {
  readonly id: string;
  readonly starts_at_ms: number;
  readonly language: string;
  readonly direction: Direction;
  readonly text: string;
  readonly persona: string;
  readonly purpose: string;
  readonly segment: string | null;
  readonly captions: Readonly<Record<string, string>>;
  readonly silent: boolean;
  readonly audio: { readonly url: string; readonly format: string; readonly rate: number; readonly duration_ms: number } | null;
  readonly duration_ms?: number;
  readonly words: readonly Word[];
  readonly visemes: readonly Viseme[];
  readonly marks: readonly TimedMark[];
}

export type ServerFrame =
  | { readonly type: "hello"; readonly seq: number; readonly room: string; readonly epoch: string; readonly now_ms: number; readonly state: State; readonly utterance?: Utterance | null }
  | ({ readonly type: "utterance"; readonly seq: number } & Utterance)
  | { readonly type: "cut"; readonly seq: number; readonly id: string; readonly at_ms: number }
  | { readonly type: "scene"; readonly seq: number; readonly state: State }
  | { readonly type: "time"; readonly t: number; readonly now_ms: number }
  | { readonly type: "bye"; readonly reason: string };

export type PageFrame =
  | { readonly type: "enter"; readonly room: string; readonly role: "stage"; readonly last_seq?: number; readonly epoch?: string }
  | { readonly type: "time"; readonly t: number }
  | { readonly type: "progress"; readonly id: string; readonly status: "started" | "done" | "aborted"; readonly heard_ms: number };

const KNOWN = new Set(["hello", "utterance", "cut", "scene", "time", "bye"]);

/** A frame of a kind that this page knows; null for anything else, so that newer servers can say more. */
export function parseFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame = JSON.parse(data) as ServerFrame | null;
    return frame && typeof frame === "object" && KNOWN.has(frame.type) ? frame : null;
  } catch {
    return null;
  }
}

/** Length of a sentence in ms: of its audio, else of its own word, else to the end of what is timed in it. */
export function durationOf(utterance: Utterance): number {
  const told = utterance.audio?.duration_ms ?? utterance.duration_ms;
  if (told !== undefined) return told;
  const ends = [...utterance.words.map((word) => word[3]), ...utterance.visemes.map((viseme) => viseme[1]), ...utterance.marks.map((mark) => mark.at_ms)];
  return Math.max(READING_MS, ...ends);
}
/** Shortest time a sentence stands that says nothing about its length. */
const READING_MS = 1500;
