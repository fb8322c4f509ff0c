// Made by `python -m agent_desktop.typescript` from agent_desktop/core/protocol.py and parts.py; a test fails when it
// is stale. Do not edit.

export const PROTOCOL_VERSION = 1;
export const HEARTBEAT_MS = 5000;
export const SILENCE_MAX_MS = 15000;
export const LINE_MAX = 4000;
export const MAIL_TEXT_MAX = 15000;
export const NOTE_MAX = 8000;
export const TASK_FIELDS_MAX = 40;
export const DESK_VIEW = "desk";
export const WALLBOARD_VIEW = "wallboard";
export const DIRECTORY_VIEW = "directory";
export const CONVERSATION_VIEW_PREFIX = "conversation:";
export const QUEUE_VIEW_PREFIX = "queue:";

export type Presence = "signed_out" | "not_ready" | "ready";

/** Choose ready, not ready (with a reason of the definition) or signed out. `after_work` means with the last of what is in hand, and at once when nothing is. A choice for now drops the plan. */
export interface SetPresence {
  readonly type: "set_presence";
  readonly id: number;
  readonly presence: Presence;
  readonly reason?: string | null;
  readonly after_work?: boolean;
}

/** Take an offered mail, chat or task. A call is accepted on the phone. */
export interface AcceptOffer {
  readonly type: "accept_offer";
  readonly id: number;
  readonly offer: string;
}

export interface DeclineOffer {
  readonly type: "decline_offer";
  readonly id: number;
  readonly offer: string;
}

/** End my part with the customer; wrap-up begins. */
export interface EndHandling {
  readonly type: "end_handling";
  readonly id: number;
  readonly handling: string;
}

/** End wrap-up. A note is committed before the router is told, so it is never lost. */
export interface CompleteHandling {
  readonly type: "complete_handling";
  readonly id: number;
  readonly handling: string;
  readonly disposition?: string | null;
  readonly note?: string;
}

/** Put off the end of a timed wrap-up by its queue's extension, as often as the queue allows. */
export interface ExtendWrapUp {
  readonly type: "extend_wrap_up";
  readonly id: number;
  readonly handling: string;
}

/** Say one line in a chat. The same `client_message` is the same line. */
export interface SendLine {
  readonly type: "send_line";
  readonly id: number;
  readonly handling: string;
  readonly client_message: string;
  readonly text: string;
}

/** Answer a mail, once for each `client_message`. */
export interface SendMail {
  readonly type: "send_mail";
  readonly id: number;
  readonly handling: string;
  readonly client_message: string;
  readonly text: string;
}

export type DraftKind = "note" | "answer";

/** Keep half a note or half an answer; an empty text removes it. */
export interface SaveDraft {
  readonly type: "save_draft";
  readonly id: number;
  readonly handling: string;
  readonly kind: DraftKind;
  readonly text: string;
}

/** The page has painted the offer's record; sent once for each offer, as soon as it is painted. */
export interface PopShown {
  readonly type: "pop_shown";
  readonly id: number;
  readonly offer: string;
}

/** All messages of this handling's conversation up to `number` were on the agent's screen. */
export interface MarkRead {
  readonly type: "mark_read";
  readonly id: number;
  readonly handling: string;
  readonly number: number;
}

/** Show me a view from now on: `desk`, `wallboard`, `directory`, `conversation:<id>` or `queue:<id>`. With `from_number` the client says where it stands: it gets the changes since, or a snapshot. */
export interface OpenView {
  readonly type: "open_view";
  readonly id: number;
  readonly view: string;
  readonly from_number?: number | null;
}

export interface CloseView {
  readonly type: "close_view";
  readonly id: number;
  readonly view: string;
}

/** Make a task. The same `client_message` is the same task; `Answer.created` names its conversation. */
export interface CreateTask {
  readonly type: "create_task";
  readonly id: number;
  readonly client_message: string;
  readonly queue: string;
  readonly title: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly customer?: string | null;
  readonly due_ms?: number | null;
}

/** Take waiting work out of its turn, or give it to another agent. A call rings the agent's phone; everything else is theirs at once. */
export interface PullWork {
  readonly type: "pull_work";
  readonly id: number;
  readonly interaction: string;
  readonly agent?: string | null;
}

/** Set another agent's presence. What is offered to them is taken back, what they handle stays theirs. */
export interface ForcePresence {
  readonly type: "force_presence";
  readonly id: number;
  readonly agent: string;
  readonly presence: Presence;
  readonly reason?: string | null;
}

/** Let another agent help in a queue, whatever it asks, until they are called back; with `only`, in no other. */
export interface LendAgent {
  readonly type: "lend_agent";
  readonly id: number;
  readonly agent: string;
  readonly to: string;
  readonly only?: boolean;
}

/** Call an agent back from the queue that they help in. What they have in hand stays theirs. */
export interface RecallAgent {
  readonly type: "recall_agent";
  readonly id: number;
  readonly agent: string;
}

/** Say whether the rule that lent an agent may call them back. */
export interface KeepLent {
  readonly type: "keep_lent";
  readonly id: number;
  readonly agent: string;
  readonly kept: boolean;
}

/** End a wrap-up that its agent has left open, without a disposition. */
export interface CloseWrapUp {
  readonly type: "close_wrap_up";
  readonly id: number;
  readonly handling: string;
}

/** Give waiting work another priority, from -10 to 10; higher is sooner. Its wait counts on. */
export interface PrioritiseWork {
  readonly type: "prioritise_work";
  readonly id: number;
  readonly interaction: string;
  readonly priority: number;
}

/** Send waiting work to another queue of its medium, with its arrival and its wait. */
export interface MoveWork {
  readonly type: "move_work";
  readonly id: number;
  readonly interaction: string;
  readonly to: string;
}

/** Put waiting work aside until then (UTC ms), at most for 31 days. Its wait counts on. */
export interface ParkWork {
  readonly type: "park_work";
  readonly id: number;
  readonly interaction: string;
  readonly until_ms: number;
}

/** Let what was put aside wait again, in its old place. */
export interface ResumeWork {
  readonly type: "resume_work";
  readonly id: number;
  readonly interaction: string;
}

/** Let everybody who waits and everybody who comes go the emergency route of a queue, or of a number that is dialled (one of the two), until then (UTC ms), at most for 7 days. Said again, the later time counts. */
export interface DeclareEmergency {
  readonly type: "declare_emergency";
  readonly id: number;
  readonly queue?: string | null;
  readonly number?: string | null;
  readonly until_ms: number;
}

/** End it before its time. */
export interface LiftEmergency {
  readonly type: "lift_emergency";
  readonly id: number;
  readonly queue?: string | null;
  readonly number?: string | null;
}

export type CallAct = "hold" | "resume" | "swap" | "join" | "complete" | "end_consult";

/** Hold the customer or take them back; in a consultation swap, join all, hand over to whom is asked, or end it. */
export interface SteerCall {
  readonly type: "steer_call";
  readonly id: number;
  readonly handling: string;
  readonly act: CallAct;
}

/** Hand the customer on without asking first, to exactly one of the three. My part ends with it; my note so far, who the customer is and how sure that is go along. */
export interface HandOverCall {
  readonly type: "hand_over_call";
  readonly id: number;
  readonly handling: string;
  readonly to_queue?: string | null;
  readonly to_agent?: string | null;
  readonly to_destination?: string | null;
}

/** Ask somebody, exactly one of the three, while the customer hears music. */
export interface AskConsult {
  readonly type: "ask_consult";
  readonly id: number;
  readonly handling: string;
  readonly to_queue?: string | null;
  readonly to_agent?: string | null;
  readonly to_destination?: string | null;
}

/** Take somebody out of the call: a phone that rings or talks, not my own. */
export interface DropParty {
  readonly type: "drop_party";
  readonly id: number;
  readonly handling: string;
  readonly leg: string;
}

/** The agent is (or is no longer) writing to the customer; may be lost. */
export interface TellTyping {
  readonly type: "tell_typing";
  readonly id: number;
  readonly handling: string;
  readonly typing: boolean;
}

/** I am alive. Any other request says so as well. */
export interface Ping {
  readonly type: "ping";
  readonly id: number;
}

/** Lift the rehearsal switch's phone of this agent; refused where the center has a real switch. */
export interface AnswerRehearsalPhone {
  readonly type: "answer_rehearsal_phone";
  readonly id: number;
}

export interface DeclineRehearsalPhone {
  readonly type: "decline_rehearsal_phone";
  readonly id: number;
}

export interface HangUpRehearsalPhone {
  readonly type: "hang_up_rehearsal_phone";
  readonly id: number;
}

export type AnyRequest =
  | SetPresence
  | AcceptOffer
  | DeclineOffer
  | EndHandling
  | CompleteHandling
  | ExtendWrapUp
  | SendLine
  | SendMail
  | SaveDraft
  | PopShown
  | MarkRead
  | OpenView
  | CloseView
  | CreateTask
  | PullWork
  | ForcePresence
  | LendAgent
  | RecallAgent
  | KeepLent
  | CloseWrapUp
  | PrioritiseWork
  | MoveWork
  | ParkWork
  | ResumeWork
  | DeclareEmergency
  | LiftEmergency
  | SteerCall
  | HandOverCall
  | AskConsult
  | DropParty
  | TellTyping
  | Ping
  | AnswerRehearsalPhone
  | DeclineRehearsalPhone
  | HangUpRehearsalPhone;

export type Medium = "voice" | "mail" | "chat" | "task";

/** Something to choose from. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface QueueChoice {
  readonly id: string;
  readonly name: string;
  readonly medium: Medium;
}

/** Key `center`. What this center is and has; nothing of other media belongs on any screen. */
export interface Center {
  readonly type: "center";
  readonly key: string;
  readonly name: string;
  readonly media: ReadonlyArray<Medium>;
  readonly rehearsal: boolean;
  readonly reasons: ReadonlyArray<Named>;
  readonly dispositions: ReadonlyArray<Named>;
  readonly queues: ReadonlyArray<QueueChoice>;
  readonly disposition_required: ReadonlyArray<string>;
  readonly zone: string;
}

export type Role = "agent" | "supervisor" | "administrator" | "integrator";

export type PresenceBy = "agent" | "missed_offers" | "phone_problem" | "supervisor";

/** Key `me`. The signed-in user and the presence they chose. */
export interface Me {
  readonly type: "me";
  readonly key: string;
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly is_agent: boolean;
  readonly presence: Presence;
  readonly reason: string | null;
  readonly by: PresenceBy;
  readonly since_ms: number;
  readonly backed_off_until_ms: number | null;
  readonly forced_by_name: string;
  readonly overrun_since_ms: number | null;
  readonly work_in_hand: boolean;
  readonly planned: Presence | null;
  readonly planned_reason: string | null;
}

export type PhoneKind = "none" | "desk" | "softphone" | "rehearsal";

export type PhoneState = "unreachable" | "free" | "ringing" | "busy";

/** Key `phone`. The agent's phone as the switch sees it. */
export interface Phone {
  readonly type: "phone";
  readonly key: string;
  readonly kind: PhoneKind;
  readonly state: PhoneState;
  readonly ws_url: string | null;
  readonly sip_uri: string | null;
  readonly password: string | null;
}

/** Key `capacity/<medium>`. What the agent carries of one medium: the number of live leases, and the limit. */
export interface CapacityChip {
  readonly type: "capacity_chip";
  readonly key: string;
  readonly medium: Medium;
  readonly carried: number;
  readonly limit: number;
}

export type Trust = "verified" | "claimed";

/** Key `offer/<offer>`. One interaction proposed to this agent: who, why, which queue, how long they waited. */
export interface OfferCard {
  readonly type: "offer_card";
  readonly key: string;
  readonly offer: string;
  readonly interaction: string;
  readonly conversation: string;
  readonly medium: Medium;
  readonly who: string;
  readonly customer: string | null;
  readonly trust: Trust;
  readonly why: string;
  readonly queue: string;
  readonly queue_name: string;
  readonly arrived_ms: number;
  readonly offered_ms: number;
  readonly expires_at_ms: number;
  readonly ringing: boolean;
  readonly acceptable_here: boolean;
}

export type WorkState = "active" | "wrap_up";

export type EndedBy = "customer" | "agent" | "lost" | "system";

/** Key `work/<handling>`. The agent's part in one interaction, from accepting to the end of wrap-up. */
export interface WorkItem {
  readonly type: "work_item";
  readonly key: string;
  readonly handling: string;
  readonly interaction: string;
  readonly conversation: string;
  readonly medium: Medium;
  readonly state: WorkState;
  readonly who: string;
  readonly customer: string | null;
  readonly trust: Trust;
  readonly why: string;
  readonly queue: string;
  readonly queue_name: string;
  readonly arrived_ms: number;
  readonly started_ms: number;
  readonly wrap_up_since_ms: number | null;
  readonly wrap_up_ends_at_ms: number | null;
  readonly wrap_up_timed: boolean;
  readonly wrap_up_optional: boolean;
  readonly extension_ms: number;
  readonly extensions_left: number;
  readonly ended_by: EndedBy | null;
  readonly due_ms: number | null;
  readonly customer_gone: boolean;
  readonly unread: number;
  readonly last_line: string;
  readonly last_line_ms: number | null;
  readonly disposition_required: boolean;
}

export type Talking = "talking" | "on_hold" | "consulting" | "consulted" | "ringing" | "reconnecting";

export type PartyAt = "talk" | "consult" | "hold" | "queue";

export type HeldBy = "desk" | "phone";

export type LegFailure = "busy" | "no_answer" | "declined" | "unreachable" | "caller_gone" | "refused" | "switch_down";

export type PartyState = "ringing" | "connected";

/** Somebody beside the customer and the owner: a colleague, or a destination outside. */
export interface PartyShown {
  readonly leg: string;
  readonly name: string;
  readonly agent: string | null;
  readonly at: PartyAt;
  readonly state: PartyState;
  readonly asked: boolean;
  readonly since_ms: number;
}

/** Key `call/<handling>`. Where the parties of a call in hand stand; not there while it is simply talked. */
export interface CallShown {
  readonly type: "call_shown";
  readonly key: string;
  readonly handling: string;
  readonly interaction: string;
  readonly doing: Talking;
  readonly customer: PartyAt;
  readonly own: PartyAt;
  readonly settled: boolean;
  readonly failed: boolean;
  readonly held_since_ms: number | null;
  readonly held_by: HeldBy | null;
  readonly consult_since_ms: number | null;
  readonly consult_failed: LegFailure | null;
  readonly lost_until_ms: number | null;
  readonly parties: ReadonlyArray<PartyShown>;
}

/** Key `consult/<leg>`. A colleague asks this agent about a call, or has them in a conference: whose, about whom and where it stands. The phone is answered; the record is on the screen from the beginning. */
export interface ConsultCard {
  readonly type: "consult_card";
  readonly key: string;
  readonly leg: string;
  readonly interaction: string;
  readonly conversation: string;
  readonly who: string;
  readonly customer: string | null;
  readonly trust: Trust;
  readonly why: string;
  readonly queue: string;
  readonly queue_name: string;
  readonly from_agent: string | null;
  readonly from_name: string;
  readonly doing: Talking;
  readonly handed_on: boolean;
  readonly since_ms: number;
}

/** Key `colleague/<agent>`. An agent whom a call could be given to, or who could be asked. */
export interface ColleagueShown {
  readonly type: "colleague_shown";
  readonly key: string;
  readonly agent: string;
  readonly name: string;
  readonly presence: Presence;
  readonly reason_name: string;
  readonly in_call: boolean;
  readonly phone_reachable: boolean;
  readonly since_ms: number;
  readonly takes_calls: boolean;
  readonly may_be_asked: boolean;
}

export type Opening = "open" | "closing" | "closed";

/** Key `target/<queue>`. A queue of calls, and how it stands. */
export interface QueueTarget {
  readonly type: "queue_target";
  readonly key: string;
  readonly queue: string;
  readonly name: string;
  readonly opening: Opening;
  readonly waiting: number;
  readonly expected_p50_ms: number | null;
  readonly ready: number;
}

/** Key `destination/<id>`. A place outside. */
export interface DestinationShown {
  readonly type: "destination_shown";
  readonly key: string;
  readonly destination: string;
  readonly name: string;
}

/** Key `draft/<handling>/<kind>`. Half a note or half an answer, as last saved. */
export interface DraftShown {
  readonly type: "draft_shown";
  readonly key: string;
  readonly handling: string;
  readonly kind: string;
  readonly text: string;
}

/** Key `queue/<queue>`. One of the agent's own queues. */
export interface QueueGlance {
  readonly type: "queue_glance";
  readonly key: string;
  readonly queue: string;
  readonly name: string;
  readonly medium: Medium;
  readonly waiting: number;
  readonly longest_waiting_since_ms: number | null;
  readonly may_pull: boolean;
}

export type WhyNot = "unknown_agent" | "signed_out" | "not_ready" | "change_planned" | "backed_off" | "medium_not_taken" | "no_phone" | "phone_unreachable" | "phone_busy" | "no_desktop" | "requirement_not_met" | "declined_it" | "held_for_another" | "kept_for_others" | "lent_elsewhere" | "offer_stands" | "limit_reached" | "fully_loaded" | "reserved" | "others_before";

/** Key `kept_away`. There only while something waits in the agent's queues, or where they are lent to, that capacity or a rule keeps away from them. */
export interface WorkKeptAway {
  readonly type: "work_kept_away";
  readonly key: string;
  readonly because: WhyNot;
  readonly line: string;
}

/** Key `today/<medium>`. What this agent has completed since midnight in the center's zone. */
export interface TodayCount {
  readonly type: "today_count";
  readonly key: string;
  readonly medium: Medium;
  readonly handled: number;
  readonly handle_ms: number;
}

/** Key `channel/<name>`. There only while a channel does not work; one sentence says what and what to do. */
export interface ChannelDown {
  readonly type: "channel_down";
  readonly key: string;
  readonly name: string;
  readonly medium: Medium;
  readonly sentence: string;
  readonly since_ms: number;
}

export type CloseReason = "handled" | "abandoned" | "short_abandoned" | "switch_restarted" | "served_by_fallback" | "sent_outside" | "turned_away" | "unknown_queue";

/** Key `head`. */
export interface ConversationHead {
  readonly type: "conversation_head";
  readonly key: string;
  readonly conversation: string;
  readonly interaction: string;
  readonly medium: Medium;
  readonly subject: string;
  readonly queue: string | null;
  readonly queue_name: string;
  readonly began_ms: number;
  readonly due_ms: number | null;
  readonly reply_to: string | null;
  readonly reply_from: string | null;
  readonly follows: string | null;
  readonly customer_gone: boolean;
  readonly closed: CloseReason | null;
}

export type Author = "customer" | "agent" | "system";

export interface AttachmentShown {
  readonly content: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly address: string;
}

export type SendState = "queued" | "sending" | "sent" | "uncertain" | "failed";

/** Key `message/<number, ten digits>`. One chat line or mail; keys sort in the order of the conversation. */
export interface MessageShown {
  readonly type: "message_shown";
  readonly key: string;
  readonly message: string;
  readonly number: number;
  readonly author: Author;
  readonly agent: string | null;
  readonly who: string;
  readonly at_ms: number;
  readonly text: string;
  readonly quoted: string;
  readonly html: string | null;
  readonly subject: string | null;
  readonly address_from: string | null;
  readonly address_to: string | null;
  readonly attachments: ReadonlyArray<AttachmentShown>;
  readonly client_message: string | null;
  readonly send_state: SendState | null;
  readonly send_detail: string | null;
  readonly unreadable: boolean;
}

export interface FieldValue {
  readonly name: string;
  readonly value: string;
}

/** Key `task`. What is to be done. */
export interface TaskShown {
  readonly type: "task_shown";
  readonly key: string;
  readonly title: string;
  readonly fields: ReadonlyArray<FieldValue>;
}

/** Key `note/<handling>`. An agent's note on their handling; `so_far` while they still write it. */
export interface NoteShown {
  readonly type: "note_shown";
  readonly key: string;
  readonly handling: string;
  readonly agent: string;
  readonly who: string;
  readonly at_ms: number;
  readonly text: string;
  readonly disposition: string | null;
  readonly so_far: boolean;
}

export type IdentityKind = "phone" | "mail" | "chat" | "external";

export interface IdentityShown {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly trust: Trust;
}

/** Key `customer`. Whom we know behind this conversation; a claimed identity is shown as claimed. */
export interface CustomerShown {
  readonly type: "customer_shown";
  readonly key: string;
  readonly customer: string | null;
  readonly name: string;
  readonly trust: Trust;
  readonly identities: ReadonlyArray<IdentityShown>;
}

/** Key `timeline/<interaction>`. One interaction of this customer, over any medium. */
export interface TimelineRow {
  readonly type: "timeline_row";
  readonly key: string;
  readonly interaction: string;
  readonly conversation: string;
  readonly medium: Medium;
  readonly began_ms: number;
  readonly ended_ms: number | null;
  readonly queue_name: string;
  readonly agent_name: string;
  readonly state: string;
  readonly disposition_name: string;
  readonly summary: string;
}

/** Key `head`. */
export interface QueueHead {
  readonly type: "queue_head";
  readonly key: string;
  readonly queue: string;
  readonly name: string;
  readonly medium: Medium;
  readonly waiting: number;
  readonly expected_p50_ms: number | null;
  readonly expected_p90_ms: number | null;
  readonly named: boolean;
}

/** Key `waiting/<interaction>`. One interaction that waits, with where it stands. */
export interface WaitingRow {
  readonly type: "waiting_row";
  readonly key: string;
  readonly interaction: string;
  readonly queue: string;
  readonly medium: Medium;
  readonly who: string;
  readonly customer: string | null;
  readonly trust: Trust;
  readonly why: string;
  readonly arrived_ms: number;
  readonly due_ms: number;
  readonly priority: number;
  readonly parked_until_ms: number | null;
  readonly requirement: string;
  readonly step: number;
  readonly next_step_ms: number | null;
  readonly offered_to: string | null;
  readonly offered_name: string;
}

/** Key `center`. */
export interface BoardCenter {
  readonly type: "board_center";
  readonly key: string;
  readonly name: string;
  readonly media: ReadonlyArray<Medium>;
  readonly rehearsal: boolean;
  readonly zone: string;
  readonly day_began_ms: number;
}

/** Key `queue/<queue>`, and `total/<medium>` with `queue` null for all queues of a medium. */
export interface QueueFigures {
  readonly type: "queue_figures";
  readonly key: string;
  readonly queue: string | null;
  readonly name: string;
  readonly medium: Medium;
  readonly waiting: number;
  readonly longest_waiting_since_ms: number | null;
  readonly expected_p50_ms: number | null;
  readonly expected_p90_ms: number | null;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly short_abandoned: number;
  readonly flowed_out: number;
  readonly level_met: number;
  readonly level_of: number;
  readonly level_percent: number | null;
  readonly level_target_percent: number;
  readonly level_within_ms: number;
  readonly opening: Opening;
  readonly opening_until_ms: number | null;
}

/** Key `emergency/queue/<queue>` or `emergency/number/<number>`. What has an emergency route, and whether it is in use. */
export interface EmergencyPlace {
  readonly type: "emergency_place";
  readonly key: string;
  readonly queue: string | null;
  readonly number: string | null;
  readonly name: string;
  readonly leads_to: string;
  readonly until_ms: number | null;
  readonly by_name: string;
}

/** Key `agents`. How many agents are in each activity; they add up to all agents. */
export interface AgentsByState {
  readonly type: "agents_by_state";
  readonly key: string;
  readonly signed_out: number;
  readonly not_ready: number;
  readonly ready: number;
  readonly offered: number;
  readonly talking: number;
  readonly wrap_up: number;
}

export type AgentActivity = "signed_out" | "not_ready" | "ready" | "offered" | "talking" | "wrap_up";

/** A wrap-up that is open; it hangs when it lasts while nobody writes. */
export interface WrapUpShown {
  readonly handling: string;
  readonly medium: Medium;
  readonly since_ms: number;
  readonly ends_at_ms: number | null;
}

/** In which queue an agent helps, since when, and who lent them: a rule, where nobody is named. */
export interface LentShown {
  readonly queue: string;
  readonly queue_name: string;
  readonly since_ms: number;
  readonly by_name: string;
  readonly only: boolean;
  readonly kept: boolean;
}

/** Key `agent/<agent>`. */
export interface AgentRow {
  readonly type: "agent_row";
  readonly key: string;
  readonly agent: string;
  readonly name: string;
  readonly activity: AgentActivity;
  readonly presence: Presence;
  readonly reason_name: string;
  readonly forced_by_name: string;
  readonly overrun_since_ms: number | null;
  readonly planned: Presence | null;
  readonly planned_reason_name: string;
  readonly wrap_ups: ReadonlyArray<WrapUpShown>;
  readonly since_ms: number;
  readonly carries: ReadonlyArray<Medium>;
  readonly desktop_connected: boolean;
  readonly phone_reachable: boolean;
  readonly lent: LentShown | null;
}

/** Key `meaning/<figure>`. What a figure counts, in words, for its tooltip. */
export interface FigureMeaning {
  readonly type: "figure_meaning";
  readonly key: string;
  readonly figure: string;
  readonly name: string;
  readonly words: string;
  readonly numerator: string;
  readonly denominator: string;
}

export type AnyPart =
  | Center
  | Me
  | Phone
  | CapacityChip
  | OfferCard
  | WorkItem
  | CallShown
  | ConsultCard
  | ColleagueShown
  | QueueTarget
  | DestinationShown
  | DraftShown
  | QueueGlance
  | WorkKeptAway
  | TodayCount
  | ChannelDown
  | ConversationHead
  | MessageShown
  | TaskShown
  | NoteShown
  | CustomerShown
  | TimelineRow
  | QueueHead
  | WaitingRow
  | BoardCenter
  | QueueFigures
  | EmergencyPlace
  | AgentsByState
  | AgentRow
  | FigureMeaning;

/** First message on each socket. */
export interface Welcome {
  readonly type: "welcome";
  readonly protocol: number;
  readonly user: string;
  readonly role: Role;
  readonly server_ms: number;
  readonly last_id: number;
}

/** The whole view as it is at `number`; replaces what the client had of it. */
export interface Snapshot {
  readonly type: "snapshot";
  readonly view: string;
  readonly number: number;
  readonly server_ms: number;
  readonly parts: ReadonlyArray<Center | Me | Phone | CapacityChip | OfferCard | WorkItem | CallShown | ConsultCard | ColleagueShown | QueueTarget | DestinationShown | DraftShown | QueueGlance | WorkKeptAway | TodayCount | ChannelDown | ConversationHead | MessageShown | TaskShown | NoteShown | CustomerShown | TimelineRow | QueueHead | WaitingRow | BoardCenter | QueueFigures | EmergencyPlace | AgentsByState | AgentRow | FigureMeaning>;
}

/** Leads a view from `from_number` to `number`: first remove, then put. */
export interface Change {
  readonly type: "change";
  readonly view: string;
  readonly from_number: number;
  readonly number: number;
  readonly server_ms: number;
  readonly put: ReadonlyArray<Center | Me | Phone | CapacityChip | OfferCard | WorkItem | CallShown | ConsultCard | ColleagueShown | QueueTarget | DestinationShown | DraftShown | QueueGlance | WorkKeptAway | TodayCount | ChannelDown | ConversationHead | MessageShown | TaskShown | NoteShown | CustomerShown | TimelineRow | QueueHead | WaitingRow | BoardCenter | QueueFigures | EmergencyPlace | AgentsByState | AgentRow | FigureMeaning>;
  readonly removed: ReadonlyArray<string>;
}

/** The view is no longer shown, since the right to see it has ended. */
export interface ViewClosed {
  readonly type: "view_closed";
  readonly view: string;
}

/** The request was carried out and committed. */
export interface Answer {
  readonly type: "answer";
  readonly id: number;
  readonly created: string | null;
}

export type RefusalReason = "older_epoch" | "already_handled" | "unknown_agent" | "unknown_queue" | "unknown_reason" | "unknown_disposition" | "unknown_interaction" | "unknown_offer" | "unknown_handling" | "not_yours" | "offer_ended" | "offer_not_acceptable_here" | "handling_ended" | "still_talking" | "disposition_missing" | "interaction_closed" | "no_change" | "work_in_hand" | "reason_missing" | "requirement_unreadable" | "unknown_work" | "not_waiting" | "out_of_range" | "reason_full" | "no_extension_left" | "wrong_medium" | "not_signed_in" | "nobody_free" | "kept_for_others" | "unknown_reservation" | "not_lent" | "unknown_hours" | "unknown_number" | "no_emergency_route" | "not_ready" | "change_planned" | "backed_off" | "medium_not_taken" | "no_phone" | "phone_unreachable" | "phone_busy" | "held_for_another" | "lent_elsewhere" | "offer_stands" | "limit_reached" | "fully_loaded" | "reserved" | "no_call" | "one_target" | "yourself" | "nobody_could_serve" | "queue_closed" | "consult_stands" | "no_consult" | "not_answered" | "parties_full" | "unknown_leg" | "leg_over" | "leg_is_lost" | "held_by_phone" | "work_of_a_call" | "not_allowed" | "malformed" | "unknown_view" | "too_many_views" | "no_such_channel" | "channel_refused" | "defect" | "try_again";

/** The request was not carried out. `sentence` is for people; `id` is 0 when the request had none to read. */
export interface Refused {
  readonly type: "refused";
  readonly id: number;
  readonly reason: RefusalReason;
  readonly sentence: string;
}

/** Sent every `HEARTBEAT_MS`; three missing ones mean that the screen is stale. */
export interface Heartbeat {
  readonly type: "heartbeat";
  readonly server_ms: number;
}

/** The customer of this conversation is (or is no longer) writing. */
export interface TypingShown {
  readonly type: "typing_shown";
  readonly conversation: string;
  readonly typing: boolean;
}

export type FarewellReason = "signed_out" | "stopping" | "silent" | "old_page";

/** Last message before the server closes the socket. */
export interface Farewell {
  readonly type: "farewell";
  readonly reason: FarewellReason;
}

export type AnyMessage =
  | Welcome
  | Snapshot
  | Change
  | ViewClosed
  | Answer
  | Refused
  | Heartbeat
  | TypingShown
  | Farewell;

export type AgentChoice = "longest_idle" | "least_occupied" | "best_skill" | "least_skilled" | "round_robin" | "weighted";

export type OfferedBecause = "urgency" | "turn" | "own_skill" | "floor" | "share" | "held" | "pulled";

/** Somebody who was free and able, with what the queue's choice compares. */
export interface Candidate {
  readonly agent: string;
  readonly score: number;
  readonly idle_ms: number;
}

/** Somebody who was not a candidate, or not the first, and all that stood against them. */
export interface Left {
  readonly agent: string;
  readonly because: ReadonlyArray<WhyNot>;
  readonly reason: string | null;
  readonly carries: ReadonlyArray<Medium>;
  readonly kept_for: ReadonlyArray<string>;
  readonly lent_to: string | null;
}

/** One offer and all that it was chosen from. Times in ms; `at_ms` and due times are UTC. */
export interface Explanation {
  readonly at_ms: number;
  readonly interaction: string;
  readonly queue: string;
  readonly medium: Medium;
  readonly requirement: string;
  readonly step: number;
  readonly waited_ms: number;
  readonly due_ms: number;
  readonly moved_ms: number;
  readonly counted_due_ms: number;
  readonly choice: AgentChoice;
  readonly because: OfferedBecause;
  readonly agent: string;
  readonly score: number;
  readonly runner_up: string | null;
  readonly runner_up_score: number;
  readonly candidates: ReadonlyArray<Candidate>;
  readonly others: ReadonlyArray<Left>;
  readonly recomputed: string | null;
  readonly recomputed_interaction: string | null;
  readonly agrees: boolean;
}

/** An offer's explanation, with where it stands in the journal and the rules that made it. */
export interface Explained {
  readonly number: number;
  readonly cause: string;
  readonly rules: string;
  readonly today: string;
  readonly sentence: string;
  readonly explanation: Explanation;
}

/** Something that waits, and what keeps each agent from being offered it now. Times in ms; instants are UTC. */
export interface Waiting {
  readonly at_ms: number;
  readonly queue: string;
  readonly medium: Medium;
  readonly requirement: string;
  readonly step: number;
  readonly next_step_ms: number | null;
  readonly waited_ms: number;
  readonly due_ms: number;
  readonly parked_until_ms: number | null;
  readonly offered_to: string | null;
  readonly others: ReadonlyArray<Left>;
}

/** Why one agent did not get it, or does not now, in words. */
export interface AboutAgent {
  readonly number: number | null;
  readonly got_it: boolean;
  readonly sentence: string;
}

/** The answer to why an interaction was offered as it was, and to why it waits. With an agent named, nobody else stands among the others. */
export interface Why {
  readonly interaction: string;
  readonly offers: ReadonlyArray<Explained>;
  readonly before: number | null;
  readonly now: Waiting | null;
  readonly about: ReadonlyArray<AboutAgent>;
  readonly names: Readonly<Record<string, string>>;
}
