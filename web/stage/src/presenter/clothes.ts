// Paints what the presenters wear: jacket over shirt or top, blouse with collar. Called by body.ts inside the chest's
// outline, and once more for what lies over the neck.
import { spline, type Point } from "./geometry";
import type { Look } from "./looks";
import { fade, faint, glow } from "./paint";
import type { Rig } from "./rig";

/** Where all clothes end, below the picture. */
export const BOTTOM = 900;
/** Where a jacket ends. */
export const HEM = 704;

/** What lies on the chest, below the neck. The caller keeps it inside the chest. */
export function paintChest(ctx: CanvasRenderingContext2D, rig: Rig): void {
  if (rig.look.outfit === "blouse") paintFront(ctx, rig, middle(rig));
  else paintInner(ctx, rig, middle(rig));
}

/** What lies over the neck: collar, lapels. */
export function paintCollars(ctx: CanvasRenderingContext2D, rig: Rig): void {
  if (rig.look.outfit === "blouse") paintCollar(ctx, rig, middle(rig));
  else paintJacket(ctx, rig, middle(rig));
}

const middle = (rig: Rig): number => rig.twist * 14;

const buttonOf = (look: Look): number => (look.outfit === "blazer" ? 500 : 540);

// What is worn under the jacket.
function paintInner(ctx: CanvasRenderingContext2D, rig: Rig, x: number): void {
  const { look } = rig;
  const neck = look.neck;
  const button = buttonOf(look);
  const [white, grey] = look.inner;
  const inner = ctx.createLinearGradient(-70, 0, 70, 0);
  inner.addColorStop(0, grey);
  inner.addColorStop(0.55, white);
  inner.addColorStop(1, white);
  ctx.fillStyle = inner;
  ctx.fill(spline([[-neck - 30, 140, 1], [neck + 30, 140, 1], [46 + x, 330], [6 + x, button, 1], [-46 + x, 330]]));
}

function paintJacket(ctx: CanvasRenderingContext2D, rig: Rig, x: number): void {
  const { look, cloth } = rig;
  const woman = look.outfit === "blazer";
  const button = buttonOf(look);
  const neck = look.neck;
  if (woman) paintNecklace(ctx, x);
  else paintShirt(ctx, rig, x, button);

  for (const side of [-1, 1] as const) {
    const lapel = lapelPath(side, x, neck, button, woman);
    ctx.save();
    ctx.translate(side * -5, 0);
    ctx.fillStyle = "rgb(60 20 14 / 0.17)";
    ctx.fill(lapel);
    ctx.restore();
    const tone = ctx.createLinearGradient(side * 110, 200, side * 10, 420);
    tone.addColorStop(0, side === 1 ? cloth.light : cloth.base);
    tone.addColorStop(1, side === 1 ? cloth.base : cloth.dark);
    ctx.fillStyle = tone;
    ctx.fill(lapel);
    ctx.strokeStyle = faint(side === 1 ? cloth.rim : cloth.light, 0.5);
    ctx.lineWidth = 1.6;
    ctx.stroke(lapel);
  }
  // Closing edge, button, darts, pocket.
  ctx.lineCap = "round";
  ctx.strokeStyle = faint(cloth.deep, 0.8);
  ctx.lineWidth = 3;
  ctx.stroke(spline([[x * 0.9 - 3, button - 2], [-6 + x * 0.6, 610], [-14 + x * 0.4, HEM + 8]], false));
  ctx.lineWidth = 2;
  ctx.strokeStyle = faint(cloth.deep, 0.4);
  for (const side of [-1, 1]) {
    ctx.stroke(spline([[side * look.bust * 0.6 + x, 430], [side * look.waist * 0.6 + x * 0.6, 530],
      [side * look.hip * 0.56, 680]], false));
    ctx.stroke(spline([[side * look.hip * 0.42, 664], [side * look.hip * 0.86, 652]], false));
  }
  // Cloth pulls towards the button and hangs from the bust.
  const pulls: readonly (readonly Point[])[] = [
    [[10, button + 8], [48, button - 6], [92, button - 34]], [[10, button + 22], [46, button + 34], [84, button + 66]],
    [[-8, button + 8], [-50, button - 2], [-92, button - 26]], [[-8, button + 24], [-46, button + 42],
      [-78, button + 78]],
    [[look.bust * 0.96, 318], [look.bust * 0.8, 362], [look.bust * 0.76, 414]], [[-look.bust * 0.96, 318],
      [-look.bust * 0.8, 362], [-look.bust * 0.78, 414]],
  ];
  ctx.fillStyle = faint(cloth.deep, 0.3);
  for (const pull of pulls) ctx.fill(tubeFold(pull.map(([px, py]): Point => [px + x * 0.8, py])));
  glow(ctx, look.bust * 0.55 + x, 356, 62, 74, "#ffffff", 0.09);
  ctx.fillStyle = cloth.lining;
  ctx.beginPath();
  ctx.arc(x * 0.9 + 2, button + 16, 6.4, 0, 7);
  ctx.fill();
  ctx.fillStyle = faint(cloth.rim, 0.5);
  ctx.beginPath();
  ctx.arc(x * 0.9 + 3.6, button + 14.4, 2.2, 0, 7);
  ctx.fill();
  paintMicrophone(ctx, -58 + x, 318);
}

function lapelPath(side: 1 | -1, x: number, neck: number, button: number, woman: boolean): Path2D {
  const out = woman ? 0 : 10;
  const points: Point[] = [
    [side * (neck + 3), 136, 1], [side * (neck + 26), 147], [side * (neck + 52 + out), 196],
      [side * (neck + 64 + out) + x * 0.6, 250, 1],
    [side * (neck + 44 + out) + x * 0.7, 262, 1], [side * (neck + 58 + out) + x * 0.7, 296, 1],
      [side * (neck + 16) + x * 0.9, 400], [x * 0.9 + side * 2, button, 1],
    [side * 22 + x, 390], [side * (neck + 2) + x * 0.8, 270], [side * (neck + 4) + x * 0.3, 190],
  ];
  return spline(points);
}

function paintShirt(ctx: CanvasRenderingContext2D, rig: Rig, x: number, button: number): void {
  const [white, grey] = rig.look.inner;
  ctx.strokeStyle = fade("#8d909b", 0.55);
  ctx.lineWidth = 1.8;
  ctx.stroke(spline([[x * 0.8, 226], [x, 360], [x, button]], false));
  for (const y of [262, 318, 374, 430]) {
    ctx.fillStyle = fade("#8d909b", 0.7);
    ctx.beginPath();
    ctx.arc(x * 0.9 + 5, y, 2.6, 0, 7);
    ctx.fill();
  }
  for (const side of [-1, 1] as const) {
    const { neck } = rig.look;
    const wing = spline([[side * (neck - 3), 126, 1], [side * (neck + 4), 132], [side * (neck + 12) + x * 0.5, 190],
      [side * 34 + x * 0.8, 246, 1], [side * 6 + x * 0.7, 216, 1], [side * (neck - 14), 172]]);
    ctx.save();
    ctx.translate(-side * 1, 6);
    ctx.fillStyle = "rgb(30 26 40 / 0.2)";
    ctx.fill(wing);
    ctx.restore();
    ctx.fillStyle = side === 1 ? white : grey;
    ctx.fill(wing);
  }
}

// How deep the neckline of each outfit is, and how wide.
const NECKLINES = { blazer: [246, 40], jacket: [222, 26], blouse: [190, 20] } as const;

function paintNecklace(ctx: CanvasRenderingContext2D, x: number): void {
  ctx.strokeStyle = "#d9a94e";
  ctx.lineWidth = 1.6;
  ctx.stroke(spline([[-34 + x * 0.5, 162], [-18 + x * 0.7, 198], [x * 0.8, 214], [18 + x * 0.7, 198],
    [34 + x * 0.5, 162]], false));
  ctx.fillStyle = "#f3d080";
  ctx.beginPath();
  ctx.arc(x * 0.8, 216, 4, 0, 7);
  ctx.fill();
}

/** Skin that the clothes leave free, with collar bones. */
export function paintNeckline(ctx: CanvasRenderingContext2D, rig: Rig): void {
  const [depth, half] = NECKLINES[rig.look.outfit];
  const x = middle(rig);
  const { skin, neck } = rig.look;
  const light = ctx.createLinearGradient(-neck - 4, 0, neck + 8, 0);
  light.addColorStop(0, skin.shade);
  light.addColorStop(0.5, skin.base);
  light.addColorStop(1, skin.light);
  ctx.fillStyle = light;
  ctx.fill(spline([[-neck - 4, 140, 1], [neck + 4, 140, 1], [half + 12 + x * 0.6, 196],
    [half * 0.6 + x * 0.8, depth - 10], [x * 0.8, depth], [-half * 0.6 + x * 0.8, depth - 10],
    [-half - 12 + x * 0.6, 196]]));
  ctx.strokeStyle = fade(skin.deep, 0.3);
  ctx.lineWidth = 2.4;
  ctx.lineCap = "round";
  for (const side of [-1, 1]) ctx.stroke(spline([[side * 8 + x * 0.7, 196], [side * 24 + x * 0.6, 190],
    [side * (neck + 20), 184]], false));
  glow(ctx, 16 + x * 0.7, 212, 20, 14, skin.light, 0.5);
}

function paintFront(ctx: CanvasRenderingContext2D, rig: Rig, x: number): void {
  const { cloth } = rig;
  // Knit: soft folds from the shoulders and under the bust.
  glow(ctx, 62 + x, 350, 90, 80, "#ffffff", 0.13);
  ctx.lineCap = "round";
  const folds: readonly (readonly Point[])[] = [
    [[-118, 300], [-86, 372], [-92, 430]], [[120, 300], [92, 376], [98, 436]], [[-96, 520], [-40, 540], [10, 536]],
      [[100, 500], [60, 530], [22, 536]], [[-104, 560], [-60, 590], [-20, 592]],
  ];
  for (const fold of folds) {
    ctx.fillStyle = faint(cloth.deep, 0.3);
    ctx.fill(tubeFold(fold.map(([px, py]): Point => [px + x * 0.6, py])));
  }
  ctx.strokeStyle = faint(cloth.deep, 0.55);
  ctx.lineWidth = 2.2;
  ctx.stroke(spline([[x * 0.8, 196], [x, 380], [x * 0.7, 620], [0, BOTTOM]], false));
}

// A white collar over a round neck, and buttons.
function paintCollar(ctx: CanvasRenderingContext2D, rig: Rig, x: number): void {
  const { look } = rig;
  const neck = look.neck;
  for (const side of [-1, 1] as const) {
    const wing = spline([[side * (neck - 4), 132, 1], [side * (neck + 16), 146], [side * (neck + 40) + x * 0.4, 188],
      [side * (neck + 26) + x * 0.7, 236], [side * 34 + x * 0.8, 242], [side * 4 + x * 0.8, 190, 1],
      [side * (neck - 8) + x * 0.4, 168]]);
    ctx.save();
    ctx.translate(0, 7);
    ctx.fillStyle = "rgb(20 14 26 / 0.22)";
    ctx.fill(wing);
    ctx.restore();
    const paper = ctx.createLinearGradient(side * 20, 150, side * 70, 240);
    paper.addColorStop(0, look.inner[0]);
    paper.addColorStop(1, side === 1 ? look.inner[0] : look.inner[1]);
    ctx.fillStyle = paper;
    ctx.fill(wing);
  }
  for (const y of [236, 304, 372, 440]) {
    ctx.fillStyle = look.inner[0];
    ctx.beginPath();
    ctx.arc(x * 0.9 + 7, y, 4, 0, 7);
    ctx.fill();
  }
  paintMicrophone(ctx, -34 + x, 282);
}

function tubeFold(points: readonly Point[]): Path2D {
  const [from, middle, to] = points as [Point, Point, Point];
  return spline([[from[0], from[1], 1], [middle[0] - 3, middle[1]], [to[0], to[1], 1], [middle[0] + 5, middle[1] + 3]]);
}

// A clip microphone: somebody on air wears one.
function paintMicrophone(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.fillStyle = "#1b1c22";
  ctx.fill(spline([[x - 3, y + 1], [x - 1, y - 6], [x + 5, y - 6], [x + 7, y + 1], [x + 6, y + 14, 1],
    [x - 2, y + 14, 1]]));
  ctx.fillStyle = "rgb(255 255 255 / 0.4)";
  ctx.fillRect(x + 2.6, y + 2, 1.8, 9);
}
