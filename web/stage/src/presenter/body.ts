// Paints the trunk: neck, chest, legs. 0, 0 is the middle between the eyes of an upright figure; the chest breathes,
// its middle line moves when it turns. What makes it a jacket or a blouse is in clothes.ts.
import { BOTTOM, HEM, paintChest, paintNeckline } from "./clothes";
import { mirrored, smooth, spline, type Point } from "./geometry";
import type { Look } from "./looks";
import { fade, faint, outside, rim } from "./paint";
import type { Rig } from "./rig";

const BELT = 548;

// Where the upper garment ends: a jacket hangs over the hips, a blouse is tucked in.
function hem({ outfit, hip, waist }: Look): Point[] {
  return outfit === "blouse" ? [[waist + 6, BELT, 1], [0, BELT + 4]] : [[hip, 650], [hip + 7, HEM, 1],
    [hip * 0.55, HEM + 10], [0, HEM + 6]];
}

function paintLegs(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { hip, waist, outfit, legs } = rig.look;
  const tucked = outfit === "blouse";
  const path = spline(
    mirrored([[0, BELT - 10], [waist * 0.6, BELT - 12], [waist + (tucked ? 7 : -10), BELT - 16, 1],
      [waist + (tucked ? 10 : -8), BELT + 14], [hip - 2, 660], [hip + 2, 760], [hip, BOTTOM, 1], [0, BOTTOM]]),
  );
  const [lit, base, dark] = legs;
  const light = ctx.createLinearGradient(-hip, 0, hip, 0);
  light.addColorStop(0, dark);
  light.addColorStop(0.35, base);
  light.addColorStop(1, lit);
  ctx.fillStyle = light;
  ctx.fill(path);
  ctx.strokeStyle = fade(dark, 0.9);
  ctx.lineWidth = 2.4;
  ctx.lineCap = "round";
  ctx.stroke(spline([[0, BELT + 22], [2, 640], [0, BOTTOM]], false));
  for (const side of [-1, 1]) {
    ctx.stroke(spline([[side * waist * 0.82, BELT + 24], [side * hip * 0.9, 626]], false));
  }
  if (tucked) {
    ctx.lineWidth = 2;
    ctx.stroke(spline([[-waist - 9, BELT + 10], [0, BELT + 18], [waist + 9, BELT + 10]], false));
  }
  rim(ctx, path, [-hip, hip], "rgb(255 255 255 / 0.5)", 3, 0.6, 0.2);
}

function torsoPath(rig: Rig): Path2D {
  const { shoulder, arm, bust, waist, neck } = rig.look;
  const lift = rig.breath * 3.2;
  const wide = 1 + rig.breath * 0.012;
  return spline(
    mirrored([
      [0, 142], [neck + 6, 140 - lift * 0.5], [neck + 30, 158 - lift], [shoulder * 0.74, 174 - lift],
        [shoulder + arm * 0.1, 186 - lift], [shoulder + arm * 0.74, 212 - lift], [shoulder + arm * 0.66, 256],
        [shoulder - arm * 0.1, 310],
      [bust * 1.02 * wide, 352], [bust * wide, 392], [waist + 4, 470], [waist, 528], ...hem(rig.look),
    ]),
  );
}

/** Clothes and chest below the neck. */
export function paintTorso(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { look, cloth } = rig;
  const wide = look.shoulder + look.arm;
  // A jacket hangs over the trousers, a blouse is tucked into them.
  const tucked = look.outfit === "blouse";
  if (!tucked) paintLegs(ctx, rig);
  const path = torsoPath(rig);
  const light = ctx.createLinearGradient(-wide, 420, wide, 300);
  light.addColorStop(0, cloth.dark);
  light.addColorStop(0.3, cloth.base);
  light.addColorStop(0.72, cloth.base);
  light.addColorStop(1, cloth.light);
  ctx.fillStyle = light;
  ctx.fill(path);
  ctx.save();
  ctx.clip(path);
  outside(ctx, path, 34, -10, faint(cloth.deep, 0.28));
  outside(ctx, path, 14, -4, faint(cloth.deep, 0.25));
  const low = ctx.createLinearGradient(0, 440, 0, 720);
  low.addColorStop(0, faint(cloth.deep, 0));
  low.addColorStop(1, faint(cloth.deep, 0.7));
  ctx.fillStyle = low;
  ctx.fillRect(-260, 440, 520, 300);
  paintChest(ctx, rig);
  rim(ctx, path, [-wide, wide], cloth.rim, 4, 0.7, 0.22, "clipped");
  ctx.restore();
  if (tucked) paintLegs(ctx, rig);
  paintNeckline(ctx, rig);
}

/** The neck, and the shadow that the head throws on it. */
export function paintNeck(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { skin, neck } = rig.look;
  const [x, y] = rig.head;
  const top = 60 + y;
  const path = spline([
    [-neck + x, top], [-neck + x * 0.6, 110 + y * 0.5], [-neck - 3, 140], [-neck - 30, 168, 1], [neck + 30, 168, 1],
      [neck + 3, 140], [neck + x * 0.6, 110 + y * 0.5], [neck + x, top],
  ]);
  const light = ctx.createLinearGradient(-neck - 4, 0, neck + 8, 0);
  light.addColorStop(0, skin.shade);
  light.addColorStop(0.5, skin.base);
  light.addColorStop(1, skin.light);
  ctx.fillStyle = light;
  ctx.fill(path);
  ctx.save();
  ctx.clip(path);
  ctx.fillStyle = fade(skin.deep, 0.5);
  const chin = 122 + y + rig.jaw + rig.pitch * 6;
  const turn = x + rig.yaw * 8;
  ctx.fill(spline([[-90 + turn, 40], [90 + turn, 40], [62 + turn, chin - 14], [16 + turn, chin + 20],
    [-30 + turn, chin + 22], [-80 + turn, chin - 2]]));
  ctx.fillStyle = fade(skin.deep, 0.22);
  ctx.fill(spline([[-90 + turn, 40], [90 + turn, 40], [70 + turn, chin - 6], [16 + turn, chin + 32],
    [-40 + turn, chin + 36], [-80 + turn, chin + 12]]));
  ctx.restore();
}

/** Height of the shoulder joint for a breath. */
export const shoulderY = (breath: number): number => 226 - smooth(breath) * 3;
