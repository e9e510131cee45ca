// Paints the mouth from its shape: cavity, tongue, teeth, then the lips over them.
import { clamp, lerp, smooth, spline, type Point } from "./geometry";
import type { Look } from "./looks";
import type { MouthShape } from "./mouthshapes";
import { fade } from "./paint";

interface Lips {
  outerTop: Point[];
  outerBottom: Point[];
  innerTop: Point[];
  innerBottom: Point[];
}

// The smile lifts the corners and widens the mouth, but gives way where a sound needs round lips.
function lipsOf(shape: MouthShape, smile: number, full: number): Lips {
  const give = 1 - 0.75 * shape.round;
  const wide = shape.wide + Math.max(0, smile) * 4.6 * give;
  const corner = (-1 - smile * 5.4) * give + lerp(0, (shape.top + shape.bottom) / 2, lerp(0.35, 0.6, shape.round));
  const sag = Math.max(0, smile) * 1.6 * give;
  const upper = shape.upper * full + sag * 0.8;
  const lower = shape.bottom + (shape.lower - shape.bottom) * full + sag;
  const [top, bottom] = [shape.top + sag, shape.bottom + sag];
  const dip = upper + shape.dip;
  // Round mouths are ovals: their sides stand up instead of running into points.
  const tip = 1 - smooth(shape.round * 1.6);
  const side = lerp(0.52, 0.74, shape.round);
  const high = lerp(0.72, 0.82, shape.round);
  const peak = lerp(0.27, 0.34, shape.round) * wide;
  const join = wide * lerp(0.95, 0.8, shape.round);
  const shoulder = lerp(0.62, 0.8, shape.round);
  const slope = lerp(0.58, 0.7, shape.round);
  const level = (edge: number, share: number): number => lerp(corner, edge, share);
  return {
    outerTop: [
      [-wide, corner, tip], [-wide * shoulder, level(upper, slope)], [-peak, upper], [0, dip], [peak, upper],
        [wide * shoulder, level(upper, slope)], [wide, corner, tip],
    ],
    outerBottom: [
      [wide, corner, tip], [wide * lerp(0.74, 0.84, shape.round), level(lower, 0.66)],
        [wide * lerp(0.38, 0.46, shape.round), level(lower, 0.96)], [0, lower],
      [-wide * lerp(0.38, 0.46, shape.round), level(lower, 0.96)],
        [-wide * lerp(0.74, 0.84, shape.round), level(lower, 0.66)], [-wide, corner, tip],
    ],
    innerTop: [
      [-join, corner, tip], [-join * side * 1.05, level(top, high)], [-peak * 0.6, top - 0.5], [0, top + 0.5 * tip],
        [peak * 0.6, top - 0.5], [join * side * 1.05, level(top, high)], [join, corner, tip],
    ],
    innerBottom: [
      [join, corner, tip], [join * side, level(bottom, high)], [0, bottom], [-join * side, level(bottom, high)],
        [-join, corner, tip],
    ],
  };
}

// Two open curves become one outline: the second begins where the first ends.
function outline(first: readonly Point[], second: readonly Point[]): Path2D {
  return spline([...first, ...second.slice(1, -1)], true);
}

export function paintMouth(ctx: CanvasRenderingContext2D, look: Look, shape: MouthShape, smile: number): void {
  const { skin } = look;
  const lips = lipsOf(shape, smile, look.mouth.full);
  const gap = shape.bottom - shape.top;
  const wide = (lips.outerTop[6] as Point)[0];

  paintLips(ctx, look, lips, shape);
  if (gap > 0.6) {
    ctx.save();
    ctx.clip(outline(lips.innerTop, lips.innerBottom));
    paintInside(ctx, shape, wide, smile);
    ctx.restore();
  }
  if (gap <= 3) {
    // Closed lips meet in a seam, darkest at the corners.
    ctx.globalAlpha = 1 - clamp(gap / 3, 0, 1) * 0.7;
    ctx.strokeStyle = skin.lipDark;
    ctx.lineWidth = 1.7;
    ctx.lineCap = "round";
    ctx.stroke(spline(lips.innerTop, false));
    ctx.globalAlpha = 1;
  }
  ctx.globalAlpha = 1 - shape.round;
  paintCorners(ctx, look, wide, (lips.outerTop[0] as Point)[1], smile);
  ctx.globalAlpha = 1;
}

function paintInside(ctx: CanvasRenderingContext2D, shape: MouthShape, wide: number, smile: number): void {
  const { top, bottom } = shape;
  const cavity = ctx.createLinearGradient(0, top - 2, 0, bottom + 4);
  cavity.addColorStop(0, "#2b0d10");
  cavity.addColorStop(1, "#5e2022");
  ctx.fillStyle = cavity;
  ctx.fillRect(-wide - 2, top - 14, wide * 2 + 4, bottom - top + 30);
  if (shape.tongue > 0.02) paintTongue(ctx, shape, wide);
  if (shape.teethBottom > 0.02) {
    ctx.globalAlpha = clamp(shape.teethBottom * 2.2, 0, 1);
    const height = lerp(1, 5, shape.teethBottom);
    ctx.fillStyle = "#d9cdc2";
    ctx.fill(
      spline([[-wide * 0.62, bottom + 6], [-wide * 0.5, bottom - height * 0.55], [0, bottom - height + 1.6],
        [wide * 0.5, bottom - height * 0.55], [wide * 0.62, bottom + 6]], true),
    );
    ctx.globalAlpha = 1;
  }
  if (shape.teethTop > 0.02) paintUpperTeeth(ctx, shape, wide, smile);
}

function paintTongue(ctx: CanvasRenderingContext2D, { top, bottom, tongue, tongueOut }: MouthShape,
  wide: number): void {
  const height = bottom - (bottom - top) * lerp(0.25, 0.92, tongue);
  const half = wide * lerp(0.6, 0.5, tongueOut);
  const body = ctx.createLinearGradient(0, height, 0, bottom + 3);
  body.addColorStop(0, tongueOut > 0.5 ? "#d9737a" : "#b9525a");
  body.addColorStop(1, "#8d363d");
  ctx.fillStyle = body;
  ctx.fill(spline([[-half, bottom + 8], [-half * 0.82, lerp(bottom, height, 0.72)], [-half * 0.3, height],
    [half * 0.3, height], [half * 0.82, lerp(bottom, height, 0.72)], [half, bottom + 8]], true));
  ctx.strokeStyle = "rgb(110 36 44 / 0.35)";
  ctx.lineWidth = 1.4;
  ctx.beginPath();
  ctx.moveTo(0, height + 2);
  ctx.lineTo(0, bottom + 2);
  ctx.stroke();
}

function paintUpperTeeth(ctx: CanvasRenderingContext2D, shape: MouthShape, wide: number, smile: number): void {
  const long = lerp(2, 7.4, shape.teethTop) + Math.max(0, smile) * 0.8;
  const half = wide * lerp(0.84, 0.56, shape.round);
  const edge = shape.top + long;
  const lift = -Math.max(0, smile) * 3;
  const enamel = ctx.createLinearGradient(-half, 0, half, 0);
  enamel.addColorStop(0, "#b7a79b");
  enamel.addColorStop(0.2, "#efe7de");
  enamel.addColorStop(0.5, "#fbf7f2");
  enamel.addColorStop(0.8, "#f1e9e1");
  enamel.addColorStop(1, "#b7a79b");
  ctx.fillStyle = enamel;
  ctx.fill(
    spline([[-half, shape.top - 16], [-half, shape.top + lift + long * 0.25], [-half * 0.62, edge + lift * 0.45 - 0.9],
      [-half * 0.24, edge], [0, edge - 0.4], [half * 0.24, edge], [half * 0.62, edge + lift * 0.45 - 0.9],
      [half, shape.top + lift + long * 0.25], [half, shape.top - 16]], true),
  );
  // Lips throw a shadow on teeth; without it they look pasted on.
  const shade = ctx.createLinearGradient(0, shape.top - 2, 0, shape.top + 4);
  shade.addColorStop(0, "rgb(70 25 22 / 0.5)");
  shade.addColorStop(1, "rgb(70 25 22 / 0)");
  ctx.fillStyle = shade;
  ctx.fillRect(-wide, shape.top - 14, wide * 2, 18);
}

function paintLips(ctx: CanvasRenderingContext2D, look: Look, lips: Lips, shape: MouthShape): void {
  const { skin } = look;
  const upperEdge = (lips.outerTop[2] as Point)[1];
  const lowerEdge = (lips.outerBottom[3] as Point)[1];
  // The whole mouth in the lower lip's tones first, so that no skin shows between lips and opening.
  const lower = ctx.createLinearGradient(0, shape.bottom, 0, lowerEdge);
  lower.addColorStop(0, skin.lip);
  lower.addColorStop(0.45, skin.lipLight);
  lower.addColorStop(1, skin.lip);
  ctx.fillStyle = lower;
  ctx.fill(outline(lips.outerTop, lips.outerBottom));
  const upper = ctx.createLinearGradient(0, upperEdge, 0, shape.top + 2);
  upper.addColorStop(0, skin.lip);
  upper.addColorStop(1, skin.lipDark);
  ctx.fillStyle = upper;
  ctx.fill(outline(lips.outerTop, [...lips.innerTop].reverse()));
  // Moist light on the lower lip, off the middle: the key light stands on the right.
  const middle = lerp(shape.bottom, lowerEdge, 0.42);
  ctx.globalAlpha = 0.4;
  ctx.fillStyle = "#fff";
  ctx.beginPath();
  ctx.ellipse(shape.wide * 0.16, middle, shape.wide * 0.22, Math.max(0.6, (lowerEdge - shape.bottom) * 0.11), -0.04, 0,
    7);
  ctx.fill();
  ctx.globalAlpha = 1;
  // Shadow under the lower lip, where the chin begins.
  const below = ctx.createRadialGradient(0, lowerEdge + 3, 0, 0, lowerEdge + 3, shape.wide * 0.62);
  below.addColorStop(0, fade(skin.deep, 0.34));
  below.addColorStop(1, fade(skin.deep, 0));
  ctx.save();
  ctx.translate(0, lowerEdge + 3);
  ctx.scale(1, 0.3);
  ctx.translate(0, -lowerEdge - 3);
  ctx.fillStyle = below;
  ctx.fillRect(-shape.wide, lowerEdge - 10, shape.wide * 2, 40);
  ctx.restore();
}

function paintCorners(ctx: CanvasRenderingContext2D, look: Look, wide: number, corner: number, smile: number): void {
  ctx.strokeStyle = fade(look.skin.deep, 0.45);
  ctx.lineWidth = 1.4;
  ctx.lineCap = "round";
  for (const side of [-1, 1]) {
    ctx.stroke(spline([[side * (wide - 2), corner + 0.5], [side * (wide + 2.2), corner - 1 - Math.max(0, smile) * 1.4]],
      false));
  }
}
