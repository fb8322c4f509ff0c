/** An offer: who, why, which queue, how long they waited, and how long it stands. Told to the server once it is painted. */

import { Button } from "@mantine/core";
import { useState } from "react";
import { useNow } from "../../clock";
import { duration } from "../../format";
import { isNobodys, Key, MediumBadge, nameOf, Since, Trusted } from "../../parts/small";
import { usePhone } from "../../phone/controls";
import type { OfferCard } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { MEDIUM } from "../../words";
import { usePop } from "./use-pop";

interface Props {
  readonly offer: OfferCard;
  readonly selected: boolean;
  /** The first offer is the one that the keys accept and decline. */
  readonly keyed: boolean;
  readonly onSelect: () => void;
}

export function OfferCardView({ offer, selected, keyed, onSelect }: Props) {
  usePop(offer.offer);
  return (
    <section className="offer" data-medium={offer.medium} data-selected={selected} data-ringing={offer.ringing} aria-label={`Offer: ${MEDIUM[offer.medium]}, ${nameOf(offer)}`}>
      <button type="button" className="offer-main" onClick={onSelect} aria-current={selected}>
        <MediumBadge medium={offer.medium} size={22} />
        <span className="offer-text">
          <span className="offer-who">
            <b>{nameOf(offer)}</b>
            <Trusted item={offer} />
          </span>
          {!isNobodys(offer) && offer.why !== "" && <span className="offer-why">{offer.why}</span>}
          <span className="offer-queue">
            {offer.queue_name} · waited <Since ms={offer.arrived_ms} />
          </span>
        </span>
      </button>
      <OfferActions offer={offer} keyed={keyed} />
      <Countdown offer={offer} />
    </section>
  );
}

function OfferActions({ offer, keyed }: { offer: OfferCard; keyed: boolean }) {
  const phone = usePhone();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const accept = async () => {
    setBusy(true);
    await act({ type: "accept_offer", offer: offer.offer });
    setBusy(false);
  };
  const isCall = offer.medium === "voice";
  const keyHint = (key: string) => (keyed ? <Key>{key}</Key> : undefined);
  return (
    <div className="offer-actions">
      {isCall && !phone.canAnswer ? (
        <span className="offer-where">{whereItRings(phone)}</span>
      ) : isCall ? (
        <Button color="green" className="grow" loading={phone.answering} rightSection={keyHint("Alt+A")} onClick={() => phone.answer(offer.offer)}>
          Answer
        </Button>
      ) : (
        <Button className="grow" loading={busy} rightSection={keyHint("Alt+A")} onClick={() => void accept()}>
          Accept
        </Button>
      )}
      {isCall && phone.kind === "softphone" && !phone.here && (
        <Button variant="light" onClick={phone.useHere}>
          Use phone here
        </Button>
      )}
      <Button variant="default" onClick={() => phone.decline(offer.offer)}>
        Decline
      </Button>
    </div>
  );
}

export function whereItRings(phone: ReturnType<typeof usePhone>): string {
  if (phone.kind === "desk") return "Pick up your desk phone";
  if (!phone.here) return "Rings in your other tab";
  return phone.soft.trouble ?? "Your phone does not work";
}

function Countdown({ offer }: { offer: OfferCard }) {
  const now = useNow();
  const left = Math.max(0, offer.expires_at_ms - now);
  const whole = Math.max(1, offer.expires_at_ms - offer.offered_ms);
  return (
    <div className="countdown" data-near={left < 5_000} aria-hidden="true">
      <span className="countdown-bar">
        <span style={{ transform: `scaleX(${Math.min(1, left / whole)})` }} />
      </span>
      <span className="tabular">{duration(left)}</span>
    </div>
  );
}
