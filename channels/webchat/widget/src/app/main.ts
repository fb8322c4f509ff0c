/** The frame's app: joins the link, the conversation, what is kept and what is shown, and talks to the page around. */
import { MARK, readToFrame, type ToPage } from "../frame_messages.ts";
import { Conversation } from "./conversation.ts";
import { Link, type LinkState } from "./link.ts";
import { CHAT_PROTOCOL_VERSION, type FromServer, type FromWidget } from "./protocol.ts";
import { type Kept, Keeper } from "./storage.ts";
import { View } from "./view.ts";
import { words } from "./words.ts";

const RESEND_MS = 2_000;
const RESEND_MAX_MS = 15_000;
const TYPING_EVERY_MS = 3_000;
const TYPING_SHOWN_MS = 6_000;

class App {
  private readonly site = document.body.dataset["site"] ?? "";
  private readonly origins = (document.body.dataset["origins"] ?? "").split(" ");
  private readonly keeper = new Keeper(this.site, (text) => this.tell({ mark: MARK, type: "keep", text }));
  private kept: Kept | null = null;
  private readonly conversation = new Conversation();
  private readonly link: Link;
  private readonly view: View;
  private page: string | null = null;
  private visitor: string | null = null;
  private open = false;
  private sendAt = 0;
  private tries = 0;
  private underWay: string | null = null;
  private typedAt = -TYPING_EVERY_MS;
  private typingUntil = 0;
  private told = -1;

  constructor(root: HTMLElement) {
    document.documentElement.style.setProperty("--colour", document.body.dataset["colour"] ?? "");
    this.conversation.title = document.body.dataset["title"] ?? "";
    const url = `${location.origin.replace(/^http/, "ws")}${location.pathname.replace(/frame$/, "socket")}`;
    this.link = new Link(url, {
      hello: () => this.hello(),
      received: (message) => this.received(message),
      changed: (state) => this.linkChanged(state),
      tick: (now) => this.tick(now),
    });
    this.view = new View(root, {
      written: (text) => this.written(text),
      edited: (text) => this.edited(text),
      retry: (id) => this.again(() => this.conversation.retry(id)),
      discard: (id) => this.again(() => this.conversation.discard(id)),
      leave: () => this.link.send({ type: "leave" }),
      close: () => this.tell({ mark: MARK, type: "close" }),
    });
  }

  start(): void {
    addEventListener("message", (event) => this.fromPage(event));
    // The first message names nothing and goes to whichever page of the list is around us; the answer says which.
    for (const origin of this.origins) {
      if (origin && parent !== window) parent.postMessage({ mark: MARK, type: "ready" } satisfies ToPage, origin);
    }
    this.show();
  }

  private fromPage(event: MessageEvent): void {
    if (event.source !== parent || !this.origins.includes(event.origin)) return;
    const message = readToFrame(event.data);
    if (message === null) return;
    if (message.type === "hello") {
      this.page = event.origin;
      this.visitor = message.visitor;
      this.restore(message.kept);
      this.link.start();
      this.shown(message.open, message.focus);
    } else if (message.type === "visitor") {
      this.visitor = message.visitor;
      this.link.restart();
    } else {
      this.shown(message.open, message.focus);
    }
  }

  private restore(outside: string | null): void {
    if (this.kept !== null) return;
    this.kept = this.keeper.load(outside);
    for (const line of this.kept.unsent) this.conversation.write(line.client_id, line.text);
    this.conversation.token = this.kept.token;
    if (this.view.composer.value === "") this.view.setDraft(this.kept.draft);
  }

  private shown(open: boolean, focus: boolean): void {
    this.open = open;
    this.show();
    if (open && focus) this.view.composer.focus();
  }

  private hello(): FromWidget {
    const { id, lastSeq } = this.conversation;
    return {
      type: "hello",
      version: CHAT_PROTOCOL_VERSION,
      last_seq: lastSeq,
      ...(this.conversation.token === null ? {} : { token: this.conversation.token }),
      ...(this.visitor === null ? {} : { visitor: this.visitor }),
      ...(id === null ? {} : { conversation: id }),
    };
  }

  private received(message: FromServer): void {
    if (message.type === "refused" && message.reason === "forged_token") this.conversation.token = null;
    if (message.type === "refused" && message.reason === "visitor_refused") this.visitor = null;
    const before = this.conversation.id;
    const wish = this.conversation.receive(message);
    if (this.conversation.id !== before && this.conversation.phase !== "ended") this.view.beginsAnew(false);
    if (message.type === "standing" && message.phase !== "ended") this.view.beginsAnew(false);
    if (message.type === "lines" && message.lines.some((line) => line.author === "agent")) this.typingUntil = 0;
    if (wish.typing) this.typingUntil = performance.now() + TYPING_SHOWN_MS;
    if (wish.ask) this.link.send({ type: "ask", last_seq: this.conversation.lastSeq });
    if (wish.againMs !== undefined) this.sendAt = performance.now() + wish.againMs;
    if (wish.sendNext) this.sendNext(performance.now(), message.type === "welcome");
    this.show();
  }

  /** One line at a time, again until it is acknowledged. */
  private sendNext(now: number, anew: boolean): void {
    const line = this.conversation.next();
    if (line === null) {
      this.underWay = null;
      return;
    }
    if (line.client_id !== this.underWay || anew) this.tries = 0;
    else if (now < this.sendAt) return;
    if (!this.link.send({ type: "line", client_id: line.client_id, text: line.text })) return;
    this.underWay = line.client_id;
    this.sendAt = now + Math.min(RESEND_MS * 2 ** this.tries, RESEND_MAX_MS);
    this.tries = Math.min(this.tries + 1, 8);
  }

  private written(text: string): void {
    this.conversation.write(crypto.randomUUID?.() ?? randomWord(), text);
    this.typedAt = -TYPING_EVERY_MS;
    this.sendNext(performance.now(), false);
    this.link.verify();
    this.show();
  }

  private edited(text: string): void {
    this.keep();
    const now = performance.now();
    if (text === "" || now - this.typedAt < TYPING_EVERY_MS || this.conversation.phase !== "talking") return;
    this.typedAt = now;
    this.link.send({ type: "typing" });
  }

  private again(change: () => void): void {
    change();
    this.sendNext(performance.now(), true);
    this.show();
  }

  private linkChanged(state: LinkState): void {
    if (state !== "live") this.underWay = null;
    this.show();
  }

  private tick(now: number): void {
    this.sendNext(now, false);
    if (this.typingUntil !== 0 && now > this.typingUntil) {
      this.typingUntil = 0;
      this.show();
    }
  }

  private show(): void {
    this.view.show(this.conversation, this.link.state);
    const typing = this.typingUntil > performance.now() && this.conversation.phase === "talking";
    this.view.showTyping(typing ? (this.conversation.agent ?? words.team) : null);
    this.countUnread();
    this.keep();
  }

  private countUnread(): void {
    if (this.kept === null) return;
    const { id, lastSeq, lines } = this.conversation;
    if (id !== null && id !== this.kept.conversation) {
      this.kept.conversation = id;
      this.kept.seen = 0;
    }
    if (this.open) this.kept.seen = Math.max(this.kept.seen, lastSeq);
    const seen = this.kept.seen;
    const unread = this.open ? 0 : lines.filter((line) => line.seq > seen && line.author === "agent").length;
    if (unread === this.told) return;
    this.told = unread;
    this.tell({ mark: MARK, type: "unread", count: unread });
  }

  private keep(): void {
    if (this.kept === null) return;
    this.kept.token = this.conversation.token;
    this.kept.draft = this.view.composer.value;
    this.kept.unsent = this.conversation.unsent
      .filter((line) => line.state !== "sent")
      .map(({ client_id, text }) => ({ client_id, text }));
    this.keeper.save(this.kept);
  }

  private tell(message: ToPage): void {
    if (this.page !== null) parent.postMessage(message, this.page);
  }
}

/** For pages that are not served over TLS, where randomUUID is not there. */
function randomWord(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const root = document.getElementById("chat");
if (root !== null) new App(root).start();
