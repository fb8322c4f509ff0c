/** The glossary's words as they stand on screens. */

import { betweenWords, duration, durationWords, timeOfDay } from "./format";
import type { AgentActivity, EndedBy, IdentityKind, LentShown, Me, Medium, Presence, SendState } from "./protocol.gen";

export const MEDIUM: Record<Medium, string> = { voice: "Call", mail: "E-mail", chat: "Chat", task: "Task" };
export const MEDIA: Record<Medium, string> = { voice: "Calls", mail: "E-mails", chat: "Chats", task: "Tasks" };
export const PRESENCE: Record<Presence, string> = { ready: "Ready", not_ready: "Not ready", signed_out: "Signed out" };
export const ACTIVITY: Record<AgentActivity, string> = {
  ready: "Ready",
  offered: "Offered",
  talking: "Working",
  wrap_up: "Wrap-up",
  not_ready: "Not ready",
  signed_out: "Signed out",
};
/** What somebody presses who is not ready. */
export function readyWords(me: Me): string {
  return me.by === "missed_offers" && me.presence === "not_ready" ? "I'm back" : "Get ready";
}
/** A presence that comes with the end of what is in hand. */
export function afterThis(planned: Presence | null, reason: string): string {
  if (planned === null) return "";
  return `${planned === "signed_out" ? "Sign-out" : reason === "" ? PRESENCE[planned] : reason} after this`;
}
/** A presence that a supervisor has set. */
export function setBy(name: string): string {
  return `Set by ${name}`;
}
/** In which queue somebody helps, since when and by whom: "Lent to Billing since 10:12 by Max Weber". */
export function lentWords(lent: LentShown, zone: string): string {
  const whose = lent.by_name === "" ? "" : ` by ${lent.by_name}`;
  return `Lent to ${lent.queue_name} since ${timeOfDay(lent.since_ms, zone)}${whose}${lent.only ? ", there alone" : ""}${lent.kept ? ", kept there" : ""}`;
}
export function priorityWords(priority: number): string {
  return priority === 0 ? "–" : priority > 0 ? `+${priority}` : `−${-priority}`;
}
/** Until when waiting work is due; seconds matter only near the end. */
export function dueWords(leftMs: number): string {
  const spell = Math.abs(leftMs) < 3_600_000 ? duration(Math.abs(leftMs)) : durationWords(Math.abs(leftMs));
  return leftMs <= 0 ? `${spell} overdue` : `in ${spell}`;
}
/** What somebody who comes into a queue of calls or chats now is told of the wait; empty for written work, which has due times. */
export function waitWords(queue: { medium: Medium; expected_p50_ms: number | null; expected_p90_ms: number | null }): string {
  if (queue.medium !== "voice" && queue.medium !== "chat") return "";
  if (queue.expected_p50_ms === null || queue.expected_p90_ms === null) return "unknown";
  return queue.expected_p90_ms === 0 ? "none" : betweenWords(queue.expected_p50_ms, queue.expected_p90_ms);
}
/** How an interaction of the timeline stands or ended; what was handled is said by who did it and how long it took. */
const STANDING: Record<string, string> = {
  began: "Just begun",
  waiting: "Waiting",
  queued: "Waiting",
  offered: "Being offered",
  active: "In hand",
  wrap_up: "In wrap-up",
  abandoned: "Gave up waiting",
  short_abandoned: "Left at once",
  served_by_fallback: "Served without the engine",
  switch_restarted: "Lost when the telephone switch restarted",
  unknown_queue: "Its queue no longer exists",
};
export function standing(state: string): string {
  return STANDING[state] ?? "";
}
export const IDENTITY: Record<IdentityKind, string> = { phone: "Phone", mail: "E-mail", chat: "Chat", external: "Other" };
export const SEND_STATE: Record<SendState, string> = {
  queued: "Waiting to be sent",
  sending: "Being sent",
  sent: "Sent",
  uncertain: "Perhaps sent: the link was lost",
  failed: "Not sent",
};
export const ENDED_BY: Record<EndedBy, string> = {
  customer: "The customer ended it",
  agent: "You ended it",
  lost: "The connection was lost",
  system: "Ended by the system",
};
/** Why an agent gets no offers for some seconds. Words of telephones stand on no screen of a center without calls. */
export function backOffBecause(media: readonly Medium[]): string {
  return media.includes("voice") ? "an offer was declined or your phone could not take a call" : "an offer was declined";
}
/** The order in which media stand everywhere. */
export const MEDIUM_ORDER: readonly Medium[] = ["voice", "chat", "mail", "task"];
