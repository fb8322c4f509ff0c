/** What stands apart in a call, as people say it: who is where, since when, and why nobody was reached. */

import type { CallShown, ConsultCard, LegFailure, PartyShown } from "./protocol.gen";

/** How somebody is called among those who know them; a number stays whole. */
export function firstName(name: string): string {
  const word = name.trim().split(/\s+/)[0] ?? "";
  return /^\p{L}/u.test(word) ? word : name;
}

export interface CallState {
  readonly words: string;
  /** Since when it is so; null: since the call began. */
  readonly sinceMs: number | null;
  /** Until when it may last. */
  readonly untilMs: number | null;
}

export function askedOf(call: CallShown | undefined): PartyShown | undefined {
  return call?.parties.find((party) => party.asked);
}

export function isHeld(call: CallShown | undefined): boolean {
  return call?.doing === "on_hold";
}

const plain = (words: string, sinceMs: number | null = null): CallState => ({ words, sinceMs, untilMs: null });

/** The one line over a call in hand. */
export function callState(call: CallShown | undefined, customer: string): CallState {
  if (call === undefined) return plain("Talking");
  const asked = askedOf(call);
  switch (call.doing) {
    case "reconnecting":
      return { words: "Your phone is being rung again", sinceMs: null, untilMs: call.lost_until_ms };
    case "on_hold":
      return plain(call.held_by === "phone" ? "On hold by your phone" : "On hold", call.held_since_ms);
    case "consulting":
      if (call.own === "talk" && call.customer === "talk") return plain(`Back with ${firstName(customer)}`, call.consult_since_ms);
      return plain(`Asking ${asked?.name ?? "somebody"}`, call.consult_since_ms);
    case "talking":
    case "consulted":
    case "ringing": {
      const company = call.parties.filter((party) => party.state === "connected" && party.at === "talk").map((party) => firstName(party.name));
      return plain(company.length === 0 ? "Talking" : `Conference: ${["you", firstName(customer), ...company].join(", ")}`);
    }
  }
}

/** What a colleague wants who asks, or who has gone and left the customer to whoever answers. */
export function askedWords(card: ConsultCard): string {
  const from = card.from_name || "A colleague";
  return card.handed_on ? `${from} has handed ${firstName(card.who)} over to you` : `${from} asks about ${card.who}`;
}

/** Where the customer is, when that is not simply with the agent. */
export function customerWords(call: CallShown): string {
  switch (call.customer) {
    case "talk":
      return call.own === "talk" || call.parties.some((party) => party.at === "talk") ? "talking" : "waits";
    case "hold":
      return "hears music";
    case "queue":
      return "waits in the queue";
    case "consult":
      return "apart";
  }
}

export function partyWords(party: PartyShown, call: CallShown): string {
  if (party.state === "ringing") return "ringing";
  switch (party.at) {
    case "talk":
      return "talking";
    case "consult":
      return call.own === "consult" ? "talking with you" : "waits apart";
    case "hold":
      return "hears music";
    case "queue":
      return "waits";
  }
}

const NOT_REACHED: Record<LegFailure, string> = {
  busy: "the line was busy",
  no_answer: "nobody answered",
  declined: "they declined",
  unreachable: "their phone could not be reached",
  caller_gone: "the customer had gone",
  refused: "the telephone switch refused the call",
  switch_down: "the telephone switch was down",
};

/** A quiet line below the call: what did not come off, and how things stand since. Empty: nothing. */
export function callTrouble(call: CallShown | undefined, customer: string): string {
  if (call === undefined) return "";
  if (call.failed) return "The telephone switch could not make the last change; everybody is where they were.";
  if (call.consult_failed === null || askedOf(call) !== undefined) return "";
  return `Nobody was reached: ${NOT_REACHED[call.consult_failed]}. You are with ${firstName(customer)} again.`;
}
