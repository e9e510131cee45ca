/** What stands on the stage beside the presenter: product, countdown, coupon, comment, poll, notice. Text is only ever text. */

import { h, icon, ICONS } from "../../widget/src/dom";
import { Place, type View } from "./place";
import type { Card, Highlight, Poll, State } from "./wire";

/** Sets text only when it differs: a text that is set again is announced again. */
function write(element: HTMLElement, text: string | null | undefined): void {
  const wanted = text ?? "";
  if (element.textContent !== wanted) element.textContent = wanted;
  element.hidden = wanted === "";
}

/** An address that a picture may come from; anything else is no picture. */
function pictureUrl(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url, location.href);
    return parsed.protocol === "https:" || parsed.origin === location.origin ? parsed.href : null;
  } catch {
    return null;
  }
}

function cardView(): View<Card> {
  const picture = h("img", { alt: "", decoding: "async" });
  const frame = h("div", { class: "picture" }, icon(ICONS.mark), picture);
  const code = h("span", { class: "code", dir: "ltr" });
  picture.addEventListener("load", () => frame.classList.add("has-picture"));
  picture.addEventListener("error", () => frame.classList.remove("has-picture"));
  const title = h("h2", { dir: "auto" });
  const price = h("span", { class: "price" });
  const was = h("s", { class: "was" });
  const stock = h("p", { class: "stock" });
  const element = h("article", { class: "card" }, frame, code, h("div", { class: "about" }, title, h("p", { class: "prices" }, price, was), stock));
  return {
    element,
    update: (card) => {
      const url = pictureUrl(card.image_url);
      if (url !== picture.getAttribute("src")) {
        frame.classList.remove("has-picture");
        if (url) picture.src = url;
        else picture.removeAttribute("src");
      }
      element.dataset["product"] = card.id;
      write(title, card.title);
      write(price, card.price);
      write(was, card.was);
      price.classList.toggle("reduced", Boolean(card.was));
      stock.dataset["level"] = card.stock;
      write(stock, card.stock_text);
      write(code, card.code);
    },
  };
}

type Coupon = NonNullable<State["coupon"]>;

function couponView(): View<Coupon> {
  const text = h("span", { class: "coupon-text", dir: "auto" });
  const code = h("strong", { dir: "ltr" });
  return {
    element: h("p", { class: "coupon" }, code, text),
    update: (coupon) => {
      write(code, coupon.code);
      // Some languages put the code into the sentence; it is not said twice then.
      const named = coupon.text.includes(coupon.code);
      code.hidden = named;
      write(text, coupon.text);
    },
  };
}

function highlightView(): View<Highlight> {
  const name = h("p", { class: "who", dir: "auto" });
  const text = h("p", { class: "asked", dir: "auto" });
  const others = h("p", { class: "others" });
  return {
    element: h("blockquote", { class: "comment" }, name, text, others),
    update: (comment) => {
      write(name, comment.name);
      write(text, comment.text);
      write(others, comment.others > 0 ? comment.others_text : "");
    },
  };
}

function pollView(language: () => string): View<Poll> {
  const question = h("h2", { dir: "auto" });
  const list = h("ul");
  return {
    element: h("section", { class: "poll" }, question, list),
    update: (poll) => {
      write(question, poll.question);
      const percent = new Intl.NumberFormat(language(), { style: "percent" });
      const most = Math.max(...poll.options.map((option) => option.votes));
      while (list.children.length > poll.options.length) list.lastElementChild?.remove();
      while (list.children.length < poll.options.length)
        list.append(h("li", {}, h("span", { class: "option", dir: "auto" }), h("span", { class: "percent" }), h("span", { class: "bar", "aria-hidden": "true" }, h("i"))));
      poll.options.forEach((option, index) => {
        const row = list.children[index] as HTMLElement;
        const [text, figure, bar] = [...row.children] as [HTMLElement, HTMLElement, HTMLElement];
        write(text, option.text);
        write(figure, percent.format(option.percent / 100));
        bar.style.setProperty("--share", String(option.percent / 100));
        row.classList.toggle("leads", most > 0 && option.votes === most);
      });
    },
  };
}

interface Countdown {
  readonly left_ms: number;
  readonly text: string;
}

/** `4:05`, `1:04:05`; whole seconds, rounded up, so that 0:00 is the end and not the last second. */
function clockText(left_ms: number): string {
  const seconds = Math.max(0, Math.ceil(left_ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const HURRY_MS = 10_000;

function countdownView(): View<Countdown> {
  const text = h("span", { class: "countdown-text" });
  const clock = h("strong", { dir: "ltr" });
  const element = h("p", { class: "countdown", role: "timer" }, text, clock);
  return {
    element,
    update: (countdown) => {
      write(text, countdown.text);
      write(clock, clockText(countdown.left_ms));
      element.classList.toggle("hurry", countdown.left_ms < HURRY_MS);
    },
  };
}

function noticeView(): View<string> {
  const text = h("span", { dir: "auto" });
  return { element: h("p", { class: "notice" }, text), update: (value) => write(text, value) };
}

/** All places, and which of them the state fills. */
export class Overlays {
  readonly card: Place<Card>;
  readonly column: HTMLElement;
  readonly corner: HTMLElement;
  readonly voices: HTMLElement;
  private readonly countdown = new Place<Countdown>("at-countdown", () => "countdown", countdownView);
  private readonly coupon = new Place<Coupon>("at-coupon", (coupon) => coupon.code, couponView);
  private readonly highlight = new Place<Highlight>("at-comment", (comment) => `${comment.name}\n${comment.text}`, highlightView);
  private readonly notice = new Place<string>("at-notice", (text) => text, noticeView);
  private readonly poll: Place<Poll>;
  private state: State | null = null;

  constructor() {
    this.card = new Place<Card>("at-card", (card) => card.id, cardView);
    this.poll = new Place<Poll>("at-poll", (poll) => poll.question, () => pollView(() => this.state?.language ?? "en"));
    this.column = h("div", { class: "column" }, this.card.element, this.poll.element);
    this.corner = h("div", { class: "corner" }, this.countdown.element, this.coupon.element);
    this.voices = h("div", { class: "voices" }, this.notice.element, this.highlight.element);
  }

  /** `card` is the product that the sentence has brought on, which may be none yet. */
  show(state: State, card: Card | null, now_ms: number): void {
    this.state = state;
    const quiet = state.mode === "slate";
    this.bring(card);
    this.coupon.show(quiet ? null : state.coupon);
    this.highlight.show(quiet ? null : state.highlight);
    this.poll.show(quiet ? null : state.poll);
    this.column.classList.toggle("has-poll", this.poll.shown !== null);
    this.notice.show(state.mode === "staff" || state.mode === "paused" ? (state.strings[state.mode] ?? null) : null);
    this.tick(now_ms);
  }

  /** Only the product; for marks. */
  bring(card: Card | null): void {
    this.card.show(this.state?.mode === "slate" ? null : card);
  }

  /** Moves the countdown on. */
  tick(now_ms: number): void {
    const { countdown, mode } = this.state ?? { countdown: null, mode: "live" };
    const left_ms = countdown ? countdown.ends_at_ms - now_ms : 0;
    this.countdown.show(countdown && mode !== "slate" && left_ms > 0 ? { left_ms, text: countdown.text } : null);
  }
}
