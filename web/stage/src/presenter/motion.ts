// Life: what moves by itself (breath, weight, gaze, blinks, nods) and how poses are reached. Everything that idles
// is a pure function of seed and time; only springs keep a state, and they settle when frames were missed.
import { clamp, lerp, smooth } from "./geometry";
import { chance, wander } from "./random";

/** Value and speed of a damped spring. */
export interface Spring {
  at: number;
  speed: number;
}

// Steps no longer than this keep the integration stable for the stiffest spring used (30 rad/s).
const STEP_S = 1 / 120;
const LONGEST_S = 1.2;

/** Moves the spring for `seconds`; `pace` in rad/s, `damping` 1 never overshoots, 0.7 overshoots by 5 %. */
export function pull(spring: Spring, goal: number, seconds: number, pace: number, damping: number): void {
  let left = Math.min(seconds, LONGEST_S);
  while (left > 0) {
    const dt = Math.min(left, STEP_S);
    const force = pace * pace * (goal - spring.at) - 2 * damping * pace * spring.speed;
    spring.speed += force * dt;
    spring.at += spring.speed * dt;
    left -= dt;
  }
}

const BLINK_SLOT_MS = 4000;
const BLINK_JITTER_MS = 2000;
const DOUBLE_BLINKS = 0.16;

/** 0 open .. 1 closed. Blinks come 2 to 6 s apart, some of them twice, and with every wide shift of the gaze. */
export function blinkAt(seed: number, nowMs: number): number {
  const slot = Math.floor(nowMs / BLINK_SLOT_MS);
  let closed = 0;
  for (let index = slot - 1; index <= slot; index += 1) {
    const start = index * BLINK_SLOT_MS + chance(seed, 1, index) * BLINK_JITTER_MS + 300;
    closed = Math.max(closed, lidAt(nowMs - start));
    if (chance(seed, 2, index) < DOUBLE_BLINKS) closed = Math.max(closed, lidAt(nowMs - start - 260));
  }
  return Math.max(closed, gazeShift(seed, nowMs) ?? 0);
}

// A lid falls in about 80 ms, rests, and rises in about 150 ms. Source: Evinger et al., "Eyelid movements" (1991).
function lidAt(sinceMs: number): number {
  if (sinceMs < 0 || sinceMs > 270) return 0;
  if (sinceMs < 80) return smooth(sinceMs / 80);
  return sinceMs < 115 ? 1 : 1 - smooth((sinceMs - 115) / 155);
}

const GAZE_SLOT_MS = 2300;

interface Gaze {
  x: number;
  y: number;
}

function gazeGoal(seed: number, index: number): Gaze {
  const kind = chance(seed, 10, index);
  if (kind < 0.68) return { x: 0, y: 0 };
  // Product, comments beside the lens, or a thought.
  if (kind < 0.84) return { x: 0.75, y: 0.35 };
  if (kind < 0.93) return { x: -0.25 + chance(seed, 11, index) * 0.5, y: 0.28 };
  return { x: -0.4, y: -0.25 };
}

function gazeSlot(seed: number, nowMs: number): { index: number; since: number } {
  let index = Math.floor(nowMs / GAZE_SLOT_MS);
  let start = index * GAZE_SLOT_MS + chance(seed, 12, index) * 1300;
  if (nowMs < start) {
    index -= 1;
    start = index * GAZE_SLOT_MS + chance(seed, 12, index) * 1300;
  }
  return { index, since: nowMs - start };
}

function gazeShift(seed: number, nowMs: number): number | null {
  const { index, since } = gazeSlot(seed, nowMs);
  const from = gazeGoal(seed, index - 1);
  const to = gazeGoal(seed, index);
  return Math.hypot(to.x - from.x, to.y - from.y) > 0.5 && chance(seed, 13, index) < 0.7 ? lidAt(since) : null;
}

/** Where the eyes go when nobody tells them: mostly the camera, then the product, then comments. */
export function idleGaze(seed: number, nowMs: number): Gaze {
  const { index, since } = gazeSlot(seed, nowMs);
  const from = gazeGoal(seed, index - 1);
  const to = gazeGoal(seed, index);
  // A saccade takes 30 to 60 ms however far it goes.
  const share = smooth(since / 50);
  return { x: lerp(from.x, to.x, share), y: lerp(from.y, to.y, share) };
}

/** Eyes never stand still: small jumps every 400 ms or so. */
export function jitter(seed: number, nowMs: number): Gaze {
  const index = Math.floor(nowMs / 410);
  return { x: (chance(seed, 14, index) - 0.5) * 0.05, y: (chance(seed, 15, index) - 0.5) * 0.04 };
}

export interface Idle {
  breath: number;
  sway: number;
  lean: number;
  yaw: number;
  pitch: number;
  roll: number;
  left: number;
  right: number;
}

/** The body of somebody who stands and listens; `calm` 0..1 takes the width out of it. */
export function idleBody(seed: number, nowMs: number, calm: number): Idle {
  const amount = 1 - 0.8 * calm;
  const phase = (nowMs / 4100 + chance(seed, 20, 0)) * Math.PI * 2;
  return {
    // In is quicker than out.
    breath: (0.5 + 0.5 * Math.sin(phase + 0.5 * Math.sin(phase))) * lerp(1, 0.6, calm),
    sway: wander(seed, 21, nowMs, 3600) * 7 * amount,
    lean: wander(seed, 22, nowMs, 4700) * 0.012 * amount,
    yaw: wander(seed, 23, nowMs, 1900) * 0.22 * amount,
    pitch: wander(seed, 24, nowMs, 1500) * 0.16 * amount,
    roll: wander(seed, 25, nowMs, 2600) * 0.03 * amount,
    left: wander(seed, 26, nowMs, 2300) * amount,
    right: wander(seed, 27, nowMs, 2700) * amount,
  };
}

const PHRASE_MS = 2600;

/** What the hands do while the mouth talks and no gesture is asked for: phrases with one hand, both, or none. */
export function talking(seed: number, nowMs: number): "rest" | "talk" | "talk_both" {
  const kind = chance(seed, 30, Math.floor(nowMs / PHRASE_MS));
  if (kind < 0.46) return "rest";
  return kind < 0.78 ? "talk" : "talk_both";
}

/** What a mood does to a face; 0 is the face at rest. */
export interface Face {
  smile: number;
  cheeks: number;
  squint: number;
  wide: number;
  browIn: number;
  browOut: number;
  browSkew: number;
  tilt: number;
  pitch: number;
  /** Lips part to a smile while nothing is said. */
  parted: number;
}

const face = (
  [smile, cheeks, squint, wide]: readonly [number, number, number, number],
  [browIn, browOut, browSkew]: readonly [number, number, number],
  [tilt, pitch, parted]: readonly [number, number, number],
): Face => ({ smile, cheeks, squint, wide, browIn, browOut, browSkew, tilt, pitch, parted });

export const MOODS: Readonly<Record<string, Face>> = {
  neutral: face([0.62, 0.2, 0.06, 0], [0, 0, 0], [0, 0, 0]),
  happy: face([1, 0.85, 0.3, 0], [3, 2.5, 0], [1.5, -0.05, 1]),
  excited: face([0.95, 0.9, 0.1, 0.5], [7, 7, 0], [-1.5, -0.2, 1]),
  warm: face([0.72, 0.5, 0.26, 0], [1.6, -0.4, 0], [4, 0.08, 0]),
  serious: face([0, 0, 0.12, 0], [-2.4, 0.6, 0], [0, 0.1, 0]),
  curious: face([0.42, 0.2, 0.05, 0.2], [2, 3, 4.5], [-4.5, 0, 0]),
};

const FACE_KEYS = Object.keys(face([0, 0, 0, 0], [0, 0, 0], [0, 0, 0])) as (keyof Face)[];

export function faceOf(mood: string): Face {
  return Object.hasOwn(MOODS, mood) ? (MOODS[mood] as Face) : (MOODS["neutral"] as Face);
}

/** Moves a face towards another; `share` 0..1 of the way. */
export function approach(current: Face, goal: Face, share: number): void {
  for (const key of FACE_KEYS) current[key] = lerp(current[key], goal[key], clamp(share, 0, 1));
}
