/** How loud a sentence is, slice by slice, read once from its decoded samples: moves jaw and shoulders. */

const SLICE_MS = 20;
/** Root mean square of ordinary speech near full scale; louder than this is as open as it gets. */
const LOUD = 0.22;

export class Loudness {
  private readonly slices: Float32Array;

  constructor(samples: Float32Array, rate: number) {
    const length = Math.max(1, Math.round((rate * SLICE_MS) / 1000));
    this.slices = new Float32Array(Math.ceil(samples.length / length));
    for (let slice = 0; slice < this.slices.length; slice += 1) {
      let sum = 0;
      const end = Math.min(samples.length, (slice + 1) * length);
      for (let at = slice * length; at < end; at += 1) sum += (samples[at] ?? 0) ** 2;
      this.slices[slice] = Math.min(1, Math.sqrt(sum / length) / LOUD) ** 0.7;
    }
  }

  /** 0..1 at a time from the first sample; between slices it flows. */
  at(at_ms: number): number {
    const place = at_ms / SLICE_MS - 0.5;
    const before = Math.floor(place);
    const share = place - before;
    return (this.slices[before] ?? 0) * (1 - share) + (this.slices[before + 1] ?? 0) * share;
  }
}
