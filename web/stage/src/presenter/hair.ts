// Paints hair: what lies behind the body, what frames the face, beard and earrings. Tips trail behind the head.
import { mirrored, smooth, spline, tube, type Point } from "./geometry";
import { TURN } from "./head";
import { fade, outside, rim } from "./paint";
import type { Rig } from "./rig";

// The lower a point hangs, the further it trails.
function hang(rig: Rig, points: readonly Point[], depth: number): Point[] {
  return points.map((point): Point => {
    const far = smooth((point[1] + 30) / 300) * 1.2;
    const x = point[0] + rig.yaw * TURN * depth + rig.lag.x * far;
    const y = point[1] + rig.lag.y * far * 0.5;
    return [x, y, point[2] ?? 0];
  });
}

interface Style {
  /** Behind neck and shoulders. */
  behind: readonly Point[];
  /** Over forehead and temples; the first of them throws a shadow on the forehead. */
  over: readonly (readonly Point[])[];
  /** Strands: a line, how thick, and which tone. */
  strands: readonly { line: readonly Point[]; thick: number; tone: "light" | "dark" | "shine"; alpha: number }[];
}

const WAVES: Style = {
  behind: mirrored([[0, -144], [56, -138], [94, -106], [112, -50], [112, 20], [114, 90], [126, 160], [118, 206],
    [70, 226], [0, 222]]),
  over: [
    // From the parting over the viewer's left.
    [[24, -144, 1], [-22, -150], [-70, -132], [-102, -88], [-115, -24], [-110, 34], [-116, 84], [-134, 136], [-140, 190],
      [-128, 232], [-128, 258], [-118, 284, 0.7], [-105, 276], [-93, 294, 0.7], [-80, 266], [-72, 238], [-84, 198],
      [-70, 150], [-72, 104], [-85, 56], [-83, 4], [-77, -30], [-62, -62], [-26, -88], [30, -112, 1]],
    // And over the right.
    [[22, -144, 1], [64, -138], [98, -102], [114, -44], [112, 20], [108, 70], [126, 124], [140, 178], [132, 222],
      [134, 246], [126, 272, 0.7], [113, 262], [102, 280, 0.7], [90, 252], [82, 222], [92, 176], [74, 128], [79, 78],
      [87, 28], [83, -18], [73, -58], [52, -92], [28, -112, 1]],
  ],
  strands: [
    { line: [[10, -138], [-48, -124], [-86, -72], [-96, 0], [-92, 70], [-112, 150], [-104, 220]],
      thick: 5, tone: "light", alpha: 0.55 },
    { line: [[16, -132], [-34, -112], [-74, -62], [-88, 6], [-82, 80], [-92, 150], [-92, 214]],
      thick: 3, tone: "shine", alpha: 0.38 },
    { line: [[-10, -140], [-70, -112], [-100, -44], [-101, 40], [-106, 110], [-124, 180], [-114, 246]],
      thick: 4, tone: "dark", alpha: 0.5 },
    { line: [[0, -120], [-50, -92], [-80, -36], [-86, 40], [-76, 110], [-76, 160], [-84, 220]],
      thick: 3.4, tone: "dark", alpha: 0.45 },
    { line: [[32, -134], [74, -106], [98, -46], [98, 30], [96, 90], [118, 160], [112, 226]],
      thick: 5, tone: "light", alpha: 0.65 },
    { line: [[34, -126], [70, -90], [90, -30], [92, 36], [84, 100], [98, 160], [96, 220]],
      thick: 2.8, tone: "shine", alpha: 0.5 },
    { line: [[30, -122], [58, -92], [80, -40], [86, 30], [78, 90], [84, 150], [92, 200]],
      thick: 3.2, tone: "dark", alpha: 0.45 },
    { line: [[52, -134], [92, -86], [105, -20], [103, 60], [112, 120], [128, 180], [118, 232]],
      thick: 2.6, tone: "shine", alpha: 0.42 },
  ],
};

const BOB: Style = {
  behind: mirrored([[0, -140], [54, -134], [90, -102], [106, -48], [110, 10], [110, 60], [106, 92], [90, 114], [54, 120],
    [0, 118]]),
  over: [
    // Fringe and the viewer's left, over the ear.
    [[40, -140, 1], [-14, -144], [-62, -128], [-96, -86], [-109, -26], [-112, 36], [-108, 82], [-94, 110], [-70, 117],
      [-76, 96], [-80, 64], [-84, 20], [-83, -20], [-78, -38], [-58, -34], [-34, -32], [-8, -33], [20, -36], [46, -42],
      [70, -50, 0.6], [74, -80], [66, -120]],
    // Tucked behind the ear on the right.
    [[36, -142, 1], [74, -128], [100, -88], [110, -36], [112, 6], [108, 4], [100, -14], [93, -16], [89, -4], [86, 18],
      [83, 30, 1], [80, 2], [77, -26], [66, -50], [52, -86]],
  ],
  strands: [
    { line: [[20, -136], [-40, -124], [-84, -76], [-98, -10], [-100, 50], [-88, 108]],
      thick: 6, tone: "light", alpha: 0.6 },
    { line: [[-60, -112], [-90, -66], [-101, -20], [-104, 10]], thick: 4.4, tone: "shine", alpha: 0.5 },
    { line: [[26, -128], [4, -100], [-14, -70], [-20, -42]], thick: 5, tone: "light", alpha: 0.5 },
    { line: [[34, -126], [28, -100], [22, -72], [24, -50]], thick: 3, tone: "light", alpha: 0.55 },
    { line: [[14, -126], [-18, -100], [-42, -68], [-50, -44]], thick: 3.2, tone: "dark", alpha: 0.7 },
    { line: [[36, -132], [44, -100], [42, -74], [46, -58]], thick: 2.6, tone: "dark", alpha: 0.6 },
    { line: [[-20, -112], [-50, -84], [-66, -58]], thick: 3, tone: "shine", alpha: 0.32 },
    { line: [[0, -110], [-8, -88], [-6, -66]], thick: 3, tone: "shine", alpha: 0.32 },
    { line: [[50, -134], [82, -104], [98, -56], [99, -24]], thick: 4.6, tone: "light", alpha: 0.7 },
    { line: [[62, -122], [84, -92], [94, -54]], thick: 3, tone: "shine", alpha: 0.5 },
  ],
};

const CROPPED: Style = {
  // Shows between face and temple when the head turns.
  behind: mirrored([[0, -140], [56, -130], [84, -98], [91, -44], [88, -8], [70, 14], [0, 20]]),
  over: [
    [[-88, 8, 1], [-95, -30], [-94, -74], [-78, -116], [-44, -142], [2, -152], [48, -146], [80, -120], [95, -76],
      [95, -30], [88, 8, 1], [81, -14], [79, -44], [74, -66], [58, -82], [28, -88], [-6, -84], [-40, -88], [-62, -78],
      [-75, -60], [-79, -38], [-81, -12]],
  ],
  strands: [
    { line: [[-60, -92], [-40, -118], [-10, -134], [26, -138]], thick: 5, tone: "light", alpha: 0.55 },
    { line: [[-30, -94], [0, -114], [34, -122], [64, -108]], thick: 5, tone: "light", alpha: 0.6 },
    { line: [[10, -94], [36, -106], [62, -96], [78, -72]], thick: 4, tone: "light", alpha: 0.55 },
    { line: [[-10, -96], [22, -118], [56, -116]], thick: 2.2, tone: "shine", alpha: 0.35 },
  ],
};

const STYLES = { waves: WAVES, bob: BOB, cropped: CROPPED } as const;

export function paintHairBehind(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { behind } = STYLES[rig.look.hairStyle];
  const { hair } = rig.look;
  const path = spline(hang(rig, behind, -0.2));
  const tone = ctx.createLinearGradient(0, -140, 0, 200);
  tone.addColorStop(0, hair.base);
  tone.addColorStop(0.45, hair.dark);
  tone.addColorStop(1, hair.dark);
  ctx.fillStyle = tone;
  ctx.fill(path);
  rim(ctx, path, [-118, 118], hair.shine, 2.4, 0.7, 0.26);
}

/** What lies on the forehead, for its shadow. */
export function hairlinePath(rig: Rig): Path2D {
  const path = new Path2D();
  for (const part of STYLES[rig.look.hairStyle].over) path.addPath(spline(hang(rig, part, 0.3)));
  return path;
}

export function paintHairOver(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { hair, hairStyle } = rig.look;
  const style = STYLES[hairStyle];
  const whole = new Path2D();
  for (const part of [...style.over].reverse()) {
    const path = spline(hang(rig, part, 0.3));
    whole.addPath(path);
    const tone = ctx.createLinearGradient(-100, -60, 110, -130);
    tone.addColorStop(0, hair.dark);
    tone.addColorStop(0.35, hair.base);
    tone.addColorStop(0.75, hair.base);
    tone.addColorStop(1, hair.light);
    ctx.fillStyle = tone;
    ctx.fill(path);
  }
  ctx.save();
  // Grey temples fade over the ears' edge and need the clip; strands lie inside the hair and do without its cost.
  if (hairStyle === "cropped") ctx.clip(whole);
  else ctx.globalCompositeOperation = "source-atop";
  for (const { line, thick, tone, alpha } of style.strands) {
    const points = hang(rig, line, 0.3);
    const radii = points.map((_, index) => thick * Math.sin(Math.PI * (0.12 + (0.82 * index) / (points.length - 1))));
    ctx.fillStyle = fade(hair[tone], alpha);
    ctx.fill(tube(points, radii));
  }
  if (hairStyle === "cropped") paintTemples(ctx, rig);
  ctx.restore();
  rim(ctx, whole, [-120, 120], hair.shine, 1.7, 0.75, 0.3);
}

function paintTemples(ctx: CanvasRenderingContext2D, rig: Rig): void {
  for (const side of [-1, 1]) {
    const grey = ctx.createLinearGradient(side * 96, 0, side * 62, -30);
    grey.addColorStop(0, fade(rig.look.hair.shine, 0.75));
    grey.addColorStop(1, fade(rig.look.hair.shine, 0));
    ctx.fillStyle = grey;
    ctx.fillRect(side === 1 ? 56 : -100, -90, 44, 110);
  }
}

// Short strokes that fan out from the mouth over the chin; two irrational steps scatter them evenly.
function hairs(count: number, near: number, far: number, spread: number): Path2D {
  const path = new Path2D();
  for (let index = 0; index < count; index += 1) {
    const angle = Math.PI / 2 + (((index * 0.618034) % 1) * 2 - 1) * spread;
    const from = near + ((index * 0.754878) % 1) * (far - near);
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    path.moveTo(x * from * 1.15, 74 + y * from);
    path.lineTo(x * (from + 6) * 1.13, 74 + y * (from + 6));
  }
  return path;
}

const GREY_HAIRS = hairs(120, 20, 52, 0.95);
const DARK_HAIRS = hairs(130, 30, 64, 1.7);

/** A trimmed beard: jaw, chin and upper lip, greyer at the chin. */
export function paintBeard(ctx: CanvasRenderingContext2D, rig: Rig, face: Path2D): void {
  const { hair } = rig.look;
  const turn = rig.yaw * TURN;
  const low = rig.jaw;
  const lip = rig.look.mouth.y - 15 + rig.pitch * 6;
  const smile = Math.max(0, rig.face.smile) * 3;
  const inner: Point[] = [
    [86, -4], [80, 22], [74, 48], [60 + turn * 0.5, 66 - smile], [44 + turn * 0.66, 71 - smile],
      [32 + turn * 0.72, 66 - smile], [20 + turn * 0.75, lip - 1], [6 + turn * 0.78, lip - 3.5],
      [turn * 0.78, lip - 1.5],
    [-6 + turn * 0.78, lip - 3.5], [-20 + turn * 0.75, lip - 1], [-32 + turn * 0.72, 66 - smile],
      [-44 + turn * 0.66, 71 - smile], [-60 + turn * 0.5, 66 - smile], [-74, 48], [-81, 22], [-86, -4],
  ];
  const outer: Point[] = [[-92, -4], [-90, 50], [-84 + turn * 0.3, 92 + low * 0.7], [-54 + turn * 0.45, 128 + low],
    [turn * 0.5, 140 + low], [54 + turn * 0.45, 128 + low], [84 + turn * 0.3, 92 + low * 0.7], [90, 50], [92, -4]];
  const area = spline([...inner, ...outer]);
  const tone = ctx.createLinearGradient(-80, 60, 80, 40);
  tone.addColorStop(0, fade(hair.dark, 0.94));
  tone.addColorStop(0.5, fade(hair.base, 0.9));
  tone.addColorStop(1, fade(hair.light, 0.82));
  ctx.save();
  // The beard stands a little out from the skin.
  const thick = new Path2D(face);
  thick.addPath(face, new DOMMatrix([1, 0, 0, 1, turn * 0.02, 4]));
  ctx.clip(thick);
  // Stubble at its border, so that it grows instead of being stuck on.
  ctx.strokeStyle = fade(hair.base, 0.085);
  for (const width of [11, 8.5, 6, 4, 2]) {
    ctx.lineWidth = width;
    ctx.stroke(area);
  }
  ctx.fillStyle = tone;
  ctx.fill(area);
  for (const side of [-1, 1]) {
    const grey = ctx.createRadialGradient(side * 22 + turn * 0.6, 122 + low, 2, side * 22 + turn * 0.6, 118 + low, 34);
    grey.addColorStop(0, fade(hair.shine, 0.26));
    grey.addColorStop(1, fade(hair.shine, 0));
    ctx.fillStyle = grey;
    ctx.fillRect(-90, 70, 180, 90);
  }
  outside(ctx, face, 10, -6, fade(hair.dark, 0.25));
  // Single hairs: dark along the jaw, grey at the chin.
  ctx.lineWidth = 0.9;
  ctx.lineCap = "round";
  for (const [hairs, colour, alpha] of [[DARK_HAIRS, hair.dark, 0.26], [GREY_HAIRS, hair.shine, 0.5]] as const) {
    ctx.strokeStyle = fade(colour, alpha);
    const strokes = new Path2D();
    strokes.addPath(hairs, new DOMMatrix([1, 0, 0, 1, turn * 0.55, low * 0.9]));
    ctx.stroke(strokes);
  }
  ctx.restore();
}

export function paintEarrings(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const { earrings } = rig.look;
  if (!earrings) return;
  for (const side of earrings === "pearl" ? [1] : [-1, 1]) {
    ctx.save();
    ctx.translate(side * (87 - rig.yaw * side * 7) + rig.yaw * 2, 46 - rig.pitch * 5);
    ctx.rotate(rig.lag.ear);
    const gold = ctx.createLinearGradient(-8, 0, 10, 30);
    gold.addColorStop(0, "#b07a22");
    gold.addColorStop(0.5, "#f7d98b");
    gold.addColorStop(1, "#a36a18");
    ctx.strokeStyle = gold;
    if (earrings === "hoop") {
      ctx.lineWidth = 3.4;
      ctx.beginPath();
      ctx.ellipse(0, 17, 10.5, 16, 0, 0, 7);
      ctx.stroke();
    } else {
      ctx.lineWidth = 1.6;
      ctx.beginPath();
      ctx.moveTo(0, -2);
      ctx.lineTo(0, 12);
      ctx.stroke();
      const pearl = ctx.createRadialGradient(2, 16, 1, 0, 18, 8);
      pearl.addColorStop(0, "#ffffff");
      pearl.addColorStop(1, "#d6cbd0");
      ctx.fillStyle = pearl;
      ctx.beginPath();
      ctx.arc(0, 18, 6.6, 0, 7);
      ctx.fill();
    }
    ctx.restore();
  }
}
