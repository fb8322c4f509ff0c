/**
 * The socket to the server: requests with ids and exactly one answer each, kept and sent again with the same id over
 * a reconnect; heartbeats both ways; reconnecting with growing, jittered waits.
 */

import { type AnyMessage, type AnyRequest, type Answer, HEARTBEAT_MS, type Refused, SILENCE_MAX_MS } from "./protocol.gen";

export type Body = AnyRequest extends infer R ? (R extends AnyRequest ? Omit<R, "id"> : never) : never;
export type Outcome = Answer | Refused;

/** live: heard the server just now. offline: down for long, or this machine has no network. ended: no more tries. */
export type LinkState = "connecting" | "live" | "reconnecting" | "offline" | "ended";

export interface SocketLike {
  send(text: string): void;
  close(): void;
  onmessage: ((text: string) => void) | null;
  onclose: (() => void) | null;
}

/** `signed_out` and `old_page` end the connection; a failure is tried again. */
export type Dialled = { socket: SocketLike } | { end: "signed_out" | "old_page" };

export interface Ids {
  next(): number;
  raiseTo(lastId: number): void;
}

export interface ConnectionPorts {
  dial(): Promise<Dialled>;
  ids: Ids;
  now(): number;
  chance(): number;
  networkDown(): boolean;
}

const WAIT_FIRST_MS = 400;
const WAIT_MAX_MS = 8_000;
const OFFLINE_AFTER_MS = 20_000;
const IN_FLIGHT_MAX = 200;
const TRY_AGAIN_MAX = 6;
const TRY_AGAIN_MS = 400;

interface InFlight {
  readonly request: AnyRequest;
  /** Not sent again on another socket: views are opened anew anyway, pings and typing may be lost. */
  readonly fleeting: boolean;
  readonly settle: (outcome: Outcome) => void;
  tries: number;
}

function lost(id: number, sentence: string): Refused {
  return { type: "refused", id, reason: "try_again", sentence };
}

export class Connection {
  private socket: SocketLike | undefined;
  private state: LinkState = "connecting";
  private readonly inFlight = new Map<number, InFlight>();
  private readonly messageListeners = new Set<(message: AnyMessage) => void>();
  private readonly stateListeners = new Set<(state: LinkState) => void>();
  private attempt = 0;
  private answeredUpTo = 0;
  private downSinceMs: number;
  private heardAtMs = 0;
  private dialling = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  endedBecause: "signed_out" | "old_page" | undefined;

  constructor(private readonly ports: ConnectionPorts) {
    this.downSinceMs = ports.now();
  }

  start(): void {
    this.pulse ??= setInterval(() => this.beat(), 1_000);
    void this.dial();
  }

  /** Ends the connection for good, as on leaving the page or signing out. */
  stop(): void {
    this.finish(undefined);
  }

  get linkState(): LinkState {
    return this.state;
  }

  /** How long nothing was heard, in ms of this machine's clock. */
  silenceMs(): number {
    return this.ports.now() - (this.heardAtMs || this.downSinceMs);
  }

  onMessage(listener: (message: AnyMessage) => void): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  /** Settles with the server's one answer, also when the socket breaks in between. */
  request(body: Body): Promise<Outcome> {
    const id = this.ports.ids.next();
    const request = { ...body, id } as AnyRequest;
    const fleeting = body.type === "ping" || body.type === "open_view" || body.type === "close_view" || body.type === "tell_typing";
    if (this.state === "ended") return Promise.resolve(lost(id, "You are signed out."));
    if (this.inFlight.size >= IN_FLIGHT_MAX) return Promise.resolve(lost(id, "Too much is waiting for the connection."));
    if (fleeting && this.state !== "live") return Promise.resolve(lost(id, "There is no connection just now."));
    return new Promise((settle) => {
      this.inFlight.set(id, { request, fleeting, settle, tries: 0 });
      if (this.state === "live") this.send(request);
    });
  }

  /** Something hints that the network has changed (focus, wake, online): look at once. */
  verify(): void {
    if (this.state === "ended") return;
    if (this.state === "live") {
      if (this.silenceMs() > HEARTBEAT_MS * 1.6) void this.request({ type: "ping" });
      return;
    }
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.attempt = 0;
    void this.dial();
  }

  private async dial(): Promise<void> {
    if (this.dialling || this.socket !== undefined || this.state === "ended") return;
    this.dialling = true;
    let dialled: Dialled | undefined;
    try {
      dialled = await this.ports.dial();
    } catch {
      dialled = undefined; // the server is not there: tried again below
    }
    this.dialling = false;
    if (this.endedBecause !== undefined || (this.state as LinkState) === "ended") {
      if (dialled !== undefined && "socket" in dialled) dialled.socket.close();
      return;
    }
    if (dialled === undefined) return this.again();
    if ("end" in dialled) return this.finish(dialled.end);
    const socket = dialled.socket;
    this.socket = socket;
    this.heardAtMs = this.ports.now();
    socket.onmessage = (text) => this.take(socket, text);
    socket.onclose = () => this.dropped(socket);
  }

  private take(socket: SocketLike, text: string): void {
    if (socket !== this.socket) return;
    this.heardAtMs = this.ports.now();
    const message = JSON.parse(text) as AnyMessage;
    if (message.type === "welcome") this.welcomed(message.last_id);
    else if (message.type === "answer" || message.type === "refused") this.settle(message);
    else if (message.type === "farewell" && (message.reason === "signed_out" || message.reason === "old_page")) {
      this.tell(message);
      return this.finish(message.reason);
    }
    this.tell(message);
  }

  private tell(message: AnyMessage): void {
    for (const listener of [...this.messageListeners]) listener(message);
  }

  private welcomed(lastId: number): void {
    this.ports.ids.raiseTo(lastId);
    this.attempt = 0;
    this.enter("live");
    const waiting = [...this.inFlight.values()].sort((a, b) => a.request.id - b.request.id);
    for (const one of waiting) this.send(one.request);
  }

  private settle(outcome: Outcome): void {
    const one = this.inFlight.get(outcome.id);
    if (one === undefined) return;
    if (outcome.type === "refused" && outcome.reason === "try_again" && !one.fleeting && one.tries < TRY_AGAIN_MAX) {
      one.tries += 1;
      setTimeout(() => this.tryAgain(outcome.id), TRY_AGAIN_MS * one.tries);
      return;
    }
    this.inFlight.delete(outcome.id);
    if (!one.fleeting) this.answeredUpTo = Math.max(this.answeredUpTo, outcome.id);
    one.settle(outcome);
  }

  /** Nothing was decided: the same id again, or a new one if a later request has been carried out meanwhile, since the
   * router takes a session's requests in their order and would hold the older id for one it has had. */
  private tryAgain(id: number): void {
    const one = this.inFlight.get(id);
    if (one === undefined || this.state !== "live") return;
    let request = one.request;
    if (this.answeredUpTo > id) {
      request = { ...request, id: this.ports.ids.next() };
      this.inFlight.delete(id);
      this.inFlight.set(request.id, { ...one, request });
    }
    this.send(request);
  }

  private send(request: AnyRequest): void {
    this.socket?.send(JSON.stringify(request));
  }

  private beat(): void {
    if (this.socket === undefined) {
      if (this.state === "reconnecting" && this.isLongDown()) this.enter("offline");
      return;
    }
    if (this.silenceMs() > SILENCE_MAX_MS) {
      const socket = this.socket;
      socket.close();
      return this.dropped(socket);
    }
    if (this.state === "live" && Math.floor(this.ports.now() / 1_000) % Math.round(HEARTBEAT_MS / 1_000) === 0) {
      void this.request({ type: "ping" });
    }
  }

  private isLongDown(): boolean {
    return this.ports.networkDown() || this.ports.now() - this.downSinceMs > OFFLINE_AFTER_MS;
  }

  private dropped(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.socket = undefined;
    if (this.state === "live") this.downSinceMs = this.ports.now();
    for (const [id, one] of this.inFlight) {
      if (!one.fleeting) continue;
      this.inFlight.delete(id);
      one.settle(lost(id, "The connection was lost."));
    }
    this.again();
  }

  private again(): void {
    if (this.state === "ended") return;
    this.enter(this.isLongDown() ? "offline" : "reconnecting");
    const full = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** this.attempt);
    this.attempt += 1;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.dial(), full / 2 + (full / 2) * this.ports.chance());
  }

  private finish(because: "signed_out" | "old_page" | undefined): void {
    this.endedBecause = because;
    clearTimeout(this.retryTimer);
    clearInterval(this.pulse);
    this.pulse = undefined;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
    for (const [id, one] of this.inFlight) one.settle(lost(id, "You are signed out."));
    this.inFlight.clear();
    this.enter("ended");
  }

  private enter(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of [...this.stateListeners]) listener(state);
  }
}
