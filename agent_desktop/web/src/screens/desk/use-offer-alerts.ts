/** Rings, notifies and marks the page's title while offers stand; in one tab only, the one that owns the phone. */

import { useEffect, useMemo, useRef } from "react";
import { useOwner } from "../../app-context";
import { askedWords } from "../../call-words";
import type { ConsultCard, OfferCard } from "../../protocol.gen";
import { nameOf } from "../../parts/small";
import { chime, notify, startRinging, stopRinging } from "../../ringer";
import { MEDIUM } from "../../words";

interface Alert {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly isCall: boolean;
}

function alertsOf(offers: readonly OfferCard[], consults: readonly ConsultCard[]): readonly Alert[] {
  return [
    ...consults.filter((one) => one.doing === "ringing").map((one) => ({ id: one.leg, title: askedWords(one), words: `${one.queue_name} · ${one.why}`, isCall: true })),
    ...offers.map((one) => ({ id: one.offer, title: `${MEDIUM[one.medium]}: ${nameOf(one)}`, words: `${one.queue_name} · ${one.why}`, isCall: one.medium === "voice" })),
  ];
}

export function useOfferAlerts(offers: readonly OfferCard[], consults: readonly ConsultCard[]): void {
  const owner = useOwner();
  const known = useRef(new Map<string, () => void>());
  const alerts = useMemo(() => alertsOf(offers, consults), [offers, consults]);
  const rings = owner && alerts.some((alert) => alert.isCall);

  useEffect(() => {
    if (!rings) return undefined;
    startRinging();
    return stopRinging;
  }, [rings]);

  useEffect(() => {
    const now = new Set(alerts.map((alert) => alert.id));
    for (const [id, close] of known.current) {
      if (now.has(id)) continue;
      close();
      known.current.delete(id);
    }
    for (const alert of alerts) {
      if (known.current.has(alert.id)) continue;
      const hidden = document.hidden || !document.hasFocus();
      known.current.set(alert.id, owner && hidden ? notify(alert.title, alert.words, alert.id) : () => undefined);
      if (owner && !alert.isCall) chime();
    }
  }, [alerts, owner]);

  const first = alerts[0];
  const title = first === undefined ? "Switchroom" : `● ${first.title}`;
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = "Switchroom";
    };
  }, [title]);
}
