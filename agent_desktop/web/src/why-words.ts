/** Why an agent got an offer and why others did not, as it stands on screens. */

import { durationWords } from "./format";
import type { AgentChoice, Explanation, Left, Medium, OfferedBecause, Waiting, WhyNot } from "./protocol.gen";
import { MEDIUM_ORDER } from "./words";

export const WHY_NOT: Record<WhyNot, string> = {
  unknown_agent: "not in the definition",
  signed_out: "signed out",
  not_ready: "not ready",
  change_planned: "goes on a break or home after what is in hand",
  backed_off: "left in peace for a moment after an offer that ended badly",
  medium_not_taken: "takes no work of this kind",
  no_phone: "has no phone",
  phone_unreachable: "phone not reachable",
  phone_busy: "phone busy",
  no_desktop: "no desktop open",
  requirement_not_met: "lacks what it asks for",
  declined_it: "declined it a moment ago",
  held_for_another: "kept free for another piece that is overdue",
  offer_stands: "is being offered something else",
  limit_reached: "has as many of these as allowed",
  fully_loaded: "has no room beside what is in hand",
  kept_for_others: "kept for other work",
  lent_elsewhere: "lent to another queue alone",
  reserved: "kept for an outgoing call",
  others_before: "could take it; others came first",
};

const CHOICE: Record<AgentChoice, string> = {
  longest_idle: "idle for longest",
  least_occupied: "least busy of late",
  best_skill: "knows it best",
  least_skilled: "can do the least else",
  round_robin: "next in turn",
  weighted: "best by weighted skills",
};

const BECAUSE: Record<OfferedBecause, string> = {
  urgency: "",
  turn: "Its medium had been passed over, so that it came next.",
  own_skill: "The agent takes what they know best first.",
  held: "The agent had been kept free for it.",
  floor: "Too few of its agents were at work for its queue.",
  share: "Its queue was the furthest below its share of the agents' time.",
  pulled: "It was taken out of its turn.",
};

const ONE: Record<Medium, string> = { voice: "call", mail: "e-mail", chat: "chat", task: "task" };

/** `2 chats and an e-mail`, so that nobody has to ask what fills an agent. */
export function carriesWords(carries: readonly Medium[]): string {
  const counted = MEDIUM_ORDER.map((medium) => [ONE[medium], carries.filter((one) => one === medium).length] as const).filter(([, count]) => count > 0);
  return counted.map(([word, count]) => `${count} ${word}${count === 1 ? "" : "s"}`).join(", ");
}

/** What ids are called in this center. */
export interface Called {
  readonly reason: (id: string) => string;
  readonly queue: (id: string) => string;
}

function words(one: WhyNot, left: Left, called: Called): string {
  if (one === "not_ready" && left.reason !== null) return `not ready (${called.reason(left.reason)})`;
  if (one === "kept_for_others" && left.kept_for.length > 0) return `kept for ${left.kept_for.map(called.queue).join(", ")}`;
  if (one === "lent_elsewhere" && left.lent_to !== null) return `lent to ${called.queue(left.lent_to)} alone`;
  return WHY_NOT[one];
}

/** All that stands against an agent. */
export function againstWords(left: Left, called: Called): string {
  const carried = carriesWords(left.carries);
  return left.because.map((one) => words(one, left, called)).join(", ") + (carried === "" ? "" : `; has ${carried} in hand`);
}

/** How many agents each first reason keeps away, the most frequent first. */
export function countedReasons(others: readonly Left[]): readonly (readonly [WhyNot, number])[] {
  const counts = new Map<WhyNot, number>();
  for (const left of others) {
    const first = left.because[0];
    if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** Why nobody is offered it now, as far as it is not a matter of each agent. */
export function nowWords(now: Waiting, nameOf: (agent: string) => string): string {
  if (now.offered_to !== null) return `It is being offered to ${nameOf(now.offered_to)}.`;
  if (now.parked_until_ms !== null) return "It is parked, so nobody is offered it.";
  const free = now.others.filter((left) => left.because.includes("others_before")).length;
  return free === 0 ? "Nobody can take it now." : "Whoever can take it gets something more urgent first.";
}

/** Who got an offer, and by what. */
export function chosenWords(why: Explanation, nameOf: (agent: string) => string): string {
  if (why.because === "pulled") return `Taken by ${nameOf(why.agent)} out of its turn.`;
  const among = why.candidates.length;
  const idle = why.candidates.find((one) => one.agent === why.agent)?.idle_ms;
  const how = among <= 1 ? "the only one who could take it" : `first of ${among} who could take it: ${CHOICE[why.choice]}`;
  const spell = idle === undefined || why.choice !== "longest_idle" ? "" : ` (${durationWords(idle)})`;
  const next = why.runner_up === null ? "" : ` Next was ${nameOf(why.runner_up)}.`;
  return `${nameOf(why.agent)} was ${how}${among <= 1 ? "" : spell}.${next} ${BECAUSE[why.because]}`.trim();
}
