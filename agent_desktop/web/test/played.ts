/** A server's end of a socket for the tests: what was sent, and a way to say something. */

import { Connection, type Dialled, type SocketLike } from "../src/connection";
import type { AnyMessage, AnyRequest } from "../src/protocol.gen";

export class PlayedSocket implements SocketLike {
  onmessage: ((text: string) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: AnyRequest[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as AnyRequest);
  }

  close(): void {
    this.closed = true;
  }

  say(message: AnyMessage): void {
    this.onmessage?.(JSON.stringify(message));
  }

  welcome(last_id = 0): void {
    this.say({ type: "welcome", protocol: 1, user: "ann", role: "agent", server_ms: 0, last_id });
  }

  breakOff(): void {
    this.onclose?.();
  }

  /** The requests of one type, the newest last. */
  of<T extends AnyRequest["type"]>(type: T): Extract<AnyRequest, { type: T }>[] {
    return this.sent.filter((request): request is Extract<AnyRequest, { type: T }> => request.type === type);
  }
}

export interface Played {
  readonly connection: Connection;
  readonly sockets: PlayedSocket[];
  refuse: "signed_out" | "old_page" | "unreachable" | undefined;
  time: number;
  networkDown: boolean;
}

/** A connection whose server is played; `time` moves only when a test moves it. */
export function played(): Played {
  let last = 0;
  const state: Omit<Played, "connection"> & { connection?: Connection } = { sockets: [], refuse: undefined, time: 1_000, networkDown: false };
  state.connection = new Connection({
    dial: (): Promise<Dialled> => {
      if (state.refuse === "unreachable") return Promise.reject(new Error("nobody there"));
      if (state.refuse !== undefined) return Promise.resolve({ end: state.refuse });
      const socket = new PlayedSocket();
      state.sockets.push(socket);
      return Promise.resolve({ socket });
    },
    ids: {
      next: () => (last += 1),
      raiseTo: (id) => (last = Math.max(last, id)),
    },
    now: () => state.time,
    chance: () => 0,
    networkDown: () => state.networkDown,
  });
  return state as Played;
}
