/**
 * The set behind and before the presenter: wall, niche with shelves, counter. Each is drawn once for a size and a colour
 * and then only moved, so that a frame costs no drawing.
 */

import { h } from "../../widget/src/dom";
import { setColours, type SetColours } from "./colours";

/** Layers stick out on every side by this share, so that moving them uncovers nothing. */
const BLEED = 0.03;
/** How far a layer goes with the camera, in units of the stage: what is nearer moves more. */
const TRAVEL = { wall: 0.35, niche: 0.8, counter: -0.9 } as const;
/** Soft shapes gain nothing from more pixels than this for each CSS pixel. */
const MOST_DENSITY = 1.5;

/** A place on the stage in units: a hundredth of the short side of a 9:16 or 16:9 frame. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly unit: number;
  readonly portrait: boolean;
}

export function frameOf(width: number, height: number): Frame {
  const unit = Math.min(Math.min(width, height) / 100, (Math.max(width, height) * 0.5625) / 100);
  return { width: width / unit, height: height / unit, unit, portrait: height > width };
}

/** Where things stand, in units: the presenter's eyes across, feet (the lower edge of the figure) and height; the counter's edge. */
export interface Places {
  readonly presenterX: number;
  readonly presenterFoot: number;
  readonly presenterTall: number;
  readonly counterY: number;
}

export function places({ width, height, portrait }: Frame): Places {
  const counterY = portrait ? height * 0.665 : height - 17;
  return { counterY, presenterX: width * (portrait ? 0.32 : 0.34), presenterFoot: counterY + (portrait ? 1.5 : 4), presenterTall: portrait ? 86 : 83 };
}

type Pen = CanvasRenderingContext2D;
type Draw = (pen: Pen, frame: Frame, colours: SetColours) => void;

export class StageSet {
  readonly back: HTMLElement;
  readonly front: HTMLElement;
  private readonly layers: readonly { readonly canvas: HTMLCanvasElement; readonly draw: Draw; readonly travel: number }[];
  private drawn = "";
  private resting = false;

  constructor(private readonly reducedMotion: boolean) {
    const layer = (draw: Draw, travel: number) => ({ canvas: h("canvas", { class: "layer", "aria-hidden": "true" }), draw, travel });
    const wall = layer(drawWall, TRAVEL.wall);
    const niche = layer(drawNiche, TRAVEL.niche);
    const counter = layer(drawCounter, TRAVEL.counter);
    this.layers = [wall, niche, counter];
    this.back = h("div", { class: "set" }, wall.canvas, niche.canvas);
    this.front = h("div", { class: "set set-front" }, counter.canvas);
  }

  /** Draws the layers anew when size or colours have changed. */
  draw(frame: Frame, colour: string, dark: boolean): void {
    const wanted = [frame.width, frame.height, frame.unit, colour, dark].join();
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    const colours = setColours(colour, dark);
    const density = Math.min(window.devicePixelRatio || 1, MOST_DENSITY) * frame.unit;
    for (const { canvas, draw } of this.layers) {
      canvas.width = Math.ceil(frame.width * (1 + 2 * BLEED) * density);
      canvas.height = Math.ceil(frame.height * (1 + 2 * BLEED) * density);
      const pen = canvas.getContext("2d", { alpha: draw !== drawWall });
      if (!pen) continue;
      pen.setTransform(density, 0, 0, density, frame.width * BLEED * density, frame.height * BLEED * density);
      draw(pen, frame, colours);
    }
  }

  /** From now on it stands still: this machine has enough to do with the presenter. */
  rest(): void {
    this.resting = true;
  }

  /** Where the camera is at a time: a slow breath, never the same twice within minutes. */
  move(now_ms: number, frame: Frame): void {
    if (this.reducedMotion || this.resting) return;
    const seconds = now_ms / 1000;
    const x = Math.sin(seconds / 5.3) * 0.6 + Math.sin(seconds / 3.1 + 1) * 0.4;
    const y = Math.sin(seconds / 7.9 + 2) * 0.3;
    // By whole pixels: nothing has to be sampled anew between them, and in shapes this soft the steps don't show.
    const density = window.devicePixelRatio || 1;
    for (const { canvas, travel } of this.layers) {
      const step = travel * frame.unit;
      canvas.style.transform = `translate(${Math.round(x * step * density) / density}px,${Math.round(y * step * 0.5 * density) / density}px)`;
    }
  }
}

function across(pen: Pen, x0: number, y0: number, x1: number, y1: number, ...stops: readonly (readonly [number, string])[]): CanvasGradient {
  const gradient = pen.createLinearGradient(x0, y0, x1, y1);
  for (const [at, colour] of stops) gradient.addColorStop(at, colour);
  return gradient;
}

function around(pen: Pen, x: number, y: number, radius: number, ...stops: readonly (readonly [number, string])[]): CanvasGradient {
  const gradient = pen.createRadialGradient(x, y, 0, x, y, radius);
  for (const [at, colour] of stops) gradient.addColorStop(at, colour);
  return gradient;
}

function fill(pen: Pen, style: string | CanvasGradient, shape: (pen: Pen) => void): void {
  pen.beginPath();
  shape(pen);
  pen.fillStyle = style;
  pen.fill();
}

/** Draws out of focus where the browser can; elsewhere sharp, which is no harm. */
function soft(pen: Pen, radius: number, draw: () => void): void {
  const scale = pen.getTransform().a;
  pen.save();
  pen.filter = `blur(${(radius * scale).toFixed(1)}px)`;
  draw();
  pen.restore();
}

/** The same colour with no strength: a canvas that fades to a transparent white passes through grey. */
function clear(colour: string): string {
  return colour.replace(/( \/ [\d.]+)?\)$/, " / 0)");
}

function drawWall(pen: Pen, frame: Frame, c: SetColours): void {
  const { width: w, height } = frame;
  fill(pen, across(pen, 0, 0, w, height * 0.75, [0, c.wallLit], [0.5, c.wall], [1, c.wallFar]), (p) => p.rect(-w, -height, 3 * w, 3 * height));
  // Panels of the wall, almost not there: they tell the eye where the wall is.
  const step = 17;
  for (let x = -step; x < w + step; x += step)
    fill(pen, across(pen, x, 0, x + step, 0, [0, c.panel], [0.05, clear(c.panel)], [1, clear(c.panel)]), (p) => p.rect(x, -10, step, height + 20));
  // Daylight of a window that is out of the picture, falling from the left.
  soft(pen, 2.2, () => {
    const reach = frame.portrait ? 1 : 1.25;
    for (const [x, wide] of [[-6, 17], [15, 17]] as const)
      fill(pen, across(pen, x, 0, x + 40, 105, [0, c.glow], [1, clear(c.glow)]), (p) => {
        p.moveTo(x * reach, -6);
        p.lineTo((x + wide) * reach, -6);
        p.lineTo((x + wide + 34) * reach, 120);
        p.lineTo((x + 34) * reach, 120);
      });
  });
}

function drawNiche(pen: Pen, frame: Frame, c: SetColours): void {
  const { presenterX: x, counterY } = places(frame);
  const half = frame.portrait ? 30 : 28;
  const top = counterY - (frame.portrait ? 88 : 76);
  const arch = (p: Pen, grow: number): void => {
    p.moveTo(x - half - grow, counterY + 30);
    p.lineTo(x - half - grow, top + half);
    p.arc(x, top + half, half + grow, Math.PI, 0);
    p.lineTo(x + half + grow, counterY + 30);
  };
  // Light that spills from behind the arch onto the wall.
  soft(pen, 4, () => fill(pen, c.glow, (p) => arch(p, 3.5)));
  fill(pen, across(pen, x - half, 0, x + half, 0, [0, c.nicheEdge], [0.5, c.nicheLit], [1, c.nicheEdge]), (p) => arch(p, 0.7));
  fill(pen, across(pen, x - half, top, x + half, counterY, [0, c.niche], [1, c.niche]), (p) => arch(p, 0));
  pen.save();
  pen.beginPath();
  arch(pen, 0);
  pen.clip();
  // The depth of the niche: its left wall is in shade, the lamp stands behind the presenter's head.
  fill(pen, around(pen, x - 4, top + half * 0.95, half * 1.5, [0, c.nicheLit], [1, clear(c.nicheLit)]), (p) => p.rect(x - half, top, 2 * half, counterY));
  soft(pen, 2.4, () => {
    pen.beginPath();
    arch(pen, 8);
    pen.moveTo(x - half + 5.5, counterY + 40);
    pen.lineTo(x - half + 5.5, top + half + 2);
    pen.arc(x + 2.5, top + half + 2, half - 3, Math.PI, 0);
    pen.lineTo(x + half - 0.5, counterY + 40);
    pen.fillStyle = c.shade;
    pen.fill("evenodd");
  });
  pen.restore();
  soft(pen, 0.22, () => drawShelves(pen, frame, c));
}

function drawShelves(pen: Pen, frame: Frame, c: SetColours): void {
  const right = frame.portrait ? frame.width + 4 : frame.width - 8;
  const left = frame.portrait ? frame.width - 24 : frame.width - 62;
  const { counterY } = places(frame);
  const upper = counterY - (frame.portrait ? 66 : 50);
  board(pen, left, right, upper, c);
  vase(pen, left + 6, upper, 3.1, 11, c.thing[0], c);
  books(pen, left + 11.5, upper, c);
  ball(pen, left + 21.5, upper - 2.6, 2.6, c.thing[3], c);
  if (!frame.portrait) {
    vase(pen, right - 8, upper, 4.2, 8.5, c.thing[1], c);
    plant(pen, right - 21, upper, 0.62, c);
  }
    plant(pen, frame.portrait ? frame.width - 4 : frame.width - 3, counterY + (frame.portrait ? 4 : 6), frame.portrait ? 1.5 : 1.35, c);
}

function board(pen: Pen, left: number, right: number, y: number, c: SetColours): void {
  soft(pen, 1.2, () => fill(pen, c.shade, (p) => p.rect(left + 1, y + 1.4, right - left - 1, 3)));
  fill(pen, across(pen, 0, y, 0, y + 1.5, [0, c.shelfEdge], [0.3, c.shelf], [1, c.shelf]), (p) => p.roundRect(left, y, right - left, 1.5, 0.4));
}

/** Light from the left makes things round. */
function lit(pen: Pen, x: number, half: number, c: SetColours): void {
  pen.fillStyle = across(pen, x - half, 0, x + half, 0, [0, clear(c.glow)], [0.28, c.glow], [0.5, clear(c.glow)], [0.5, clear(c.shade)], [1, c.shade]);
  pen.fill();
}

function vase(pen: Pen, x: number, foot: number, half: number, tall: number, colour: string, c: SetColours): void {
  fill(pen, colour, (p) => {
    p.moveTo(x - half * 0.42, foot - tall);
    p.bezierCurveTo(x - half * 0.2, foot - tall * 0.72, x - half * 1.3, foot - tall * 0.62, x - half, foot - tall * 0.3);
    p.quadraticCurveTo(x - half * 0.9, foot, x - half * 0.5, foot);
    p.lineTo(x + half * 0.5, foot);
    p.quadraticCurveTo(x + half * 0.9, foot, x + half, foot - tall * 0.3);
    p.bezierCurveTo(x + half * 1.3, foot - tall * 0.62, x + half * 0.2, foot - tall * 0.72, x + half * 0.42, foot - tall);
  });
  lit(pen, x, half, c);
}

function books(pen: Pen, x: number, foot: number, c: SetColours): void {
  const spines = [[1.5, 9, c.thing[3]], [1.9, 8.2, c.thing[2]], [1.3, 9.6, c.thing[1]], [1.7, 8.6, c.thing[0]]] as const;
  let at = x;
  for (const [thick, tall, colour] of spines) {
    fill(pen, colour, (p) => p.roundRect(at, foot - tall, thick, tall, 0.25));
    lit(pen, at + thick / 2, thick / 2, c);
    at += thick + 0.08;
  }
}

function ball(pen: Pen, x: number, y: number, radius: number, colour: string, c: SetColours): void {
  const round = (p: Pen): void => p.arc(x, y, radius, 0, 2 * Math.PI);
  fill(pen, colour, round);
  fill(pen, across(pen, x - radius, y - radius, x + radius, y + radius, [0, c.glow], [0.45, clear(c.glow)], [0.45, clear(c.shade)], [1, c.shade]), round);
}

function plant(pen: Pen, x: number, foot: number, size: number, c: SetColours): void {
  const leaves = [[-62, 21], [-34, 27], [-8, 31], [18, 28], [44, 23], [68, 17]] as const;
  for (const [angle, length] of leaves) {
    pen.save();
    pen.translate(x, foot - 6 * size);
    pen.rotate((angle * Math.PI) / 180);
    const long = length * size;
    const wide = 3.9 * size;
    fill(pen, across(pen, -wide, -long, wide, 0, [0, c.leafLit], [1, c.leaf]), (p) => {
      p.moveTo(0, 0);
      p.bezierCurveTo(-wide * 1.5, -long * 0.45, -wide * 0.9, -long * 0.85, 0, -long);
      p.bezierCurveTo(wide * 0.9, -long * 0.85, wide * 1.5, -long * 0.45, 0, 0);
    });
    pen.restore();
  }
  vase(pen, x, foot, 5 * size, 10 * size, c.thing[3], c);
}

function drawCounter(pen: Pen, frame: Frame, c: SetColours): void {
  const { counterY: y, presenterX } = places(frame);
  const { width: w, height } = frame;
  const bow = 2.2;
  const edge = (p: Pen, at: number): void => {
    p.moveTo(-w, at + bow);
    p.quadraticCurveTo(w / 2, at - bow, 2 * w, at + bow);
  };
  const slab = (p: Pen, from: number, to: number): void => {
    edge(p, from);
    p.lineTo(2 * w, to + bow);
    p.quadraticCurveTo(w / 2, to - bow, -w, to + bow);
  };
  soft(pen, 1.6, () => fill(pen, c.shade, (p) => slab(p, y - 1.2, y + 2)));
  fill(pen, across(pen, 0, 0, w, 0, [0, c.counterLit], [0.4, c.counterLit], [1, c.counter]), (p) => slab(p, y, y + 4.4));
  // What stands behind it is mirrored in the polish, faintly.
  fill(pen, around(pen, presenterX, y + 2, 30, [0, c.glow], [1, clear(c.glow)]), (p) => slab(p, y + 0.2, y + 4.2));
  fill(pen, across(pen, 0, y, 0, height + 10, [0, c.counterFront], [1, c.counterFar]), (p) => slab(p, y + 4.4, height + 20));
  soft(pen, 1.4, () => fill(pen, c.shade, (p) => slab(p, y + 4.6, y + 7)));
  // Fluted front.
  const flute = 4.2;
  for (let x = -8; x < w + 8; x += flute)
    fill(pen, across(pen, x, 0, x + flute, 0, [0, c.shade], [0.3, clear(c.shade)], [0.3, clear(c.panel)], [0.6, c.panel], [1, clear(c.panel)]), (p) => p.rect(x, y + 5.2, flute, height - y + 20));
  fill(pen, around(pen, presenterX, y + 4, 70, [0, c.glow], [1, clear(c.glow)]), (p) => slab(p, y + 4.4, height + 20));
  fill(pen, across(pen, 0, height - 34, 0, height + 6, [0, clear(c.shade)], [1, c.shade]), (p) => p.rect(-w, height - 34, 3 * w, 60));
}
