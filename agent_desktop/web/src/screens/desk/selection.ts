/** Which offer or piece of work stands in the middle. Named by conversation, which an offer and its work share. */

import type { OfferCard, WorkItem } from "../../protocol.gen";

export interface Item {
  readonly conversation: string;
  readonly offer: OfferCard | undefined;
  readonly work: WorkItem | undefined;
}

/** People who wait on the line or in a chat stand before written work. */
const liveFirst = (offer: OfferCard) => (offer.medium === "voice" ? 0 : offer.medium === "chat" ? 1 : 2);

/** Offers first, then active work, then wrap-up; within each the order in which they began, so that nothing jumps. */
export function itemsOf(offers: readonly OfferCard[], work: readonly WorkItem[]): readonly Item[] {
  const byBegin = [...work].sort((a, b) => a.started_ms - b.started_ms || (a.key < b.key ? -1 : 1));
  const offered = [...offers].sort((a, b) => liveFirst(a) - liveFirst(b) || a.offered_ms - b.offered_ms || (a.key < b.key ? -1 : 1));
  return [
    ...offered.map((offer) => ({ conversation: offer.conversation, offer, work: undefined })),
    ...byBegin.filter((one) => one.state === "active").map((one) => ({ conversation: one.conversation, offer: undefined, work: one })),
    ...byBegin.filter((one) => one.state === "wrap_up").map((one) => ({ conversation: one.conversation, offer: undefined, work: one })),
  ];
}

/**
 * The selection after the items have changed. What the agent just took comes to the middle; what is there stays there;
 * an offer comes there by itself only when nothing else is open.
 */
export function selectionAfter(selected: string | null, before: readonly Item[], now: readonly Item[]): string | null {
  const offered = new Set(before.filter((item) => item.offer !== undefined).map((item) => item.conversation));
  const taken = now.find((item) => item.work?.state === "active" && offered.has(item.conversation));
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
