/** Rings, notifies and marks the page's title while offers stand; in one tab only, the one that owns the phone. */

import { useEffect, useRef } from "react";
import { useOwner } from "../../app-context";
import type { OfferCard } from "../../protocol.gen";
import { nameOf } from "../../parts/small";
import { chime, notify, startRinging, stopRinging } from "../../ringer";
import { MEDIUM } from "../../words";

export function useOfferAlerts(offers: readonly OfferCard[]): void {
  const owner = useOwner();
  const known = useRef(new Map<string, () => void>());
  const rings = owner && offers.some((offer) => offer.medium === "voice");

  useEffect(() => {
    if (!rings) return undefined;
    startRinging();
    return stopRinging;
  }, [rings]);

  useEffect(() => {
    const now = new Set(offers.map((offer) => offer.offer));
    for (const [offer, close] of known.current) {
      if (now.has(offer)) continue;
      close();
      known.current.delete(offer);
    }
    for (const offer of offers) {
      if (known.current.has(offer.offer)) continue;
      const title = `${MEDIUM[offer.medium]}: ${nameOf(offer)}`;
      const hidden = document.hidden || !document.hasFocus();
      known.current.set(offer.offer, owner && hidden ? notify(title, `${offer.queue_name} · ${offer.why}`, offer.offer) : () => undefined);
      if (owner && offer.medium !== "voice") chime();
    }
  }, [offers, owner]);

  const first = offers[0];
  const title = first === undefined ? "Switchroom" : `● ${MEDIUM[first.medium]}: ${nameOf(first)}`;
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = "Switchroom";
    };
  }, [title]);
}
