// Paints upper arms, forearms and hands. An upper arm lies on the chest, a forearm over everything.
import { clamp, lerp, spline, tube, type Point } from "./geometry";
import { paintHand } from "./hands";
import { faint } from "./paint";
import type { Arm, Rig } from "./rig";

// The key light's direction: from the viewer's upper right.
const LIGHT: Point = [0.8, -0.6];

// A gradient across a limb, dark on the side that the light leaves.
function across(ctx: CanvasRenderingContext2D, from: Point, to: Point, radius: number,
  tones: readonly string[]): CanvasGradient {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const long = Math.hypot(dx, dy) || 1;
  let [nx, ny] = [-dy / long, dx / long];
  if (nx * LIGHT[0] + ny * LIGHT[1] < 0) [nx, ny] = [-nx, -ny];
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const gradient = ctx.createLinearGradient(x - nx * radius, y - ny * radius, x + nx * radius, y + ny * radius);
  tones.forEach((tone, index) => gradient.addColorStop(index / (tones.length - 1), tone));
  return gradient;
}

const sleeve = ({ cloth }: Rig): string[] => [cloth.dark, cloth.base, cloth.base, cloth.base, cloth.light];

export function paintUpperArm(ctx: CanvasRenderingContext2D, rig: Rig, arm: Arm): void {
  const { look } = rig;
  const thick = look.arm;
  const middle: Point = [
    lerp(arm.shoulder[0], arm.elbow[0], 0.48) + arm.side * 5,
    lerp(arm.shoulder[1], arm.elbow[1], 0.48),
  ];
  const points: Point[] = [arm.shoulder, middle, arm.elbow];
  const radii = [thick, thick * 0.92, thick * 0.74];
  const path = tube(points, radii, true);
  shadow(ctx, tube(points.map(([x, y]): Point => [x - 7, y + 6]), radii, true), 0.2);
  ctx.fillStyle = across(ctx, arm.shoulder, arm.elbow, thick, sleeve(rig));
  ctx.fill(path);
  join(ctx, rig, arm);
  edge(ctx, rig, points, radii);
  // The sleeve's seam.
  ctx.strokeStyle = faint(rig.cloth.deep, 0.26);
  ctx.lineWidth = 2;
  ctx.stroke(spline([[arm.shoulder[0] - arm.side * thick * 0.72, arm.shoulder[1] - thick * 0.66],
    [arm.shoulder[0] - arm.side * thick * 0.86, arm.shoulder[1] + 8],
    [arm.shoulder[0] - arm.side * thick * 0.62, arm.shoulder[1] + 58]], false));
}

// Over the shoulder cloth runs on without a step: without this patch the arm sits in a socket like a doll's.
function join(ctx: CanvasRenderingContext2D, rig: Rig, arm: Arm): void {
  const reach = rig.look.arm * 1.5;
  const [x, y] = [arm.shoulder[0] - arm.side * rig.look.arm * 0.55, arm.shoulder[1] - rig.look.arm * 0.35];
  const patch = ctx.createRadialGradient(x, y, 0, x, y, reach);
  patch.addColorStop(0, rig.cloth.base);
  patch.addColorStop(0.5, faint(rig.cloth.base, 0.85));
  patch.addColorStop(1, faint(rig.cloth.base, 0));
  ctx.save();
  ctx.globalCompositeOperation = "source-atop";
  ctx.fillStyle = patch;
  ctx.fillRect(x - reach, y - reach, reach * 2, reach * 2);
  ctx.restore();
}

// A shadow falls on the figure only, never on the air beside it.
function shadow(ctx: CanvasRenderingContext2D, path: Path2D, alpha: number): void {
  ctx.save();
  ctx.globalCompositeOperation = "source-atop";
  ctx.fillStyle = `rgb(14 8 14 / ${alpha})`;
  ctx.fill(path);
  ctx.restore();
}

// Rim light along the left edge of a limb: a thin strip just inside it. A clip would cost ten times as much.
function edge(ctx: CanvasRenderingContext2D, rig: Rig, points: readonly Point[], radii: readonly number[]): void {
  const last = points.length - 1;
  const strip = points.map((point, index): Point => {
    const from = points[Math.max(0, index - 1)] as Point;
    const to = points[Math.min(last, index + 1)] as Point;
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
    let [nx, ny] = [-(to[1] - from[1]) / long, (to[0] - from[0]) / long];
    if (nx > 0) [nx, ny] = [-nx, -ny];
    const inside = (radii[index] as number) - 2;
    return [point[0] + nx * inside, point[1] + ny * inside];
  });
  ctx.fillStyle = faint(rig.cloth.rim, 0.42);
  ctx.fill(tube(strip, radii.map((_, index) => (index === 0 || index === last ? 0.9 : 2)), true));
}

export function paintForearm(ctx: CanvasRenderingContext2D, rig: Rig, arm: Arm): void {
  const { look, cloth } = rig;
  const thick = look.arm;
  const wristRadius = 20.5 * look.hand;
  const cuff: Point = [lerp(arm.elbow[0], arm.wrist[0], 0.84), lerp(arm.elbow[1], arm.wrist[1], 0.84)];
  const bend: Point = [lerp(arm.elbow[0], arm.wrist[0], 0.4), lerp(arm.elbow[1], arm.wrist[1], 0.4) + 5];
  const cuffRadius = wristRadius + 8;
  const points: Point[] = [arm.elbow, bend, cuff];
  const radii = [thick * 0.74, thick * 0.78, cuffRadius];

  // Shadow on what lies behind.
  shadow(ctx, tube(points.map(([x, y]): Point => [x - 6, y + 12]), radii, true), 0.2);

  // Wrist, then the hand, then the cuff over the wrist.
  const skin = look.skin;
  ctx.fillStyle = across(ctx, cuff, arm.wrist, wristRadius, [skin.shade, skin.base, skin.light]);
  const past: Point = [arm.wrist[0] + Math.sin(arm.turn) * 12, arm.wrist[1] - Math.cos(arm.turn) * 12];
  ctx.fill(tube([cuff, arm.wrist, past], [wristRadius + 2, wristRadius, wristRadius], true));
  ctx.save();
  ctx.translate(arm.wrist[0], arm.wrist[1]);
  ctx.rotate(arm.turn);
  // A hand that turns over is seen edge-on for a moment, but never thinner than a hand is.
  const broad = Math.max(0.36, Math.abs(arm.thumb)) * (arm.thumb < 0 ? -1 : 1);
  ctx.scale(broad * look.hand * arm.size[0], look.hand * arm.size[1]);
  // Which side of the hand looks at the key light.
  const lit = Math.sign(Math.cos(arm.turn) * LIGHT[0] + Math.sin(arm.turn) * LIGHT[1] + 0.001) * (arm.thumb < 0 ? -1 : 1);
  paintHand(ctx, look, arm.hand, lit);
  ctx.restore();

  const along = Math.atan2(cuff[1] - arm.elbow[1], cuff[0] - arm.elbow[0]);
  if (look.outfit !== "blouse") paintShirtCuff(ctx, rig, cuff, along, cuffRadius);
  const path = flatTube(points, radii);
  ctx.fillStyle = across(ctx, arm.elbow, cuff, thick, sleeve(rig));
  ctx.fill(path);
  edge(ctx, rig, points, radii);
  // Opening of the sleeve.
  ctx.save();
  ctx.translate(cuff[0], cuff[1]);
  ctx.rotate(along);
  ctx.strokeStyle = faint(cloth.deep, 0.5);
  ctx.lineWidth = 2.4;
  ctx.beginPath();
  ctx.ellipse(look.outfit === "blouse" ? -10 : -4, 0, cuffRadius * 0.3, cuffRadius, 0, -Math.PI / 2, Math.PI / 2);
  ctx.stroke();
  ctx.restore();
  paintFolds(ctx, rig, arm, along);
}

// As `tube`, but its end is the slightly rounded opening of a sleeve.
function flatTube(points: readonly Point[], radii: readonly number[]): Path2D {
  const [cuff, before] = [points[2] as Point, points[1] as Point];
  const radius = radii[2] as number;
  const along = Math.atan2(cuff[1] - before[1], cuff[0] - before[0]);
  const back: Point = [cuff[0] - Math.cos(along) * radius, cuff[1] - Math.sin(along) * radius];
  const path = tube([points[0] as Point, before, back], [radii[0] as number, radii[1] as number, radius + 0.6], true);
  const end = new Path2D();
  end.moveTo(-radius * 1.1, -radius - 0.6);
  end.lineTo(-3, -radius);
  end.ellipse(-3, 0, radius * 0.3, radius, 0, -Math.PI / 2, Math.PI / 2);
  end.lineTo(-radius * 1.1, radius + 0.6);
  end.closePath();
  path.addPath(end, new DOMMatrix().translate(cuff[0], cuff[1]).rotate((along * 180) / Math.PI));
  return path;
}

function paintShirtCuff(ctx: CanvasRenderingContext2D, rig: Rig, cuff: Point, along: number, radius: number): void {
  const [white, grey] = rig.look.inner;
  ctx.save();
  ctx.translate(cuff[0], cuff[1]);
  ctx.rotate(along);
  const paper = ctx.createLinearGradient(0, -radius, 0, radius);
  const up = Math.cos(along) > 0;
  paper.addColorStop(0, up ? white : grey);
  paper.addColorStop(1, up ? grey : white);
  ctx.fillStyle = paper;
  ctx.beginPath();
  ctx.moveTo(-14, -radius + 2.5);
  ctx.lineTo(8, -radius + 3.5);
  ctx.ellipse(8, 0, radius * 0.28, radius - 3.5, 0, -Math.PI / 2, Math.PI / 2);
  ctx.lineTo(-14, radius - 2.5);
  ctx.fill();
  ctx.restore();
}

// Cloth gathers on the inner side of the elbow; not where the forearm points at us or lies on
// the upper arm.
function paintFolds(ctx: CanvasRenderingContext2D, rig: Rig, arm: Arm, along: number): void {
  const { look, cloth } = rig;
  const thick = look.arm * 0.74;
  const upper = Math.atan2(arm.shoulder[1] - arm.elbow[1], arm.shoulder[0] - arm.elbow[0]);
  ctx.save();
  ctx.translate(arm.elbow[0], arm.elbow[1]);
  let turn = along - upper;
  while (turn > Math.PI) turn -= Math.PI * 2;
  while (turn < -Math.PI) turn += Math.PI * 2;
  const long = Math.hypot(arm.wrist[0] - arm.elbow[0], arm.wrist[1] - arm.elbow[1]);
  const seen = clamp((long - 90) / 90, 0, 1) * clamp((Math.abs(turn) - 0.7) / 0.5, 0, 1);
  ctx.rotate(upper + turn / 2);
  for (const [index, [angle, long]] of ([[-0.42, 1.05], [0.1, 1.4], [0.55, 0.95]] as const).entries()) {
    ctx.save();
    ctx.rotate(angle);
    ctx.fillStyle = faint(cloth.deep, seen * (index === 1 ? 0.3 : 0.22));
    ctx.fill(spline([[thick * 0.98, -2, 1], [thick * 0.3, -3], [thick * (0.9 - long), 1, 1], [thick * 0.3, 4]]));
    ctx.restore();
  }
  ctx.restore();
}
