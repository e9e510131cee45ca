// Light: how a flat shape gets a lit side, a shaded side and a rim. The key light stands at the viewer's upper
// right, the rim light behind the presenter's back on the left. No blur and no filter: both are slow without a GPU.
/** Strokes the inside of the shape: rim colour on its left edge, key light on its right. */
export function rim(
  ctx: CanvasRenderingContext2D,
  path: Path2D,
  [left, right]: readonly [number, number],
  colour: string,
  width: number,
  strength: number,
  key = 0.35,
  keep: "atop" | "clip" | "clipped" = "atop",
): void {
  const light = ctx.createLinearGradient(left, 0, right, 0);
  light.addColorStop(0, colour);
  light.addColorStop(0.05, colour);
  light.addColorStop(0.15, "rgb(255 255 255 / 0)");
  light.addColorStop(0.84, "rgb(255 244 228 / 0)");
  light.addColorStop(1, `rgb(255 244 228 / ${key})`);
  ctx.save();
  // Painting only on what is there already costs far less than a clip. What lies behind the edge gets a breath of
  // the light too; where that would show (a face before dark hair), the caller asks for a clip,
  // or has one already.
  if (keep === "clip") ctx.clip(path);
  else if (keep === "atop") ctx.globalCompositeOperation = "source-atop";
  ctx.globalAlpha = strength;
  ctx.strokeStyle = light;
  ctx.lineWidth = width * 2;
  ctx.stroke(path);
  ctx.restore();
}

/** Inside the current clip: everything that the shape, moved by x and y, does not cover. A hard-edged shade. */
export function outside(ctx: CanvasRenderingContext2D, path: Path2D, x: number, y: number, colour: string): void {
  const region = new Path2D();
  region.rect(-900, -900, 2400, 2600);
  region.addPath(path, new DOMMatrix([1, 0, 0, 1, x, y]));
  ctx.fillStyle = colour;
  ctx.fill(region, "evenodd");
}

/** A round patch of colour that fades out. */
export function glow(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  wide: number,
  high: number,
  hex: string,
  alpha: number,
): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(1, high / wide);
  const patch = ctx.createRadialGradient(0, 0, 0, 0, 0, wide);
  patch.addColorStop(0, fade(hex, alpha));
  patch.addColorStop(0.5, fade(hex, alpha * 0.55));
  patch.addColorStop(1, fade(hex, 0));
  ctx.fillStyle = patch;
  ctx.fillRect(-wide, -wide, wide * 2, wide * 2);
  ctx.restore();
}

/** A `#rrggbb` colour with an alpha. */
export function fade(hex: string, alpha: number): string {
  const value = parseInt(hex.slice(1), 16);
  return `rgb(${value >> 16} ${(value >> 8) & 255} ${value & 255} / ${alpha})`;
}

/** `rgb(r g b / 1)` with another alpha. */
export const faint = (colour: string, alpha: number): string => colour.replace(/\/ [\d.]+\)/, `/ ${alpha})`);
