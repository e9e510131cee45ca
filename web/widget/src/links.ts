/** Text -> text nodes and links. Only http, https and mail addresses become links; never markup. */

import { h } from "./dom";

const CANDIDATE = /https?:\/\/[^\s<>"「」『』（）]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
/** Marks that end a sentence after an address, in the scripts we speak. */
const TRAILING = /[.,;:!?'’”»)\]}。、，．；：！？।۔؟،…]+$/;

/** Nodes for `text`; put them into a bubble with `append`. `mail` false leaves mail addresses as text. */
export function linked(text: string, mail = true): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimmed(match[0]);
    const target = address.includes("://") ? address : `mailto:${address}`;
    const href = mail || target === address ? safeUrl(target) : null;
    if (!href) continue;
    nodes.push(text.slice(from, match.index));
    nodes.push(h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, address));
    from = match.index + address.length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

/** The address, made absolute against `base`, if it is one a shopper may safely follow; else null. */
export function safeUrl(address: string | null | undefined, base?: string): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function trimmed(address: string): string {
  let end = address.replace(TRAILING, "");
  // A bracket that was opened inside the address belongs to it.
  if (end.includes("(") && address.startsWith(")", end.length)) end += ")";
  return end;
}
