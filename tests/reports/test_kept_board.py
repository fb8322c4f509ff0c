"""The board comes back as it was kept: after any entry, over midnights, in any zone, whether somebody looks or not."""

import random
from collections.abc import Iterable
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from history.core import routing as facts
from history.core.entries import Entry, Fact, Kind
from history.core.registry import REGISTRY
from history.core.vocabulary import EntryNumber, Medium, RulesVersion, StreamName, TenantId
from history.days import day_began_ms
from reports.core.agents import AgentNow, Agents, Lease
from reports.core.board import FORM, Board, DayCounts, kept, restored
from reports.core.counted import AgentSpell, VisitBegan
from reports.core.counting import Counting
from reports.core.visits import Visits
from reports.wallboard import Wallboard
from tests.agent_desktop.center import routing_settings
from tests.agent_desktop.test_kept_floor import a_journal
from tests.reports.test_board import CHAT, abandoned, answered, queued

HOUR_MS = 3_600_000
LONDON = ZoneInfo("Europe/London")
# A Friday evening in London before the clocks go back: the journals cross the longest day.
EVENING_MS = 1_792_785_600_000
SHAPES = {
    AgentNow: "presence reason activity since_ms carries desktop_connected phone_reachable",
    DayCounts: "offered answered abandoned short_abandoned flowed_out level_met level_of",
    Board: "day_began_ms settings counts counting",
    Counting: "visits agents",
    Visits: "within_ms waiting latest accepted_by",
    VisitBegan: "interaction visit queue medium arrived_ms queued_ms noted_ms",
    Agents: "now open_spells leases holders works weights",
    Lease: "agent interaction queue medium activity queued_ms began_ms active_ms frees",
    AgentSpell: "agent from_ms to_ms presence reason activity leases in_work load_percent",
}


class HandClock:
    def __init__(self, ms: int = EVENING_MS) -> None:
        self.ms = ms

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms


def entry(number: int, at_ms: int, fact: Fact) -> Entry:
    return Entry(
        tenant=TenantId("main"),
        stream=StreamName("routing/main"),
        number=EntryNumber(number),
        at_ms=at_ms,
        kind=Kind.FACT,
        type=type(fact).__name__,
        version=fact.version,
        rules=RulesVersion("test"),
        cause=None,
        body=REGISTRY.encode(fact),
    )


@pytest.mark.parametrize("seed", range(25))
def test_a_board_kept_at_any_entry_goes_on_like_one_folded_from_the_first(seed: int) -> None:
    chance = random.Random(seed)
    whole, started = Board(), Board()
    for at_ms, fact in a_journal(seed):
        began_ms = day_began_ms(EVENING_MS + at_ms, LONDON)
        for board in (whole, started):
            board.begin_day(began_ms)
            board.fold(fact, EVENING_MS + at_ms)
        if chance.random() < 0.2:
            started = restored(kept(started))
        assert started == whole
    assert list(started.agents) == list(whole.agents), "the wallboard lists agents in the board's order"


def counted(entries: list[Entry], day_began: int) -> dict[str, int]:
    """The day's counts of all queues, without any board."""
    today = [REGISTRY.fact(item) for item in entries if item.at_ms >= day_began]
    left = [fact for fact in today if isinstance(fact, facts.VisitAbandoned)]
    return {
        "offered": sum(isinstance(fact, facts.InteractionQueued) for fact in today),
        "answered": sum(isinstance(fact, facts.VisitAnswered) for fact in today),
        "abandoned": sum(not fact.short for fact in left),
        "short_abandoned": sum(fact.short for fact in left),
    }


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland"])
@pytest.mark.parametrize("seed", range(5))
def test_at_any_instant_the_days_counts_are_those_of_the_journal(seed: int, zone: str) -> None:
    """Somebody looks at the wallboard now and then, mostly nobody."""
    chance = random.Random(seed)
    clock = HandClock()
    board, entries = Wallboard(clock, REGISTRY.fact, zone), list[Entry]()
    looks = idle_ms = 0
    for number, (at_ms, fact) in enumerate(a_journal(seed, steps=600), start=1):
        clock.ms = EVENING_MS + at_ms + idle_ms
        entries.append(entry(number, clock.ms, fact))
        board.take(entries[-1])
        if chance.random() < 0.05:
            looks += 1
            idle_ms += (pause_ms := chance.choice((0, 0, HOUR_MS)))
            clock.ms += pause_ms
            figures = board.figures()
            assert figures.day_began_ms == day_began_ms(clock.ms, ZoneInfo(zone))
            found = [queue.counts for queue in figures.queues]
            assert counted(entries, figures.day_began_ms) == {
                name: sum(getattr(counts, name) for counts in found)
                for name in ("offered", "answered", "abandoned", "short_abandoned")
            }
            afresh = Wallboard(clock, REGISTRY.fact, zone)
            for each in entries:
                afresh.take(each)
            assert afresh.figures() == figures
    assert looks > 20


def test_a_night_in_which_nobody_looks_costs_no_count_of_the_morning() -> None:
    clock = HandClock()
    board = Wallboard(clock, REGISTRY.fact, "Europe/London")
    midnight_ms = day_began_ms(EVENING_MS + 12 * HOUR_MS, LONDON)
    told: list[tuple[int, Fact]] = [
        (EVENING_MS, facts.RoutingDefined(settings=routing_settings())),
        (midnight_ms - 1, queued(1)),
        (midnight_ms, queued(2)),
        (midnight_ms + HOUR_MS, answered(2, 500)),
        (midnight_ms + 2 * HOUR_MS, abandoned(1, 900, short=False)),
    ]
    for number, (at_ms, fact) in enumerate(told, start=1):
        board.take(entry(number, at_ms, fact))
    clock.ms = midnight_ms + 9 * HOUR_MS
    chats = next(queue.counts for queue in board.figures().queues if queue.queue == CHAT)
    assert (chats.offered, chats.answered, chats.abandoned) == (1, 1, 1)
    assert board.figures().totals[2].medium is Medium.CHAT


def test_a_body_of_another_shape_is_refused() -> None:
    board = Board()
    board.fold(facts.RoutingDefined(settings=routing_settings()), 1)
    assert restored(kept(board)) == board
    for body in (b"", kept(board).replace(b"signed_out", b"signed_off"), msgspec.msgpack.encode({"counts": {}})):
        with pytest.raises(msgspec.MsgspecError):
            restored(body)


def names(kind: Any) -> Iterable[str]:
    return kind.__struct_fields__ if issubclass(kind, msgspec.Struct) else [field.name for field in fields(kind)]


def test_a_change_of_what_the_board_holds_raises_its_form() -> None:
    """When this fails: raise the first number of `FORM`, and say here what the board holds now."""
    assert {kind: " ".join(names(kind)) for kind in SHAPES} == SHAPES
    assert FORM == "board/2, settings/2"
