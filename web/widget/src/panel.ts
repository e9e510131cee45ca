/** The chat window: puts header, log and composer together and wires them to the conversation. */

import { Composer } from "./composer";
import type { LinkState } from "./connection";
import { Conversation, type View } from "./conversation";
import { h } from "./dom";
import { Header } from "./header";
import type { Host, Panel } from "./host";
import { TOUCH } from "./layout";
import { Log } from "./log";
import panelCss from "./panel.css";
import type { Button, Message } from "./protocol";
import { Screen } from "./screen";
import { Wording } from "./wording";

const PERSON_PAYLOAD = "/talk_to_human";
/** A line that comes back sooner than this is not worth a word. */
const PATIENCE_MS = 1_500;

export class ChatPanel implements Panel, View {
  private readonly element = h("section", { class: "panel", role: "dialog", tabindex: -1, hidden: true });
  private readonly bar = h("p", { class: "bar", role: "status" });
  private readonly header: Header;
  private readonly log: Log;
  private readonly composer: Composer;
  private readonly conversation: Conversation;
  private readonly screen: Screen;
  private wording: Wording;
  private state: LinkState = "connecting";
  private barTimer = 0;
  private isOpen = false;

  constructor(private readonly host: Host) {
    this.wording = new Wording(host.strings);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(panelCss);
    host.root.adoptedStyleSheets = [...host.root.adoptedStyleSheets, sheet];
    this.header = new Header(this.wording, {
      language: (code) => this.choose(code),
      person: () => this.callPerson(),
      close: () => host.close(),
    });
    this.conversation = new Conversation(host.server, host.memory, this.languages(), this);
    this.log = new Log(this.wording, host.server, {
      tap: (button) => this.tap(button),
      retry: (id) => this.conversation.retry(id),
      person: () => this.callPerson(),
    });
    this.composer = new Composer(this.wording, (text) => this.conversation.say(text));
    this.element.append(this.header.element, this.bar, this.log.scroller, this.log.jump, this.composer.form);
    this.element.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => this.read());
    this.screen = new Screen(this.element);
    this.localise();
    host.root.prepend(this.element);
    if (host.memory.get("token") !== null || host.memory.unsent().length > 0) this.conversation.start();
  }

  open(focus: boolean): void {
    this.isOpen = true;
    this.element.hidden = false;
    this.screen.shown(true);
    this.log.toEnd();
    this.conversation.start();
    if (focus) this.composer.focus();
    this.read();
  }

  close(): void {
    this.isOpen = false;
    this.element.hidden = true;
    this.screen.shown(false);
  }

  ask(text: string): void {
    this.conversation.say(text);
  }

  localise(): void {
    this.wording = new Wording(this.host.strings);
    this.element.lang = this.wording.language;
    this.element.dir = this.wording.direction;
    this.element.setAttribute("aria-label", this.wording.say("title"));
    this.header.localise(this.wording);
    this.log.localise(this.wording);
    this.composer.localise(this.wording);
    this.drawBar();
    this.countUnread();
  }

  pageLanguageChanged(): void {
    this.conversation.greetAgain();
  }

  languageChosen(): void {
    this.conversation.greetAgain();
  }

  message(message: Message, fresh: boolean): void {
    this.log.message(message, fresh);
    this.read();
    this.countUnread();
  }

  pending(...[pending]: Parameters<View["pending"]>): void {
    this.log.pending(pending);
  }

  caughtUp(): void {
    this.log.caughtUp();
    this.read();
  }

  cleared(): void {
    this.log.cleared();
    this.countUnread();
  }

  typing(on: boolean): void {
    this.log.typing(on);
  }

  readElsewhere(): void {
    this.countUnread();
  }

  link(state: LinkState): void {
    const wasOnline = this.state === "online";
    const waiting = this.state === "connecting" && state === "connecting" && this.barTimer !== 0;
    this.state = state;
    if (waiting) return;
    clearTimeout(this.barTimer);
    this.barTimer = 0;
    if (state !== "online") this.log.typing(false);
    if (state === "connecting" && (wasOnline || !this.bar.textContent)) {
      this.barTimer = window.setTimeout(() => this.drawBar(), PATIENCE_MS);
    } else {
      this.drawBar();
    }
  }

  private drawBar(): void {
    this.barTimer = 0;
    const key = { online: "", connecting: "reconnecting", offline: "offline", refused: "error" }[this.state];
    this.bar.textContent = key ? this.wording.say(key) : "";
    this.bar.dataset.state = this.state;
  }

  private tap(button: Button): void {
    this.conversation.say(button.title, button.payload);
    // On a touch screen the composer's focus would bring up the keyboard, over the answer.
    if (matchMedia(TOUCH).matches) this.element.focus({ preventScroll: true });
    else this.composer.focus();
  }

  private callPerson(): void {
    this.tap({ title: this.wording.say("person"), payload: PERSON_PAYLOAD });
  }

  private choose(code: string): void {
    this.host.chooseLanguage(code);
    this.conversation.choose(code);
  }

  private languages(): ConstructorParameters<typeof Conversation>[2] {
    return {
      page: () => this.host.pageLanguage,
      chosen: () => this.host.chosenLanguage,
      shown: () => this.wording.language,
    };
  }

  private read(): void {
    if (!this.isOpen || document.visibilityState === "hidden") return;
    this.conversation.markRead();
    this.countUnread();
  }

  private countUnread(): void {
    const count = this.isOpen ? 0 : this.log.after(this.conversation.readSeq);
    this.host.showUnread(count, this.wording.say("new_messages", { count }));
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.host.close();
    } else if (event.key === "Tab") {
      this.screen.trap(event);
    }
  }
}
