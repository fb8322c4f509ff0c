/** Scenes that a developer or the screenshot script asks for by name. */

import type { AnyPart, Me } from "../src/protocol.gen";
import type { PlayedCenter } from "./played-center";
import * as samples from "./samples";

const MINUTE = 60_000;
const HTML = `<p style="font-family:Georgia,serif">Dear shop,</p><p>thanks for the quick answer. <b>Which of the two racks</b> fits a child seat?</p>
<table border="1" cellpadding="6" style="border-collapse:collapse"><tr><td>Rack A</td><td>25 kg</td></tr><tr><td>Rack B</td><td>60 kg</td></tr></table><p><a href="https://example.com/racks">the page I looked at</a><img src="https://tracker.example/pixel.gif"></p>`;

function clear(center: PlayedCenter, phone: AnyPart = samples.phone("free")): void {
  const keys = [...center.view("desk").parts.keys()].filter((key) => /^(offer|work|draft|channel|call|consult)\/|^kept_away$/.test(key));
  center.remove("desk", ...keys);
  center.put("desk", ...samples.desk(), phone);
}

function call(center: PlayedCenter): void {
  center.put("conversation:v-1", ...samples.maria("v-1", "voice", "Asks about the delivery of her cargo bike"));
  center.put("desk", samples.phone("ringing"), samples.offer("o-1", "v-1", "voice", "Maria Lopez", "Called Sales · +44 20 7946 0101"));
}

function talk(center: PlayedCenter, phone: AnyPart = samples.phone("busy")): void {
  const offer = samples.offer("o-1", "v-1", "voice", "Maria Lopez", "Called Sales · +44 20 7946 0101");
  center.put("conversation:v-1", ...samples.maria("v-1", "voice", "Called Sales"));
  center.put(
    "desk",
    phone,
    samples.workOf(offer, { started_ms: Date.now() - 3 * MINUTE - 4_000 }),
    { type: "draft_shown", key: "draft/h-v-1/note", handling: "h-v-1", kind: "note", text: "Wants delivery on Saturday before noon. Rack B, 60 kg." },
    { type: "capacity_chip", key: "capacity/voice", medium: "voice", carried: 1, limit: 1 },
  );
}

/** What may stand apart in a call in hand. */
const CALLS: Record<string, () => Parameters<typeof samples.callOf>[0]> = {
  held: () => ({ doing: "on_hold", customer: "hold", held_since_ms: Date.now() - 42_000, held_by: "desk" }),
  asking: () => ({ doing: "consulting", customer: "hold", own: "consult", consult_since_ms: Date.now() - 12_000, parties: [samples.party("Ben Okafor", { state: "ringing" })] }),
  consult: () => ({ doing: "consulting", customer: "hold", own: "consult", consult_since_ms: Date.now() - 61_000, parties: [samples.party("Ben Okafor", { since_ms: Date.now() - 48_000 })] }),
  swapped: () => ({ doing: "consulting", consult_since_ms: Date.now() - 95_000, parties: [samples.party("Ben Okafor", { at: "hold" })] }),
  conference: () => ({ parties: [samples.party("Ben Okafor", { at: "talk", asked: false }), samples.party("Northern Carriers", { agent: null, at: "talk", state: "ringing", asked: false, since_ms: Date.now() - 4_000 })] }),
  "not-reached": () => ({ consult_failed: "declined" }),
  lost: () => ({ doing: "reconnecting", customer: "hold", lost_until_ms: Date.now() + 24_000 }),
  unsettled: () => ({ doing: "on_hold", customer: "hold", held_since_ms: Date.now() - 500, held_by: "desk", settled: false }),
};

function wrapUp(center: PlayedCenter): void {
  talk(center);
  const work = center.view("desk").parts.get("work/h-v-1");
  if (work?.type === "work_item") center.put("desk", { ...work, state: "wrap_up", wrap_up_since_ms: Date.now() - 14_000, ended_by: "customer" }, samples.phone("free"));
}

/** A timed wrap-up that may be put off twice. */
function timedWrapUp(center: PlayedCenter): void {
  wrapUp(center);
  const work = center.view("desk").parts.get("work/h-v-1");
  if (work?.type === "work_item") center.put("desk", { ...work, wrap_up_ends_at_ms: Date.now() + 26_000, wrap_up_timed: true, extension_ms: 20_000, extensions_left: 2 });
}

function optionalWrapUp(center: PlayedCenter): void {
  chat(center);
  const work = center.view("desk").parts.get("work/h-c-1");
  if (work?.type === "work_item") center.put("desk", { ...work, state: "wrap_up", wrap_up_since_ms: Date.now() - 9_000, ended_by: "customer", wrap_up_optional: true, wrap_up_ends_at_ms: Date.now() + 51_000 });
}

/** The agent's own presence: as it is in `me`, changed. */
function presence(center: PlayedCenter, changes: Partial<Me>): void {
  const me = center.view("desk").parts.get("me");
  if (me?.type === "me") center.put("desk", { ...me, ...changes });
}

function chat(center: PlayedCenter): void {
  const began = Date.now() - 4 * MINUTE;
  center.put(
    "conversation:c-1",
    ...samples.maria("c-1", "chat", "Shop page · Cargo bike L"),
    samples.line(1, "system", "", "Maria Lopez came from the page “Cargo bike L”.", began),
    samples.line(2, "customer", "Maria Lopez", "Hi! I ordered the cargo bike last week, order 8841.", began + 5_000),
    samples.line(3, "customer", "Maria Lopez", "Could it come on Saturday morning instead of the afternoon?", began + 31_000),
    samples.line(4, "agent", "Ann Fisher", "Hello Maria, good to hear from you. Let me look that up for you.", began + 62_000, { client_message: "x" }),
    samples.line(5, "agent", "Ann Fisher", "The van passes your street at about 10:30. Would that suit you?", began + 130_000, { client_message: "y" }),
    samples.line(6, "customer", "Maria Lopez", "That would be perfect, thank you!\nAnd is the child seat in the same parcel?", began + 190_000),
  );
  const offer = samples.offer("o-2", "c-1", "chat", "Maria Lopez", "Wrote from the page “Cargo bike L”");
  center.put("desk", samples.workOf(offer, { started_ms: began, unread: 1, last_line: "And is the child seat in the same parcel?", last_line_ms: Date.now() }), {
    type: "capacity_chip",
    key: "capacity/chat",
    medium: "chat",
    carried: 1,
    limit: 3,
  });
}

function mail(center: PlayedCenter): void {
  center.put(
    "conversation:m-1",
    ...samples.maria("m-1", "mail", "Delivery of the cargo bike"),
    samples.line(1, "customer", "Maria Lopez", "Dear shop,\n\nthanks for the quick answer. Which of the two racks fits a child seat? I would like to order it together with the bike, so that it all comes on Saturday.\n\nBest wishes\nMaria", Date.now() - 41 * MINUTE, {
      quoted: "On Friday you wrote:\n> Dear Maria, the bike is here.\n> We have two racks for it.",
      html: HTML,
      subject: "Delivery of the cargo bike",
      address_from: "maria.lopez@example.com",
      address_to: "service@harbor-bikes.example",
      attachments: [{ content: "f", name: "child-seat.jpg", media_type: "image/jpeg", size_bytes: 238_000, address: "/files/f" }],
    }),
  );
  const offer = samples.offer("o-3", "m-1", "mail", "Maria Lopez", "Delivery of the cargo bike", { arrived_ms: Date.now() - 41 * MINUTE });
  center.put("desk", samples.workOf(offer, { started_ms: Date.now() - 90_000 }), {
    type: "draft_shown",
    key: "draft/h-m-1/answer",
    handling: "h-m-1",
    kind: "answer",
    text: "Dear Maria,\n\nrack B carries the child seat. I have put it",
  });
}

function task(center: PlayedCenter): void {
  center.put("conversation:t-1", ...samples.maria("t-1", "task", "Call the carrier about order 8841"), {
    type: "task_shown",
    key: "task",
    title: "Call the carrier about order 8841",
    fields: [
      { name: "Order", value: "8841" },
      { name: "Details", value: "The van should come on Saturday at 10:30 instead of the afternoon. The carrier's planning desk is there until six." },
    ],
  });
  const offer = samples.offer("o-4", "t-1", "task", "Maria Lopez", "Call the carrier about order 8841", { customer: null, trust: "claimed" });
  center.put("desk", samples.workOf(offer, { started_ms: Date.now() - 30_000, due_ms: Date.now() + 4 * MINUTE, arrived_ms: Date.now() - 40 * MINUTE }));
}

function asked(center: PlayedCenter, extra: Parameters<typeof samples.consult>[0] = {}): void {
  center.put("conversation:v-7", ...samples.maria("v-7", "voice", "Called Sales"), samples.benWrites());
  center.put("desk", samples.phone(extra.doing === "consulted" ? "busy" : "ringing"), samples.consult(extra));
}

/** Ben has gone: what was a question is Ann's call now. */
function takenOver(center: PlayedCenter): void {
  const offer = samples.offer("l-7", "v-7", "voice", "Maria Lopez", "Called Sales · +44 20 7946 0101");
  center.put("desk", samples.workOf(offer), samples.phone("busy"));
  center.remove("desk", "consult/l-7");
}

const softphone: AnyPart = { type: "phone", key: "phone", kind: "softphone", state: "free", ws_url: "ws://127.0.0.1:9/ws", sip_uri: "sip:ann@switch.example", password: "played" };

const SCENES: Record<string, (center: PlayedCenter) => void> = {
  clear: (center) => clear(center),
  "soft-clear": (center) => clear(center, softphone),
  call,
  talk: (center) => talk(center),
  "soft-talk": (center) => talk(center, softphone),
  wrap: wrapUp,
  "timed-wrap": timedWrapUp,
  "optional-wrap": optionalWrapUp,
  "in-hand": (center) => presence(center, { work_in_hand: true }),
  planned: (center) => presence(center, { work_in_hand: true, planned: "not_ready", planned_reason: "break" }),
  forced: (center) =>
    presence(center, { presence: "not_ready", reason: "lunch", by: "supervisor", forced_by_name: "Max Weber", since_ms: Date.now() - 33 * MINUTE, overrun_since_ms: Date.now() - 3 * MINUTE - 12_000 }),
  asked: (center) => asked(center),
  "asked-talking": (center) => asked(center, { doing: "consulted", since_ms: Date.now() - 37_000 }),
  "handed-on": (center) => asked(center, { handed_on: true }),
  "taken-over": takenOver,
  softphone: (center) => center.put("desk", softphone),
  chat,
  mail,
  task,
  filled: (center) => center.put("desk", { type: "work_kept_away", key: "kept_away", because: "fully_loaded", line: "A chat, an e-mail and a task fill you: calls and chats wait" }),
  kept: (center) => center.put("desk", { type: "work_kept_away", key: "kept_away", because: "kept_for_others", line: "Kept free for Sales: e-mail waits" }),
  "chat-offer": (center) => {
    center.put("conversation:c-2", ...samples.maria("c-2", "chat", "Shop page"));
    center.put("desk", samples.offer("o-5", "c-2", "chat", "Tom Nguyen", "Wrote from the page “Helmets”", { customer: null, trust: "claimed" }));
  },
  typing: (center) => center.broadcast({ type: "typing_shown", conversation: "c-1", typing: true }),
  drop: (center) => center.drop(),
  mute: (center) => {
    center.mute = !center.mute;
  },
  trouble: (center) => {
    const down: AnyPart = { type: "channel_down", key: "channel/shop", name: "Mailbox service@", medium: "mail", sentence: "imap.harbor-bikes.example does not answer; new e-mail is fetched as soon as it does.", since_ms: Date.now() - 130_000 };
    center.put("desk", down);
    center.put("wallboard", down);
  },
};

export function play(center: PlayedCenter, scene: string): void {
  const call = CALLS[scene];
  if (call === undefined) return SCENES[scene]?.(center);
  talk(center);
  center.put("desk", samples.callOf(call()));
}
