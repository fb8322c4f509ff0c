/** Chat lines on their way: shown at once, kept over a reload, sent again with the same id until the server has them. */

import type { Connection } from "./connection";
import { freshId, type Keep } from "./tab";

export interface PendingLine {
  readonly client_message: string;
  readonly handling: string;
  readonly text: string;
  readonly at_ms: number;
  /** Why the server refused it; then the agent sends it again or drops it. */
  readonly failed: string | null;
}

const KEY = "outbox";
const LINES_MAX = 100;

export class Outbox {
  private lines: readonly PendingLine[];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly connection: Pick<Connection, "request">,
    private readonly keep: Keep,
    private readonly now: () => number,
  ) {
    this.lines = read(keep);
    for (const line of this.lines) if (line.failed === null) this.post(line);
  }

  /** False when too many lines wait already: the text then stays in the composer. */
  say(handling: string, text: string): boolean {
    if (this.lines.length >= LINES_MAX) return false;
    const line: PendingLine = { client_message: freshId(), handling, text, at_ms: this.now(), failed: null };
    this.set([...this.lines, line]);
    this.post(line);
    return true;
  }

  retry(clientMessage: string): void {
    const line = this.lines.find((one) => one.client_message === clientMessage);
    if (line === undefined) return;
    const again = { ...line, failed: null };
    this.set(this.lines.map((one) => (one === line ? again : one)));
    this.post(again);
  }

  discard(clientMessage: string): void {
    this.set(this.lines.filter((one) => one.client_message !== clientMessage));
  }

  /** The lines of one handling that the conversation does not show yet; the same array while nothing changes. */
  all = (): readonly PendingLine[] => this.lines;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private post(line: PendingLine): void {
    const { handling, client_message, text } = line;
    void this.connection.request({ type: "send_line", handling, client_message, text }).then((outcome) => {
      if (outcome.type === "answer") return this.discard(client_message);
      this.set(this.lines.map((one) => (one.client_message === client_message ? { ...one, failed: outcome.sentence } : one)));
    });
  }

  private set(lines: readonly PendingLine[]): void {
    this.lines = lines;
    if (lines.length === 0) this.keep.removeItem(KEY);
    else this.keep.setItem(KEY, JSON.stringify(lines));
    for (const listener of [...this.listeners]) listener();
  }
}

function read(keep: Keep): readonly PendingLine[] {
  try {
    const kept: unknown = JSON.parse(keep.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as PendingLine[]) : [];
  } catch {
    return [];
  }
}
