"""Presence: what an agent chose. Workload is another matter and derived from leases.

An agent signs in not ready, chooses ready or not ready with a reason, and signs out with no work in hand. Missed offers
and an unreachable phone make a ready agent not ready; they never sign anybody out.
"""

from enum import StrEnum

from history.core.vocabulary import OutcomeReason, Presence
from router.core.machine import Ignore, Machine, Move


class Trigger(StrEnum):
    CHOSE_READY = "chose_ready"
    CHOSE_NOT_READY = "chose_not_ready"
    SIGNED_OUT = "signed_out"
    MADE_NOT_READY = "made_not_ready"


_SAME = Ignore(OutcomeReason.NO_CHANGE)

PRESENCE: Machine[Presence, Trigger] = Machine(
    "presence",
    {
        (Presence.SIGNED_OUT, Trigger.CHOSE_READY): Move(Presence.READY),
        (Presence.SIGNED_OUT, Trigger.CHOSE_NOT_READY): Move(Presence.NOT_READY),
        (Presence.SIGNED_OUT, Trigger.SIGNED_OUT): _SAME,
        # The phone of somebody who is not here may fail as it likes.
        (Presence.SIGNED_OUT, Trigger.MADE_NOT_READY): _SAME,
        (Presence.NOT_READY, Trigger.CHOSE_READY): Move(Presence.READY),
        # Another reason than before.
        (Presence.NOT_READY, Trigger.CHOSE_NOT_READY): Move(Presence.NOT_READY),
        (Presence.NOT_READY, Trigger.SIGNED_OUT): Move(Presence.SIGNED_OUT),
        # Already not ready by their own choice: their reason stands.
        (Presence.NOT_READY, Trigger.MADE_NOT_READY): _SAME,
        (Presence.READY, Trigger.CHOSE_READY): _SAME,
        (Presence.READY, Trigger.CHOSE_NOT_READY): Move(Presence.NOT_READY),
        (Presence.READY, Trigger.SIGNED_OUT): Move(Presence.SIGNED_OUT),
        (Presence.READY, Trigger.MADE_NOT_READY): Move(Presence.NOT_READY),
    },
)

CHOSEN = {
    Presence.READY: Trigger.CHOSE_READY,
    Presence.NOT_READY: Trigger.CHOSE_NOT_READY,
    Presence.SIGNED_OUT: Trigger.SIGNED_OUT,
}
"""What it is to a presence that this one is chosen."""
