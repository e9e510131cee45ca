/** What `GET /api/demo/storefront` and the widget's strings answer, as far as the page uses it. */

import type { Direction, ProductCard, Strings } from "../../widget/src/protocol";

export interface Storefront {
  readonly language: string;
  readonly direction: Direction;
  readonly shop: { readonly name: string; readonly colour?: string | null };
  readonly strings: Readonly<Record<string, string>>;
  readonly products: readonly ProductCard[];
  readonly sample_order: { readonly order_number: string; readonly email: string };
  readonly questions: readonly string[];
}

export type WidgetStrings = Pick<Strings, "languages">;

/** The chat's element, as far as a page may lean on it. */
export interface ChatElement extends HTMLElement {
  ask(text: string): Promise<void>;
}
