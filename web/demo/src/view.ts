/** The page's elements. Draws; fetches nothing. */

import { h, icon, ICONS } from "../../widget/src/dom";
import { PANEL_ICONS } from "../../widget/src/icons";
import type { ProductCard, Strings } from "../../widget/src/protocol";
import type { ChatElement, Storefront } from "./shapes";

export interface PageActions {
  /** The sentence of a key below `store`. */
  readonly say: (key: string) => string;
  readonly choose: (language: string) => void;
}

/** All that a shop puts on its page. */
const SCRIPT_TAG = `<script src="${location.origin}/widget/loader.js" data-storecast async></script>`;
const ADDED_MS = 2_000;
/** Pictures in the hero: one large, two small. */
const HERO_PICTURES = 3;

export function storefrontView(shop: Storefront, languages: Strings["languages"], actions: PageActions): Node[] {
  const { say } = actions;
  const cart = new Cart(say("cart"), shop.language);
  return [
    h(
      "header",
      {},
      h("p", { class: "note" }, say("demo_note")),
      h(
        "div",
        { class: "top wrap" },
        h("a", { class: "brand", href: "/" }, star(), h("span", {}, shop.shop.name)),
        h("div", { class: "top-tools" }, picker(shop.language, languages, actions.choose), cart.element),
      ),
    ),
    h("main", {}, hero(shop, say), products(shop, say, cart)),
    h("footer", { class: "foot wrap" }, h("span", {}, shop.shop.name), h("code", { class: "tag", dir: "ltr" }, SCRIPT_TAG)),
  ];
}

/** The sentence with what is to be typed into the chat set apart, whatever direction it is written in. */
function withSamples(sentence: string, samples: readonly string[]): (Node | string)[] {
  return samples.reduce<(Node | string)[]>(
    (parts, sample) =>
      parts.flatMap((part) => {
        if (typeof part !== "string" || !sample) return [part];
        const [before = "", ...after] = part.split(sample);
        return [before, ...after.flatMap((text) => [h("bdi", { class: "sample" }, sample), text])];
      }),
    [sentence],
  );
}

/** The shop's own sign: a northern star. */
function star(): SVGSVGElement {
  const sign = icon("M12 2c.6 6 3.4 9.4 10 10-6.6.6-9.4 4-10 10-.6-6-3.4-9.4-10-10 6.6-.6 9.4-4 10-10z", "star");
  return sign;
}

function picker(language: string, languages: Strings["languages"], choose: (code: string) => void): HTMLElement {
  const options = languages.map(({ code, name, direction }) => h("option", { value: code, lang: code, dir: direction }, name));
  const names = new Intl.DisplayNames([language], { type: "language" });
  const select = h("select", { "aria-label": names.of(language) ?? language }, ...options);
  select.value = language;
  select.addEventListener("change", () => choose(select.value));
  return h("div", { class: "picker" }, icon(PANEL_ICONS.globe), select, icon(ICONS.down, "icon small"));
}

function hero(shop: Storefront, say: PageActions["say"]): HTMLElement {
  const chips = shop.questions.map((question) => {
    const chip = h("button", { type: "button", class: "question" }, question);
    chip.addEventListener("click", () => void document.querySelector<ChatElement>("storecast-chat")?.ask(question));
    return chip;
  });
  const pictures = shop.products.filter((product) => product.image_url).slice(0, HERO_PICTURES);
  return h(
    "section",
    { class: "hero wrap" },
    h(
      "div",
      { class: "hero-text" },
      h("h1", {}, say("tagline")),
      h("p", { class: "lead" }, ...withSamples(say("intro"), Object.values(shop.sample_order))),
      chips.length
        ? h("div", { class: "ask" }, h("h2", { class: "ask-title" }, say("try_asking")), h("div", { class: "questions" }, ...chips))
        : null,
    ),
    h(
      "div",
      { class: "hero-art", "aria-hidden": "true" },
      ...pictures.map(({ image_url }) => h("img", { src: image_url, alt: "", decoding: "async" })),
    ),
  );
}

function products(shop: Storefront, say: PageActions["say"], cart: Cart): HTMLElement {
  return h(
    "section",
    { class: "products wrap", "aria-labelledby": "products" },
    h("h2", { id: "products" }, say("products")),
    h("ul", { class: "grid" }, ...shop.products.map((product) => h("li", {}, tile(product, say, cart)))),
  );
}

function tile(product: ProductCard, say: PageActions["say"], cart: Cart): HTMLElement {
  const gone = product.stock === "sold_out";
  const add = h("button", { type: "button", class: "add", disabled: gone }, gone ? say("sold_out") : say("add_to_cart"));
  let back = 0;
  add.addEventListener("click", () => {
    cart.add();
    add.textContent = say("added");
    clearTimeout(back);
    back = window.setTimeout(() => (add.textContent = say("add_to_cart")), ADDED_MS);
  });
  return h(
    "article",
    { class: "tile", id: `product-${product.product_id}` },
    h(
      "div",
      { class: "tile-picture" },
      product.image_url ? h("img", { src: product.image_url, alt: "", loading: "lazy", decoding: "async" }) : null,
      product.stock === "in_stock" ? null : h("span", { class: `flag ${product.stock}` }, product.stock_text),
    ),
    h("div", { class: "tile-head" }, h("h3", {}, product.title), h("p", { class: "price" }, h("bdi", {}, product.price))),
    product.description ? h("p", { class: "tile-text" }, product.description) : null,
    add,
  );
}

/** Counts; nothing can be bought here. */
class Cart {
  readonly element: HTMLElement;
  private readonly count = h("output", { class: "cart-count", hidden: true });
  private items = 0;

  constructor(
    label: string,
    private readonly language: string,
  ) {
    this.element = h("p", { class: "cart" }, icon(PANEL_ICONS.bag), h("span", {}, label), this.count);
  }

  add(): void {
    this.items += 1;
    this.count.hidden = false;
    this.count.textContent = new Intl.NumberFormat(this.language).format(this.items);
  }
}
