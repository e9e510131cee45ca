/** Who stands on the stage: makes the presenter of a persona, fits it in, changes it, and says how it moves. */

import { h } from "../../widget/src/dom";
import { createPresenter, FIGURE, PRESENTERS, type Pose, type Presenter } from "./presenter/presenter";
import { places, type Frame } from "./set";

/** Painting costs by the pixel, and no screen shows more detail than this in so soft a drawing. */
const MOST_TALL_PX = 1300;
const COARSE = 0.65;
/** As long as the transition of `.presenter > *` in stage.css. */
const CHANGE_MS = 220;

/** The same room always shows the same idle life, so that a page loaded anew looks like the one beside it. */
function seedOf(text: string): number {
  let seed = 2166136261;
  for (const char of text) seed = Math.imul(seed ^ (char.codePointAt(0) ?? 0), 16777619);
  return seed >>> 0;
}

export class Cast {
  readonly element = h("div", { class: "presenter", "aria-hidden": "true" });
  private presenter: Presenter | null = null;
  private id = "";
  private height_px = 0;
  private sharpness = 1;

  constructor(
    private readonly room: string,
    private readonly reducedMotion: boolean,
  ) {}

  /** `name` of a presenter; empty when nobody is on stage. One that this page can't draw is played by the first. */
  show(name: string, colour: string): void {
    const id = name === "" ? "" : PRESENTERS.includes(name) ? name : (PRESENTERS[0] ?? "");
    if (id !== this.id) this.change(id);
    this.presenter?.setTheme(colour);
  }

  /** Fits the figure into its place; `frame` tells where that is. */
  fit(frame: Frame): void {
    const { presenterX, presenterFoot, presenterTall } = places(frame);
    const wide = (presenterTall * FIGURE.width) / FIGURE.height;
    const left = presenterX - (wide * FIGURE.eyes.x) / FIGURE.width;
    const { style } = this.element;
    style.left = `${left * frame.unit}px`;
    style.top = `${(presenterFoot - presenterTall) * frame.unit}px`;
    style.width = `${wide * frame.unit}px`;
    style.height = `${presenterTall * frame.unit}px`;
    this.height_px = Math.min(MOST_TALL_PX, presenterTall * frame.unit * Math.min(window.devicePixelRatio || 1, 2));
    this.sharpen();
  }

  frame(now_ms: number, pose: Pose): void {
    this.presenter?.frame(now_ms, pose);
  }

  get mouth(): Presenter["mouth"] {
    return this.presenter?.mouth ?? { viseme: "sil", open: 0 };
  }

  /** Fewer pixels from now on, for a machine that can't keep up. */
  coarsen(): void {
    this.sharpness = COARSE;
    this.sharpen();
  }

  private sharpen(): void {
    const tall = this.height_px * this.sharpness;
    if (tall > 0) this.presenter?.resize((tall * FIGURE.width) / FIGURE.height, tall);
  }

  private change(id: string): void {
    this.id = id;
    const gone = this.presenter;
    this.presenter = null;
    if (gone) {
      gone.element.classList.add("leaves");
      window.setTimeout(() => {
        gone.element.remove();
        gone.destroy();
      }, CHANGE_MS);
    }
    if (!id) return;
    this.presenter = createPresenter(id, { reducedMotion: this.reducedMotion, seed: seedOf(`${this.room}/${id}`) });
    this.presenter.element.classList.add("arrives");
    this.element.append(this.presenter.element);
    this.sharpen();
  }
}
