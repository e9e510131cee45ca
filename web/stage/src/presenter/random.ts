// Chance that can be repeated: the same seed and time give the same picture. No state, no Math.random.

/** 0..1 for a seed, a channel (what it is for) and an index (which of them). */
export function chance(seed: number, channel: number, index: number): number {
  let bits = (seed | 0) ^ Math.imul(channel + 1, 0x9e3779b1) ^ Math.imul(index | 0, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 4294967296;
}

/** -1..1, wandering smoothly; one bend each `period` milliseconds. */
export function wander(seed: number, channel: number, timeMs: number, period: number): number {
  const at = timeMs / period;
  const index = Math.floor(at);
  const share = at - index;
  const from = chance(seed, channel, index) * 2 - 1;
  const to = chance(seed, channel, index + 1) * 2 - 1;
  // Quintic: speed and acceleration are zero at the bends, so nothing jerks.
  return from + (to - from) * share * share * share * (share * (share * 6 - 15) + 10);
}
