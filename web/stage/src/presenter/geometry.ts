// Curves that the whole figure is made of. Pure; called by every drawing module.

/** x, y; a third value of 1 makes the point a corner, 0 (or none) a smooth one, between them a tighter bend. */
export type Point = readonly [x: number, y: number, corner?: number];

export const lerp = (from: number, to: number, share: number): number => from + (to - from) * share;
export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
export const smooth = (share: number): number => {
  const t = clamp(share, 0, 1);
  return t * t * (3 - 2 * t);
};

/** Adds a Catmull-Rom curve through the points to the path. */
export function spline(points: readonly Point[], closed = true, path: Path2D = new Path2D()): Path2D {
  const count = points.length;
  const at = (index: number): Point =>
    points[closed ? (index + count) % count : clamp(index, 0, count - 1)] as Point;
  path.moveTo(at(0)[0], at(0)[1]);
  for (let index = 0; index < (closed ? count : count - 1); index += 1) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const leave = (1 - (from[2] ?? 0)) / 6;
    const arrive = (1 - (to[2] ?? 0)) / 6;
    path.bezierCurveTo(
      from[0] + (to[0] - before[0]) * leave,
      from[1] + (to[1] - before[1]) * leave,
      to[0] - (after[0] - from[0]) * arrive,
      to[1] - (after[1] - from[1]) * arrive,
      to[0],
      to[1],
    );
  }
  if (closed) path.closePath();
  return path;
}

/** The right half, top to bottom, becomes a whole outline: the left half is its mirror image. */
export function mirrored(half: readonly Point[]): Point[] {
  const left = half
    .slice(1, -1)
    .reverse()
    .map((point): Point => [-point[0], point[1], point[2] ?? 0]);
  return [...half, ...left];
}

const STEPS = 5;

/** A limb: a smooth line through the points, `radii` thick at each, with a round end (and start, if asked). */
export function tube(points: readonly Point[], radii: readonly number[], roundStart = false): Path2D {
  const left: number[] = [];
  const right: number[] = [];
  const last = points.length - 1;
  let [tipX, tipY, tipAngle, tipRadius] = [0, 0, 0, 0];
  let startAngle = 0;
  for (let segment = 0; segment < last; segment += 1) {
    const p0 = points[Math.max(0, segment - 1)] as Point;
    const p1 = points[segment] as Point;
    const p2 = points[segment + 1] as Point;
    const p3 = points[Math.min(last, segment + 2)] as Point;
    for (let step = segment === 0 ? 0 : 1; step <= STEPS; step += 1) {
      const t = step / STEPS;
      const x = catmull(p0[0], p1[0], p2[0], p3[0], t);
      const y = catmull(p0[1], p1[1], p2[1], p3[1], t);
      const dx = slope(p0[0], p1[0], p2[0], p3[0], t);
      const dy = slope(p0[1], p1[1], p2[1], p3[1], t);
      const long = Math.hypot(dx, dy) || 1;
      const radius = lerp(radii[segment] as number, radii[segment + 1] as number, smooth(t));
      left.push(x + (dy / long) * radius, y - (dx / long) * radius);
      right.push(x - (dy / long) * radius, y + (dx / long) * radius);
      if (segment === 0 && step === 0) startAngle = Math.atan2(dy, dx);
      [tipX, tipY, tipAngle, tipRadius] = [x, y, Math.atan2(dy, dx), radius];
    }
  }
  const path = new Path2D();
  path.moveTo(left[0] as number, left[1] as number);
  for (let index = 2; index < left.length; index += 2) path.lineTo(left[index] as number, left[index + 1] as number);
  path.arc(tipX, tipY, tipRadius, tipAngle - Math.PI / 2, tipAngle + Math.PI / 2);
  for (let index = right.length - 2; index >= 0; index -= 2) {
    path.lineTo(right[index] as number, right[index + 1] as number);
  }
  if (roundStart) {
    const [x, y] = points[0] as Point;
    path.arc(x, y, radii[0] as number, startAngle + Math.PI / 2, startAngle + Math.PI * 1.5);
  }
  path.closePath();
  return path;
}

function catmull(a: number, b: number, c: number, d: number, t: number): number {
  return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
}

function slope(a: number, b: number, c: number, d: number, t: number): number {
  return 0.5 * (c - a + 2 * (2 * a - 5 * b + 4 * c - d) * t + 3 * (3 * b - a - 3 * c + d) * t * t);
}
