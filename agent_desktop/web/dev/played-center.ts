/** Views as the real server keeps them, moved by canned answers to requests. It knows one desk and one board. */

import type { AnyMessage, AnyPart, AnyRequest, Role, WorkItem } from "../src/protocol.gen";
import { steered } from "./played-calls";
import * as samples from "./samples";

interface Client {
  readonly user: string;
  readonly role: Role;
  readonly name: string;
  send(text: string): void;
  close(): void;
}

interface PlayedView {
  number: number;
  readonly parts: Map<string, AnyPart>;
}

export class PlayedCenter {
  private readonly views = new Map<string, PlayedView>();
  private readonly clients = new Set<Client>();
  private readonly answered = new Map<string, AnyMessage>();
  private lines = 100;
  mute = false;

  constructor() {
    this.put("desk", ...samples.desk());
    this.put("wallboard", ...samples.wallboard());
    this.put("queue:mail", ...samples.mailLine());
    this.put("directory", ...samples.directory());
    setInterval(() => {
      if (!this.mute) this.broadcast({ type: "heartbeat", server_ms: Date.now() });
    }, 5_000).unref();
  }

  join(client: Client): () => void {
    this.clients.add(client);
    const supervises = client.role === "supervisor";
    this.put("desk", { ...samples.me(client.user, client.name, client.role), is_agent: !supervises });
    client.send(JSON.stringify({ type: "welcome", protocol: 1, user: client.user, role: client.role, server_ms: Date.now(), last_id: 0 }));
    return () => this.clients.delete(client);
  }

  drop(): void {
    for (const client of this.clients) client.close();
  }

  view(name: string): PlayedView {
    let view = this.views.get(name);
    if (view === undefined) {
      view = { number: 1, parts: new Map() };
      this.views.set(name, view);
    }
    return view;
  }

  put(name: string, ...parts: AnyPart[]): void {
    this.change(name, parts, []);
  }

  remove(name: string, ...keys: string[]): void {
    this.change(name, [], keys);
  }

  broadcast(message: AnyMessage): void {
    for (const client of this.clients) client.send(JSON.stringify(message));
  }

  private change(name: string, put: AnyPart[], removed: string[]): void {
    const view = this.view(name);
    for (const key of removed) view.parts.delete(key);
    for (const part of put) view.parts.set(part.key, part);
    view.number += 1;
    this.broadcast({ type: "change", view: name, from_number: view.number - 1, number: view.number, server_ms: Date.now(), put, removed });
  }

  take(socket: object, user: string, request: AnyRequest, send: (text: string) => void): void {
    void socket;
    const known = this.answered.get(`${user} ${request.type} ${request.id}`);
    const answer = known ?? this.answer(request, send);
    if (request.type !== "ping" && request.type !== "open_view") this.answered.set(`${user} ${request.type} ${request.id}`, answer);
    send(JSON.stringify(answer));
  }

  private answer(request: AnyRequest, send: (text: string) => void): AnyMessage {
    const ok: AnyMessage = { type: "answer", id: request.id, created: null };
    const desk = this.view("desk").parts;
    switch (request.type) {
      case "open_view": {
        const view = this.view(request.view);
        send(JSON.stringify({ type: "snapshot", view: request.view, number: view.number, server_ms: Date.now(), parts: [...view.parts.values()] }));
        return ok;
      }
      case "set_presence": {
        const me = desk.get("me");
        if (me?.type !== "me") return ok;
        if (request.after_work === true && me.work_in_hand) this.put("desk", { ...me, planned: request.presence, planned_reason: request.reason ?? null });
        else if (me.presence === request.presence && me.planned !== null) this.put("desk", { ...me, planned: null, planned_reason: null });
        else this.put("desk", { ...samples.me(me.user, me.name, me.role), is_agent: me.is_agent, work_in_hand: me.work_in_hand, presence: request.presence, reason: request.reason ?? null, since_ms: Date.now() });
        return ok;
      }
      case "accept_offer": {
        const offer = desk.get(`offer/${request.offer}`);
        if (offer?.type !== "offer_card") return { type: "refused", id: request.id, reason: "offer_ended", sentence: "This offer has ended." };
        this.change("desk", [samples.workOf(offer)], [offer.key]);
        return ok;
      }
      case "decline_offer":
        this.remove("desk", `offer/${request.offer}`);
        return ok;
      case "answer_rehearsal_phone":
        for (const part of [...desk.values()]) {
          if (part.type === "offer_card" && part.medium === "voice") this.change("desk", [samples.workOf(part), samples.phone("busy")], [part.key]);
          if (part.type === "consult_card") this.put("desk", { ...part, doing: "consulted", since_ms: Date.now() }, samples.phone("busy"));
        }
        return ok;
      case "decline_rehearsal_phone":
        for (const part of [...desk.values()]) if ((part.type === "offer_card" && part.medium === "voice") || part.type === "consult_card") this.remove("desk", part.key);
        return ok;
      case "hang_up_rehearsal_phone":
        for (const part of [...desk.values()]) {
          if (part.type === "work_item" && part.medium === "voice") this.wrapUp(part);
          if (part.type === "consult_card") this.remove("desk", part.key);
        }
        this.put("desk", samples.phone("free"));
        return ok;
      case "steer_call":
      case "ask_consult":
      case "hand_over_call":
      case "drop_party":
        return steered(this, request);
      case "end_handling": {
        const work = desk.get(`work/${request.handling}`);
        if (work?.type === "work_item") this.wrapUp(work);
        return ok;
      }
      case "extend_wrap_up": {
        const work = desk.get(`work/${request.handling}`);
        if (work?.type === "work_item" && work.wrap_up_ends_at_ms !== null) {
          this.put("desk", { ...work, wrap_up_ends_at_ms: work.wrap_up_ends_at_ms + work.extension_ms, extensions_left: work.extensions_left - 1 });
        }
        return ok;
      }
      case "pull_work":
        this.remove("queue:mail", `waiting/${request.interaction}`);
        return ok;
      case "complete_handling":
        this.change("desk", [], [`work/${request.handling}`, `draft/${request.handling}/note`, `draft/${request.handling}/answer`]);
        return ok;
      case "save_draft": {
        const key = `draft/${request.handling}/${request.kind}`;
        if (request.text === "") this.remove("desk", key);
        else this.put("desk", { type: "draft_shown", key, handling: request.handling, kind: request.kind, text: request.text });
        return ok;
      }
      case "send_line":
      case "send_mail": {
        const work = desk.get(`work/${request.handling}`);
        if (work?.type !== "work_item") return { type: "refused", id: request.id, reason: "unknown_handling", sentence: "This work is over." };
        this.lines += 1;
        const view = `conversation:${work.conversation}`;
        const mail = request.type === "send_mail";
        const line = samples.line(this.lines, "agent", "Ann Fisher", request.text, Date.now(), { client_message: request.client_message, send_state: mail ? "queued" : null });
        this.put(view, line);
        if (mail) setTimeout(() => this.put(view, { ...line, send_state: "sent" }), 900);
        return { ...ok, created: line.message };
      }
      case "mark_read": {
        const work = desk.get(`work/${request.handling}`);
        if (work?.type === "work_item") this.put("desk", { ...work, unread: 0 });
        return ok;
      }
      default:
        return ok;
    }
  }

  private wrapUp(work: WorkItem): void {
    this.put("desk", { ...work, state: "wrap_up", wrap_up_since_ms: Date.now(), ended_by: "agent" });
  }
}
