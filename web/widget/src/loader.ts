/**
 * The one script tag. Puts `<storecast-chat>` on the page with its launcher, fetches the strings, and
 * loads widget.js when the shopper shows interest (or has a conversation going). Must stay below 5 KB
 * gzipped: no chat logic here.
 */

import { themeRules } from "./colour";
import { h, icon, ICONS } from "./dom";
import type { Host, Panel } from "./host";
import launcherCss from "./launcher.css";
import { FULL_SCREEN } from "./layout";
import { Memory } from "./memory";
import type { Strings } from "./protocol";

const ATTRIBUTES = ["data-language", "data-colour", "data-theme", "data-position"] as const;
const FALLBACK_LANGUAGE = "en";
const STRINGS_RETRY_MS = 5_000;
/** What a browser reports when a page sets no font: not a choice of the shop, so not followed. */
const UNSET_FONT = /^("?times( new roman)?"?|serif)$/i;

const script = document.currentScript as HTMLScriptElement | null;

class StorecastChat extends HTMLElement implements Host {
  static readonly observedAttributes = ATTRIBUTES;

  readonly element = this;
  readonly root = this.attachShadow({ mode: "open" });
  readonly server = (this.dataset.server ?? new URL(script?.src ?? location.href).origin).replace(/\/$/, "");
  readonly memory = new Memory(this.server);

  private loaded: Strings | null = null;
  private readonly theme = new CSSStyleSheet();
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
  private readonly launcher = h("button", { type: "button", class: "launcher", "aria-expanded": "false" });
  private panel: Promise<Panel> | null = null;
  private shown = false;
  private unreadLabel = "";
  private page = "";
  private started = false;

  get strings(): Strings {
    if (!this.loaded) throw new Error("storecast: strings are not loaded yet");
    return this.loaded;
  }

  get pageLanguage(): string {
    return this.dataset.language || document.documentElement.lang || navigator.language || FALLBACK_LANGUAGE;
  }

  get chosenLanguage(): string | null {
    return this.memory.get("language");
  }

  connectedCallback(): void {
    if (this.started) return;
    this.started = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(launcherCss);
    this.root.adoptedStyleSheets = [sheet, this.theme];
    this.page = this.pageLanguage;
    this.followFont();
    this.launcher.append(icon(ICONS.mark, "icon mark"), icon(ICONS.down, "icon shut"), this.badge);
    this.launcher.addEventListener("click", () => (this.shown ? this.close() : void this.open()));
    for (const hint of ["pointerenter", "focus", "touchstart"]) {
      this.launcher.addEventListener(hint, () => void this.load(), { once: true, passive: true });
    }
    new MutationObserver(() => this.pageChanged()).observe(document.documentElement, {
      attributeFilter: ["lang", "dir"],
    });
    this.memory.watch((name) => {
      if (name === "language") void this.localise().then(() => this.panel?.then((panel) => panel.languageChosen()));
    });
    void this.localise().then(() => this.ready());
  }

  attributeChangedCallback(name: string): void {
    if (!this.started) return;
    if (name === "data-language") this.pageChanged();
    else this.paint();
  }

  /** Opens the chat; resolves when it is on the screen. */
  async open({ focus = true } = {}): Promise<void> {
    this.launcher.setAttribute("aria-busy", "true");
    try {
      const panel = await this.load();
      this.shown = true;
      remember("1");
      panel.open(focus);
    } finally {
      this.launcher.removeAttribute("aria-busy");
    }
    this.label();
  }

  close(): void {
    if (!this.shown) return;
    this.shown = false;
    remember(null);
    void this.panel?.then((panel) => panel.close());
    this.label();
    this.launcher.focus({ preventScroll: true });
  }

  /** Opens the chat and sends `text` as the shopper's question. */
  async ask(text: string): Promise<void> {
    await this.open();
    (await this.load()).ask(text);
  }

  chooseLanguage(code: string): void {
    this.memory.set("language", code);
    this.memory.set("chosen-on", this.page);
    void this.localise();
  }

  showUnread(count: number, label: string): void {
    this.unreadLabel = count ? label : "";
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 99 ? "99+" : new Intl.NumberFormat(this.strings.language).format(count);
    this.label();
  }

  private ready(): void {
    this.root.append(this.launcher);
    if (this.memory.get("token") === null && this.memory.unsent().length === 0) return;
    const idle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1));
    idle(() => {
      const again = remember() === "1" && !matchMedia(FULL_SCREEN).matches;
      void (again ? this.open({ focus: false }) : this.load());
    });
  }

  private load(): Promise<Panel> {
    this.panel ??= this.whenReady()
      .then(() => inject(`${this.server}/widget/widget.js`))
      .then(() => {
        if (!window.storecastMount) throw new Error("storecast: widget.js did not start");
        return window.storecastMount(this);
      })
      .catch((error: unknown) => {
        this.panel = null;
        throw error;
      });
    return this.panel;
  }

  private async whenReady(): Promise<void> {
    if (!this.loaded) await this.localise();
  }

  private pageChanged(): void {
    this.paint();
    if (this.pageLanguage === this.page) return;
    this.page = this.pageLanguage;
    // A switch of the page is the shopper's newer choice; a page that sets its language while it loads is not.
    const newer = this.chosenLanguage !== null && this.memory.get("chosen-on") !== this.page;
    if (newer) this.memory.set("language", null);
    void this.localise().then(() => this.panel?.then((panel) => panel.pageLanguageChanged()));
  }

  /** Loads the strings of the language now wanted and puts them everywhere. */
  private async localise(): Promise<void> {
    const wanted = this.chosenLanguage ?? this.page;
    const strings = await fetchStrings(this.server, wanted);
    if (wanted !== (this.chosenLanguage ?? this.page)) return;
    this.loaded = strings;
    this.lang = strings.language;
    this.dir = strings.direction;
    this.paint();
    this.label();
    if (this.panel) (await this.panel).localise();
  }

  private paint(): void {
    const { light, dark } = themeRules(this.dataset.colour ?? this.loaded?.shop.colour);
    this.theme.replaceSync(
      `:host{--page-font:${this.font};${light}}` +
        `@media(prefers-color-scheme:dark){:host(:not([data-theme="light"])){${dark}}}` +
        `:host([data-theme="dark"]){${dark}}`,
    );
    // The side follows the page, not the widget's language: a switch in mid-chat must not move the panel.
    const mirrored = getComputedStyle(document.documentElement).direction === "rtl";
    this.setAttribute("data-side", this.dataset.position ?? (mirrored ? "left" : "right"));
  }

  private font = "system-ui,sans-serif";

  private followFont(): void {
    const family = getComputedStyle(document.body).fontFamily;
    if (family && !UNSET_FONT.test(family) && !/[{};]/.test(family)) this.font = `${family},system-ui,sans-serif`;
  }

  private label(): void {
    if (!this.loaded) return;
    const action = (this.shown ? this.loaded.strings.close : this.loaded.strings.open) ?? "";
    const label = [action, this.unreadLabel].filter(Boolean).join(", ");
    this.launcher.setAttribute("aria-label", label);
    this.launcher.setAttribute("aria-expanded", String(this.shown));
    // For the page's own style sheet, should it want to make room.
    this.toggleAttribute("open", this.shown);
    this.launcher.title = action;
  }
}

/** Tries the language, then its base, then English; comes back until the server answers. */
async function fetchStrings(server: string, language: string): Promise<Strings> {
  const candidates = new Set([language, language.split("-")[0] ?? language, FALLBACK_LANGUAGE]);
  for (;;) {
    for (const candidate of candidates) {
      try {
        const answer = await fetch(`${server}/widget/strings/${encodeURIComponent(candidate)}.json`);
        if (answer.ok) return (await answer.json()) as Strings;
      } catch {
        break; // No line: another language would not get through either.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, STRINGS_RETRY_MS));
  }
}

function inject(source: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = source;
    tag.async = true;
    if (script?.nonce) tag.nonce = script.nonce;
    tag.addEventListener("load", () => resolve());
    tag.addEventListener("error", () => reject(new Error(`storecast: ${source} could not be loaded`)));
    document.head.append(tag);
  });
}

/** Whether the chat was open on this tab's last page; with an argument, sets it. */
function remember(value?: string | null): string | null {
  const key = "storecast:open";
  try {
    if (value === null) sessionStorage.removeItem(key);
    else if (value) sessionStorage.setItem(key, value);
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function start(): void {
  if (customElements.get("storecast-chat")) return;
  customElements.define("storecast-chat", StorecastChat);
  if (document.querySelector("storecast-chat")) return;
  const element = document.createElement("storecast-chat");
  for (const name of ATTRIBUTES) {
    const value = script?.getAttribute(name);
    if (value) element.setAttribute(name, value);
  }
  document.body.append(element);
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
