/**
 * The demo storefront: fetches the demo shop in the shopper's language and shows it. The chat is the same
 * one script tag that any shop would use. All sentences come from the server.
 */

import { themeRules } from "../../widget/src/colour";
import { format } from "../../widget/src/icu";
import type { Storefront, WidgetStrings } from "./shapes";
import { storefrontView } from "./view";

const REMEMBERED = "storecast-demo:language";

async function read<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

function wantedLanguage(): string {
  const asked = new URLSearchParams(location.search).get("language");
  return asked ?? localStorage.getItem(REMEMBERED) ?? navigator.language;
}

/** The shop in the language, or in the language's base, or in English. */
async function fetchShop(language: string): Promise<[Storefront, WidgetStrings]> {
  const base = language.split("-")[0] ?? language;
  for (const candidate of new Set([language, base])) {
    const code = encodeURIComponent(candidate);
    try {
      return await Promise.all([
        read<Storefront>(`/api/demo/storefront?language=${code}`),
        read<WidgetStrings>(`/widget/strings/${code}.json`),
      ]);
    } catch {
      continue;
    }
  }
  return Promise.all([
    read<Storefront>("/api/demo/storefront?language=en"),
    read<WidgetStrings>("/widget/strings/en.json"),
  ]);
}

const theme = new CSSStyleSheet();

async function show(language: string): Promise<void> {
  const [shop, { languages }] = await fetchShop(language);
  const { light, dark } = themeRules(shop.shop.colour);
  theme.replaceSync(`:root{${light}}@media(prefers-color-scheme:dark){:root{${dark}}}`);
  document.adoptedStyleSheets = [theme];
  document.documentElement.dir = shop.direction;
  document.documentElement.lang = shop.language;
  document.title = shop.shop.name;
  const say = (key: string): string =>
    format(shop.strings[key] ?? "", shop.language, { shop: shop.shop.name, ...shop.sample_order });
  const page = document.getElementById("page");
  page?.replaceChildren(...storefrontView(shop, languages, { say, choose }));
  page?.removeAttribute("aria-busy");
}

function choose(language: string): void {
  localStorage.setItem(REMEMBERED, language);
  const address = new URL(location.href);
  address.searchParams.set("language", language);
  history.replaceState(null, "", address);
  void show(language).then(() => document.querySelector<HTMLElement>(".picker select")?.focus());
}

void show(wantedLanguage());
