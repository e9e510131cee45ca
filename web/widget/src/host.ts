/** What the loader's element and the lazily loaded panel know of each other. Types only. */

import type { Memory } from "./memory";
import type { Strings } from "./protocol";

/** The element, as the panel sees it. */
export interface Host {
  readonly element: HTMLElement;
  readonly root: ShadowRoot;
  /** Origin that the loader came from, without a slash at the end. */
  readonly server: string;
  readonly memory: Memory;
  readonly strings: Strings;
  /** Language of the page, as the page states it. */
  readonly pageLanguage: string;
  /** Language chosen by hand in the widget, or null. */
  readonly chosenLanguage: string | null;
  chooseLanguage(code: string): void;
  close(): void;
  /** Shows how many messages wait; `label` says it, empty for none. */
  showUnread(count: number, label: string): void;
}

/** The panel, as the element sees it. */
export interface Panel {
  /** Shows the panel; `focus` moves the focus to the composer. */
  open(focus: boolean): void;
  close(): void;
  /** Sends a message as if the shopper had typed it. */
  ask(text: string): void;
  /** The strings (and so direction and language) changed. */
  localise(): void;
  /** The page changed its language: the hint for the server is new. */
  pageLanguageChanged(): void;
  /** Another tab chose a language by hand. */
  languageChosen(): void;
}

export type Mount = (host: Host) => Panel;

declare global {
  interface Window {
    /** Set by widget.js, taken by the loader's element. */
    storecastMount?: Mount;
  }
}
