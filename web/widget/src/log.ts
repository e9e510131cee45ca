/** The conversation on the screen: rows in order, day lines, typing dots, quick replies, the scroll. */

import { dayRow, disclosureRow, messageRow, pendingRow } from "./bubbles";
import type { CardContext } from "./cards";
import type { Pending } from "./conversation";
import { h, icon } from "./dom";
import { PANEL_ICONS } from "./icons";
import type { Button, Message } from "./protocol";
import { startersView } from "./starters";
import { midnight, type Wording } from "./wording";

/** Closer to the end than this counts as reading the newest message. */
const AT_END_PX = 64;
/** Bubbles of one speaker closer together than this stand as one group. */
const GROUP_MS = 180_000;
const TYPING_MS = 30_000;

export interface LogActions {
  readonly tap: (button: Button) => void;
  readonly retry: (id: string) => void;
  readonly person: () => void;
}

export class Log {
  readonly scroller = h("div", { class: "scroll" });
  readonly jump = h("button", { type: "button", class: "jump", hidden: true });
  private readonly intro = h("div", { class: "intro" });
  private readonly rows = h("div", { class: "log", role: "log", "aria-live": "off", tabindex: 0 });
  private readonly dots = h("div", { class: "typing", role: "status", hidden: true });
  private readonly replies = h("div", { class: "replies", role: "group", hidden: true });
  private readonly messages: Message[] = [];
  private readonly waiting = new Map<string, Pending>();
  private typingTimer = 0;
  private following = true;

  constructor(
    private wording: Wording,
    private readonly server: string,
    private readonly actions: LogActions,
  ) {
    this.scroller.append(this.intro, this.rows, this.dots, this.replies);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.jump.addEventListener("click", () => this.toEnd());
    this.rows.addEventListener("keydown", (event) => this.walk(event));
    this.rows.addEventListener("click", (event) => this.toggleTime(event));
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.scroller);
    this.localise(wording);
  }

  get newest(): Message | undefined {
    return this.messages.at(-1);
  }

  /** Nothing has been said yet. */
  private get fresh(): boolean {
    return this.messages.length === 0 && this.waiting.size === 0;
  }

  /** How many messages of others came after number `seq`. */
  after(seq: number): number {
    return this.messages.filter((message) => message.from !== "shopper" && message.seq > seq).length;
  }

  /** Redraws all that is worded by us; the bubbles' own texts keep their language. */
  localise(wording: Wording): void {
    this.wording = wording;
    this.rows.setAttribute("aria-label", wording.say("messages"));
    this.replies.setAttribute("aria-label", wording.say("quick_replies"));
    this.jump.replaceChildren(icon(PANEL_ICONS.latest, "icon small"), wording.say("jump_to_latest"));
    this.dots.replaceChildren(
      h("span", { class: "unseen" }, wording.say("typing")),
      ...[1, 2, 3].map(() => h("i", { "aria-hidden": "true" })),
    );
    this.drawIntro();
    this.rows.replaceChildren();
    this.messages.forEach((message, index) => this.append(message, this.messages[index - 1]));
    for (const pending of this.waiting.values()) this.rows.append(this.pendingRow(pending));
    this.drawReplies();
    if (this.following) this.toEnd();
  }

  /** Adds a message. While history is read back (`fresh` false) the rest waits for `caughtUp`. */
  message(message: Message, fresh: boolean): void {
    if (fresh) this.typing(false);
    this.waiting.delete(message.id);
    const previous = this.newest;
    this.messages.push(message);
    this.append(message, previous);
    if (fresh) this.settle(message.from === "shopper");
  }

  pending(pending: Pending): void {
    const known = this.waiting.has(pending.id);
    this.waiting.set(pending.id, pending);
    const row = this.pendingRow(pending);
    const old = this.rowOf(pending.id);
    if (old) old.replaceWith(row);
    else this.rows.append(row);
    this.settle(!known);
  }

  /** From now on, what arrives is read out. */
  caughtUp(): void {
    this.rows.setAttribute("aria-live", "polite");
    this.drawIntro();
    this.drawReplies();
    if (this.following) this.toEnd();
  }

  cleared(): void {
    this.messages.length = 0;
    this.waiting.clear();
    this.rows.setAttribute("aria-live", "off");
    this.localise(this.wording);
  }

  typing(on: boolean): void {
    clearTimeout(this.typingTimer);
    this.dots.hidden = !on;
    if (on) this.typingTimer = window.setTimeout(() => this.typing(false), TYPING_MS);
    if (this.following) this.toEnd();
  }

  toEnd(): void {
    this.following = true;
    this.jump.hidden = true;
    // A fresh chat begins with its greeting, even where not all of it has room.
    this.scroller.scrollTop = this.fresh ? 0 : this.scroller.scrollHeight;
  }

  private settle(own: boolean): void {
    this.drawIntro();
    this.drawReplies();
    if (own || this.following) this.toEnd();
    else this.jump.hidden = false;
  }

  private append(message: Message, previous: Message | undefined): void {
    const at = new Date(message.at);
    const before = previous ? new Date(previous.at) : null;
    const parts: HTMLElement[] = [];
    if (!before || midnight(before) !== midnight(at)) parts.push(dayRow(at, this.wording, new Date()));
    const disclosure = message.metadata?.disclosure;
    if (disclosure) parts.push(disclosureRow(disclosure));
    const row = messageRow(message, this.context);
    const near = before !== null && at.getTime() - before.getTime() < GROUP_MS;
    if (near && !disclosure && previous?.from === message.from && previous.name === message.name) row.classList.add("next");
    parts.push(row);
    const own = this.rowOf(message.id);
    const anchor = own ?? this.firstPending();
    if (anchor) anchor.before(...parts);
    else this.rows.append(...parts);
    own?.remove();
  }

  private pendingRow(pending: Pending): HTMLElement {
    return pendingRow(pending, this.wording, () => this.actions.retry(pending.id));
  }

  private get context(): CardContext {
    return { server: this.server, wording: this.wording, tap: this.actions.tap };
  }

  private rowOf(id: string): Element | null {
    return this.rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  private firstPending(): Element | null {
    const id = this.waiting.keys().next().value;
    return id === undefined ? null : this.rowOf(id);
  }

  private drawIntro(): void {
    const { fresh } = this;
    this.intro.classList.toggle("fresh", fresh);
    this.intro.replaceChildren(
      h("p", { class: "welcome" }, this.wording.say("welcome")),
      h("p", { class: "hint" }, this.wording.say("welcome_hint")),
      ...(fresh ? startersView(this.wording, this.actions) : []),
    );
  }

  private drawReplies(): void {
    const newest = this.newest;
    const open = newest && newest.from !== "shopper" && this.waiting.size === 0 ? (newest.buttons ?? []) : [];
    this.replies.hidden = open.length === 0;
    this.replies.lang = newest?.language ?? "";
    this.replies.dir = newest?.direction ?? this.wording.direction;
    const taps = open.map((button) => {
      const tap = h("button", { type: "button", class: "reply" }, button.title);
      tap.addEventListener("click", () => this.actions.tap(button));
      return tap;
    });
    this.replies.replaceChildren(...taps);
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.following = this.fresh || scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.following) this.jump.hidden = true;
  }

  /** Arrow keys go from bubble to bubble, which shows each one's time. */
  private walk(event: KeyboardEvent): void {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    const target = event.target as HTMLElement;
    if (step === 0 || target.closest("a, button")) return;
    const stops = [...this.rows.querySelectorAll<HTMLElement>(".row-of")];
    const from = stops.indexOf(target);
    const to = from < 0 ? stops.length - 1 : Math.min(Math.max(from + step, 0), stops.length - 1);
    event.preventDefault();
    stops[to]?.focus();
  }

  private toggleTime(event: Event): void {
    const target = event.target as HTMLElement;
    if (!target.closest("a, button")) target.closest(".line")?.classList.toggle("timed");
  }
}
