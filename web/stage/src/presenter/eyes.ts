// Paints eyes and brows. Blinks, gaze and mood come from the rig.
import { clamp, lerp, spline, type Point } from "./geometry";
import { fade } from "./paint";
import type { Rig } from "./rig";

/** Paints both eyes and brows; 0, 0 is the middle between the eyes. */
export function paintEyes(ctx: CanvasRenderingContext2D, rig: Rig): void {
  for (const side of [-1, 1] as const) {
    const { apart } = rig.look.eye;
    // The eye that turns away is seen a little narrower.
    const narrow = 1 - 0.1 * Math.max(0, rig.yaw * side);
    ctx.save();
    ctx.translate(side * apart * (1 - 0.03 * Math.abs(rig.yaw)), 0);
    ctx.scale(side * narrow, 1);
    paintEye(ctx, rig, side);
    paintBrow(ctx, rig, side);
    ctx.restore();
  }
}

// Drawn as the eye on the viewer's right: the inner corner is at -x. `side` undoes the mirror for what light does.
function paintEye(ctx: CanvasRenderingContext2D, rig: Rig, side: 1 | -1): void {
  const { look, face } = rig;
  const { width, open, slant, fold, lashes } = look.eye;
  const { skin } = look;
  const lid = clamp(rig.blink, 0, 1);
  const wide = (1 + face.wide * 0.16 - face.squint * 0.14) * open;
  const gazeDrop = rig.gaze.y * 2.4;
  const topOpen = -11 * wide + gazeDrop * 0.7;
  const bottomOpen = 8.2 * open - face.squint * 5.2 - face.cheeks * 1.6;
  const shut = 5.2 - face.squint * 2.6;
  const top = lerp(topOpen, shut, lid);
  const bottom = lerp(bottomOpen, shut + 1, lid);
  const inner: Point = [-width, 3.4];
  const outer: Point = [width, 0.4 - slant];
  const upper: Point[] = [inner, [-width * 0.62, lerp(inner[1], top, 0.66)], [-width * 0.1, top],
    [width * 0.5, lerp(outer[1], top, 0.78)], outer];
  const lower: Point[] = [outer, [width * 0.58, lerp(outer[1], bottom, 0.72)], [0, bottom], [-width * 0.6, lerp(inner[1],
    bottom, 0.7)], inner];
  const hole = spline([[...inner, 1] as unknown as Point, ...upper.slice(1, -1), [outer[0], outer[1], 1],
    ...lower.slice(1, -1)]);

  // Socket: shade between lid and brow, so that the eye lies in the head.
  const socket = ctx.createRadialGradient(-2, -8, 4, -2, -6, 30);
  socket.addColorStop(0, fade(skin.shade, 0.62));
  socket.addColorStop(0.6, fade(skin.shade, 0.26));
  socket.addColorStop(1, fade(skin.shade, 0));
  ctx.fillStyle = socket;
  ctx.fillRect(-34, -38, 68, 64);

  if (lid < 0.96) {
    ctx.save();
    ctx.clip(hole);
    const white = ctx.createLinearGradient(0, top, 0, bottom);
    white.addColorStop(0, "#d9d0cb");
    white.addColorStop(0.45, "#fbf8f5");
    white.addColorStop(1, "#eee4df");
    ctx.fillStyle = white;
    ctx.fillRect(-width - 2, -20, width * 2 + 4, 40);
    ctx.fillStyle = "rgb(222 140 128 / 0.65)";
    ctx.beginPath();
    ctx.ellipse(-width + 1.2, 3.4, 3.6, 2.6, 0, 0, 7);
    ctx.fill();
    paintIris(ctx, rig, side);
    // The lid's shadow on the ball.
    const shadow = ctx.createLinearGradient(0, top, 0, top + 9);
    shadow.addColorStop(0, "rgb(40 22 18 / 0.55)");
    shadow.addColorStop(1, "rgb(40 22 18 / 0)");
    ctx.fillStyle = shadow;
    ctx.fillRect(-width - 2, -20, width * 2 + 4, top + 29);
    ctx.restore();
  }

  // The lid itself, from its fold to its edge.
  const foldY = topOpen - lerp(3.4, 5.6, clamp(fold, 0, 1.2)) - face.wide * 0.5;
  const crease: Point[] = [[-width * 0.86, -1.5], [-width * 0.5, foldY * 0.74], [-width * 0.05, foldY],
    [width * 0.5, foldY * 0.86 - slant * 0.4], [width * 1.06, -4 - slant]];
  const lidPath = spline([...crease, ...[...upper].reverse().slice(0, -1)]);
  const lidTone = ctx.createLinearGradient(0, foldY, 0, Math.max(top, foldY + 3));
  lidTone.addColorStop(0, skin.shade);
  lidTone.addColorStop(1, skin.base);
  ctx.fillStyle = lidTone;
  ctx.globalAlpha = lerp(0.55, 1, lid);
  ctx.fill(lidPath);
  ctx.globalAlpha = 0.42 * clamp(fold + 0.2, 0, 1);
  ctx.strokeStyle = skin.line;
  ctx.lineWidth = 1.5;
  ctx.lineCap = "round";
  ctx.stroke(spline(crease, false));
  ctx.globalAlpha = 1;

  paintLashes(ctx, upper, lashes, lid);
  ctx.strokeStyle = fade(skin.line, 0.5);
  ctx.lineWidth = 1.2;
  ctx.stroke(spline(lower.slice(0, 4), false));
  paintAge(ctx, rig, width, bottomOpen);
}

function paintIris(ctx: CanvasRenderingContext2D, rig: Rig, side: 1 | -1): void {
  const [edge, body, warm] = rig.look.iris;
  const x = side * rig.gaze.x * 6.4 + 0.5;
  const y = -1.2 + rig.gaze.y * 3.4;
  const radius = 10.2;
  const iris = ctx.createRadialGradient(x, y + 3, 2, x, y, radius);
  iris.addColorStop(0, warm);
  iris.addColorStop(0.55, body);
  iris.addColorStop(0.86, edge);
  iris.addColorStop(1, edge);
  ctx.fillStyle = iris;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 7);
  ctx.fill();
  ctx.fillStyle = "#0d0807";
  ctx.beginPath();
  ctx.arc(x, y, 4.5, 0, 7);
  ctx.fill();
  // Studio lights: one large window on the key side, one small kick below. Not mirrored: there is one set of lights.
  ctx.fillStyle = "rgb(255 255 255 / 0.94)";
  ctx.beginPath();
  ctx.ellipse(x + side * 3.4, y - 4, 2.9, 2.4, 0.3 * side, 0, 7);
  ctx.fill();
  ctx.fillStyle = "rgb(255 255 255 / 0.4)";
  ctx.beginPath();
  ctx.ellipse(x - side * 3.6, y + 4.2, 1.8, 1.4, 0, 0, 7);
  ctx.fill();
}

function paintLashes(ctx: CanvasRenderingContext2D, upper: readonly Point[], lashes: number, lid: number): void {
  const thick = lerp(1.5, 3.1, lashes);
  const [inner, innerMid, middle, outerMid, outer] = upper as [Point, Point, Point, Point, Point];
  const wing = lerp(0.5, 4.4, lashes);
  const drop = lid * 3;
  ctx.fillStyle = lashes > 0.5 ? "#1d1210" : "#2c1b15";
  ctx.fill(
    spline([
      [inner[0] - 0.5, inner[1] + 0.4, 1],
      [innerMid[0], innerMid[1] - thick * 0.35],
      [middle[0], middle[1] - thick * 0.75],
      [outerMid[0], outerMid[1] - thick],
      [outer[0] + wing, outer[1] - wing * 0.75 + drop, 1],
      [outer[0], outer[1] + 0.9],
      [outerMid[0] - 0.5, outerMid[1] + thick * 0.25],
      [middle[0], middle[1] + thick * 0.22],
      [innerMid[0], innerMid[1] + thick * 0.16],
    ]),
  );
}

// Lines that years and smiles leave: under the eye, and from its outer corner.
function paintAge(ctx: CanvasRenderingContext2D, rig: Rig, width: number, bottom: number): void {
  const { age, skin } = rig.look;
  const strength = 0.04 + age * 0.24 + rig.face.squint * 0.2;
  ctx.strokeStyle = fade(skin.deep, strength);
  ctx.lineWidth = 1.6;
  ctx.lineCap = "round";
  ctx.stroke(spline([[-width * 0.7, bottom + 4], [-width * 0.1, bottom + 7.4], [width * 0.62, bottom + 4.4]], false));
  if (age < 0.5) return;
  const smile = clamp(rig.face.smile, 0, 1);
  ctx.strokeStyle = fade(skin.deep, 0.16 + 0.25 * smile);
  ctx.stroke(spline([[width + 5, 2], [width + 10, 2.4], [width + 15, 4.4]], false));
  ctx.stroke(spline([[width + 4.5, 5.5], [width + 9, 8], [width + 12.5, 11.5]], false));
}

function paintBrow(ctx: CanvasRenderingContext2D, rig: Rig, side: 1 | -1): void {
  const { brow, eye } = rig.look;
  const { face } = rig;
  const skew = face.browSkew * (side === 1 ? 1 : -0.25);
  const lift = skew + face.wide * 1.5 - rig.blink * 0.8;
  const inner = brow.y - face.browIn - lift * 0.5;
  const peak = brow.y - brow.arch - face.browOut - lift;
  const tail = brow.y + 3.5 - face.browOut * 0.8 - lift * 0.8 - eye.slant * 0.5;
  const press = Math.max(0, -face.browIn) * 0.5;
  const thick = brow.thick;
  const w = eye.width;
  const path = spline([
    [-w * 1.0 - press, inner + thick * 0.42],
    [-w * 0.92 - press, inner - thick * 0.4],
    [-w * 0.2, lerp(inner, peak, 0.66) - thick * 0.48],
    [w * 0.52, peak - thick * 0.4],
    [w * 1.42, tail - 0.2, 1],
    [w * 0.56, peak + thick * 0.36],
    [-w * 0.2, lerp(inner, peak, 0.62) + thick * 0.5],
  ]);
  const hair = ctx.createLinearGradient(-w, 0, w * 1.4, 0);
  hair.addColorStop(0, fade(brow.colour, 0.72));
  hair.addColorStop(0.3, fade(brow.colour, 0.92));
  hair.addColorStop(1, fade(brow.colour, 0.85));
  ctx.fillStyle = hair;
  ctx.fill(path);
}
