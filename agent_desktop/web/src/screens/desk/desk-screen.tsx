/** The agent's desk: offers and work on the left, the conversation in the middle, the customer on the right. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useDeskParts, useShared, useView } from "../../app-context";
import { useKeys } from "../../keys";
import { ErrorBoundary } from "../../parts/error-boundary";
import { usePhone } from "../../phone/controls";
import type { Center, Me } from "../../protocol.gen";
import { tabKeep } from "../../tab";
import { useAct } from "../../use-act";
import { conversationView } from "../../views";
import { Troubles } from "../../parts/troubles";
import { ConversationPane } from "./conversation-pane";
import { CustomerPane } from "./customer-pane";
import { EmptyDesk } from "./empty-desk";
import { LeftRail } from "./left-rail";
import { type Item, itemsOf, neighbour, selectionAfter } from "./selection";
import { useOfferAlerts } from "./use-offer-alerts";

const SELECTED_KEY = "selected";

export function DeskScreen({ center, me }: { center: Center; me: Me }) {
  const offers = useDeskParts("offer_card");
  const work = useDeskParts("work_item");
  const troubles = useDeskParts("channel_down");
  const consults = useDeskParts("consult_card");
  const items = useMemo(() => itemsOf(offers, work, consults), [offers, work, consults]);
  const [selected, select] = useSelection(items);
  const item = items.find((one) => one.conversation === selected);
  useOfferAlerts(offers, consults);
  useDrafts(items);
  useWorkKeys(items, item, select);
  usePaneKey();
  useView(item === undefined ? null : conversationView(item.conversation));
  return (
    <>
      <Troubles troubles={troubles} />
      <div className="desk">
        <LeftRail items={items} selected={selected} center={center} me={me} onSelect={select} />
        <main className="centre" tabIndex={-1}>
          <ErrorBoundary key={selected} name="conversation">
            {item === undefined ? <EmptyDesk center={center} me={me} /> : <ConversationPane key={item.conversation} item={item} center={center} />}
          </ErrorBoundary>
        </main>
        <ErrorBoundary name="customer panel">
          <CustomerPane key={item?.conversation} item={item} zone={center.zone} />
        </ErrorBoundary>
      </div>
    </>
  );
}

interface Selection {
  readonly selected: string | null;
  /** The items among which it was selected. */
  readonly before: readonly Item[];
}

/** `items` are the same object as long as nothing in them has changed. */
function useSelection(items: readonly Item[]): readonly [string | null, (conversation: string) => void] {
  const [{ selected, before }, setSelection] = useState<Selection>(() => ({ selected: tabKeep.getItem(SELECTED_KEY), before: [] }));
  const after = selectionAfter(selected, before, items);
  if (before !== items || after !== selected) setSelection({ selected: after, before: items });
  const select = useCallback((conversation: string) => {
    tabKeep.setItem(SELECTED_KEY, conversation);
    setSelection((now) => ({ ...now, selected: conversation }));
  }, []);
  return [after, select];
}

/** Hands what the server keeps of half-written texts to the drafts, and forgets the texts of finished work. */
function useDrafts(items: readonly Item[]): void {
  const { drafts } = useShared();
  const parts = useDeskParts("draft_shown");
  const known = useRef(new Set<string>());
  useEffect(() => {
    const open = new Set(items.flatMap((item) => (item.work === undefined ? [] : [item.work.handling])));
    for (const handling of known.current) if (!open.has(handling)) drafts.forget(handling);
    known.current = open;
    for (const handling of open) {
      for (const kind of ["note", "answer"] as const) {
        const part = parts.find((one) => one.handling === handling && one.kind === kind);
        drafts.shown(handling, kind, part?.text ?? "");
      }
    }
  }, [items, parts, drafts]);
}

function useWorkKeys(items: readonly Item[], item: Item | undefined, select: (conversation: string) => void): void {
  const phone = usePhone();
  const act = useAct();
  const offer = items.find((one) => one.offer !== undefined)?.offer;
  const asked = items.find((one) => one.consult?.doing === "ringing")?.consult;
  const walk = (step: 1 | -1) => {
    const to = neighbour(item?.conversation ?? null, items, step);
    if (to !== null) select(to);
  };
  useKeys({
    next: () => walk(1),
    previous: () => walk(-1),
    jump: (event) => {
      const to = items[Number(event.code.slice(-1)) - 1];
      if (to !== undefined) select(to.conversation);
    },
    ...(asked !== undefined
      ? {
          accept: () => {
            if (phone.canAnswer) phone.answer(asked.leg);
          },
          decline: () => phone.decline(asked.leg),
        }
      : {}),
    ...(offer === undefined || asked !== undefined
      ? {}
      : {
          accept: () => {
            if (offer.medium !== "voice") void act({ type: "accept_offer", offer: offer.offer });
            else if (phone.canAnswer) phone.answer(offer.offer);
          },
          decline: () => phone.decline(offer.offer),
        }),
    ...(phone.canMute ? { mute: () => phone.toggleMute() } : {}),
  });
}

/** F6 walks the panes: work, conversation, customer. */
function usePaneKey(): void {
  useKeys({
    panes: (event) => {
      const panes = [...document.querySelectorAll<HTMLElement>(".left-rail, .centre, .customer")];
      const at = panes.findIndex((pane) => pane.contains(document.activeElement));
      const step = event.shiftKey ? -1 : 1;
      const pane = panes[(at + step + panes.length) % panes.length];
      const target = pane?.querySelector<HTMLElement>('textarea, [aria-current="true"], button, a[href]');
      (target ?? pane)?.focus();
    },
  });
}
