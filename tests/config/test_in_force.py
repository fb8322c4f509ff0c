"""A definition with hours is told to the router at the start and anew each day, on a clock that stands until moved."""

import logging
from collections.abc import Awaitable, Callable

import pytest

from config.definition import parse
from config.hours import first_ms
from config.in_force import AGAIN_S, InForce, next_application_ms
from history.core.routing import RoutingDefined
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import InteractionId, Medium, Outcome, OutcomeReason, QueueId, SourceId
from router.core.engine import Engine
from router.core.inputs import AnyInput, DefinitionApplied, InteractionArrived, Receipt
from router.errors import RouterUnavailable
from tests.config.samples import HOURS, NOON_MS, ONLY_MAIL

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIDNIGHT_MS = NOON_MS + 12 * HOUR_MS


class EnoughSeen(Exception):
    """Ends what would run for ever."""


class HandClock:
    """A clock that stands until it is moved; whoever waits moves it."""

    def __init__(self, now_ms: int = NOON_MS, until_ms: int = NOON_MS + 3 * DAY_MS) -> None:
        self._now_ms = now_ms
        self._until_ms = until_ms
        self.waits_s: list[float] = []

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic_ms(self) -> int:
        return self._now_ms

    def move_to(self, now_ms: int) -> None:
        self._now_ms = now_ms

    async def wait(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self._now_ms += round(seconds * 1000)
        if self._now_ms > self._until_ms:
            raise EnoughSeen


class EngineRouter:
    """`router.ports.Router` over an engine of its own that commits at once; it may be away for a while."""

    def __init__(self, clock: HandClock) -> None:
        self.engine = Engine()
        self.away = 0
        """So many next inputs find nobody."""
        self.asked: list[DefinitionApplied] = []
        self.receipts: list[tuple[int, Receipt]] = []
        self.defined: list[RoutingSettings] = []
        self._clock = clock

    async def submit(self, given: AnyInput) -> Receipt:
        assert isinstance(given, DefinitionApplied)
        self.asked.append(given)
        if self.away:
            self.away -= 1
            raise RouterUnavailable("the database is away")
        decision = self.engine.handle(given, self._clock.now_ms())
        self.defined += [fact.settings for fact in decision.facts if isinstance(fact, RoutingDefined)]
        assert decision.receipt is not None
        self.receipts.append((self._clock.now_ms(), decision.receipt))
        return decision.receipt


def center(text: str = HOURS, clock: HandClock | None = None) -> tuple[HandClock, EngineRouter, InForce]:
    clock = clock or HandClock()
    router = EngineRouter(clock)
    return clock, router, InForce(parse(text), 1, router, clock, clock.wait)


async def days(keep: Callable[[], Awaitable[None]]) -> None:
    with pytest.raises(EnoughSeen):
        await keep()


async def test_on_the_same_day_it_is_no_change_and_on_the_next_one_it_is() -> None:
    clock, router, in_force = center(clock=HandClock(MIDNIGHT_MS))
    for at_ms in (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS + DAY_MS):
        clock.move_to(at_ms)
        await in_force.apply()
    first, same_day, next_day = (receipt for _, receipt in router.receipts)
    assert first.outcome is next_day.outcome is Outcome.ACCEPTED
    assert (same_day.outcome, same_day.reason) == (Outcome.IGNORED, OutcomeReason.NO_CHANGE)


async def test_each_day_five_minutes_after_midnight_it_is_applied_with_400_days_from_then_on() -> None:
    _, router, in_force = center()
    await in_force.apply()
    await days(in_force.keep)
    applied = [at_ms for at_ms, receipt in router.receipts if receipt.outcome is Outcome.ACCEPTED]
    assert applied == [NOON_MS, *(MIDNIGHT_MS + day * DAY_MS + 300_000 for day in range(3))]
    assert len(router.receipts) == 4
    for at_ms, settings in zip(applied, router.defined, strict=True):
        for hours in settings.hours:
            assert first_ms(at_ms) <= hours.open[0].from_ms < at_ms + DAY_MS
            assert at_ms + 395 * DAY_MS < hours.open[-1].until_ms <= first_ms(at_ms) + 400 * DAY_MS
    # What both know of is the same: nothing but the horizon moves.
    former, latter = (settings.hours[0].open for settings in router.defined[-2:])
    assert set(former[2:-1]) <= set(latter)


async def test_a_definition_without_hours_is_not_applied_again() -> None:
    clock, router, in_force = center(ONLY_MAIL)
    await in_force.apply()
    await in_force.keep()
    assert len(router.asked) == 1
    assert clock.waits_s == []
    assert router.defined[0].hours == ()


async def test_hours_of_a_team_alone_are_none_of_the_router_s() -> None:
    text = HOURS.replace('target_s = 3600\nhours = "office"', "target_s = 3600").replace(
        'target_s = 3600\nhours = "night"', "target_s = 3600"
    )
    _, router, in_force = center(text)
    await in_force.apply()
    await in_force.keep()
    assert [settings.hours for settings in router.defined] == [()]


async def test_a_router_that_is_away_is_told_the_same_until_it_answers(caplog: pytest.LogCaptureFixture) -> None:
    clock, router, in_force = center()
    await in_force.apply()
    router.away = 5
    with caplog.at_level(logging.WARNING):
        await days(in_force.keep)
    assert clock.waits_s.count(AGAIN_S) == 5
    assert len({(given.source_epoch, given.source_number) for given in router.asked[1:7]}) == 1
    # Late by five pauses on the first day, and in time again on the next.
    assert [at_ms - MIDNIGHT_MS for at_ms, _ in router.receipts[1:]] == [
        302_500,
        DAY_MS + 300_000,
        2 * DAY_MS + 300_000,
    ]
    assert all(receipt.outcome is Outcome.ACCEPTED for _, receipt in router.receipts)
    assert caplog.text.count("the definition is applied again: the database is away") == 5


async def test_a_version_that_takes_away_what_has_work_waits_and_is_told_each_day(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, router, _ = center()
    await InForce(parse(HOURS), 1, router, clock, clock.wait).apply()
    waiting = InteractionArrived(
        source=SourceId("mail"),
        source_epoch=1,
        source_number=1,
        interaction=InteractionId("m-1"),
        medium=Medium.MAIL,
        queue=QueueId("mail"),
        arrived_ms=NOON_MS,
    )
    router.engine.handle(waiting, NOON_MS)
    start, end = HOURS.index('[[queues]]\nid = "mail"'), HOURS.index('[[queues]]\nid = "tasks"')
    without_mail = InForce(parse(HOURS[:start] + HOURS[end:]), 2, router, clock, clock.wait)
    clock.move_to(NOON_MS + 1)
    with caplog.at_level(logging.WARNING):
        await without_mail.apply()
        await days(without_mail.keep)
    assert [receipt.reason for _, receipt in router.receipts[1:]] == [OutcomeReason.WORK_IN_HAND] * 4
    assert caplog.text.count("the definition's version 2 waits: it takes away what still has work") == 4
    assert len(router.defined) == 1


@pytest.mark.parametrize(
    ("now_ms", "due_ms"),
    [
        (MIDNIGHT_MS, MIDNIGHT_MS + 300_000),
        (MIDNIGHT_MS + 299_999, MIDNIGHT_MS + 300_000),
        (MIDNIGHT_MS + 300_000, MIDNIGHT_MS + DAY_MS + 300_000),
        (NOON_MS, MIDNIGHT_MS + 300_000),
    ],
)
def test_the_next_application_always_lies_ahead(now_ms: int, due_ms: int) -> None:
    assert next_application_ms(now_ms) == due_ms
