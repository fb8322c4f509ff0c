/** Which views this page watches: opened once however many look, resumed after a reconnect, left a little after the last. */

import type { Connection } from "./connection";
import { CONVERSATION_VIEW_PREFIX, type AnyMessage } from "./protocol.gen";
import { afterChange, afterSnapshot, type View } from "./store";

/** Flipping back to a conversation within this time costs nothing. */
const LINGER_MS = 5_000;
const TYPING_MS = 6_000;

interface Watched {
  view: View | undefined;
  refusal: string | undefined;
  watchers: number;
  resuming: boolean;
  linger: ReturnType<typeof setTimeout> | undefined;
}

export class Views {
  private readonly watched = new Map<string, Watched>();
  private readonly listeners = new Set<() => void>();
  private readonly typing = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly connection: Pick<Connection, "request" | "onMessage">) {
    connection.onMessage((message) => this.take(message));
  }

  /** Watches a view until the returned function is called. */
  watch(name: string): () => void {
    let one = this.watched.get(name);
    if (one === undefined) {
      one = { view: undefined, refusal: undefined, watchers: 0, resuming: false, linger: undefined };
      this.watched.set(name, one);
      this.open(name, one);
    }
    clearTimeout(one.linger);
    one.watchers += 1;
    const mine = one;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      mine.watchers -= 1;
      if (mine.watchers === 0) mine.linger = setTimeout(() => this.leave(name, mine), LINGER_MS);
    };
  }

  get(name: string): View | undefined {
    return this.watched.get(name)?.view;
  }

  /** Why a view cannot be shown, in one sentence of the server's. */
  refusalOf(name: string): string | undefined {
    return this.watched.get(name)?.refusal;
  }

  isTyping(conversation: string): boolean {
    return this.typing.has(conversation);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private leave(name: string, one: Watched): void {
    if (one.watchers > 0 || this.watched.get(name) !== one) return;
    this.watched.delete(name);
    void this.connection.request({ type: "close_view", view: name });
  }

  private open(name: string, one: Watched): void {
    one.resuming = true;
    const from = one.view?.number ?? null;
    void this.connection.request({ type: "open_view", view: name, from_number: from }).then((outcome) => {
      one.resuming = false;
      if (outcome.type === "refused" && outcome.reason !== "try_again") {
        one.refusal = outcome.sentence;
        this.changed();
      }
    });
  }

  private take(message: AnyMessage): void {
    switch (message.type) {
      case "welcome":
        for (const [name, one] of this.watched) this.open(name, one);
        return;
      case "snapshot": {
        const one = this.watched.get(message.view);
        if (one === undefined) return;
        one.view = afterSnapshot(message);
        one.refusal = undefined;
        one.resuming = false;
        return this.changed();
      }
      case "change": {
        const one = this.watched.get(message.view);
        if (one === undefined) return;
        const applied = afterChange(one.view, message);
        if (applied.kind === "gap" && !one.resuming) this.open(message.view, one);
        if (applied.kind !== "changed") return;
        one.view = applied.view;
        return this.changed();
      }
      case "view_closed": {
        const one = this.watched.get(message.view);
        if (one === undefined) return;
        one.view = undefined;
        one.refusal = "This is no longer yours to see.";
        return this.changed();
      }
      case "typing_shown":
        return this.setTyping(message.conversation, message.typing);
      default:
        return;
    }
  }

  private setTyping(conversation: string, typing: boolean): void {
    clearTimeout(this.typing.get(conversation));
    if (typing) this.typing.set(conversation, setTimeout(() => this.setTyping(conversation, false), TYPING_MS));
    else this.typing.delete(conversation);
    this.changed();
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

export function conversationView(conversation: string): string {
  return CONVERSATION_VIEW_PREFIX + conversation;
}
