/** The conversation on the screen: one element a line, kept by its key, so that nothing is read out twice. */
import type { Conversation, Unsent } from "./conversation.ts";
import { icon, icons, linked, make } from "./dom.ts";
import type { LinkState } from "./link.ts";
import { LINE_CHARACTERS_MAX, type LineShown } from "./protocol.ts";
import { filled, words } from "./words.ts";

const COUNT_FROM = LINE_CHARACTERS_MAX - 200;
const COMPOSER_HEIGHT_MAX = 132;
const NEAR_END = 60;

export interface ViewOwner {
  written(text: string): void;
  edited(text: string): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  leave(): void;
  close(): void;
}

export class View {
  readonly composer: HTMLTextAreaElement;
  private readonly log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": words.log, tabindex: "0" });
  private readonly name = make("strong", {});
  private readonly status = make("span", { class: "status" });
  private readonly avatar = make("span", { class: "avatar", "aria-hidden": "true" });
  private readonly banner = make("div", { class: "banner", role: "status" });
  private readonly typing = make("div", { class: "typing", "aria-hidden": "true" });
  private readonly foot = make("div", { class: "foot" });
  private readonly ended = make("div", { class: "ended" });
  private readonly endedWords = make("p", { role: "status" });
  private readonly count = make("span", { class: "count", "aria-live": "polite" });
  private readonly endButton = make("button", { type: "button", "aria-label": words.end, title: words.end }, icon(icons.leave));
  private readonly sendButton = make("button", { type: "submit", class: "send", "aria-label": words.send }, icon(icons.send));
  private readonly question: HTMLElement;
  private readonly shown = new Map<string, HTMLElement>();
  private fresh = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly owner: ViewOwner,
  ) {
    this.composer = make("textarea", { rows: "1", placeholder: words.placeholder, "aria-label": words.composer, enterkeyhint: "send" });
    this.question = this.makeQuestion();
    this.build();
  }

  show(conversation: Conversation, link: LinkState): void {
    this.head(conversation);
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
    this.lines(conversation);
    const offline = link === "waiting" ? words.offline : link === "connecting" && conversation.token === null ? words.connecting : "";
    const text = conversation.problem ?? offline;
    if (this.banner.textContent !== text) this.banner.textContent = text;
    this.banner.hidden = text === "";
    const over = conversation.phase === "ended" && !this.fresh;
    this.foot.hidden = over;
    this.ended.hidden = !over;
    const ended = over ? this.endWords(conversation) : "";
    if (this.endedWords.textContent !== ended) this.endedWords.textContent = ended;
    this.endButton.hidden = conversation.phase !== "waiting" && conversation.phase !== "talking";
    if (this.endButton.hidden) this.question.hidden = true;
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  showTyping(name: string | null): void {
    this.typing.replaceChildren();
    if (name !== null) {
      this.typing.append(make("span", { class: "dots" }, make("i", {}), make("i", {}), make("i", {})), `${name} ${words.typing}`);
    }
  }

  setDraft(text: string): void {
    this.composer.value = text;
    this.fit();
  }

  /** After a line was written in an ended conversation a new one begins. */
  beginsAnew(fresh: boolean): void {
    this.fresh = fresh;
  }

  private build(): void {
    const minimise = make("button", { type: "button", "aria-label": words.minimise, title: words.minimise }, icon(icons.down));
    const form = make("form", {}, this.composer, this.count, this.sendButton);
    const again = make("button", { type: "button", class: "again" }, words.again);
    this.foot.append(form);
    this.ended.append(this.endedWords, again);
    this.root.append(
      make("header", {}, this.avatar, make("div", { class: "who" }, this.name, this.status), this.endButton, minimise),
      this.banner, this.question, this.log, this.typing, this.foot, this.ended,
    );
    minimise.addEventListener("click", () => this.owner.close());
    this.endButton.addEventListener("click", () => {
      this.question.hidden = false;
      this.question.querySelector("button")?.focus();
    });
    again.addEventListener("click", () => {
      this.fresh = true;
      this.ended.hidden = true;
      this.foot.hidden = false;
      this.composer.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.composer.addEventListener("input", () => {
      this.fit();
      this.owner.edited(this.composer.value);
    });
    this.composer.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      if (this.question.hidden) this.owner.close();
      else this.closeQuestion();
    });
  }

  private makeQuestion(): HTMLElement {
    const yes = make("button", { type: "button", class: "yes" }, words.endYes);
    const no = make("button", { type: "button" }, words.endNo);
    yes.addEventListener("click", () => {
      this.question.hidden = true;
      this.owner.leave();
    });
    no.addEventListener("click", () => this.closeQuestion());
    return make("div", { class: "question", role: "alertdialog", "aria-label": words.endQuestion, hidden: true }, make("p", {}, words.endQuestion), yes, no);
  }

  private closeQuestion(): void {
    this.question.hidden = true;
    this.composer.focus();
  }

  private submit(): void {
    const text = this.composer.value.trim();
    if (text === "" || text.length > LINE_CHARACTERS_MAX) return;
    this.setDraft("");
    this.owner.written(text);
    this.log.scrollTop = this.log.scrollHeight;
    this.composer.focus();
  }

  private fit(): void {
    this.composer.style.height = "auto";
    this.composer.style.height = `${Math.min(this.composer.scrollHeight, COMPOSER_HEIGHT_MAX)}px`;
    const length = this.composer.value.trim().length;
    const left = LINE_CHARACTERS_MAX - length;
    this.count.textContent = length < COUNT_FROM ? "" : filled(left < 0 ? words.tooLong : words.left, { n: Math.abs(left) });
    this.sendButton.disabled = length === 0 || left < 0;
  }

  private head(conversation: Conversation): void {
    const name = conversation.agent ?? conversation.title;
    const states = { none: words.statusNone, waiting: words.statusWaiting, talking: words.statusTalking, ended: words.statusEnded };
    const status = filled(states[conversation.phase], { name });
    if (this.name.textContent !== name) this.name.textContent = name;
    if (this.status.textContent !== status) this.status.textContent = status;
    this.avatar.textContent = initials(name);
    this.avatar.classList.toggle("live", conversation.phase === "talking");
  }

  private endWords(conversation: Conversation): string {
    const name = conversation.agent ?? words.team;
    const said = { agent: words.endedAgent, visitor: words.endedVisitor, away: words.endedAway, system: words.endedSystem };
    return filled(said[conversation.ended ?? "system"], { name });
  }

  private lines(conversation: Conversation): void {
    const wanted: [string, () => HTMLElement, (element: HTMLElement) => void][] = [];
    const nothing = (): void => undefined;
    if (conversation.greeting) {
      wanted.push(["greeting", () => bubble("agent", conversation.greeting, conversation.title, null), nothing]);
    }
    for (const part of conversation.past) {
      for (const line of part.lines) wanted.push(this.lineEntry(part.conversation, line));
      wanted.push([`end ${part.conversation}`, () => make("div", { class: "divider" }, make("span", {}, words.earlier)), nothing]);
    }
    for (const line of conversation.lines) wanted.push(this.lineEntry(conversation.id ?? "", line));
    for (const own of conversation.unsent) {
      wanted.push([own.client_id, () => bubble("visitor", own.text, null, null), (element) => this.mark(element, own)]);
    }
    this.place(wanted);
  }

  private lineEntry(conversation: string, line: LineShown): [string, () => HTMLElement, (element: HTMLElement) => void] {
    const key = line.client_id ?? `${conversation} ${line.seq}`;
    const make_ = (): HTMLElement => bubble(line.author, line.text, line.name ?? null, line.at_ms);
    return [key, make_, (element) => this.mark(element, line.author === "visitor" ? { ...line, state: "sent" } : null, line.at_ms)];
  }

  private place(wanted: [string, () => HTMLElement, (element: HTMLElement) => void][]): void {
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, element] of this.shown) {
      if (keys.has(key)) continue;
      element.remove();
      this.shown.delete(key);
    }
    let before: Element | null = this.log.firstElementChild;
    for (const [key, create, update] of wanted) {
      let element = this.shown.get(key);
      if (element === undefined) {
        element = create();
        this.shown.set(key, element);
      }
      update(element);
      if (element === before) before = element.nextElementSibling;
      else this.log.insertBefore(element, before);
    }
  }

  private mark(element: HTMLElement, own: (Partial<Unsent> & { text: string }) | null, atMs?: number): void {
    const state = own?.state ?? "";
    if (element.dataset["state"] === state && element.dataset["at"] === String(atMs ?? "")) return;
    element.dataset["state"] = state;
    element.dataset["at"] = String(atMs ?? "");
    const meta = element.querySelector(".meta");
    if (meta === null) return;
    meta.replaceChildren(...(atMs === undefined ? [] : [time(atMs)]));
    if (own === null) return;
    const names = { sending: words.sending, sent: words.sent, failed: words.failed };
    const tick = { sending: "○", sent: "✓", failed: "!" };
    const at = own.state ?? "sending";
    meta.append(make("span", { class: `tick ${at}`, role: "img", "aria-label": names[at], title: names[at] }, tick[at]));
    const id = own.client_id;
    if (at !== "failed" || id === undefined) return;
    const retry = make("button", { type: "button" }, words.retry);
    const discard = make("button", { type: "button" }, words.discard);
    retry.addEventListener("click", () => this.owner.retry(id));
    discard.addEventListener("click", () => this.owner.discard(id));
    meta.append(make("span", { class: "problem" }, own.problem ?? words.failed), retry, discard);
  }
}

function bubble(author: string, text: string, name: string | null, atMs: number | null): HTMLElement {
  const said = make("span", { class: "reader" }, `${author === "visitor" ? words.you : (name ?? words.team)}: `);
  const label = author === "visitor" || name === null ? null : make("span", { class: "name", "aria-hidden": "true" }, name);
  const meta = make("span", { class: "meta" });
  if (atMs !== null) meta.append(time(atMs));
  return make("div", { class: `line ${author}` }, label, make("div", { class: "bubble", dir: "auto" }, said, ...linked(text)), meta);
}

function time(atMs: number): HTMLTimeElement {
  const at = new Date(atMs);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return make("time", { datetime: at.toISOString(), title: `${at.toLocaleString()} (${zone})` }, clock);
}

function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return parts.slice(0, 2).map((part) => [...part][0] ?? "").join("").toUpperCase();
}
