// Paints the head without its hair: ears, face, nose, cheeks. Features lie at different depths and move against
// one another when the head turns. 0, 0 is the middle between the eyes.
import { paintEyes } from "./eyes";
import { clamp, mirrored, smooth, spline, type Point } from "./geometry";
import { paintMouth } from "./mouth";
import { fade, glow, outside, rim } from "./paint";
import type { Rig } from "./rig";

/** Units that a feature of depth 1 moves when the head turns by 1. */
export const TURN = 15;
const NOD = 11;

/** Outline of the face now: it leans into the turn, and the chin drops with the jaw. */
export function facePath(rig: Rig): Path2D {
  return spline(
    mirrored(rig.look.face).map(([x, y]): Point => {
      const low = smooth((y - 10) / 110);
      const far = x * rig.yaw > 0 ? 1 - 0.05 * Math.abs(rig.yaw) * smooth((y + 80) / 80) : 1;
      return [x * far * (1 + 0.015 * rig.face.cheeks * smooth((y + 10) / 40)) + rig.yaw * TURN * (0.1 + 0.42 * low),
        y + low * (rig.jaw + rig.pitch * 4)];
    }),
  );
}

export function paintHead(ctx: CanvasRenderingContext2D, rig: Rig, hairShadow: Path2D | null,
  beard: ((face: Path2D) => void) | null): void {
  const { skin } = rig.look;
  paintEars(ctx, rig);
  const face = facePath(rig);
  const light = ctx.createLinearGradient(-88, 30, 88, -30);
  light.addColorStop(0, skin.shade);
  light.addColorStop(0.2, skin.base);
  light.addColorStop(0.62, skin.base);
  light.addColorStop(1, skin.light);
  ctx.fillStyle = light;
  ctx.fill(face);

  ctx.save();
  ctx.clip(face);
  paintPlanes(ctx, rig, face, hairShadow);
  if (!beard) rim(ctx, face, [-88, 88], skin.light, 2.2, 0.6, 0.4, "clipped");
  ctx.restore();
  beard?.(face);
  if (beard) rim(ctx, face, [-88, 88], skin.light, 2.2, 0.6, 0.4, "clip");

  feature(ctx, rig, 0.62, () => paintEyes(ctx, rig));
  feature(ctx, rig, 0.72, () => {
    ctx.translate(0, rig.look.mouth.y);
    ctx.scale(rig.look.mouth.size * (1 - 0.06 * Math.abs(rig.yaw)), rig.look.mouth.size);
    paintMouth(ctx, rig.look, rig.mouth, rig.face.smile);
  });
  feature(ctx, rig, 0.8, () => paintNose(ctx, rig));
}

function feature(ctx: CanvasRenderingContext2D, rig: Rig, depth: number, paint: () => void): void {
  ctx.save();
  ctx.translate(rig.yaw * TURN * depth, rig.pitch * NOD * depth);
  paint();
  ctx.restore();
}

function paintPlanes(ctx: CanvasRenderingContext2D, rig: Rig, face: Path2D, hairShadow: Path2D | null): void {
  const { skin, age } = rig.look;
  const shift = rig.yaw * TURN;
  // The side that the key light leaves: two steps, so that the edge of the shade is soft but drawn.
  outside(ctx, face, 13, -5, fade(skin.shade, 0.34));
  outside(ctx, face, 6, -3, fade(skin.deep, 0.2));
  // Jaw and chin turn under.
  outside(ctx, face, 2, -9, fade(skin.shade, 0.3));
  const cheek = rig.face.cheeks;
  for (const side of [-1, 1]) {
    glow(ctx, side * 52 + shift * 0.55, 36 - cheek * 4, 34, 27, skin.blush, 0.26 + 0.14 * cheek);
    glow(ctx, side * 50 + shift * 0.55 + 4, 18 - cheek * 5, 24, 12, skin.light, side === 1 ? 0.75 : 0.4);
  }
  glow(ctx, 12 + shift * 0.5, -62, 52, 34, skin.light, 0.7);
  glow(ctx, 3 + shift * 0.6, 108 + rig.jaw, 20, 11, skin.light, 0.45);
  if (hairShadow) {
    ctx.save();
    ctx.translate(-2, 9);
    ctx.fillStyle = fade(skin.deep, 0.34);
    ctx.fill(hairShadow);
    ctx.restore();
  }
  // Fold from nose to mouth: a smile deepens it, years keep it.
  const smile = clamp(rig.face.smile, 0, 1);
  ctx.lineCap = "round";
  for (const side of [-1, 1]) {
    ctx.strokeStyle = fade(skin.deep, (0.04 * smile + 0.2 * age) * (side === -1 ? 1.1 : 0.85));
    ctx.lineWidth = 2.2;
    const x = shift * 0.7;
    ctx.stroke(spline([[side * 21 + x, 48], [side * (30 + smile * 3) + x, 58],
      [side * (36 + smile * 5) + x, 72 + rig.jaw * 0.3]], false));
  }
}

function paintNose(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { skin } = rig.look;
  const { length, width } = rig.look.nose;
  const y = length;
  const side = rig.yaw * 3;
  // Shaded side plane, from brow to wing.
  const plane = ctx.createLinearGradient(-width, 0, 2, 0);
  plane.addColorStop(0, fade(skin.shade, 0));
  plane.addColorStop(0.55, fade(skin.shade, 0.42));
  plane.addColorStop(1, fade(skin.shade, 0.16));
  ctx.fillStyle = plane;
  ctx.fill(spline([[-11, -26], [-7, -6], [-9 + side * 0.4, 20], [-width, y - 2], [-6, y + 3], [-2 + side, y - 14],
    [-3, 0]]));
  // Bridge and tip catch the light.
  const bridge = ctx.createLinearGradient(0, -14, 0, y);
  bridge.addColorStop(0, fade(skin.light, 0));
  bridge.addColorStop(0.5, fade(skin.light, 0.7));
  bridge.addColorStop(1, fade(skin.light, 0.25));
  ctx.fillStyle = bridge;
  ctx.fill(spline([[1, -12], [5, 4], [6.4 + side, y - 16], [4 + side, y - 5], [-0.5 + side, y - 12], [-0.4, 4]]));
  glow(ctx, 3.4 + side, y - 6, 8, 6.4, skin.shine, 0.5);
  // Underside: one shape for wings and tip, darkest at the nostrils.
  const under = ctx.createLinearGradient(0, y - 4, 0, y + 11);
  under.addColorStop(0, fade(skin.deep, 0.62));
  under.addColorStop(1, fade(skin.shade, 0));
  ctx.fillStyle = under;
  ctx.fill(spline([[-width * 0.92, y - 1, 1], [-width * 0.5, y - 1.5], [side, y + 3.4], [width * 0.5, y - 1.5],
    [width * 0.92, y - 1, 1], [width * 0.6, y + 5.5], [side * 0.5, y + 10], [-width * 0.6, y + 5.5]]));
  ctx.fillStyle = fade(skin.line, 0.72);
  for (const which of [-1, 1]) {
    ctx.beginPath();
    ctx.ellipse(which * width * 0.46 + side * 0.6, y + 0.9, width * 0.23, 1.9, which * -0.32, 0, 7);
    ctx.fill();
  }
  ctx.strokeStyle = fade(skin.deep, 0.5);
  ctx.lineWidth = 1.7;
  ctx.lineCap = "round";
  ctx.stroke(spline([[-width * 0.86, y - 9], [-width * 1.06, y - 3], [-width * 0.82, y + 1.6]], false));
  ctx.globalAlpha = 0.6;
  ctx.stroke(spline([[width * 0.86, y - 9], [width * 1.06, y - 3], [width * 0.82, y + 1.6]], false));
  ctx.globalAlpha = 1;
}

function paintEars(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { skin } = rig.look;
  // The bob covers the left one.
  for (const side of rig.look.hairStyle === "bob" ? [1] : [-1, 1]) {
    // An ear comes out as the face turns away from it.
    const out = 88 - rig.yaw * side * 7;
    ctx.save();
    ctx.translate(side * out + rig.yaw * 2, 14 - rig.pitch * 5);
    ctx.scale(side, 1);
    ctx.fillStyle = side === 1 ? skin.base : skin.shade;
    ctx.fill(spline([[-8, -22], [4, -31], [14, -26], [15, -10], [10, 8], [7, 24], [0, 31], [-8, 24]]));
    ctx.fillStyle = fade(skin.deep, 0.5);
    ctx.fill(spline([[-6, -16], [3, -22], [8, -17], [6, -5], [1, 4], [1, 14], [-6, 16]]));
    // Rim of the ear.
    ctx.strokeStyle = fade(skin.light, side === 1 ? 0.8 : 0.25);
    ctx.lineWidth = 2;
    ctx.stroke(spline([[2, -27], [11, -23], [12, -10], [8, 6], [5, 20]], false));
    ctx.restore();
  }
}
