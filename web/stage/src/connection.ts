/**
 * The socket: enters the room, asks for the time, comes back with jittered back-off. Knows frames, not pictures.
 * The owner calls `start()` once; it never gives up, because nobody stands beside a show that runs all night.
 */

import type { ShowClock } from "./clock";
import { parseFrame, type PageFrame, type ServerFrame } from "./wire";

export type LinkState = "connecting" | "online";

export interface Handlers {
  readonly enter: () => Extract<PageFrame, { type: "enter" }>;
  readonly frame: (frame: Exclude<ServerFrame, { type: "time" }>) => void;
  readonly state: (state: LinkState) => void;
}

/** A few round trips at once find a fast one; then often enough to follow the drift. */
const FIRST_TIMES = 5;
const FIRST_TIME_MS = 150;
const TIME_MS = 10_000;
/** An answer later than this means that the line is dead although the socket has not noticed. */
const ANSWER_MS = 6_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

export class Connection {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private asked = 0;
  private retry = 0;
  private timer = 0;
  private deadline = 0;

  constructor(
    private readonly url: string,
    private readonly clock: ShowClock,
    private readonly on: Handlers,
  ) {}

  start(): void {
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  stop(): void {
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    clearTimeout(this.retry);
    this.drop();
  }

  /** Sends if there is a line; what is lost says nothing that the server could not do without. */
  send(frame: PageFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ v: 1, ...frame }));
  }

  private connect(): void {
    clearTimeout(this.retry);
    this.drop();
    this.on.state("connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.expectAnswer();
    socket.addEventListener("open", () => {
      if (socket === this.socket) this.send(this.on.enter());
    });
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.receive(event.data);
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.lost();
    });
  }

  private receive(data: unknown): void {
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === "time") {
      clearTimeout(this.deadline);
      this.clock.answered(frame.t, frame.now_ms);
      return;
    }
    if (frame.type === "hello") {
      this.attempts = 0;
      this.asked = 0;
      this.clock.restart(frame.now_ms);
      this.on.state("online");
      clearTimeout(this.timer);
      this.askTime();
    }
    this.on.frame(frame);
  }

  private askTime(): void {
    this.send({ type: "time", t: performance.now() });
    this.expectAnswer();
    this.asked += 1;
    this.timer = window.setTimeout(() => this.askTime(), this.asked < FIRST_TIMES ? FIRST_TIME_MS : TIME_MS);
  }

  private expectAnswer(): void {
    clearTimeout(this.deadline);
    this.deadline = window.setTimeout(() => this.lost(), ANSWER_MS);
  }

  private lost(): void {
    this.drop();
    this.on.state("connecting");
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts);
    this.attempts = Math.min(this.attempts + 1, 10);
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.connect(), ceiling * (0.5 + Math.random() / 2));
  }

  private drop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.deadline);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private readonly hurry = (): void => {
    if (document.visibilityState === "hidden" || this.socket) return;
    this.attempts = 0;
    this.connect();
  };
}
