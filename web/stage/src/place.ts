/** A place on the stage where one thing stands or none: what is new arrives, what is gone leaves, what stays is updated. */

import { h } from "../../widget/src/dom";

export interface View<Value> {
  readonly element: HTMLElement;
  readonly update: (value: Value) => void;
}

/** As long as the animation `leave` of stage.css. */
const LEAVE_MS = 180;

export class Place<Value> {
  readonly element: HTMLElement;
  private key: string | null = null;
  private standing: View<Value> | null = null;

  /**
   * `keyOf` tells what is the same thing with other figures (updated where it stands) from another thing;
   * `build` makes an empty view, which is filled by its `update`.
   */
  constructor(
    className: string,
    private readonly keyOf: (value: Value) => string,
    private readonly build: () => View<Value>,
  ) {
    this.element = h("div", { class: `place ${className}` });
  }

  get shown(): string | null {
    return this.key;
  }

  show(value: Value | null): void {
    const key = value === null ? null : this.keyOf(value);
    if (key !== this.key) {
      this.leave();
      this.key = key;
      if (key !== null) {
        this.standing = this.build();
        this.standing.element.classList.add("arrives");
        this.element.append(this.standing.element);
      }
    }
    if (value !== null) this.standing?.update(value);
  }

  private leave(): void {
    const gone = this.standing?.element;
    this.standing = null;
    if (!gone) return;
    gone.classList.replace("arrives", "leaves");
    gone.setAttribute("aria-hidden", "true");
    window.setTimeout(() => gone.remove(), LEAVE_MS);
  }
}
