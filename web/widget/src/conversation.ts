/**
 * The conversation as this page knows it: what the server said, in order and once, and what still waits
 * for its acknowledgement. Everything visible is told to a `View`; nothing here touches the page.
 */

import { Connection, type LinkState } from "./connection";
import type { Memory, Unsent } from "./memory";
import type { Message, Refusal, ServerFrame, Welcome } from "./protocol";

export interface Pending extends Unsent {
  readonly state: "sending" | "failed";
  /** Why it failed, worded by the server. */
  readonly reason?: string;
}

export interface View {
  /** A message, in order. `fresh` is false while history is being read back. */
  message(message: Message, fresh: boolean): void;
  pending(pending: Pending): void;
  /** History is complete up to what the server had when we said hello. */
  caughtUp(): void;
  cleared(): void;
  typing(on: boolean): void;
  link(state: LinkState): void;
  readElsewhere(): void;
}

export interface Languages {
  readonly page: () => string;
  readonly chosen: () => string | null;
  /** Language of the interface, which a message is most likely written in. */
  readonly shown: () => string;
}

const ACK_MS = 15_000;

export class Conversation {
  private readonly connection: Connection;
  private readonly waiting = new Map<string, Pending>();
  private readonly timers = new Map<string, number>();
  /** Ids of the shopper's messages that the server has confirmed to this page. */
  private readonly confirmed = new Set<string>();
  private token: string | null;
  private lastSeq = 0;
  private historyEnd: number | null = null;
  private trusting = true;
  private forgetChoice = false;
  private started = false;

  constructor(
    server: string,
    private readonly memory: Memory,
    private readonly languages: Languages,
    private readonly view: View,
  ) {
    this.token = memory.get("token");
    this.connection = new Connection(`${server.replace(/^http/, "ws")}/ws/chat`, {
      hello: () => this.hello(),
      frame: (frame) => this.receive(frame),
      state: (state) => this.view.link(state),
      lastSeq: () => this.lastSeq,
    });
  }

  /** Number of the newest message that the shopper has seen, on any page. */
  get readSeq(): number {
    return Number(this.memory.get("read") ?? 0);
  }

  /** Connects, once; shows what an earlier page could not send. */
  start(): void {
    if (this.started) return;
    this.started = true;
    for (const unsent of this.memory.unsent()) this.show({ ...unsent, state: "sending" });
    this.memory.watch((name) => {
      if (name === "token") this.adopt();
      if (name === "outbox") this.fromOtherTabs();
      if (name === "read") this.view.readElsewhere();
    });
    this.connection.start();
  }

  /** Keeps the message, shows it and sends it as soon as there is a line. */
  say(text: string, payload?: string): void {
    const unsent: Unsent = {
      id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`,
      text,
      ...(payload ? { payload } : {}),
      language: this.languages.shown(),
      at: new Date().toISOString(),
    };
    this.memory.keep(unsent);
    this.transmit({ ...unsent, state: "sending" });
  }

  /** Offers a failed message again, under the same id: the server takes it at most once. */
  retry(id: string): void {
    const pending = this.waiting.get(id);
    if (pending) this.transmit(withoutReason(pending));
  }

  /** A language chosen by hand; without a line, the next hello says it. */
  choose(language: string): void {
    this.forgetChoice = false;
    this.connection.send({ type: "language", language });
  }

  /** Says hello again: the page's language, or the choice made in another tab, has changed. */
  greetAgain(): void {
    this.forgetChoice = this.languages.chosen() === null;
    this.connection.restart();
  }

  markRead(): void {
    if (this.lastSeq > this.readSeq) this.memory.set("read", String(this.lastSeq));
  }

  private hello(): ReturnType<ConstructorParameters<typeof Connection>[1]["hello"]> {
    const chosen = this.languages.chosen();
    return {
      type: "hello",
      ...(this.token ? { token: this.token, last_seq: this.lastSeq } : {}),
      page_language: this.languages.page(),
      ...(chosen ? { language: chosen } : {}),
    };
  }

  private receive(frame: ServerFrame): void {
    if (frame.type === "welcome") this.welcome(frame);
    else if (frame.type === "message") this.take(frame.message);
    else if (frame.type === "typing") this.view.typing(frame.on);
    else if (frame.type === "error") this.refused(frame);
  }

  private welcome(frame: Welcome): void {
    if (this.token && !frame.resumed) {
      // The refused token must not pass for one that another tab has just been given.
      if (this.memory.get("token") === this.token) this.memory.set("token", null);
      this.clear();
    }
    const other = this.memory.get("token");
    if (!this.token && other && other !== frame.token) {
      // Another tab began the conversation in the same moment: there must be one.
      this.adopt();
      return;
    }
    this.token = frame.token;
    this.memory.set("token", frame.token);
    this.trusting = false;
    if (this.forgetChoice) this.forgetChoice = !this.connection.send({ type: "language", language: null });
    this.historyEnd ??= frame.seq;
    if (this.lastSeq >= this.historyEnd) this.view.caughtUp();
    for (const pending of this.waiting.values()) this.transmit(withoutReason(pending));
  }

  private take(message: Message): void {
    if (message.seq <= this.lastSeq) return;
    if (message.seq > this.lastSeq + 1 && this.trusting) {
      this.trusting = false;
      this.connection.restart();
      return;
    }
    this.trusting = true;
    this.lastSeq = message.seq;
    const end = this.historyEnd ?? 0;
    if (message.from === "shopper") this.settle(message.id);
    this.view.message(message, message.seq > end);
    if (message.seq === end) this.view.caughtUp();
  }

  private refused(frame: Refusal): void {
    const pending = frame.id ? this.waiting.get(frame.id) : undefined;
    if (!pending) return;
    clearTimeout(this.timers.get(pending.id));
    this.show({ ...pending, state: "failed", reason: frame.error.message });
    // Its own content is at fault: no later page would fare better with it.
    if (frame.error.field) this.memory.forget(pending.id);
    if (frame.retry_after_s === undefined) return;
    const again = window.setTimeout(() => this.retry(pending.id), frame.retry_after_s * 1000);
    this.timers.set(pending.id, again);
  }

  private transmit(pending: Pending): void {
    clearTimeout(this.timers.get(pending.id));
    this.show(pending);
    const { id, text, payload } = pending;
    if (!this.connection.send({ type: "message", id, text, ...(payload ? { payload } : {}) })) return;
    const late = window.setTimeout(() => this.show({ ...pending, state: "failed" }), ACK_MS);
    this.timers.set(id, late);
  }

  private show(pending: Pending): void {
    this.waiting.set(pending.id, pending);
    this.view.pending(pending);
  }

  private settle(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.waiting.delete(id);
    this.confirmed.add(id);
    this.memory.forget(id);
  }

  private adopt(): void {
    const token = this.memory.get("token");
    if (!token || token === this.token) return;
    this.clear();
    this.token = token;
    this.connection.restart();
  }

  private fromOtherTabs(): void {
    for (const unsent of this.memory.unsent()) {
      // What another tab keeps can reach this one later than the server's own word of it.
      if (this.waiting.has(unsent.id) || this.confirmed.has(unsent.id)) continue;
      this.show({ ...unsent, state: "sending" });
      // The other tab sends it; should it be gone by then, this one offers it again.
      const late = window.setTimeout(() => this.retry(unsent.id), ACK_MS);
      this.timers.set(unsent.id, late);
    }
  }

  private clear(): void {
    this.lastSeq = 0;
    this.historyEnd = null;
    this.token = null;
    this.memory.set("read", null);
    this.view.cleared();
    for (const pending of this.waiting.values()) this.view.pending(pending);
  }
}

function withoutReason({ reason: _, ...pending }: Pending): Pending {
  return { ...pending, state: "sending" };
}
