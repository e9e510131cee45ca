// For looking at the presenters while drawing them: sheets of all shapes, poses and moods, and the cost of a frame.
// Not part of the stage; built by presenter-demo.mjs only.
import { MOODS } from "./motion";
import { MOUTHS } from "./mouthshapes";
import { BODY_POSES } from "./poses";
import { createPresenter, PRESENTERS, type Pose } from "./presenter";

const query = new URLSearchParams(location.search);
const text = (name: string, otherwise: string): string => query.get(name) ?? otherwise;
const number = (name: string, otherwise: number): number => Number(query.get(name) ?? otherwise);

const CALM: Pose = { viseme: "sil", weight: 1, next: "sil", blend: 0, loudness: 0, gesture: "rest", mood: "neutral",
  lookAt: { x: 0, y: 0 }, speaking: false };
const THEME = text("colour", "#0b6b74");
const DARK = text("set", "light") === "dark";
document.documentElement.dataset["set"] = DARK ? "dark" : "light";

interface Cell {
  label: string;
  who: string;
  pose: Partial<Pose>;
  at?: number;
  colour?: string;
}

const COLOURS = ["#e8483d", "#ffc24b", "#f7a8c4", "#ffffff", "#111111", "#7a4a2b", "#e9b893", "#2f6bff", "#6b3fa0", "#7cb518"];

const moments = (count: number, step: number, who: string): Cell[] =>
  Array.from({ length: count }, (_, index) => ({ label: `${index * step} ms`, who, pose: {}, at: index * step }));

const SHEETS: Record<string, (who: string) => Cell[]> = {
  all: () => PRESENTERS.map((id) => ({ label: id, who: id, pose: { gesture: text("gesture", "rest"), mood: text("mood", "neutral") } })),
  visemes: (who) =>
    Object.keys(MOUTHS).map((viseme) => ({
      label: viseme,
      who,
      pose: { viseme, next: viseme, loudness: 0.6, speaking: true, mood: text("mood", "neutral") },
    })),
  gestures: (who) =>
    Object.keys(BODY_POSES)
      .filter((gesture) => !gesture.startsWith("talk") || query.has("all"))
      .map((gesture) => ({ label: gesture, who, pose: { gesture, mood: text("mood", "happy") } })),
  moods: (who) => Object.keys(MOODS).map((mood) => ({ label: mood, who, pose: { mood } })),
  themes: (who) => COLOURS.map((colour) => ({ label: colour, who, pose: { gesture: "palm", mood: "warm" }, colour })),
  talk: (who) => moments(16, 125, who),
  blink: (who) => moments(16, 30, who),
  change: (who) => moments(14, 50, who),
};

const SOUNDS = ["sil", "DD", "I", "SS", "E", "PP", "RR", "O", "DD", "aa", "kk", "TH", "U", "nn", "FF", "aa", "sil"];

/** Somebody talks: a sound each 110 ms, louder on vowels. */
function speech(timeMs: number): Partial<Pose> {
  const at = timeMs / 110;
  const index = Math.floor(at) % SOUNDS.length;
  const viseme = SOUNDS[index] as string;
  const loud = "aaEIOU".includes(viseme) ? 0.9 : viseme === "sil" ? 0 : 0.35;
  return { viseme, next: SOUNDS[(index + 1) % SOUNDS.length] as string, blend: Math.max(0, (at % 1) * 2 - 1),
    loudness: loud, speaking: true, mood: "happy", gesture: timeMs > 700 ? "palm" : "rest", lookAt: null };
}

function moment(cell: Cell, timeMs: number): Partial<Pose> {
  const sheet = query.get("sheet");
  if (sheet === "talk") return speech(timeMs);
  return sheet === "change" ? { gesture: timeMs > 0 ? text("to", "heart") : text("from", "rest"),
    mood: "happy" } : cell.pose;
}

function draw(cell: Cell, width: number, height: number): HTMLElement {
  const presenter = createPresenter(cell.who, { reducedMotion: false, seed: number("seed", 7) });
  presenter.setTheme(cell.colour ?? THEME);
  const zoom = number("zoom", 1);
  presenter.resize(width * zoom, height * zoom);
  const start = number("time", 10_900);
  if (cell.at !== undefined) for (let t = 0; t <= cell.at; t += 1000 / 60) presenter.frame(start + t, { ...CALM,
    ...moment(cell, t) });
  else presenter.frame(start, { ...CALM, ...cell.pose });
  const figure = document.createElement("figure");
  const box = document.createElement("div");
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  const canvas = presenter.element as HTMLCanvasElement;
  canvas.style.left = `${-number("x", 0) * width * zoom}px`;
  canvas.style.top = `${-number("y", 0) * height * zoom}px`;
  box.append(canvas);
  const caption = document.createElement("figcaption");
  caption.textContent = cell.label;
  figure.append(box, caption);
  return figure;
}

function live(width: number, height: number): void {
  const presenter = createPresenter(text("who", "lina"), { reducedMotion: query.has("calm"), seed: 7 });
  presenter.setTheme(THEME);
  presenter.resize(width, height);
  document.body.append(presenter.element);
  const gestures = Object.keys(BODY_POSES);
  const show = (): void => {
    const now = performance.now();
    presenter.frame(now, { ...CALM, ...speech(now),
      gesture: gestures[Math.floor(now / 2500) % gestures.length] as string });
    requestAnimationFrame(show);
  };
  show();
}

/** Milliseconds a frame, painting and reading back one pixel so that the work is really done. */
function cost(width: number, height: number, frames: number): { p50: number; p95: number } {
  const presenter = createPresenter(text("who", "lina"), { reducedMotion: false, seed: 7 });
  presenter.resize(width, height);
  const canvas = presenter.element as HTMLCanvasElement;
  const ctx = canvas.getContext("2d") as CanvasRenderingContext2D;
  const times: number[] = [];
  for (let index = 0; index < frames + 20; index += 1) {
    const before = performance.now();
    presenter.frame(index * 33, { ...CALM, ...speech(index * 33) });
    ctx.getImageData(width >> 1, height >> 1, 1, 1);
    times.push(performance.now() - before);
  }
  const sorted = times.slice(20).sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length * 0.5)] as number,
    p95: sorted[Math.floor(sorted.length * 0.95)] as number };
}

const [width, height] = [number("w", 360), number("h", 640)];
Object.assign(window, { presenterCost: cost, createPresenter, presenters: PRESENTERS, calm: CALM });
if (query.has("live")) live(width, height);
else if (!query.has("cost")) {
  const sheet = SHEETS[text("sheet", "all")] ?? SHEETS["all"];
  for (const cell of sheet?.(text("who", "lina")) ?? []) document.body.append(draw(cell, width, height));
}
