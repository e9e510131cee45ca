/** Everything that is seen: the layers of the stage and what they show of a state and a sentence at a moment. */

import { themeRules } from "../../widget/src/colour";
import { h, icon, ICONS } from "../../widget/src/dom";
import type { Address } from "./address";
import { Caption } from "./captions";
import { Cast } from "./cast";
import type { LinkState } from "./connection";
import { loadFonts } from "./fonts";
import { AiLabel } from "./label";
import { Overlays } from "./overlays";
import { Prompter } from "./prompter";
import { frameOf, StageSet, type Frame } from "./set";
import { bearingAt, cardCueAt, CLOSED, mouthAt } from "./timeline";
import { durationOf, type Card, type Direction, type State, type Utterance } from "./wire";

/** A caption stays a moment after its sentence, so that short pauses don't make it flicker. */
const CAPTION_STAYS_MS = 900;
/** From a state to the sentence that goes with it: a voice needs some tenths of a second. */
const CARD_WAITS_MS = 700;
/** Where the presenter looks for the product, from the middle of the picture: -1..1 to the right and downwards. */
const AT_PRODUCT = { x: 0.7, y: 0.25 };
/** Below this for so many seconds the set gives up its own motion, after twice as many the presenter some sharpness. */
const SMOOTH_FPS = 22;
const SLOW_FOR_S = 4;
const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

function directionOf(language: string): Direction {
  return RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr";
}

export class Picture {
  private readonly root = h("main", { id: "stage" });
  private readonly set: StageSet;
  private readonly cast: Cast;
  private readonly overlays = new Overlays();
  private readonly prompter = new Prompter();
  private readonly spoken = new Caption("spoken");
  private readonly translated = new Caption("translated");
  private readonly label: AiLabel;
  private readonly slateText = h("p");
  private readonly slateMore = h("p", { class: "more" });
  private readonly sound = h("button", { class: "sound", type: "button" }, h("span"));
  private frame: Frame;
  private colour = "";
  private captioned: { readonly utterance: Utterance; ends: number } | null = null;
  /** The product on show, which stays while a new one waits for its mark, and the one that an uncard took away. */
  private onShow: Card | null = null;
  private takenAway: string | null = null;
  /** The product of the state and since when; undefined before the first state, whose product has not just come. */
  private cardId: string | null | undefined;
  private cardSince_ms = 0;
  private expected: Utterance | null = null;
  private frames = { count: 0, since: 0, fps: 0, slow: 0 };

  constructor(private readonly address: Address) {
    const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.set = new StageSet(reduced);
    this.cast = new Cast(address.room, reduced);
    this.frame = frameOf(window.innerWidth, window.innerHeight);
    const slate = h("section", { class: "slate" }, icon(ICONS.mark, "icon mark"), this.slateText, this.slateMore);
    const captions = h("div", { class: "captions" }, this.spoken.element, this.translated.element);
    this.sound.hidden = true;
    this.sound.prepend(icon(SOUND_OFF));
    this.root.append(this.set.back, this.cast.element, this.set.front, this.overlays.voices, this.overlays.column, this.overlays.corner, captions, this.prompter.element, slate);
    this.overlays.voices.prepend(this.sound);
    this.root.classList.toggle("transparent", address.transparent);
    document.body.append(this.root);
    this.label = new AiLabel();
    new ResizeObserver(() => this.fit()).observe(this.root);
    document.fonts.addEventListener("loadingdone", () => this.measure());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    this.paint();
  }

  get mouth(): { viseme: string; open: number } {
    return this.cast.mouth;
  }

  get cardShown(): string | null {
    return this.overlays.card.shown;
  }

  get labelShown(): boolean {
    return this.label.shown;
  }

  get fps(): number {
    return this.frames.fps;
  }

  link(link: LinkState): void {
    this.root.dataset["link"] = link;
  }

  onSound(resume: () => void): void {
    this.sound.addEventListener("click", resume);
  }

  offerSound(blocked: boolean): void {
    this.sound.hidden = !blocked || this.address.push;
  }

  /** A sentence that will be said soon: a product that it brings on waits for its mark from now on. */
  expect(utterance: Utterance): void {
    this.expected = utterance;
  }

  show(state: State, current: Utterance | null, now_ms: number): void {
    document.documentElement.lang = state.language;
    this.root.lang = state.language;
    this.root.dir = state.direction;
    this.root.dataset["mode"] = state.mode;
    this.label.show(state.label, state.language, state.direction);
    this.sound.querySelector("span")?.replaceChildren(state.strings["tap_for_sound"] ?? "");
    this.slateText.textContent = state.strings["slate"] ?? "";
    this.slateMore.textContent = state.strings["slate_more"] ?? "";
    loadFonts(state.language);
    loadFonts(state.captions);
    if (state.theme.colour !== this.colour) {
      this.colour = state.theme.colour;
      this.paint();
    }
    this.cast.show(state.mode === "assist" || state.mode === "slate" ? "" : state.persona.presenter, this.colour);
    this.prompter.show(state);
    if ((state.card?.id ?? null) !== this.cardId) {
      this.cardSince_ms = this.cardId === undefined ? Number.NEGATIVE_INFINITY : now_ms;
      this.cardId = state.card?.id ?? null;
      this.takenAway = null;
    }
    this.overlays.show(state, this.cardOf(state, current, now_ms), now_ms);
  }

  /** Some ten times a second, also in a page that nobody sees. */
  beat(state: State | null, current: Utterance | null, now_ms: number, position_ms: number): void {
    this.label.hold();
    if (!state) return;
    this.caption(state, current, now_ms);
    if (current) this.prompter.follow(current, state);
    this.overlays.bring(this.cardOf(state, current, now_ms, position_ms));
    this.overlays.tick(now_ms);
  }

  /** One frame. `loudness` null: no sound is known, the mouth goes by its shapes alone. */
  draw(at_ms: number, state: State | null, current: Utterance | null, position_ms: number, loudness: number | null): void {
    this.count(at_ms);
    const mouth = current && state?.mode !== "slate" ? mouthAt(current.visemes, position_ms) : CLOSED;
    const bearing = bearingAt(current?.marks ?? [], position_ms);
    const guessed = mouth.viseme === "sil" ? 0 : mouth.weight * 0.6;
    this.cast.frame(at_ms, {
      ...mouth,
      loudness: current ? (loudness ?? guessed) : 0,
      gesture: bearing.gesture,
      mood: bearing.mood ?? "neutral",
      lookAt: bearing.look === "product" ? AT_PRODUCT : null,
      speaking: current !== null && position_ms >= 0,
    });
    this.set.move(at_ms, this.frame);
    const sentence = current ?? this.captioned?.utterance;
    if (!sentence) return;
    const at = current ? position_ms : durationOf(sentence);
    const share = Math.min(1, Math.max(0, at / durationOf(sentence)));
    this.spoken.show(at, share);
    this.translated.show(at, share);
    this.prompter.tick(at, share);
  }

  private caption(state: State, current: Utterance | null, now_ms: number): void {
    if (current && this.captioned?.utterance.id !== current.id) {
      this.captioned = { utterance: current, ends: 0 };
      loadFonts(current.language);
      this.spoken.say(current.text, current.language, current.direction, current.words);
      const second = state.captions && state.captions !== current.language ? state.captions : null;
      const text = second ? current.captions[second] : undefined;
      if (second && text) this.translated.say(text, second, directionOf(second), []);
      else this.translated.clear();
    }
    if (!this.captioned) return;
    if (current) this.captioned.ends = now_ms + CAPTION_STAYS_MS;
    else if (now_ms > this.captioned.ends) {
      this.captioned = null;
      this.spoken.clear();
      this.translated.clear();
    }
  }

  /**
   * The product to show now. The state says which there is, the marks of a sentence say when it comes and goes. A state is
   * told before the sentence that goes with it, so a new product waits a moment for a sentence that may name it.
   */
  private cardOf(state: State, current: Utterance | null, now_ms: number, position_ms?: number): Card | null {
    const { card } = state;
    if (this.expected && now_ms > this.expected.starts_at_ms + durationOf(this.expected)) this.expected = null;
    const sentence = current ?? this.expected;
    const at_ms = (current ? position_ms : undefined) ?? now_ms - (sentence?.starts_at_ms ?? now_ms);
    const cue = card && sentence ? cardCueAt(sentence, card.id, at_ms) : "none";
    if (!card || cue === "shown") this.takenAway = null;
    if (card && cue === "hidden") this.takenAway = card.id;
    const isNew = card !== null && card.id !== this.onShow?.id && card.id !== this.takenAway;
    const waits = cue === "waits" || (cue === "none" && now_ms < this.cardSince_ms + CARD_WAITS_MS);
    if (!isNew || !waits) this.onShow = card?.id === this.takenAway ? null : card;
    return this.onShow;
  }

  private count(at_ms: number): void {
    const { frames } = this;
    frames.count += 1;
    if (at_ms - frames.since < 1000) return;
    const fps = Math.round((frames.count * 10_000) / (at_ms - frames.since)) / 10;
    // A page that was hidden has drawn nothing for a while; that is not being slow.
    const slow = fps < SMOOTH_FPS && fps > 2 ? frames.slow + 1 : 0;
    this.frames = { count: 0, since: at_ms, fps, slow };
    if (slow === SLOW_FOR_S) this.set.rest();
    if (slow === 2 * SLOW_FOR_S) this.cast.coarsen();
  }

  private get dark(): boolean {
    const { theme } = this.address;
    return theme === "auto" ? window.matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
  }

  private paint(): void {
    const rules = themeRules(this.colour);
    this.root.style.cssText = this.dark ? rules.dark : rules.light;
    document.documentElement.dataset["theme"] = this.dark ? "dark" : "light";
    this.fit();
  }

  private fit(): void {
    const { width, height } = this.root.getBoundingClientRect();
    if (!width || !height) return;
    this.frame = frameOf(width, height);
    if (!this.address.transparent) this.set.draw(this.frame, this.colour, this.dark);
    this.cast.fit(this.frame);
    this.measure();
  }

  private measure(): void {
    for (const text of [this.spoken, this.translated, this.prompter]) text.measure();
  }
}

/** From Lucide (ISC licence, https://lucide.dev/license): volume-x. */
const SOUND_OFF = "M11 4.7a.7.7 0 0 0-1.2-.5L6.4 7.6A1.4 1.4 0 0 1 5.4 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.4a1.4 1.4 0 0 1 1 .4l3.4 3.4a.7.7 0 0 0 1.2-.5zM22 9l-6 6M16 9l6 6";
