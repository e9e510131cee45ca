/**
 * Sound on the show's clock: fetches a sentence, decodes it, lets it be heard at its moment and keeps it there.
 * One sentence is heard at a time and the next may already be loaded; what is over is freed.
 */

import { Loudness } from "./loudness";
import { durationOf, type Utterance } from "./wire";

/** Ramps short enough not to be heard as a fade and long enough not to click. */
const EDGE_S = 0.012;
const CUT_S = 0.04;
/** A start needs a little room, so that the sound card does not miss it. */
const AHEAD_S = 0.02;
/** Out of step by less is not noticed; by more is made good by speed, by much more by a jump that is cross-faded. */
const IN_STEP_MS = 12;
const OUT_OF_STEP_MS = 30;
const FAR_OUT_MS = 120;
/** A hundredth faster or slower is a sixth of a semitone. */
const NUDGE = 0.01;
const STEER_MS = 250;
const FETCH_AGAIN_MS = 400;
const LINGER_MS = 400;

interface Voice {
  readonly source: AudioBufferSourceNode;
  readonly gain: GainNode;
  /** Where in the sentence (s) it was at which time of the audio clock (s), and how fast it goes. */
  from: number;
  at: number;
  rate: number;
}

interface Track {
  readonly utterance: Utterance;
  readonly abort: AbortController;
  buffer: AudioBuffer | null;
  loudness: Loudness | null;
  voice: Voice | null;
  /** Smoothed distance from the show's clock. */
  skew_ms: number | null;
}

export interface PlayerOptions {
  readonly now: () => number;
  /** No sound at all: someone else plays it, or a person speaks. */
  readonly mute: boolean;
  /** Whether the browser waits for a tap before it lets sound out. */
  readonly onBlocked: (blocked: boolean) => void;
}

export class Player {
  private readonly context: AudioContext | null;
  private readonly tracks = new Map<string, Track>();
  private muted: boolean;

  constructor(private readonly options: PlayerOptions) {
    this.muted = options.mute;
    this.context = "AudioContext" in window ? new AudioContext({ latencyHint: "interactive" }) : null;
    this.context?.addEventListener("statechange", this.onState);
    if (!options.mute) for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, this.resume);
    // The state settles a moment after construction; asking at once would flash the button.
    window.setTimeout(this.onState, 400);
    window.setInterval(() => this.steer(), STEER_MS);
  }

  /** Lets sound out, from inside a tap; harmless at any time. */
  readonly resume = (): void => {
    if (this.context && this.context.state !== "running") void this.context.resume().catch(() => undefined);
  };

  /** From now on nothing is heard (`true`), or what is being said is joined where it is. */
  silence(on: boolean): void {
    const muted = on || this.options.mute;
    if (muted === this.muted) return;
    this.muted = muted;
    for (const track of this.tracks.values()) muted ? this.hush(track, CUT_S) : this.start(track);
    this.onState();
  }

  /** Begins to fetch at once; a sentence known already is left as it is. */
  load(utterance: Utterance): void {
    if (this.tracks.has(utterance.id)) return;
    const track: Track = { utterance, abort: new AbortController(), buffer: null, loudness: null, voice: null, skew_ms: null };
    this.tracks.set(utterance.id, track);
    if (utterance.audio && this.context) void this.fetch(track, utterance.audio.url);
  }

  /** Silent within 50 ms, and forgotten. */
  cut(id: string): void {
    const track = this.tracks.get(id);
    if (!track) return;
    this.hush(track, CUT_S);
    track.abort.abort();
    this.tracks.delete(id);
  }

  /** Where in the sentence we are, in ms: by what is heard, or by the show's clock when nothing is. */
  position(utterance: Utterance): number {
    const track = this.tracks.get(utterance.id);
    return (track && this.heard(track)) ?? this.due(utterance);
  }

  /** 0..1 at a time of the sentence; null while its sound has not come. */
  loudness(id: string, at_ms: number): number | null {
    return this.tracks.get(id)?.loudness?.at(at_ms) ?? null;
  }

  /** How far what is heard is ahead of the show's clock, in ms; 0 when nothing is heard. */
  get skewMs(): number {
    for (const track of this.tracks.values()) if (track.voice && track.skew_ms !== null) return track.skew_ms;
    return 0;
  }

  /** How many sentences are held in memory. */
  get held(): number {
    return this.tracks.size;
  }

  /** Whether this sentence sounds right now. */
  isHeard(id: string): boolean {
    const track = this.tracks.get(id);
    return track ? this.heard(track) !== null : false;
  }

  private due(utterance: Utterance): number {
    return this.options.now() - utterance.starts_at_ms;
  }

  private get latency_s(): number {
    const context = this.context;
    return context ? context.outputLatency || context.baseLatency || 0 : 0;
  }

  private heard(track: Track): number | null {
    const { context } = this;
    const voice = track.voice;
    if (!voice || !context || context.state !== "running") return null;
    const since = context.currentTime - this.latency_s - voice.at;
    // Before its first sample is out, the show's clock knows better how long that will take.
    return since < 0 ? null : (voice.from + since * voice.rate) * 1000;
  }

  private async fetch(track: Track, url: string): Promise<void> {
    const { signal } = track.abort;
    while (!signal.aborted && this.due(track.utterance) < durationOf(track.utterance)) {
      try {
        const answer = await fetch(url, { signal });
        if (!answer.ok) throw new Error(String(answer.status));
        const bytes = await answer.arrayBuffer();
        const buffer = await this.context?.decodeAudioData(bytes);
        if (!buffer || signal.aborted) return;
        track.buffer = buffer;
        track.loudness = new Loudness(buffer.getChannelData(0), buffer.sampleRate);
        this.start(track);
        return;
      } catch {
        // The line is down, or the file is not there yet: the mouth goes by the show's clock meanwhile.
        await new Promise((resolve) => setTimeout(resolve, FETCH_AGAIN_MS));
      }
    }
  }

  /** Lets it be heard at its moment, or joins it where it must be by now. */
  private start(track: Track): void {
    const { context } = this;
    if (!track.buffer || !context || context.state !== "running" || this.muted) return;
    const due_s = this.due(track.utterance) / 1000 + this.latency_s;
    const wait_s = Math.max(-due_s, AHEAD_S);
    const from = due_s + wait_s;
    if (from >= track.buffer.duration) return;
    const at = context.currentTime + wait_s;
    const gain = context.createGain();
    const source = context.createBufferSource();
    source.buffer = track.buffer;
    source.connect(gain).connect(context.destination);
    if (from > 0) gain.gain.setValueAtTime(0, at).linearRampToValueAtTime(1, at + EDGE_S);
    source.addEventListener("ended", () => {
      source.disconnect();
      gain.disconnect();
    });
    source.start(at, from);
    this.hush(track, wait_s + EDGE_S);
    track.voice = { source, gain, from, at, rate: 1 };
    track.skew_ms = null;
  }

  private hush(track: Track, within_s: number): void {
    const { context } = this;
    const voice = track.voice;
    if (!voice || !context) return;
    track.voice = null;
    const now = context.currentTime;
    voice.gain.gain.cancelScheduledValues(now);
    voice.gain.gain.setValueAtTime(voice.gain.gain.value, now).linearRampToValueAtTime(0, now + within_s);
    voice.source.stop(now + within_s);
  }

  /** Four times a second: keeps step with the show, and frees what is over. Timers run in hidden pages too. */
  private steer(): void {
    for (const track of this.tracks.values()) {
      const due = this.due(track.utterance);
      if (due > durationOf(track.utterance) + LINGER_MS) {
        this.cut(track.utterance.id);
        continue;
      }
      const heard = this.heard(track);
      if (heard !== null && track.voice) this.keepStep(track, track.voice, heard - due);
    }
  }

  private keepStep(track: Track, voice: Voice, skew_ms: number): void {
    const smooth = track.skew_ms === null ? skew_ms : track.skew_ms * 0.6 + skew_ms * 0.4;
    track.skew_ms = smooth;
    if (Math.abs(smooth) > FAR_OUT_MS) {
      this.start(track);
      return;
    }
    const steady = Math.abs(smooth) < (voice.rate === 1 ? OUT_OF_STEP_MS : IN_STEP_MS);
    const rate = steady ? 1 : smooth > 0 ? 1 - NUDGE : 1 + NUDGE;
    if (rate === voice.rate || !this.context) return;
    const now = this.context.currentTime;
    voice.from += (now - voice.at) * voice.rate;
    voice.at = now;
    voice.rate = rate;
    voice.source.playbackRate.setValueAtTime(rate, now);
  }

  private readonly onState = (): void => {
    const running = this.context?.state === "running";
    this.options.onBlocked(Boolean(this.context) && !running && !this.muted);
    if (!running) return;
    for (const track of this.tracks.values()) if (!track.voice) this.start(track);
  };
}
