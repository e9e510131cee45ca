/**
 * The frames of docs/protocol.md as types. Everything that reads or writes the socket uses these.
 * This file holds no behaviour.
 */

export type Direction = "ltr" | "rtl";
export type Author = "shopper" | "bot" | "agent" | "notice";

export interface Button {
  readonly title: string;
  readonly payload: string;
}

export interface ProductCard {
  readonly kind: "product";
  readonly product_id: string;
  readonly title: string;
  readonly description?: string;
  readonly price: string;
  readonly image_url?: string | null;
  readonly url?: string | null;
  readonly stock: "in_stock" | "low_stock" | "sold_out";
  readonly stock_text: string;
  readonly buttons?: readonly Button[];
}

export interface OrderCard {
  readonly kind: "order";
  readonly order_number: string;
  readonly title: string;
  readonly status: string;
  readonly status_text: string;
  readonly placed_text: string;
  readonly total: string;
  readonly items_text: string;
  readonly lines?: readonly string[];
  readonly image_urls?: readonly string[];
  readonly tracking_url?: string | null;
  readonly tracking_title?: string | null;
}

export type Card = ProductCard | OrderCard;

export interface Message {
  readonly id: string;
  readonly seq: number;
  readonly from: Author;
  readonly name?: string;
  readonly text?: string;
  readonly language: string;
  readonly direction: Direction;
  readonly at: string;
  readonly buttons?: readonly Button[];
  readonly cards?: readonly Card[];
  readonly metadata?: { readonly disclosure?: string; readonly action?: string };
}

export interface Welcome {
  readonly type: "welcome";
  readonly seq: number;
  readonly token: string;
  readonly resumed: boolean;
  readonly language: string | null;
  readonly direction: Direction;
  readonly status: string;
}

export interface Refusal {
  readonly type: "error";
  readonly seq: number;
  readonly id?: string;
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
  readonly retry_after_s?: number;
}

export type ServerFrame =
  | Welcome
  | Refusal
  | { readonly type: "message"; readonly seq: number; readonly message: Message }
  | { readonly type: "typing"; readonly seq: number; readonly on: boolean }
  | { readonly type: "language"; readonly seq: number; readonly language: string; readonly direction: Direction }
  | { readonly type: "pong"; readonly seq: number };

export type ClientFrame =
  | {
      readonly type: "hello";
      readonly token?: string;
      readonly last_seq?: number;
      readonly page_language?: string;
      readonly language?: string;
    }
  | { readonly type: "message"; readonly id: string; readonly text: string; readonly payload?: string }
  | { readonly type: "language"; readonly language: string | null }
  | { readonly type: "ping" };

/** What `GET /widget/strings/{language}.json` answers. */
export interface Strings {
  readonly language: string;
  readonly direction: Direction;
  readonly shop: { readonly name: string; readonly colour?: string | null };
  readonly strings: Readonly<Record<string, string>>;
  readonly starters: readonly Button[];
  readonly languages: readonly { readonly code: string; readonly name: string; readonly direction: Direction }[];
  readonly limits: { readonly message_chars: number };
}
