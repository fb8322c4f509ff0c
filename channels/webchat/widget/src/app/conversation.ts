/**
 * What this page knows of the conversation. Pure: messages in, what to send out; no socket, clock or document.
 *
 * Lines are applied only in the order of their numbers. Of the visitor's own unsent lines only the first is under way,
 * so that their order holds whatever is lost and repeated.
 */
import type { EndedBy, FromServer, LineShown, Phase } from "./protocol.ts";

export interface Unsent {
  client_id: string;
  text: string;
  /** `sent`: committed by the server, not yet seen among the lines. */
  state: "sending" | "sent" | "failed";
  problem?: string;
}

/** What the caller has to do after a message. */
export interface Wish {
  ask?: boolean;
  sendNext?: boolean;
  againMs?: number;
  typing?: boolean;
}

export class Conversation {
  id: string | null = null;
  lastSeq = 0;
  lines: LineShown[] = [];
  /** Lines of earlier conversations of this page, shown above. */
  past: { conversation: string; lines: LineShown[] }[] = [];
  unsent: Unsent[] = [];
  phase: Phase = "none";
  agent: string | null = null;
  ended: EndedBy | null = null;
  title = "";
  greeting = "";
  token: string | null = null;
  /** A sentence about the whole connection, such as an old widget. */
  problem: string | null = null;

  write(client_id: string, text: string): void {
    this.unsent.push({ client_id, text, state: "sending" });
  }

  /** The line to be sent next (again), if any. */
  next(): Unsent | null {
    return this.unsent.find((line) => line.state === "sending") ?? null;
  }

  retry(client_id: string): void {
    this.unsent = this.unsent.map((line) =>
      line.client_id === client_id && line.state === "failed" ? { client_id, text: line.text, state: "sending" } : line,
    );
  }

  discard(client_id: string): void {
    this.unsent = this.unsent.filter((line) => line.client_id !== client_id || line.state !== "failed");
  }

  receive(message: FromServer): Wish {
    switch (message.type) {
      case "welcome":
        if (this.token !== null && message.token !== this.token && message.conversation !== this.id) this.forget();
        this.token = message.token;
        this.title = message.title;
        this.greeting = message.greeting;
        this.problem = null;
        this.follow(message.conversation ?? null);
        return { sendNext: true, ask: (message.last_seq ?? 0) > this.lastSeq };
      case "ack":
        return this.acknowledge(message.client_id, message.conversation, message.seq);
      case "lines":
        return this.append(message.conversation, message.lines);
      case "standing":
        this.phase = message.phase;
        this.agent = message.agent ?? null;
        this.ended = message.ended ?? null;
        return {};
      case "typing":
        return { typing: true };
      case "heartbeat":
        return { ask: (message.last_seq ?? 0) > this.lastSeq };
      case "refused":
        return this.refuse(message.client_id, message.sentence, message.again_ms);
    }
  }

  /** Somebody else now, such as after signing out: what was shown is not theirs. */
  private forget(): void {
    this.id = null;
    this.lines = [];
    this.past = [];
    this.lastSeq = 0;
  }

  private follow(conversation: string | null): void {
    if (conversation === this.id) return;
    if (this.id !== null && this.lines.length > 0) this.past.push({ conversation: this.id, lines: this.lines });
    this.id = conversation;
    this.lines = [];
    this.lastSeq = 0;
  }

  private acknowledge(client_id: string, conversation: string, seq: number): Wish {
    if (conversation !== this.id && this.knows(client_id)) return { sendNext: true };
    this.follow(conversation);
    this.unsent = this.unsent.map((line) =>
      line.client_id === client_id ? { client_id, text: line.text, state: "sent" } : line,
    );
    return { sendNext: true, ask: seq > this.lastSeq };
  }

  private knows(client_id: string): boolean {
    const committed = this.past.some((part) => part.lines.some((line) => line.client_id === client_id));
    if (committed) this.unsent = this.unsent.filter((line) => line.client_id !== client_id);
    return committed;
  }

  private append(conversation: string, lines: LineShown[]): Wish {
    this.follow(conversation);
    for (const line of lines) {
      if (line.seq <= this.lastSeq) continue;
      if (line.seq !== this.lastSeq + 1) return { ask: true };
      this.lines.push(line);
      this.lastSeq = line.seq;
      if (line.client_id) this.unsent = this.unsent.filter((own) => own.client_id !== line.client_id);
    }
    return { sendNext: true };
  }

  private refuse(client_id: string | undefined, sentence: string, againMs: number | undefined): Wish {
    if (client_id === undefined) {
      this.problem = sentence;
      return {};
    }
    if (againMs !== undefined) return { againMs };
    this.unsent = this.unsent.map((line) =>
      line.client_id === client_id ? { client_id, text: line.text, state: "failed", problem: sentence } : line,
    );
    return { sendNext: true };
  }
}
