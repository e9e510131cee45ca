/**
 * The socket: says hello, keeps alive, comes back with jittered back-off. Knows frames, not bubbles.
 * The owner calls `start()` once and `stop()` at the end, and answers what to say hello with each time.
 */

import type { ClientFrame, ServerFrame } from "./protocol";

export type LinkState = "connecting" | "online" | "offline" | "refused";

export interface Handlers {
  readonly hello: () => Extract<ClientFrame, { type: "hello" }>;
  readonly frame: (frame: ServerFrame) => void;
  readonly state: (state: LinkState) => void;
  /** Number of the newest message this page has; what a pong is compared with. */
  readonly lastSeq: () => number;
}

const PING_MS = 15_000;
/** A pong later than this means that the line is dead although the socket has not noticed. */
const PONG_MS = 8_000;
const HELLO_MS = 10_000;
const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 15_000;
/** Close code of docs/protocol.md: refused for good (origin, bad hello). */
const REFUSED = 1008;

export class Connection {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private behind = 0;
  private retry = 0;
  private pinger = 0;
  private deadline = 0;
  private running = false;
  private ready = false;

  constructor(
    private readonly url: string,
    private readonly on: Handlers,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    window.addEventListener("online", this.hurry);
    window.addEventListener("offline", this.cut);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener("online", this.hurry);
    window.removeEventListener("offline", this.cut);
    document.removeEventListener("visibilitychange", this.hurry);
    this.drop();
    clearTimeout(this.retry);
  }

  /** Drops the socket and comes back at once, with a fresh hello. */
  restart(): void {
    if (!this.running) return;
    this.attempts = 0;
    this.drop();
    this.connect();
  }

  /** Sends when the server has welcomed us; false when it could not be. */
  send(frame: ClientFrame): boolean {
    if (!this.ready || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ v: 1, ...frame }));
    return true;
  }

  private connect(): void {
    clearTimeout(this.retry);
    if (!navigator.onLine) {
      this.on.state("offline");
      return;
    }
    this.on.state("connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.expect(HELLO_MS);
    socket.addEventListener("open", () => {
      if (socket === this.socket) socket.send(JSON.stringify({ v: 1, ...this.on.hello() }));
    });
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.receive(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.closed(event.code);
    });
  }

  private receive(data: unknown): void {
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === "welcome") {
      this.ready = true;
      this.attempts = 0;
      clearTimeout(this.deadline);
      clearInterval(this.pinger);
      this.pinger = window.setInterval(() => this.ping(), PING_MS);
    }
    if (frame.type === "pong") {
      clearTimeout(this.deadline);
      // One pong can overtake a message on its way; two in a row mean that a message is missing.
      this.behind = frame.seq > this.on.lastSeq() ? this.behind + 1 : 0;
      if (this.behind > 1) this.restart();
      return;
    }
    this.on.frame(frame);
    // The owner may have started over while it was told.
    if (frame.type === "welcome" && this.ready) this.on.state("online");
  }

  private ping(): void {
    if (this.send({ type: "ping" })) this.expect(PONG_MS);
  }

  private expect(within_ms: number): void {
    clearTimeout(this.deadline);
    this.deadline = window.setTimeout(() => {
      this.drop();
      this.closed(0);
    }, within_ms);
  }

  private closed(code: number): void {
    this.drop();
    if (!this.running) return;
    if (code === REFUSED) {
      this.on.state("refused");
      return;
    }
    this.on.state(navigator.onLine ? "connecting" : "offline");
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.retry = window.setTimeout(() => this.connect(), ceiling * (0.5 + Math.random() / 2));
  }

  private drop(): void {
    clearInterval(this.pinger);
    clearTimeout(this.deadline);
    this.ready = false;
    this.behind = 0;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private readonly cut = (): void => {
    this.drop();
    clearTimeout(this.retry);
    this.on.state("offline");
  };

  private readonly hurry = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.socket) this.ping();
    else this.restart();
  };
}

function parseFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame = JSON.parse(data) as ServerFrame;
    return typeof frame.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
