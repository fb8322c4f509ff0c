"""A handling's life: one agent's part in an interaction, active with the customer, then wrap-up, then completed.

Either side may end the active part; whoever reports it second meets a handling in wrap-up and is ignored.
"""

from enum import StrEnum

from history.core.vocabulary import HandlingPhase as Phase
from history.core.vocabulary import OutcomeReason
from router.core.machine import Ignore, Machine, Move


class Trigger(StrEnum):
    PART_ENDED = "part_ended"
    COMPLETED = "completed"


HANDLING: Machine[Phase, Trigger] = Machine(
    "handling",
    {
        (Phase.ACTIVE, Trigger.PART_ENDED): Move(Phase.WRAP_UP),
        # Wrap-up comes after the customer: whoever asks is told that the part is not over.
        (Phase.ACTIVE, Trigger.COMPLETED): Ignore(OutcomeReason.STILL_TALKING),
        # Agent, customer and switch may each tell of the same end.
        (Phase.WRAP_UP, Trigger.PART_ENDED): Ignore(OutcomeReason.HANDLING_ENDED),
        (Phase.WRAP_UP, Trigger.COMPLETED): Move(Phase.COMPLETED),
        (Phase.COMPLETED, Trigger.PART_ENDED): Ignore(OutcomeReason.HANDLING_ENDED),
        (Phase.COMPLETED, Trigger.COMPLETED): Ignore(OutcomeReason.HANDLING_ENDED),
    },
)
