// The host on the stage: a figure drawn for this project, painted with Canvas 2D. The stage page makes one, tells it
// about each frame and shows its canvas. It knows nothing of sound, network or the show. The same seed, times and
// poses give the same pictures.
import { paintForearm, paintUpperArm } from "./arms";
import { paintNeck, paintTorso } from "./body";
import { paintCollars } from "./clothes";
import { cloth, type Cloth } from "./colour";
import { paintBeard, paintEarrings, paintHairBehind, paintHairOver, hairlinePath } from "./hair";
import { paintHead } from "./head";
import { Layer, type Box } from "./layer";
import { LOOKS, lookOf } from "./looks";
import type { Rig } from "./rig";
import { Skeleton, type Pose } from "./skeleton";

export type { Pose } from "./skeleton";

/** All presenters there are. */
export const PRESENTERS: readonly string[] = Object.keys(LOOKS);

/**
 * The box that the figure needs, in its own units; it is fitted into the canvas whole, standing on its lower edge.
 * `eyes` is where the middle between the eyes lies: for placing captions, light and cards around the face.
 */
export const FIGURE = { width: 920, height: 1060, eyes: { x: 424, y: 250 } } as const;

export interface Presenter {
  readonly element: HTMLCanvasElement | SVGElement;
  /** What the mouth shows now; `open` 0 (closed) .. 1. A smile that shows teeth between sentences is closed. */
  readonly mouth: { viseme: string; open: number };
  /** Clothes take the shop's colour, `#rrggbb`. */
  setTheme(colour: string): void;
  /** Paints one frame. `nowMs`: any steady clock; a gap of more than a second settles all motion. */
  frame(nowMs: number, pose: Pose): void;
  /** Sets the size in pixels of the canvas. The caller lays it out and chooses the pixel ratio. */
  resize(width: number, height: number): void;
  destroy(): void;
}

const DEFAULT_THEME = "#0b6b74";
// The head turns about the top of the neck.
const NECK_PIVOT = 92;
const CHEST: Box = [-250, 110, 500, 720];

/** Makes a presenter; an unknown id is Lina. `reducedMotion` calms what moves by itself. */
export function createPresenter(
  id: "lina" | "mei" | "omar" | (string & {}),
  options: { reducedMotion: boolean; seed: number },
): Presenter {
  const look = lookOf(id);
  const element = document.createElement("canvas");
  element.setAttribute("aria-hidden", "true");
  const ctx = element.getContext("2d") as CanvasRenderingContext2D;
  const skeleton = new Skeleton(look, options.seed, options.reducedMotion);
  let garment: Cloth = cloth(DEFAULT_THEME);
  const torso = new Layer(CHEST);
  const collars = new Layer(CHEST);
  const mouth = { viseme: "sil", open: 0 };
  return {
    element,
    mouth,
    setTheme(colour) {
      garment = cloth(colour);
    },
    frame(nowMs, pose) {
      const rig = skeleton.advance(nowMs, pose, garment);
      mouth.viseme = pose.blend > 0.5 ? pose.next : pose.viseme;
      mouth.open = skeleton.open;
      paint(ctx, rig, torso, collars);
    },
    resize(width, height) {
      element.width = Math.max(1, Math.round(width));
      element.height = Math.max(1, Math.round(height));
    },
    destroy() {
      element.width = element.height = 0;
      torso.destroy();
      collars.destroy();
      element.remove();
    },
  };
}

function paint(ctx: CanvasRenderingContext2D, rig: Rig, torso: Layer, collars: Layer): void {
  const { width, height } = ctx.canvas;
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const scale = Math.min(width / FIGURE.width, height / FIGURE.height);
  ctx.translate((width - FIGURE.width * scale) / 2 + FIGURE.eyes.x * scale,
    height - (FIGURE.height - FIGURE.eyes.y) * scale);
  ctx.scale(scale, scale);
  ctx.lineJoin = "round";

  const head = (draw: () => void): void => {
    ctx.save();
    ctx.translate(rig.head[0], rig.head[1] + NECK_PIVOT);
    ctx.rotate(rig.roll);
    ctx.translate(0, -NECK_PIVOT);
    draw();
    ctx.restore();
  };
  const arms = rig.front === "left" ? [rig.right, rig.left] : [rig.left, rig.right];

  head(() => paintHairBehind(ctx, rig));
  const chest = `${rig.breath} ${rig.twist} ${rig.cloth.base}`;
  torso.show(ctx, chest, (own) => paintTorso(own, rig));
  paintNeck(ctx, rig);
  collars.show(ctx, chest, (own) => paintCollars(own, rig));
  for (const arm of arms) paintUpperArm(ctx, rig, arm);
  head(() => {
    paintHead(ctx, rig, hairlinePath(rig), rig.look.beard ? (face) => paintBeard(ctx, rig, face) : null);
    paintEarrings(ctx, rig);
    paintHairOver(ctx, rig);
  });
  for (const arm of arms) paintForearm(ctx, rig, arm);
}
