/** Which sentence is being said: takes them as they come, begins and ends them by the show's clock, says each only once. */

import type { Player } from "./player";
import { durationOf, type PageFrame, type Utterance } from "./wire";

type Progress = Extract<PageFrame, { type: "progress" }>;

/** Ids kept to know a sentence that is sent again; a server replays far fewer. */
const REMEMBERED = 64;

export class Speaker {
  /** The sentence being said; null in pauses. */
  current: Utterance | null = null;
  private coming: readonly Utterance[] = [];
  private known: readonly string[] = [];

  constructor(
    private readonly player: Player,
    private readonly now: () => number,
    private readonly report: (progress: Progress) => void,
  ) {}

  /** A sentence of the server's; one that is known already, or over, changes nothing. */
  say(utterance: Utterance): void {
    if (this.known.includes(utterance.id) || this.now() >= utterance.starts_at_ms + durationOf(utterance)) return;
    this.known = [...this.known, utterance.id].slice(-REMEMBERED);
    this.player.load(utterance);
    this.coming = [...this.coming, utterance].sort((one, other) => one.starts_at_ms - other.starts_at_ms);
    this.tick();
  }

  /** Silence at once, whether it was being said or was to be said. */
  cut(id: string): void {
    this.coming = this.coming.filter((utterance) => utterance.id !== id);
    if (this.current?.id === id) this.end("aborted");
    else this.player.cut(id);
  }

  /** After a fresh hello: only what it names is being said; all else was cut while we were away. */
  keepOnly(id: string | null): void {
    const gone = [this.current, ...this.coming].filter((utterance) => utterance && utterance.id !== id);
    for (const utterance of gone) if (utterance) this.cut(utterance.id);
  }

  /** A server that lost its history counts anew: ids of before mean nothing. */
  forget(): void {
    this.keepOnly(null);
    this.known = [];
  }

  /** Ends and begins what the clock says; call it often. */
  tick(): void {
    const { current } = this;
    const now = this.now();
    if (current && now >= current.starts_at_ms + durationOf(current)) this.end("done");
    const next = this.coming[0];
    if (!next || now < next.starts_at_ms) return;
    if (this.current) this.end("aborted");
    this.coming = this.coming.slice(1);
    this.current = next;
    this.report({ type: "progress", id: next.id, status: "started", heard_ms: Math.max(0, Math.round(now - next.starts_at_ms)) });
  }

  private end(status: "done" | "aborted"): void {
    const { current } = this;
    this.current = null;
    if (!current) return;
    const whole_ms = durationOf(current);
    // One that is done rings out by itself, some milliseconds behind the clock at most, and is freed by the player.
    const heard_ms = status === "done" ? whole_ms : Math.round(Math.min(whole_ms, Math.max(0, this.player.position(current))));
    this.report({ type: "progress", id: current.id, status, heard_ms });
    if (status === "aborted") this.player.cut(current.id);
  }
}
