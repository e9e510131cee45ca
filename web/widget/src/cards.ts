/** Product and order cards. They draw what the server worded; they decide nothing. */

import { h, icon } from "./dom";
import { PANEL_ICONS } from "./icons";
import { safeUrl } from "./links";
import type { Button, Card, OrderCard, ProductCard } from "./protocol";
import type { Wording } from "./wording";

export interface CardContext {
  readonly server: string;
  readonly wording: Wording;
  readonly tap: (button: Button) => void;
}

/** Order of an undisturbed parcel; how far a status is along it is drawn as a line. */
const JOURNEY = ["processing", "shipped", "out_for_delivery", "delivered"];
const MOOD: Readonly<Record<string, string>> = {
  delivered: "good",
  refunded: "good",
  delayed: "warn",
  pending: "warn",
  failed_delivery: "bad",
};
const MOST_PICTURES = 4;

/** One card, or a row that scrolls sideways when there are several. */
export function cardsView(cards: readonly Card[], context: CardContext): HTMLElement {
  const drawn = cards.map((card) => (card.kind === "product" ? product(card, context) : order(card, context)));
  const row = cards.length > 1 && cards.every((card) => card.kind === "product");
  return h("div", { class: row ? "cards row" : "cards" }, ...drawn);
}

function product(card: ProductCard, context: CardContext): HTMLElement {
  const url = safeUrl(card.url, context.server);
  const title = url ? link(url, card.title) : card.title;
  const price = h("span", { class: "price" }, h("bdi", {}, card.price));
  const stock = h("span", { class: `stock ${card.stock}` }, card.stock_text);
  return h(
    "article",
    { class: "card product" },
    picture(card.image_url, context.wording.say("product_image", { product: card.title }), context.server),
    h(
      "div",
      { class: "card-body" },
      h("h3", { class: "card-title" }, title),
      card.description ? h("p", { class: "card-text" }, card.description) : null,
      h("p", { class: "facts" }, price, stock),
    ),
    actions(card.buttons ?? [], context),
  );
}

function order(card: OrderCard, context: CardContext): HTMLElement {
  const mood = MOOD[card.status] ?? "plain";
  const step = JOURNEY.indexOf(card.status);
  const tracking = safeUrl(card.tracking_url, context.server);
  const pictures = (card.image_urls ?? []).slice(0, MOST_PICTURES).map((url) => picture(url, "", context.server));
  return h(
    "article",
    { class: "card order" },
    h(
      "div",
      { class: "card-body" },
      h(
        "div",
        { class: "order-head" },
        h("h3", { class: "card-title" }, card.title),
        h("span", { class: `chip ${mood}` }, card.status_text),
      ),
      h("p", { class: "card-text" }, card.placed_text),
      step < 0 ? null : journey(step),
      pictures.some(Boolean) ? h("div", { class: "pictures" }, ...pictures) : null,
      h("ul", { class: "lines" }, ...(card.lines ?? []).map((line) => h("li", {}, line))),
      h(
        "p",
        { class: "facts total" },
        h("span", { class: "card-text" }, card.items_text),
        h("span", { class: "price" }, h("bdi", {}, card.total)),
      ),
    ),
    tracking
      ? h("div", { class: "actions" }, action(link(tracking, card.tracking_title ?? card.title, "out")))
      : null,
  );
}

function journey(step: number): HTMLElement {
  const stops = JOURNEY.map((_, index) => h("span", { class: index <= step ? "stop done" : "stop" }));
  return h("div", { class: "journey", "aria-hidden": "true" }, ...stops);
}

function picture(address: string | null | undefined, alt: string, server: string): HTMLElement | null {
  const source = safeUrl(address, server);
  if (!source) return null;
  const image = h("img", { src: source, alt, loading: "lazy", decoding: "async", draggable: "false" });
  const frame = h("div", { class: "picture" }, image);
  image.addEventListener("error", () => frame.remove());
  return frame;
}

function actions(buttons: readonly Button[], context: CardContext): HTMLElement | null {
  if (buttons.length === 0) return null;
  const drawn = buttons.map((button) => {
    const url = /^(https?:\/\/|\/\/|\.?\/[^/]*\/)/.test(button.payload) ? safeUrl(button.payload, context.server) : null;
    if (url) return action(link(url, button.title));
    const tapped = h("button", { type: "button", class: "action" }, button.title);
    tapped.addEventListener("click", () => context.tap(button));
    return tapped;
  });
  return h("div", { class: "actions" }, ...drawn);
}

function action(element: HTMLAnchorElement): HTMLAnchorElement {
  element.classList.add("action");
  return element;
}

function link(url: string, title: string, mark?: "out"): HTMLAnchorElement {
  const away = new URL(url).origin !== location.origin;
  return h(
    "a",
    { href: url, target: away ? "_blank" : null, rel: "noopener noreferrer" },
    title,
    mark && away ? icon(PANEL_ICONS.out, "icon small turn") : null,
  );
}
