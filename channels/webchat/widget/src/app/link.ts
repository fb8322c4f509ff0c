/**
 * One WebSocket that comes back by itself: full jitter from 0.5 s to 30 s, heartbeats both ways, and a look at the link
 * whenever the page may have slept. It knows frames, not what they mean.
 */
import type { FromServer, FromWidget } from "./protocol.ts";

const HEARTBEAT_MS = 15_000;
const DEAD_MS = 30_000;
const VERIFY_MS = 4_000;
const WELCOME_MS = 5_000;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const TICK_MS = 1_000;
const SLEPT_MS = 10_000;

export type LinkState = "connecting" | "live" | "waiting";

export interface LinkOwner {
  hello(): FromWidget;
  received(message: FromServer): void;
  changed(state: LinkState): void;
  /** Called about every second while live. */
  tick(now: number): void;
}

export class Link {
  state: LinkState = "waiting";
  private socket: WebSocket | null = null;
  private failures = 0;
  private openedAt = 0;
  private heardAt = 0;
  private sentAt = 0;
  private verifyBy = 0;
  private againAt = 0;
  private lastTick = 0;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly url: string,
    private readonly owner: LinkOwner,
  ) {}

  start(): void {
    if (this.timer !== null) return;
    this.lastTick = performance.now();
    this.timer = setInterval(() => this.onTick(), TICK_MS);
    addEventListener("online", () => this.verify());
    addEventListener("focus", () => this.verify());
    addEventListener("pageshow", () => this.verify());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.verify();
    });
    this.open();
  }

  send(message: FromWidget): boolean {
    if (this.state !== "live" || this.socket === null) return false;
    this.socket.send(JSON.stringify(message));
    this.sentAt = performance.now();
    return true;
  }

  /** The page may have slept, or the network come back: find out at once whether the link lives. */
  verify(): void {
    if (this.state === "waiting") this.open();
    else if (this.state === "live" && this.verifyBy === 0) {
      this.verifyBy = performance.now() + VERIFY_MS;
      this.send({ type: "heartbeat" });
    }
  }

  /** Say hello anew, such as when the shop's customer has signed in. */
  restart(): void {
    if (this.timer === null) return;
    this.drop();
    this.open();
  }

  private open(): void {
    this.drop();
    this.set("connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.openedAt = performance.now();
    socket.onopen = () => socket.send(JSON.stringify(this.owner.hello()));
    socket.onmessage = (event) => this.onFrame(socket, event.data);
    socket.onclose = () => {
      if (this.socket === socket) this.fail();
    };
  }

  private onFrame(socket: WebSocket, data: unknown): void {
    if (this.socket !== socket || typeof data !== "string") return;
    this.heardAt = performance.now();
    this.verifyBy = 0;
    const message = JSON.parse(data) as FromServer;
    if (message.type === "welcome") {
      this.failures = 0;
      this.sentAt = this.heardAt;
      this.set("live");
    }
    this.owner.received(message);
  }

  private onTick(): void {
    const now = performance.now();
    const slept = now - this.lastTick > SLEPT_MS;
    this.lastTick = now;
    if (slept) this.verify();
    if (this.state === "waiting" && now >= this.againAt) this.open();
    else if (this.state === "connecting" && now - this.openedAt > WELCOME_MS) this.fail();
    else if (this.state === "live") {
      if (now - this.heardAt > DEAD_MS || (this.verifyBy !== 0 && now > this.verifyBy)) this.fail();
      else if (now - this.sentAt > HEARTBEAT_MS) this.send({ type: "heartbeat" });
      this.owner.tick(now);
    }
  }

  private fail(): void {
    this.drop();
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(this.failures, 10));
    this.failures += 1;
    this.againAt = performance.now() + BACKOFF_MIN_MS / 2 + Math.random() * ceiling;
    this.set("waiting");
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.verifyBy = 0;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private set(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.owner.changed(state);
  }
}
