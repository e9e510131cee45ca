/** The first screen: what can be had in one tap, and the way to a person. */

import { h, icon } from "./dom";
import { PANEL_ICONS } from "./icons";
import type { Button } from "./protocol";
import type { Wording } from "./wording";

/** Pictures of the starters that the server is known to offer; any other gets the bubble. */
const PICTURES: Readonly<Record<string, string>> = {
  "/track_order": PANEL_ICONS.parcel,
  "/return_item": PANEL_ICONS.back,
  "/find_product": PANEL_ICONS.bag,
};

export interface StarterActions {
  readonly tap: (button: Button) => void;
  readonly person: () => void;
}

/** The elements below the greeting; only the person when the shop offers no starters. */
export function startersView(wording: Wording, actions: StarterActions): HTMLElement[] {
  const person = h("button", { type: "button", class: "to-person" }, icon(PANEL_ICONS.person), wording.say("person"));
  person.addEventListener("click", actions.person);
  const tiles = wording.source.starters.map((starter) => {
    const picture = icon(PICTURES[starter.payload] ?? PANEL_ICONS.chat, starter.payload === "/return_item" ? "icon turn" : "icon");
    const tile = h("button", { type: "button", class: "starter" }, picture, h("span", {}, starter.title));
    tile.addEventListener("click", () => actions.tap(starter));
    return tile;
  });
  return tiles.length ? [h("div", { class: "starters" }, ...tiles), person] : [person];
}
