/** Which offer, question of a colleague or piece of work stands in the middle. Named by conversation, which an offer and its work share. */

import type { ConsultCard, Medium, OfferCard, Trust, WorkItem } from "../../protocol.gen";

export interface Item {
  readonly conversation: string;
  readonly offer: OfferCard | undefined;
  readonly work: WorkItem | undefined;
  /** A colleague asks about it, or has handed it on and it rings here. */
  readonly consult: ConsultCard | undefined;
}

interface Shown {
  readonly medium: Medium;
  readonly who: string;
  readonly customer: string | null;
  readonly trust: Trust;
  readonly why: string;
  readonly queue_name: string;
}

/** What every item says of itself, whichever kind it is. */
export function shownOf({ work, offer, consult }: Item): Shown | undefined {
  return work ?? offer ?? (consult === undefined ? undefined : { ...consult, medium: "voice" });
}

/** It waits for this agent's answer. */
function isRung(item: Item): boolean {
  return item.offer !== undefined || item.consult?.doing === "ringing";
}

/** People who wait on the line or in a chat stand before written work. */
const liveFirst = (offer: OfferCard) => (offer.medium === "voice" ? 0 : offer.medium === "chat" ? 1 : 2);

/** Who is asked or offered comes first, calls above all, then active work, then wrap-up; within each the order in which they began, so that nothing jumps. */
export function itemsOf(offers: readonly OfferCard[], work: readonly WorkItem[], consults: readonly ConsultCard[] = []): readonly Item[] {
  const byBegin = [...work].sort((a, b) => a.started_ms - b.started_ms || (a.key < b.key ? -1 : 1));
  const offered = [...offers].sort((a, b) => liveFirst(a) - liveFirst(b) || a.offered_ms - b.offered_ms || (a.key < b.key ? -1 : 1));
  const known = new Set([...offers, ...work].map((one) => one.conversation));
  const asked = consults.filter((one) => !known.has(one.conversation)).sort((a, b) => a.since_ms - b.since_ms);
  const none = { offer: undefined, work: undefined, consult: undefined };
  return [
    ...asked.map((consult) => ({ ...none, conversation: consult.conversation, consult })),
    ...offered.map((offer) => ({ ...none, conversation: offer.conversation, offer })),
    ...byBegin.filter((one) => one.state === "active").map((one) => ({ ...none, conversation: one.conversation, work: one })),
    ...byBegin.filter((one) => one.state === "wrap_up").map((one) => ({ ...none, conversation: one.conversation, work: one })),
  ];
}

/**
 * The selection after the items have changed. What the agent just took comes to the middle; what is there stays there;
 * an offer comes there by itself only when nothing else is open.
 */
export function selectionAfter(selected: string | null, before: readonly Item[], now: readonly Item[]): string | null {
  const rung = new Set(before.filter(isRung).map((item) => item.conversation));
  const taken = now.find((item) => (item.work?.state === "active" || item.consult?.doing === "consulted") && rung.has(item.conversation));
  if (taken !== undefined) return taken.conversation;
  if (selected !== null && now.some((item) => item.conversation === selected)) return selected;
  const work = now.find((item) => item.work !== undefined);
  return (work ?? now[0])?.conversation ?? null;
}

/** The neighbour in the list, around its ends. */
export function neighbour(selected: string | null, items: readonly Item[], step: 1 | -1): string | null {
  if (items.length === 0) return null;
  const at = items.findIndex((item) => item.conversation === selected);
  const next = at === -1 ? 0 : (at + step + items.length) % items.length;
  return items[next]?.conversation ?? null;
}
