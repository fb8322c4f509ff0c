"""A scenario's hours, and its rules by which customers leave a queue without an agent, as routing settings."""

from history.core.routing_settings import Hours, OpenInterval, Overflow, Route
from history.core.vocabulary import AnnouncementId, DestinationId, HoursId, Medium, MovedBecause, QueueId
from router.simulation.scenario import CustomerType, Leaves, Scenario
from router.simulation.world import OPENS_MS

OUTSIDE = DestinationId("outside")
GONE = AnnouncementId("gone")


def hours_of(scenario: Scenario) -> tuple[Hours, ...]:
    """Return those of every type that is not always open."""
    return tuple(
        Hours(
            hours=HoursId(customers.id),
            open=tuple(OpenInterval(_instant(begin), _instant(end)) for begin, end in customers.open_min),
        )
        for customers in scenario.types
        if customers.open_min
    )


def _instant(minutes: float) -> int:
    return OPENS_MS + round(minutes * 60_000)


def overflow_of(customers: CustomerType) -> tuple[Overflow, ...]:
    return tuple(_rule(rule) for rule in customers.leaves)


def _rule(rule: Leaves) -> Overflow:
    outside = rule.to is None
    return Overflow(
        when=MovedBecause(rule.when.value),
        to=None if rule.to is None else QueueId(rule.to),
        destination=OUTSIDE if outside else None,
        announcement=GONE if outside else None,
        after_ms=round(rule.after_s * 1000),
        length=rule.length,
        wait_ms=round(rule.wait_s * 1000),
    )


def emergency_of(customers: CustomerType) -> Route | None:
    """Calls are sent outside; chats are told a word, since they cannot be sent anywhere."""
    if not customers.emergency:
        return None
    return Route(destination=OUTSIDE if customers.medium is Medium.VOICE else None, announcement=GONE)
