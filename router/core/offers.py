"""An offer's life: shown to one agent, for a call then ringing, and ended once: accepted, declined, expired, failed or
withdrawn.

An expired offer (RONA) returns the interaction to its place. Late messages know their offer by its id and are ignored
once it has ended; only a phone's answer counts all the same, since then the two are talking (`telephony.py`).
"""

from enum import StrEnum

from history.core.vocabulary import OfferPhase as Phase
from history.core.vocabulary import OutcomeReason
from router.core.machine import Ignore, Machine, Move


class Trigger(StrEnum):
    RING_ORDERED = "ring_ordered"
    RANG = "rang"
    POP_SHOWN = "pop_shown"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


_LIVE = (Phase.PENDING, Phase.RINGING)
_ENDED = (Phase.ACCEPTED, Phase.DECLINED, Phase.EXPIRED, Phase.FAILED, Phase.WITHDRAWN)
_OVER = Ignore(OutcomeReason.OFFER_ENDED)
_ENDS = (
    (Trigger.ACCEPTED, Phase.ACCEPTED),
    (Trigger.DECLINED, Phase.DECLINED),
    (Trigger.EXPIRED, Phase.EXPIRED),
    (Trigger.FAILED, Phase.FAILED),
    (Trigger.WITHDRAWN, Phase.WITHDRAWN),
)

OFFER: Machine[Phase, Trigger] = Machine(
    "offer",
    {
        (Phase.PENDING, Trigger.RING_ORDERED): Move(Phase.RINGING),
        (Phase.PENDING, Trigger.POP_SHOWN): Move(Phase.PENDING),
        # The page painted after the 350 ms: counted as late, the phone rings already.
        (Phase.RINGING, Trigger.POP_SHOWN): Move(Phase.RINGING),
        (Phase.RINGING, Trigger.RANG): Move(Phase.RINGING),
        # A phone cannot ring before it was told to: news of an older engine's ring, adopted when it is resynchronised.
        (Phase.PENDING, Trigger.RANG): Ignore(OutcomeReason.NO_CHANGE),
        (Phase.RINGING, Trigger.RING_ORDERED): Ignore(OutcomeReason.NO_CHANGE),
        **{(live, trigger): Move(end) for live in _LIVE for trigger, end in _ENDS},
        **{(ended, trigger): _OVER for ended in _ENDED for trigger in Trigger},
    },
)
