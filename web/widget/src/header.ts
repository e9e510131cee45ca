/** The head of the panel: whose chat it is, that an AI answers, language, a person, close. */

import { h, icon, ICONS } from "./dom";
import { PANEL_ICONS } from "./icons";
import type { Wording } from "./wording";

export interface HeaderActions {
  readonly language: (code: string) => void;
  readonly person: () => void;
  readonly close: () => void;
}

export class Header {
  readonly element = h("div", { class: "head" });
  private readonly name = h("h2", { class: "shop", id: "shop" });
  private readonly role = h("p", { class: "role" });
  private readonly select = h("select", { class: "languages" });
  private readonly code = h("span", { class: "code", "aria-hidden": "true" });
  private readonly person = h("button", { type: "button", class: "tool" }, icon(PANEL_ICONS.person));
  private readonly shut = h("button", { type: "button", class: "tool" }, icon(ICONS.close));

  constructor(wording: Wording, actions: HeaderActions) {
    this.element.append(
      h("div", { class: "crest", "aria-hidden": "true" }, icon(ICONS.mark, "icon mark")),
      h("div", { class: "names" }, this.name, this.role),
      h("div", { class: "tool wide" }, icon(PANEL_ICONS.globe), this.code, this.select),
      this.person,
      this.shut,
    );
    this.select.addEventListener("change", () => actions.language(this.select.value));
    this.person.addEventListener("click", actions.person);
    this.shut.addEventListener("click", actions.close);
    this.localise(wording);
  }

  localise(wording: Wording): void {
    this.name.textContent = wording.source.shop.name;
    this.role.textContent = wording.say("assistant");
    const options = wording.source.languages.map(({ code, name, direction }) =>
      h("option", { value: code, lang: code, dir: direction, selected: code === wording.language }, name),
    );
    this.select.replaceChildren(...options);
    this.select.value = wording.language;
    this.select.setAttribute("aria-label", wording.say("language"));
    this.select.title = wording.say("language");
    this.code.textContent = wording.language.split("-")[0]?.toUpperCase() ?? "";
    for (const [button, key] of [[this.person, "person"], [this.shut, "close"]] as const) {
      button.setAttribute("aria-label", wording.say(key));
      button.title = wording.say(key);
    }
  }
}
