"""Facts about queues and numbers themselves: their hours, and emergency mode."""

from history.core.entries import Fact
from history.core.vocabulary import NumberId, Opening, QueueId, UserId


class QueueOpeningChanged(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """By its hours the queue is now open, closing or closed; or there are hours from now on, or no more."""

    queue: QueueId
    opening: Opening
    until_ms: int | None = None
    """When it changes again, as far as is known."""


class EmergencyBegan(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever waits in this queue, or has dialled this number, goes the emergency route, and whoever comes."""

    queue: QueueId | None = None
    number: NumberId | None = None
    until_ms: int
    by: UserId | None = None
    """None: by no person."""


class EmergencyEnded(Fact, frozen=True, kw_only=True, omit_defaults=True):
    queue: QueueId | None = None
    number: NumberId | None = None
    by: UserId | None = None
    """None: its time was over, or its route is no longer defined."""
