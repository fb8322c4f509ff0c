"""An interaction's life: it waits in a queue, is offered to one agent at a time, is active with the agent who took it,
and is closed once the customer has gone and the last wrap-up is done. A rule or an agent may send a caller outside
instead. An agent may pass a caller on: to a queue, where nobody is offered the call before the switch has brought them
back, or to somebody else, whose phone may still ring.

An offer that ends without an answer returns it to waiting, in its old place. So does a leg that was lost in talk and
not found again. Who passed a caller on may still write about the call when they have left: it is closed after that. A
customer may leave at any moment; late news about a closed interaction is ignored, since two rooms may report the
same end.
"""

from enum import StrEnum

from history.core.vocabulary import InteractionPhase as Phase
from history.core.vocabulary import OutcomeReason
from router.core.machine import Ignore, Machine, Move


class Trigger(StrEnum):
    OFFERED = "offered"
    OFFER_ENDED = "offer_ended"
    ACCEPTED = "accepted"
    PART_ENDED = "part_ended"
    REQUEUED = "requeued"
    SENT = "sent"
    PASSED = "passed"
    BACK = "back"
    HANDED_ON = "handed_on"
    LEFT_WRITING = "left_writing"
    CUSTOMER_LEFT = "customer_left"
    CLOSED = "closed"


_GONE = Ignore(OutcomeReason.INTERACTION_CLOSED)

LIFECYCLE: Machine[Phase, Trigger] = Machine(
    "interaction",
    {
        (Phase.WAITING, Trigger.OFFERED): Move(Phase.OFFERED),
        # A phone was picked up as its offer ended: the two talk, whatever the offer's time said.
        (Phase.WAITING, Trigger.ACCEPTED): Move(Phase.ACTIVE),
        # It goes to another queue, with its wait.
        (Phase.WAITING, Trigger.REQUEUED): Move(Phase.WAITING),
        (Phase.WAITING, Trigger.CUSTOMER_LEFT): Move(Phase.WAITING),
        (Phase.WAITING, Trigger.CLOSED): Move(Phase.CLOSED),
        (Phase.WAITING, Trigger.SENT): Move(Phase.SENDING),
        # The switch could not: back in the old place.
        (Phase.SENDING, Trigger.REQUEUED): Move(Phase.WAITING),
        (Phase.SENDING, Trigger.CUSTOMER_LEFT): Move(Phase.SENDING),
        (Phase.SENDING, Trigger.CLOSED): Move(Phase.CLOSED),
        # The switch has brought the caller back, or is not waited for any longer.
        (Phase.PASSING, Trigger.BACK): Move(Phase.WAITING),
        (Phase.PASSING, Trigger.CUSTOMER_LEFT): Move(Phase.PASSING),
        (Phase.PASSING, Trigger.CLOSED): Move(Phase.CLOSED),
        (Phase.HANDED_ON, Trigger.ACCEPTED): Move(Phase.ACTIVE),
        # Whose phone rang on for the customer was not reached.
        (Phase.HANDED_ON, Trigger.PASSED): Move(Phase.PASSING),
        (Phase.HANDED_ON, Trigger.CUSTOMER_LEFT): Move(Phase.HANDED_ON),
        (Phase.HANDED_ON, Trigger.CLOSED): Move(Phase.CLOSED),
        # Somebody who had the customer before still writes about it.
        **{
            (left, Trigger.LEFT_WRITING): Move(Phase.WRAP_UP)
            for left in (Phase.WAITING, Phase.SENDING, Phase.PASSING, Phase.HANDED_ON)
        },
        (Phase.OFFERED, Trigger.OFFER_ENDED): Move(Phase.WAITING),
        (Phase.OFFERED, Trigger.ACCEPTED): Move(Phase.ACTIVE),
        # The offer is withdrawn in the same decision, before the customer's leaving is applied.
        (Phase.OFFERED, Trigger.CUSTOMER_LEFT): Move(Phase.OFFERED),
        (Phase.ACTIVE, Trigger.PART_ENDED): Move(Phase.WRAP_UP),
        (Phase.ACTIVE, Trigger.CUSTOMER_LEFT): Move(Phase.ACTIVE),
        # The switch tells that the customer is gone after the agent ended the call: expected, and no news twice.
        (Phase.WRAP_UP, Trigger.CUSTOMER_LEFT): Move(Phase.WRAP_UP),
        # Passed on: to somebody who is in the call already, to a phone that rings, to a queue, outside.
        (Phase.WRAP_UP, Trigger.ACCEPTED): Move(Phase.ACTIVE),
        (Phase.WRAP_UP, Trigger.HANDED_ON): Move(Phase.HANDED_ON),
        (Phase.WRAP_UP, Trigger.PASSED): Move(Phase.PASSING),
        (Phase.WRAP_UP, Trigger.SENT): Move(Phase.SENDING),
        # The agent's leg was lost: the caller is back at the music.
        (Phase.WRAP_UP, Trigger.REQUEUED): Move(Phase.WAITING),
        (Phase.WRAP_UP, Trigger.CLOSED): Move(Phase.CLOSED),
        (Phase.CLOSED, Trigger.CUSTOMER_LEFT): _GONE,
    },
)
