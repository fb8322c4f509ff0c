"""A further leg's life in a call: pending while the agent's page shows the record, ringing, connected, and over once.

The first leg of a call is its offer's (`offers.py`). A leg that is over comes never back: whoever is rung again is rung
on another one.
"""

from enum import StrEnum

from history.core.call_words import LegPhase as Phase
from history.core.vocabulary import OutcomeReason
from router.core.machine import Ignore, Machine, Move


class Trigger(StrEnum):
    RING_ORDERED = "ring_ordered"
    POP_SHOWN = "pop_shown"
    RANG = "rang"
    CONNECTED = "connected"
    OVER = "over"


_AS_IT_IS = Ignore(OutcomeReason.NO_CHANGE)
_GONE = Ignore(OutcomeReason.LEG_OVER)

LEG: Machine[Phase, Trigger] = Machine(
    "leg",
    {
        (Phase.PENDING, Trigger.RING_ORDERED): Move(Phase.RINGING),
        (Phase.PENDING, Trigger.POP_SHOWN): Move(Phase.PENDING),
        # The page painted after the 350 ms, or the phone was picked up first.
        (Phase.RINGING, Trigger.POP_SHOWN): Move(Phase.RINGING),
        (Phase.CONNECTED, Trigger.POP_SHOWN): Move(Phase.CONNECTED),
        (Phase.RINGING, Trigger.RANG): Move(Phase.RINGING),
        # News of an older engine's ring, adopted when it is resynchronised.
        (Phase.PENDING, Trigger.RANG): _AS_IT_IS,
        (Phase.CONNECTED, Trigger.RANG): _AS_IT_IS,
        (Phase.RINGING, Trigger.RING_ORDERED): _AS_IT_IS,
        (Phase.CONNECTED, Trigger.RING_ORDERED): _AS_IT_IS,
        (Phase.RINGING, Trigger.CONNECTED): Move(Phase.CONNECTED),
        (Phase.PENDING, Trigger.CONNECTED): _AS_IT_IS,
        # The switch is read anew and tells of it again.
        (Phase.CONNECTED, Trigger.CONNECTED): _AS_IT_IS,
        **{(live, Trigger.OVER): Move(Phase.OVER) for live in (Phase.PENDING, Phase.RINGING, Phase.CONNECTED)},
        **{(Phase.OVER, trigger): _GONE for trigger in Trigger},
    },
)
