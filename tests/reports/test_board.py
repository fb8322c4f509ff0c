"""Each figure against its own words, counted anew from the facts; and the wallboard's day."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.core import routing as facts
from history.core.entries import Entry, Fact, Kind
from history.core.registry import REGISTRY
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    EndedBy,
    EntryNumber,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    Presence,
    QueueId,
    ReasonCode,
    RulesVersion,
    StreamName,
    TenantId,
    VisitId,
)
from history.days import day_began_ms
from reports.core.board import (
    MEANINGS,
    Board,
    DayCounts,
    agents_by_activity,
    day_counts,
    longest_waiting_since_ms,
    waiting,
)
from reports.core.counted import Activity
from reports.wallboard import Wallboard
from tests.agent_desktop.center import routing_settings

CHAT = QueueId("chat")
ANN, BEN = AgentId("ann"), AgentId("ben")


def defined(day_began: int = 0) -> Board:
    board = Board()
    board.begin_day(day_began)
    board.fold(facts.RoutingDefined(settings=routing_settings()), 0)
    return board


def queued(number: int, arrived_ms: int = 0) -> facts.InteractionQueued:
    return facts.InteractionQueued(
        interaction=InteractionId(f"c-{number}"),
        visit=VisitId(f"v-{number}"),
        medium=Medium.CHAT,
        queue=CHAT,
        arrived_ms=arrived_ms,
        due_ms=arrived_ms,
    )


def answered(number: int, wait_ms: int) -> facts.VisitAnswered:
    return facts.VisitAnswered(
        visit=VisitId(f"v-{number}"),
        interaction=InteractionId(f"c-{number}"),
        queue=CHAT,
        medium=Medium.CHAT,
        wait_ms=wait_ms,
    )


def abandoned(number: int, wait_ms: int, short: bool) -> facts.VisitAbandoned:
    return facts.VisitAbandoned(
        visit=VisitId(f"v-{number}"),
        interaction=InteractionId(f"c-{number}"),
        queue=CHAT,
        medium=Medium.CHAT,
        wait_ms=wait_ms,
        short=short,
    )


def test_every_figure_says_what_it_counts() -> None:
    assert len({kpi.figure for kpi in MEANINGS}) == len(MEANINGS)
    assert all(kpi.words.endswith(".") and kpi.numerator for kpi in MEANINGS)
    assert [kpi.figure for kpi in MEANINGS if kpi.denominator] == ["service_level"]


def flowed_out(number: int, wait_ms: int) -> facts.VisitFlowedOut:
    interaction = InteractionId(f"c-{number}")
    return facts.VisitFlowedOut(
        visit=VisitId(f"v-{number}"), interaction=interaction, queue=CHAT, medium=Medium.CHAT, wait_ms=wait_ms
    )


VISITS = st.lists(
    st.tuples(st.sampled_from(["answered", "left", "short", "out", "stays"]), st.integers(0, 60_000)), max_size=40
)


@settings(max_examples=150, deadline=None)
@given(VISITS)
def test_the_figures_are_those_of_their_definitions(visits: list[tuple[str, int]]) -> None:
    """Threshold of the queue: 20 s."""
    board = defined()
    for number, (end, wait_ms) in enumerate(visits):
        board.fold(queued(number, number), 1)
        if end == "answered":
            board.fold(answered(number, wait_ms), 2)
        elif end == "out":
            board.fold(flowed_out(number, wait_ms), 2)
        elif end != "stays":
            board.fold(abandoned(number, wait_ms, end == "short"), 2)
    counts = day_counts(board, CHAT)
    assert counts.offered == len(visits)
    assert counts.answered == sum(end == "answered" for end, _ in visits)
    assert counts.abandoned == sum(end == "left" for end, _ in visits)
    assert counts.short_abandoned == sum(end == "short" for end, _ in visits)
    assert counts.flowed_out == sum(end == "out" for end, _ in visits)
    assert counts.level_met == sum(end == "answered" and wait <= 20_000 for end, wait in visits)
    late = sum(end in ("left", "short") and wait > 20_000 for end, wait in visits)
    assert counts.level_of == counts.answered + late
    assert (counts.level_percent is None) is (counts.level_of == 0)
    still = [number for number, (end, _) in enumerate(visits) if end == "stays"]
    assert waiting(board, CHAT) == len(still)
    assert longest_waiting_since_ms(board, CHAT) == min(still, default=None)
    assert day_counts(board, QueueId("sales")) == DayCounts()


def test_a_percentage_has_one_decimal() -> None:
    assert DayCounts(level_met=2, level_of=3).level_percent == 66.7
    assert DayCounts(level_met=1, level_of=1).level_percent == 100.0


def test_a_new_day_begins_at_nothing_and_what_waits_goes_on_waiting() -> None:
    board = defined(1_000)
    board.fold(queued(1, 5), 999)
    assert day_counts(board, CHAT).offered == 0
    board.fold(queued(2, 6), 1_000)
    assert day_counts(board, CHAT).offered == 1
    board.begin_day(2_000)
    board.begin_day(1_500)
    assert (day_counts(board, CHAT).offered, waiting(board, CHAT)) == (0, 2)
    board.fold(facts.InteractionClosed(interaction=InteractionId("c-1"), reason=CloseReason.HANDLED), 2_001)
    assert longest_waiting_since_ms(board, CHAT) == 6


def lease_facts(agent: AgentId) -> list[Fact]:
    offer, handling, interaction = OfferId("o"), HandlingId("h"), InteractionId("c-1")
    return [
        facts.OfferMade(
            offer=offer,
            interaction=interaction,
            visit=VisitId("v-1"),
            queue=CHAT,
            medium=Medium.CHAT,
            agent=agent,
            waited_ms=0,
            expires_at_ms=9,
            idle_ms=0,
            candidates=1,
        ),
        facts.OfferAccepted(offer=offer, interaction=interaction, agent=agent),
        facts.HandlingStarted(
            handling=handling, interaction=interaction, agent=agent, queue=CHAT, medium=Medium.CHAT, offer=offer
        ),
        facts.WrapUpStarted(handling=handling, interaction=interaction, agent=agent, by=EndedBy.AGENT, active_ms=1),
        facts.WrapUpCompleted(handling=handling, interaction=interaction, agent=agent, wrap_up_ms=1),
    ]


def test_an_agents_activity_is_work_before_presence_and_says_since_when() -> None:
    board = defined()
    board.fold(facts.PresenceChanged(agent=ANN, presence=Presence.READY), 10)
    seen = [(board.agents[ANN].activity, board.agents[ANN].since_ms)]
    for at_ms, fact in enumerate(lease_facts(ANN), start=20):
        board.fold(fact, at_ms)
        seen.append((board.agents[ANN].activity, board.agents[ANN].since_ms))
    assert seen == [
        (Activity.READY, 10),
        (Activity.OFFERED, 20),
        (Activity.READY, 21),
        (Activity.TALKING, 22),
        (Activity.WRAP_UP, 23),
        (Activity.READY, 24),
    ]
    assert agents_by_activity(board) == {**dict.fromkeys(Activity, 0), Activity.READY: 1, Activity.SIGNED_OUT: 1}


def test_a_new_reason_begins_a_new_time_but_not_while_working() -> None:
    board = defined()
    away = facts.PresenceChanged(agent=ANN, presence=Presence.NOT_READY, reason=ReasonCode("lunch"))
    board.fold(away, 10)
    board.fold(facts.PresenceChanged(agent=ANN, presence=Presence.NOT_READY), 20)
    assert (board.agents[ANN].since_ms, board.agents[ANN].reason) == (20, None)
    for fact in lease_facts(ANN)[:3]:
        board.fold(fact, 30)
    board.fold(away, 40)
    assert (board.agents[ANN].activity, board.agents[ANN].since_ms) == (Activity.TALKING, 30)
    board.fold(facts.InteractionClosed(interaction=InteractionId("c-1"), reason=CloseReason.HANDLED), 50)
    assert (board.agents[ANN].activity, board.agents[ANN].carries) == (Activity.NOT_READY, ())


def test_desktops_and_phones_are_told() -> None:
    board = defined()
    for on in (facts.DesktopConnected(agent=BEN), facts.PhoneBecameReachable(agent=BEN)):
        board.fold(on, 1)
    assert (board.agents[BEN].desktop_connected, board.agents[BEN].phone_reachable) == (True, True)
    for off in (facts.DesktopDisconnected(agent=BEN), facts.PhoneBecameUnreachable(agent=BEN)):
        board.fold(off, 2)
    assert (board.agents[BEN].desktop_connected, board.agents[BEN].phone_reachable) == (False, False)
    board.fold(facts.RingingStopped(offer=OfferId("o")), 3)
    board.fold(
        facts.WrapUpStarted(
            handling=HandlingId("x"), interaction=InteractionId("x"), agent=BEN, by=EndedBy.LOST, active_ms=1
        ),
        4,
    )
    assert board.agents[BEN].activity is Activity.SIGNED_OUT


@pytest.mark.parametrize(
    ("zone", "now_ms", "began_ms"),
    [
        ("UTC", 1_750_000_000_000, 1_749_945_600_000),
        ("Europe/London", 1_750_030_000_000, 1_750_028_400_000),
        ("Asia/Kolkata", 1_750_000_000_000, 1_749_925_800_000),
        # The day on which the clocks go forward begins an hour before they do.
        ("Europe/Berlin", 1_774_746_000_000, 1_774_738_800_000),
    ],
)
def test_the_day_begins_at_midnight_in_the_centers_zone(zone: str, now_ms: int, began_ms: int) -> None:
    assert day_began_ms(now_ms, ZoneInfo(zone)) == began_ms


class HandClock:
    ms = 1_750_000_000_000

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms


def entry(number: int, fact: Fact, kind: Kind = Kind.FACT) -> Entry:
    return Entry(
        tenant=TenantId("main"),
        stream=StreamName("routing/main"),
        number=EntryNumber(number),
        at_ms=HandClock.ms,
        kind=kind,
        type=type(fact).__name__,
        version=1,
        rules=RulesVersion("test"),
        cause=None,
        body=REGISTRY.encode(fact),
    )


def test_the_wallboard_sums_up_each_medium_and_takes_an_entry_once() -> None:
    clock = HandClock()
    wallboard = Wallboard(clock, REGISTRY.fact, "UTC")
    wallboard.take(entry(1, facts.RoutingDefined(settings=routing_settings())))
    wallboard.take(entry(2, queued(1, 7)))
    wallboard.take(entry(2, queued(1, 7)))
    wallboard.take(entry(3, queued(9, 7), Kind.INPUT))
    wallboard.take(entry(4, answered(1, 500)))
    wallboard.take(entry(5, queued(2, 8)))
    assert wallboard.changed.is_set()
    figures = wallboard.figures()
    chat = next(queue for queue in figures.queues if queue.queue == CHAT)
    total = next(total for total in figures.totals if total.medium is Medium.CHAT)
    assert (chat.counts.offered, chat.counts.answered, chat.waiting, chat.longest_waiting_since_ms) == (2, 1, 1, 8)
    assert (total.counts, total.waiting, total.longest_waiting_since_ms) == (chat.counts, 1, 8)
    assert figures.number == 5
    assert sum(figures.by_activity.values()) == len(figures.agents) == 2
    clock.ms += 24 * 3_600_000
    assert wallboard.figures().totals[2].counts == DayCounts()
