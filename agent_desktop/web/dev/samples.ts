/** Harbor Bikes, as parts of views. */

import type { AgentActivity, AnyPart, CallShown, ColleagueShown, ConsultCard, Explanation, Left, Me, Medium, MessageShown, OfferCard, PartyShown, Phone, PhoneState, QueueFigures, QueueTarget, Role, TimelineRow, WaitingRow, Why, WhyNot, WorkItem } from "../src/protocol.gen";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ago = (ms: number) => Date.now() - ms;

const QUEUES: readonly (readonly [string, string, Medium])[] = [
  ["sales", "Sales", "voice"],
  ["service", "Workshop and service", "voice"],
  ["chat", "Shop chat", "chat"],
  ["mail", "Mail to the shop", "mail"],
  ["back-office", "Back office", "task"],
];

export function me(user: string, name: string, role: Role): Me {
  return { type: "me", key: "me", user, name, role, is_agent: true, presence: "ready", reason: null, by: "agent", since_ms: ago(23 * MINUTE), backed_off_until_ms: null, forced_by_name: "", overrun_since_ms: null, work_in_hand: false, planned: null, planned_reason: null };
}

export function phone(state: PhoneState): Phone {
  return { type: "phone", key: "phone", kind: "rehearsal", state, ws_url: null, sip_uri: null, password: null };
}

export function desk(): AnyPart[] {
  return [
    {
      type: "center",
      key: "center",
      name: "Harbor Bikes",
      media: ["voice", "mail", "chat", "task"],
      rehearsal: true,
      reasons: [
        { id: "break", name: "Break" },
        { id: "lunch", name: "Lunch" },
        { id: "training", name: "Training" },
        { id: "meeting", name: "Meeting" },
      ],
      dispositions: [
        { id: "sold", name: "Sold" },
        { id: "answered", name: "Question answered" },
        { id: "repair", name: "Repair booked" },
        { id: "callback", name: "Call back promised" },
        { id: "complaint", name: "Complaint" },
        { id: "wrong", name: "Wrong number" },
      ],
      queues: QUEUES.map(([id, name, medium]) => ({ id, name, medium })),
      disposition_required: ["sales", "service"],
      zone: "Europe/London",
    },
    me("ann", "Ann Fisher", "agent"),
    phone("free"),
    { type: "capacity_chip", key: "capacity/voice", medium: "voice", carried: 0, limit: 1 },
    { type: "capacity_chip", key: "capacity/chat", medium: "chat", carried: 0, limit: 3 },
    { type: "capacity_chip", key: "capacity/mail", medium: "mail", carried: 0, limit: 2 },
    { type: "capacity_chip", key: "capacity/task", medium: "task", carried: 0, limit: 2 },
    ...(["voice", "chat", "mail", "task"] as const).map(
      (medium, index): AnyPart => ({ type: "today_count", key: `today/${medium}`, medium, handled: [9, 4, 2, 0][index] ?? 0, handle_ms: [38, 22, 19, 0][index]! * MINUTE }),
    ),
    ...QUEUES.map(
      ([id, name, medium], index): AnyPart => ({
        type: "queue_glance",
        key: `queue/${id}`,
        queue: id,
        name,
        medium,
        waiting: [2, 0, 1, 4, 0][index] ?? 0,
        longest_waiting_since_ms: [ago(74_000), null, ago(22_000), ago(41 * MINUTE), null][index] ?? null,
        may_pull: medium === "mail" || medium === "task",
      }),
    ),
  ];
}

export function offer(id: string, conversation: string, medium: Medium, who: string, why: string, extra: Partial<OfferCard> = {}): OfferCard {
  const queue = QUEUES.find((one) => one[2] === medium) ?? ["q", "Queue", medium];
  return {
    type: "offer_card",
    key: `offer/${id}`,
    offer: id,
    interaction: conversation,
    conversation,
    medium,
    who,
    customer: "maria",
    trust: "verified",
    why,
    queue: queue[0],
    queue_name: queue[1],
    arrived_ms: ago(48_000),
    offered_ms: ago(3_000),
    expires_at_ms: Date.now() + 17_000,
    ringing: medium === "voice",
    acceptable_here: medium !== "voice",
    ...extra,
  };
}

export function workOf(from: OfferCard, extra: Partial<WorkItem> = {}): WorkItem {
  return {
    type: "work_item",
    key: `work/h-${from.conversation}`,
    handling: `h-${from.conversation}`,
    interaction: from.interaction,
    conversation: from.conversation,
    medium: from.medium,
    state: "active",
    who: from.who,
    customer: from.customer,
    trust: from.trust,
    why: from.why,
    queue: from.queue,
    queue_name: from.queue_name,
    arrived_ms: from.arrived_ms,
    started_ms: Date.now(),
    wrap_up_since_ms: null,
    wrap_up_ends_at_ms: null,
    wrap_up_timed: false,
    wrap_up_optional: false,
    extension_ms: 0,
    extensions_left: 0,
    ended_by: null,
    due_ms: from.medium === "mail" ? Date.now() + 95 * MINUTE : null,
    customer_gone: false,
    unread: 0,
    last_line: "",
    last_line_ms: null,
    disposition_required: from.medium === "voice",
    ...extra,
  };
}

/** Somebody beside Maria and Ann. */
export function party(name: string, extra: Partial<PartyShown> = {}): PartyShown {
  return { leg: `l-${name}`, name, agent: name.split(" ")[0]?.toLowerCase() ?? null, at: "consult", state: "connected", asked: true, since_ms: ago(12_000), ...extra };
}

/** Where the parties of Maria's call stand. */
export function callOf(extra: Partial<CallShown> = {}): CallShown {
  return {
    type: "call_shown",
    key: "call/h-v-1",
    handling: "h-v-1",
    interaction: "v-1",
    doing: "talking",
    customer: "talk",
    own: "talk",
    settled: true,
    failed: false,
    held_since_ms: null,
    held_by: null,
    consult_since_ms: null,
    consult_failed: null,
    lost_until_ms: null,
    parties: [],
    ...extra,
  };
}

/** Ben asks Ann about Maria. */
export function consult(extra: Partial<ConsultCard> = {}): ConsultCard {
  return {
    type: "consult_card",
    key: "consult/l-7",
    leg: "l-7",
    interaction: "v-7",
    conversation: "v-7",
    who: "Maria Lopez",
    customer: "maria",
    trust: "verified",
    why: "Called Sales · +44 20 7946 0101",
    queue: "sales",
    queue_name: "Sales",
    from_agent: "ben",
    from_name: "Ben Okafor",
    doing: "ringing",
    handed_on: false,
    since_ms: ago(4_000),
    ...extra,
  };
}

/** What Ben has written so far. */
export function benWrites(): AnyPart {
  const text = "Order 8841, cargo bike L. Wants Saturday before noon; the carrier says afternoon.\nMay we promise 10:30?";
  return { type: "note_shown", key: "note/h-ben", handling: "h-ben", agent: "ben", who: "Ben Okafor", at_ms: ago(20_000), text, disposition: null, so_far: true };
}

export function colleague(name: string, extra: Partial<ColleagueShown> = {}): ColleagueShown {
  const agent = name.split(" ")[0]?.toLowerCase() ?? "";
  return { type: "colleague_shown", key: `colleague/${agent}`, agent, name, presence: "ready", reason_name: "", in_call: false, phone_reachable: true, since_ms: ago(4 * MINUTE), takes_calls: true, may_be_asked: true, ...extra };
}

export function target(queue: string, name: string, extra: Partial<QueueTarget> = {}): QueueTarget {
  return { type: "queue_target", key: `target/${queue}`, queue, name, opening: "open", waiting: 0, expected_p50_ms: 4_000, ready: 2, ...extra };
}

/** Everybody and everything that a call could go to. */
export function directory(): AnyPart[] {
  const not = { takes_calls: false, may_be_asked: false };
  return [
    colleague("Ann Fisher", { in_call: true, ...not }),
    colleague("Ben Okafor"),
    colleague("Carla Rossi", { in_call: true, since_ms: ago(11 * MINUTE), ...not }),
    colleague("Dmitri Ivanov", { presence: "not_ready", reason_name: "Lunch", since_ms: ago(21 * MINUTE), takes_calls: false }),
    colleague("Elif Kaya", { phone_reachable: false, ...not }),
    colleague("Grace Kim"),
    colleague("Hugo Martin", { presence: "signed_out", phone_reachable: false, ...not }),
    target("sales", "Sales", { waiting: 2, expected_p50_ms: 95_000, ready: 0 }),
    target("service", "Workshop and service"),
    target("night", "Evening line", { opening: "closed", ready: 0, expected_p50_ms: null }),
    { type: "destination_shown", key: "destination/carrier", destination: "carrier", name: "Northern Carriers" },
    { type: "destination_shown", key: "destination/zoe", destination: "zoe", name: "Zoë's bicycle repairs" },
  ];
}

export function line(number: number, author: MessageShown["author"], who: string, text: string, at_ms: number, extra: Partial<MessageShown> = {}): MessageShown {
  return {
    type: "message_shown",
    key: `message/${String(number).padStart(10, "0")}`,
    message: `m-${number}`,
    number,
    author,
    agent: author === "agent" ? "ann" : null,
    who,
    at_ms,
    text,
    quoted: "",
    html: null,
    subject: null,
    address_from: null,
    address_to: null,
    attachments: [],
    client_message: null,
    send_state: null,
    send_detail: null,
    unreadable: false,
    ...extra,
  };
}

function past(id: string, medium: Medium, beganAgo: number, lastedMs: number | null, queue: string, agent: string, disposition: string, summary: string): TimelineRow {
  const began = ago(beganAgo);
  return {
    type: "timeline_row",
    key: `timeline/${id}`,
    interaction: id,
    conversation: id,
    medium,
    began_ms: began,
    ended_ms: lastedMs === null ? null : began + lastedMs,
    queue_name: queue,
    agent_name: agent,
    state: lastedMs === null ? "open" : "closed",
    disposition_name: disposition,
    summary,
  };
}

/** What stands beside every conversation with Maria. */
export function maria(conversation: string, medium: Medium, subject: string): AnyPart[] {
  return [
    {
      type: "conversation_head",
      key: "head",
      conversation,
      interaction: conversation,
      medium,
      subject,
      queue: "q",
      queue_name: "Shop chat",
      began_ms: ago(2 * MINUTE),
      due_ms: null,
      reply_to: medium === "mail" ? "maria.lopez@example.com" : null,
      reply_from: medium === "mail" ? "service@harbor-bikes.example" : null,
      follows: null,
      customer_gone: false,
      closed: null,
    },
    {
      type: "customer_shown",
      key: "customer",
      customer: "maria",
      name: "Maria Lopez",
      trust: "verified",
      identities: [
        { kind: "phone", value: "+44 20 7946 0101", trust: "verified" },
        { kind: "mail", value: "maria.lopez@example.com", trust: "claimed" },
        { kind: "chat", value: "shop-1001", trust: "verified" },
      ],
    },
    past(conversation, medium, 2 * MINUTE, null, "Shop chat", "", "", subject),
    past("old-1", "mail", 26 * HOUR, 5 * HOUR, "Mail to the shop", "Carla Rossi", "Question answered", "Re: Delivery of the cargo bike: which of the two racks fits a child seat?"),
    past("old-2", "voice", 3 * 24 * HOUR, 7 * MINUTE, "Sales", "Ben Okafor", "Sold", "Cargo bike L, blue, to be delivered on Saturday"),
    past("old-3", "chat", 4 * 24 * HOUR, 12 * MINUTE, "Shop chat", "Ann Fisher", "Question answered", "Is the cargo bike in the window still there?"),
    past("old-4", "task", 61 * 24 * HOUR, 40 * MINUTE, "Back office", "Ann Fisher", "Repair booked", "Refund the shipping of order 8812"),
  ];
}

/** What waits for the shop's mailbox. */
export function mailLine(): AnyPart[] {
  const waiting = (id: string, who: string, why: string, since: number, extra: Partial<WaitingRow> = {}): WaitingRow => ({
    type: "waiting_row",
    key: `waiting/${id}`,
    interaction: id,
    queue: "mail",
    medium: "mail",
    who,
    customer: null,
    trust: "claimed",
    why,
    arrived_ms: ago(since),
    due_ms: ago(since) + HOUR,
    priority: 0,
    parked_until_ms: null,
    requirement: "anyone",
    step: 0,
    next_step_ms: null,
    offered_to: null,
    offered_name: "",
    ...extra,
  });
  return [
    { type: "queue_head", key: "head", queue: "mail", name: "Mail to the shop", medium: "mail", waiting: 4, expected_p50_ms: null, expected_p90_ms: null, named: true },
    waiting("w-1", "Tom Nguyen", "Where is my order 8790?", 71 * MINUTE, { priority: 5, due_ms: ago(11 * MINUTE) }),
    waiting("w-2", "Maria Lopez", "Delivery of the cargo bike", 41 * MINUTE, { requirement: "bikes >= 3", step: 1, next_step_ms: Date.now() + 95_000 }),
    waiting("w-3", "Unknown sender", "Invoice 2217", 22 * MINUTE, { parked_until_ms: Date.now() + 50 * MINUTE }),
    waiting("w-4", "Elena Petrova", "Test ride on Thursday", 3 * MINUTE, { offered_to: "grace", offered_name: "Grace Kim" }),
  ];
}

/** Why nobody has the oldest mail yet: one offer was declined, and everybody is busy since. */
export function why(now: boolean): Why {
  const left = (agent: string, because: readonly WhyNot[], carries: readonly Medium[] = [], reason: string | null = null): Left => ({ agent, because, carries, reason, kept_for: [], lent_to: null });
  const others = [left("ann", ["limit_reached"], ["mail", "mail", "mail"]), left("dmitri", ["declined_it", "fully_loaded"], ["chat", "chat"]), left("grace", ["offer_stands"], ["chat", "mail"]), left("ben", ["not_ready"], [], "break"), left("lena", ["signed_out", "no_desktop"])];
  const names = { ann: "Ann Fisher", ben: "Ben Okafor", dmitri: "Dmitri Ivanov", grace: "Grace Kim", lena: "Lena Vogt" };
  const offer: Explanation = {
    at_ms: ago(8 * MINUTE),
    interaction: "w-1",
    queue: "mail",
    medium: "mail",
    requirement: "anyone",
    step: 0,
    waited_ms: 63 * MINUTE,
    due_ms: ago(11 * MINUTE),
    moved_ms: 0,
    counted_due_ms: ago(11 * MINUTE),
    choice: "longest_idle",
    because: "urgency",
    agent: "dmitri",
    score: 0,
    runner_up: "grace",
    runner_up_score: 0,
    candidates: [
      { agent: "dmitri", score: 0, idle_ms: 3 * MINUTE },
      { agent: "grace", score: 0, idle_ms: 40_000 },
    ],
    others: [left("ann", ["limit_reached"], ["mail", "mail", "mail"]), left("grace", ["others_before"]), left("ben", ["requirement_not_met"]), left("lena", ["signed_out", "no_desktop"])],
    recomputed: "dmitri",
    recomputed_interaction: "w-1",
    agrees: true,
  };
  return {
    interaction: "w-1",
    offers: now ? [] : [{ number: 4711, cause: "AgentCompletedWrapUp", rules: "router/2", today: "router/2", sentence: "The rules of today (router/2) choose the same.", explanation: offer }],
    before: null,
    now: now
      ? { at_ms: Date.now(), queue: "mail", medium: "mail", requirement: "anyone", step: 0, next_step_ms: null, waited_ms: 71 * MINUTE, due_ms: ago(11 * MINUTE), parked_until_ms: null, offered_to: null, others }
      : null,
    about: [],
    names,
  };
}

function figures(id: string | null, name: string, medium: Medium, waiting: number, longest: number | null, counts: readonly [number, number, number, number], level: readonly [number, number], target: readonly [number, number]): QueueFigures {
  return {
    type: "queue_figures",
    key: id === null ? `total/${medium}` : `queue/${id}`,
    queue: id,
    name,
    medium,
    waiting,
    longest_waiting_since_ms: longest === null ? null : ago(longest),
    expected_p50_ms: id === null || medium !== "voice" ? null : 25_000 + 35_000 * waiting,
    expected_p90_ms: id === null || medium !== "voice" ? null : 70_000 + 60_000 * waiting,
    offered: counts[0],
    answered: counts[1],
    abandoned: counts[2],
    short_abandoned: counts[3],
    flowed_out: 0,
    level_met: level[0],
    level_of: level[1],
    level_percent: level[1] === 0 ? null : (100 * level[0]) / level[1],
    level_target_percent: target[0],
    level_within_ms: target[1],
    opening: "open",
    opening_until_ms: null,
  };
}

export function wallboard(): AnyPart[] {
  const agents: readonly (readonly [string, AgentActivity, number, readonly Medium[], string])[] = [
    ["Ann Fisher", "talking", 184_000, ["voice"], ""],
    ["Ben Okafor", "ready", 42_000, [], ""],
    ["Carla Rossi", "talking", 611_000, ["chat", "chat", "mail"], ""],
    ["Dmitri Ivanov", "wrap_up", 31_000, ["voice"], ""],
    ["Elif Kaya", "not_ready", 1_260_000, [], "Lunch"],
    ["Farid Haddad", "offered", 4_000, ["voice"], ""],
    ["Grace Kim", "ready", 9_000, [], ""],
    ["Hugo Martin", "signed_out", 9_000_000, [], ""],
  ];
  return [
    { type: "board_center", key: "center", name: "Harbor Bikes", media: ["voice", "mail", "chat", "task"], rehearsal: true, zone: "Europe/London", day_began_ms: new Date().setUTCHours(0, 0, 0, 0) },
    figures(null, "All calls", "voice", 2, 74_000, [143, 128, 9, 4], [112, 137], [80, 20_000]),
    figures(null, "All chats", "chat", 1, 22_000, [61, 58, 2, 0], [57, 60], [85, 45_000]),
    figures(null, "All e-mails", "mail", 4, 41 * MINUTE, [38, 34, 0, 0], [31, 34], [90, 4 * HOUR]),
    figures(null, "All tasks", "task", 0, null, [12, 12, 0, 0], [12, 12], [90, 24 * HOUR]),
    figures("sales", "Sales", "voice", 2, 74_000, [88, 79, 5, 3], [72, 84], [80, 20_000]),
    figures("service", "Workshop and service", "voice", 0, null, [55, 49, 4, 1], [36, 53], [80, 20_000]),
    figures("chat", "Shop chat", "chat", 1, 22_000, [61, 58, 2, 0], [57, 60], [85, 45_000]),
    figures("mail", "Mail to the shop", "mail", 4, 41 * MINUTE, [38, 34, 0, 0], [31, 34], [90, 4 * HOUR]),
    figures("back-office", "Back office", "task", 0, null, [12, 12, 0, 0], [12, 12], [90, 24 * HOUR]),
    { type: "agents_by_state", key: "agents", signed_out: 1, not_ready: 1, ready: 2, offered: 1, talking: 2, wrap_up: 1 },
    ...agents.map(
      ([name, activity, since, carries, reason]): AnyPart => ({
        type: "agent_row",
        key: `agent/${name.split(" ")[0]?.toLowerCase() ?? ""}`,
        agent: name,
        name,
        activity,
        presence: activity === "signed_out" ? "signed_out" : activity === "not_ready" ? "not_ready" : "ready",
        reason_name: reason,
        forced_by_name: name === "Elif Kaya" ? "Sam Taylor" : "",
        overrun_since_ms: name === "Elif Kaya" ? ago(192_000) : null,
        planned: name === "Carla Rossi" ? "not_ready" : null,
        planned_reason_name: name === "Carla Rossi" ? "Break" : "",
        wrap_ups: activity === "wrap_up" ? [{ handling: "h-dmitri", medium: "voice", since_ms: ago(since), ends_at_ms: null }] : [],
        since_ms: ago(since),
        carries,
        desktop_connected: true,
        phone_reachable: true,
        lent: name === "Ben Okafor" ? { queue: "sales", queue_name: "Sales", since_ms: ago(12 * MINUTE), by_name: "", only: false, kept: false } : null,
      }),
    ),
    { type: "figure_meaning", key: "meaning/service_level", figure: "service_level", name: "Service level", words: "Share of visits answered within the threshold.", numerator: "answered within the threshold", denominator: "answered + abandoned after the threshold" },
  ];
}
