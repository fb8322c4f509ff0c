/**
 * Half a note and half an answer: kept at the server within 300 ms of the last key, and in this browser until the server
 * has confirmed, so that neither a reload nor a dead server loses a word.
 */

import type { Connection } from "./connection";
import type { Keep } from "./tab";

export type DraftKind = "note" | "answer";

const DEBOUNCE_MS = 300;

interface Draft {
  readonly handling: string;
  readonly kind: DraftKind;
  text: string;
  /** The server has not confirmed `text` yet. */
  dirty: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The text as the server last showed it. */
  shown: string;
}

export class Drafts {
  private readonly drafts = new Map<string, Draft>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly connection: Pick<Connection, "request">,
    private readonly keep: Keep,
    private readonly user: string,
  ) {}

  text(handling: string, kind: DraftKind): string {
    return this.at(handling, kind).text;
  }

  write(handling: string, kind: DraftKind, text: string): void {
    const draft = this.at(handling, kind);
    draft.text = text;
    draft.dirty = true;
    this.keep.setItem(this.keyOf(handling, kind), text);
    clearTimeout(draft.timer);
    draft.timer = setTimeout(() => this.save(draft), DEBOUNCE_MS);
    this.changed();
  }

  /** The text has found its place (sent, or part of a completed wrap-up). */
  clear(handling: string, kind: DraftKind): void {
    const draft = this.at(handling, kind);
    if (draft.text === "" && draft.shown === "" && !draft.dirty) return;
    this.write(handling, kind, "");
    this.flush();
  }

  /** The handling is over: nothing of it is kept here. */
  forget(handling: string): void {
    for (const kind of ["note", "answer"] as const) {
      const key = this.keyOf(handling, kind);
      clearTimeout(this.drafts.get(key)?.timer);
      this.drafts.delete(key);
      this.keep.removeItem(key);
    }
  }

  /** What the server shows; it stands unless something newer was typed here. */
  shown(handling: string, kind: DraftKind, text: string): void {
    const draft = this.at(handling, kind);
    if (draft.shown === text) return;
    draft.shown = text;
    if (draft.dirty || draft.text === text) return;
    draft.text = text;
    this.changed();
  }

  /** Sends what waits, now: the page is being left, or a text must stand before the next request. */
  flush(): void {
    for (const draft of this.drafts.values()) {
      if (draft.timer === undefined) continue;
      clearTimeout(draft.timer);
      this.save(draft);
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private save(draft: Draft): void {
    draft.timer = undefined;
    const sent = draft.text;
    void this.connection
      .request({ type: "save_draft", handling: draft.handling, kind: draft.kind, text: sent })
      .then((outcome) => {
        if (draft.text !== sent || draft.timer !== undefined) return;
        if (outcome.type === "refused" && outcome.reason === "try_again") return;
        draft.dirty = false;
        draft.shown = sent;
        this.keep.removeItem(this.keyOf(draft.handling, draft.kind));
      });
  }

  private at(handling: string, kind: DraftKind): Draft {
    const key = this.keyOf(handling, kind);
    let draft = this.drafts.get(key);
    if (draft === undefined) {
      const kept = this.keep.getItem(key);
      draft = { handling, kind, text: kept ?? "", dirty: kept !== null, timer: undefined, shown: "" };
      this.drafts.set(key, draft);
      if (kept !== null) draft.timer = setTimeout(() => this.save(draft as Draft), DEBOUNCE_MS);
    }
    return draft;
  }

  private keyOf(handling: string, kind: DraftKind): string {
    return `draft/${this.user}/${handling}/${kind}`;
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
