/** One message -> one row of the log. Every bubble carries its own `lang` and `dir`. */

import { cardsView, type CardContext } from "./cards";
import type { Pending } from "./conversation";
import { h, icon, ICONS } from "./dom";
import { PANEL_ICONS } from "./icons";
import { linked } from "./links";
import type { Message } from "./protocol";
import type { Wording } from "./wording";

/** Who speaks, for those who can't see the side that a bubble is on. */
function speaker(message: Pick<Message, "from" | "name">, wording: Wording): string {
  if (message.from === "shopper") return wording.say("you");
  if (message.from === "agent") return message.name ?? wording.say("agent");
  return wording.say("assistant");
}

/** The row of a message that the server has stored. */
export function messageRow(message: Message, context: CardContext): HTMLElement {
  const { wording } = context;
  const at = new Date(message.at);
  if (message.from === "notice") return notice(message.text ?? "", message);
  const who = speaker(message, wording);
  const row = h("div", { class: `row-of ${message.from}`, "data-id": message.id, "data-seq": message.seq, tabindex: -1 });
  const content = { lang: message.language, dir: message.direction };
  if (message.from === "agent") row.append(h("p", { class: "who", "aria-hidden": "true" }, initial(who), who));
  row.append(h("span", { class: "unseen" }, `${who}: `));
  if (message.text) row.append(bubble(linked(message.text, message.from !== "shopper"), content, at, wording));
  if (message.cards?.length) {
    const cards = cardsView(message.cards, context);
    cards.lang = message.language;
    cards.dir = message.direction;
    row.append(cards);
  }
  return row;
}

/** The row of a message on its way, or stuck. */
export function pendingRow(pending: Pending, wording: Wording, retry: () => void): HTMLElement {
  const at = new Date(pending.at);
  const row = h("div", { class: `row-of shopper ${pending.state}`, "data-id": pending.id, tabindex: -1 });
  const content = { lang: pending.language, dir: "auto" };
  row.append(h("span", { class: "unseen" }, `${wording.say("you")}: `), bubble(linked(pending.text, false), content, at, wording));
  if (pending.state === "sending") {
    row.append(h("p", { class: "state" }, icon(PANEL_ICONS.clock, "icon small"), wording.say("sending")));
    return row;
  }
  const again = h("button", { type: "button", class: "again" }, icon(PANEL_ICONS.retry, "icon small"), wording.say("retry"));
  again.addEventListener("click", retry);
  const why = pending.reason ?? wording.say("failed");
  row.append(h("p", { class: "state" }, icon(PANEL_ICONS.alert, "icon small"), h("span", {}, why), again));
  return row;
}

/** A line across: what staff let the shopper know. */
function notice(text: string, { language, direction }: Message): HTMLElement {
  return h("div", { class: "notice", lang: language, dir: direction }, h("p", {}, ...linked(text)));
}

/** Who answers here, said once and before the first answer; it may be in another language than the answer. */
export function disclosureRow(text: string): HTMLElement {
  const row = h("div", { class: "notice disclosure", dir: "auto" }, h("p", {}, ...linked(text)));
  row.prepend(icon(ICONS.mark, "icon mark"));
  return row;
}

/** The line between two days. */
export function dayRow(at: Date, wording: Wording, now: Date): HTMLElement {
  return h("div", { class: "day" }, h("span", {}, wording.day(at, now)));
}

function bubble(
  text: readonly (Node | string)[],
  content: Readonly<Record<string, string>>,
  at: Date,
  wording: Wording,
): HTMLElement {
  const time = h("time", { datetime: at.toISOString(), lang: wording.language }, wording.time(at));
  return h("div", { class: "line" }, h("div", { class: "bubble", ...content }, ...text), time);
}

function initial(name: string): HTMLElement {
  return h("span", { class: "initial" }, [...name][0]?.toLocaleUpperCase() ?? "");
}
