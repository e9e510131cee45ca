// Paints a hand from its points, and keeps the points while one shape turns into another.
import { lerp, spline, tube, type Point } from "./geometry";
import { HAND_SHAPES, type HandShape } from "./handshapes";
import type { Look } from "./looks";
import { fade } from "./paint";

const RADII: readonly (readonly number[])[] = [
  [15, 12.5, 11, 8.2],
  [11.2, 10.2, 9.2, 7.4],
  [11.6, 10.6, 9.5, 7.6],
  [11, 10, 9, 7.2],
  [9.6, 8.6, 7.7, 6.2],
];

const FALLBACK = HAND_SHAPES["rest"] as HandShape;

export const handShape = (name: string): HandShape =>
  Object.hasOwn(HAND_SHAPES, name) ? (HAND_SHAPES[name] as HandShape) : FALLBACK;

/** A hand on its way: its points now, and which shape says what lies over what. */
export class Hand {
  private from: HandShape;
  private to: HandShape;
  private share = 1;
  private shown: HandShape;
  private name: string;

  constructor(name: string) {
    this.name = name;
    this.from = this.to = this.shown = handShape(name);
  }

  get shape(): HandShape {
    return this.shown;
  }

  /** Moves towards the named shape; it takes 200 ms, whatever lies between. */
  advance(name: string, seconds: number): void {
    if (name !== this.name) {
      this.name = name;
      this.from = this.shown;
      this.to = handShape(name);
      this.share = 0;
    }
    if (this.share >= 1) return;
    this.share = Math.min(1, this.share + seconds / 0.2);
    const eased = this.share * this.share * (3 - 2 * this.share);
    const later = eased > 0.5 ? this.to : this.from;
    this.shown =
      this.share >= 1
        ? this.to
        : {
            palm: morph(this.from.palm, this.to.palm, eased),
            fingers: this.from.fingers.map((finger, index) => morph(finger, this.to.fingers[index] as readonly Point[],
              eased)),
            over: later.over,
            back: lerp(this.from.back, this.to.back, eased),
          };
  }
}

function morph(from: readonly Point[], to: readonly Point[], share: number): Point[] {
  return from.map((point, index) => {
    const other = to[index] as Point;
    return [lerp(point[0], other[0], share), lerp(point[1], other[1], share)] as const;
  });
}

/** Paints it with its wrist at 0, 0. `lit` is the side of the hand, -1 or 1, that the key light falls on. */
export function paintHand(ctx: CanvasRenderingContext2D, look: Look, shape: HandShape, lit: number): void {
  const { skin } = look;
  const light = ctx.createLinearGradient(-48 * lit, -20, 52 * lit, -60);
  const palmTone = shape.back > 0.5 ? skin.base : skin.palm;
  light.addColorStop(0, skin.shade);
  light.addColorStop(0.34, palmTone);
  light.addColorStop(1, skin.light);
  const order = [4, 3, 2, 1, 0].filter((finger) => !shape.over.includes(String(finger)));
  for (const finger of order) paintFinger(ctx, look, shape, finger, light, lit);

  const palm = spline(shape.palm);
  ctx.fillStyle = light;
  ctx.fill(palm);
  if (shape.back > 0.5) paintKnuckles(ctx, look, shape, order);
  else paintLines(ctx, look, shape);

  for (const digit of shape.over) paintFinger(ctx, look, shape, Number(digit), light, lit);
}

function paintFinger(
  ctx: CanvasRenderingContext2D,
  look: Look,
  shape: HandShape,
  finger: number,
  light: CanvasGradient,
  lit: number,
): void {
  const points = shape.fingers[finger] as readonly Point[];
  const [joint, tip] = [points[2], points[3]] as [Point, Point];
  // A finger that bends away from us ends in its joint: round, not tapered.
  const away = 1 - Math.min(1, Math.hypot(tip[0] - joint[0], tip[1] - joint[1]) / 12);
  const radii = (RADII[finger] as readonly number[]).map((radius, index, all) =>
    look.finger * (index < 2 ? radius : lerp(radius, (all[1] as number) * 0.96, away)),
  );
  const over = shape.over.includes(String(finger));
  // A soft, darker double behind each finger parts it from its neighbour and from the palm.
  // Only on what is painted already, or a fringe would hang in the air.
  ctx.globalCompositeOperation = "source-atop";
  ctx.fillStyle = fade(look.skin.deep, over ? 0.5 : 0.4);
  ctx.fill(tube(points.map(([x, y]): Point => [x - lit * 1.4, y + 1.3]), radii.map((radius) => radius + 1), true));
  ctx.globalCompositeOperation = "source-over";
  ctx.fillStyle = light;
  ctx.fill(tube(points, radii, true));
  // Light along the finger.
  ctx.fillStyle = fade(look.skin.light, 0.4);
  ctx.fill(tube(points.slice(1).map(([x, y]): Point => [x + lit * 2.2, y - 0.6]),
    radii.slice(1).map((radius) => radius * 0.42), true));
  if (shape.back > 0.5) paintNail(ctx, look, points, radii[3] as number, finger);
}

function paintNail(ctx: CanvasRenderingContext2D, look: Look, points: readonly Point[],
  radius: number, finger: number): void {
  const [joint, tip] = [points[2] as Point, points[3] as Point];
  const along = Math.atan2(tip[1] - joint[1], tip[0] - joint[0]);
  if (Math.hypot(tip[0] - joint[0], tip[1] - joint[1]) < 8) return;
  ctx.save();
  ctx.translate(tip[0], tip[1]);
  ctx.rotate(along);
  ctx.fillStyle = look.skin.nail;
  ctx.beginPath();
  ctx.ellipse(radius * 0.12, 0, radius * 0.86, radius * (finger === 0 ? 0.68 : 0.64), 0, 0, 7);
  ctx.fill();
  ctx.fillStyle = "rgb(255 255 255 / 0.35)";
  ctx.beginPath();
  ctx.ellipse(radius * 0.3, -radius * 0.16, radius * 0.42, radius * 0.14, 0, 0, 7);
  ctx.fill();
  ctx.restore();
}

function paintKnuckles(ctx: CanvasRenderingContext2D, look: Look, shape: HandShape, order: readonly number[]): void {
  for (const finger of order) {
    if (finger === 0) continue;
    const [root, joint] = (shape.fingers[finger] as readonly Point[]) as [Point, Point];
    const dx = joint[0] - root[0];
    const dy = joint[1] - root[1];
    const long = Math.hypot(dx, dy) || 1;
    ctx.fillStyle = fade(look.skin.shade, 0.3);
    ctx.beginPath();
    ctx.ellipse(root[0] + (dx / long) * 3, root[1] + (dy / long) * 3, 6, 3, Math.atan2(dy, dx) + Math.PI / 2, 0, 7);
    ctx.fill();
    ctx.strokeStyle = fade(look.skin.deep, 0.2);
    ctx.lineWidth = 1.3;
    ctx.lineCap = "round";
    const [jx, jy] = joint;
    ctx.beginPath();
    ctx.moveTo(jx + (dy / long) * 4, jy - (dx / long) * 4);
    ctx.lineTo(jx - (dy / long) * 4, jy + (dx / long) * 4);
    ctx.stroke();
  }
}

function paintLines(ctx: CanvasRenderingContext2D, look: Look, shape: HandShape): void {
  const open = shape.over.length <= 1 ? 1 : 0;
  ctx.strokeStyle = fade(look.skin.deep, 0.32 * open);
  ctx.lineWidth = 1.7;
  ctx.lineCap = "round";
  ctx.stroke(spline([[29, -62], [12, -52], [2, -34], [1, -10]], false));
  ctx.stroke(spline([[31, -66], [12, -60], [-12, -52], [-26, -44]], false));
  ctx.stroke(spline([[20, -82], [4, -74], [-16, -70], [-33, -62]], false));
  // The ball of the thumb is full.
  const ball = ctx.createRadialGradient(20, -34, 2, 20, -34, 26);
  ball.addColorStop(0, fade(look.skin.light, 0.55 * open));
  ball.addColorStop(1, fade(look.skin.light, 0));
  ctx.fillStyle = ball;
  ctx.fillRect(-8, -62, 52, 56);
}
