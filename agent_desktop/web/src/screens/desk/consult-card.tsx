/** A colleague asks about a call, or hands it on: who, about whom, and the phone's keys; pinned where offers are. */

import { Button } from "@mantine/core";
import { askedWords } from "../../call-words";
import { Key, MediumBadge, Since, TrustMark } from "../../parts/small";
import { usePhone } from "../../phone/controls";
import type { ConsultCard } from "../../protocol.gen";
import { whereItRings } from "./offer-card";
import { usePop } from "./use-pop";

interface Props {
  readonly card: ConsultCard;
  readonly selected: boolean;
  /** The first ringing card is the one that the keys answer and decline. */
  readonly keyed: boolean;
  readonly onSelect: () => void;
}

export function ConsultCardView({ card, selected, keyed, onSelect }: Props) {
  usePop(card.leg);
  return (
    <section className="offer" data-medium="voice" data-asked="true" data-selected={selected} data-ringing={card.doing === "ringing"} aria-label={askedWords(card)}>
      <button type="button" className="offer-main" onClick={onSelect} aria-current={selected}>
        <MediumBadge medium="voice" size={22} />
        <span className="offer-text">
          <b className="asked-words">{askedWords(card)}</b>
          {card.why !== "" && <span className="offer-why">{card.why}</span>}
          <span className="offer-queue">
            {card.queue_name} · <Since ms={card.since_ms} /> {card.customer !== null && <TrustMark trust={card.trust} />}
          </span>
        </span>
      </button>
      {card.doing === "ringing" && <Answering card={card} keyed={keyed} />}
    </section>
  );
}

function Answering({ card, keyed }: { card: ConsultCard; keyed: boolean }) {
  const phone = usePhone();
  return (
    <div className="offer-actions">
      {phone.canAnswer ? (
        <Button color="green" className="grow" loading={phone.answering} rightSection={keyed ? <Key>Alt+A</Key> : undefined} onClick={() => phone.answer(card.leg)}>
          Answer
        </Button>
      ) : (
        <span className="offer-where">{whereItRings(phone)}</span>
      )}
      {phone.kind === "softphone" && !phone.here && (
        <Button variant="light" onClick={phone.useHere}>
          Use phone here
        </Button>
      )}
      <Button variant="default" onClick={() => phone.decline(card.leg)}>
        Decline
      </Button>
    </div>
  );
}
