/** Phones: the panel takes the whole screen, the keyboard never covers it, focus and page stay put. */

import { FULL_SCREEN } from "./layout";

const STOPS = "button, a[href], select, textarea, [tabindex='0']";

export class Screen {
  private readonly narrow = matchMedia(FULL_SCREEN);
  private shownNow = false;
  private pageOverflow = "";

  constructor(private readonly panel: HTMLElement) {
    this.narrow.addEventListener("change", () => this.apply());
    window.visualViewport?.addEventListener("resize", () => this.fit());
    window.visualViewport?.addEventListener("scroll", () => this.fit());
  }

  shown(on: boolean): void {
    const page = document.documentElement.style;
    if (on && !this.shownNow) this.pageOverflow = page.overflow;
    if (!on && this.shownNow) page.overflow = this.pageOverflow;
    this.shownNow = on;
    this.apply();
  }

  /** Keeps Tab inside while the panel covers the page. */
  trap(event: KeyboardEvent): void {
    if (!this.narrow.matches) return;
    const stops = [...this.panel.querySelectorAll<HTMLElement>(STOPS)].filter((stop) => stop.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    const other = event.shiftKey ? stops.at(-1) : stops[0];
    if ((this.panel.getRootNode() as ShadowRoot).activeElement !== edge) return;
    event.preventDefault();
    other?.focus();
  }

  private apply(): void {
    const full = this.narrow.matches && this.shownNow;
    if (this.shownNow) document.documentElement.style.overflow = full ? "hidden" : this.pageOverflow;
    if (full) this.panel.setAttribute("aria-modal", "true");
    else this.panel.removeAttribute("aria-modal");
    this.fit();
  }

  private fit(): void {
    const view = window.visualViewport;
    if (!view) return;
    this.panel.style.setProperty("--view-height", `${view.height}px`);
    this.panel.style.setProperty("--view-top", `${view.offsetTop}px`);
  }
}
