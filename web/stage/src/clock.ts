/**
 * The show's clock, as the server counts it: this page's monotonic clock plus an offset.
 * Of the last round trips the fastest is believed, because its two halves can differ the least.
 */

interface Sample {
  readonly offset: number;
  readonly roundTrip: number;
  readonly at: number;
}

/** Crystals drift by up to 100 ppm: after a minute an old sample is 6 ms worse than it says. */
const BELIEVED_MS = 60_000;
const MOST_SAMPLES = 12;
/** A hello is never early, save for what the clocks have drifted, and seldom later than this. */
const DRIFT_MS = 50;
const SLOWEST_HELLO_MS = 1000;

export class ShowClock {
  private samples: Sample[] = [];
  private offset = 0;

  constructor(private readonly local: () => number = () => performance.now()) {}

  /** Milliseconds of the show; counts from this page's own start until the server has said hello. */
  now(): number {
    return this.local() + this.offset;
  }

  /**
   * A fresh socket has said what time it is. That was told with the delay of one way, so what round trips have found is kept
   * if it can be right; it can't after another server's start, or when this machine has slept.
   */
  restart(now_ms: number): void {
    const ahead_ms = this.now() - now_ms;
    if (this.samples.length && ahead_ms > -DRIFT_MS && ahead_ms < SLOWEST_HELLO_MS) return;
    this.samples = [];
    this.offset = now_ms - this.local();
  }

  /** The server's answer to the question asked at local time `t`. */
  answered(t: number, now_ms: number): void {
    const at = this.local();
    const roundTrip = at - t;
    if (roundTrip < 0) return;
    const kept = this.samples.filter((sample) => at - sample.at < BELIEVED_MS).slice(1 - MOST_SAMPLES);
    this.samples = [...kept, { offset: now_ms - (t + roundTrip / 2), roundTrip, at }];
    this.offset = this.samples.reduce((best, sample) => (sample.roundTrip <= best.roundTrip ? sample : best)).offset;
  }
}
