"""The tally agrees with a second way of counting, over days that the real engine decided; and with the wallboard."""

from bisect import bisect_right
from collections import Counter
from itertools import pairwise

import pytest

from history.core import routing as facts
from history.core.vocabulary import AgentId, Medium, Presence, QueueId
from reports.core import kpi as kpis
from reports.core.board import Board, day_counts, longest_waiting_since_ms, waiting
from reports.core.kpi import KPIS
from reports.core.measures import Gini, Open, Quantile, Ratio, Sum
from reports.core.service_level import SERVICE_LEVEL, Variant, service_level
from reports.core.tally import EVER, Cut, Tally, View
from tests.agent_desktop.test_kept_floor import a_journal
from tests.reports.random_day import Journal, a_busy_day
from tests.reports.story import ANN, BEN, MAIL, SALES, a_small_day
from tests.router.test_walk import QUEUES
from tests.specs.center import CAPACITIES

QUARTER_MS = 900_000
WEIGHTS = {capacity.medium: capacity.weight for capacity in CAPACITIES}


def a_day(seed: int) -> Journal:
    """Of the even seeds a busy day, of the odd ones days in which little goes as it should."""
    return a_journal(seed) if seed % 2 else a_busy_day(seed)


def test_these_days_hold_what_is_counted() -> None:
    """Else the tests below would say little."""
    found = [folded(a_day(seed), Tally()).figures() for seed in range(12)]
    for kpi in KPIS:
        assert sum((figures[kpi.figure].value or 0) > 0 for figures in found) >= 2, kpi.figure
    assert max(figures["answered"].numerator or 0 for figures in found) > 50
    assert max(figures["occupancy"].value or 0 for figures in found) > 0.4


def edges_of(journal: Journal) -> list[int]:
    """Quarters of an hour in a busy day, a hundred intervals in longer ones."""
    length_ms = max(QUARTER_MS, journal[-1][0] // 100)
    return list(range(0, journal[-1][0] + 2 * length_ms, length_ms))


def folded(journal: Journal, tally: Tally) -> Tally:
    for at_ms, fact in journal:
        tally.fold(fact, at_ms)
    return tally


def visits_anew(journal: Journal) -> list[dict[str, int | str | None]]:
    """One row a visit, from its beginning and from its end, joined by the visit's id."""
    rows: dict[str, dict[str, int | str | None]] = {}
    arrived: set[str] = set()
    for at_ms, fact in journal:
        if isinstance(fact, facts.InteractionQueued):
            queued_ms = at_ms if fact.interaction in arrived else min(at_ms, fact.arrived_ms)
            arrived.add(fact.interaction)
            rows[fact.visit] = {"queue": fact.queue, "medium": fact.medium, "noted": at_ms, "queued": queued_ms}
            rows[fact.visit] |= {"end": None, "ended": None, "wait": None}
        elif isinstance(fact, facts.VisitAnswered | facts.VisitAbandoned | facts.VisitFlowedOut | facts.VisitMoved):
            short = isinstance(fact, facts.VisitAbandoned) and fact.short
            end = "Short" if short else type(fact).__name__.removeprefix("Visit")
            rows[fact.visit] |= {"end": end, "ended": at_ms, "wait": fact.wait_ms}
    return list(rows.values())


ENDS = {
    kpis.ANSWERED: ("Answered",),
    kpis.ABANDONED: ("Abandoned",),
    kpis.SHORT_ABANDONED: ("Short",),
    kpis.FLOWED_OUT: ("FlowedOut", "Moved"),
    kpis.MOVED: ("Moved",),
}


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("seed", range(12))
def test_visits_are_those_of_a_second_count(seed: int, view: View) -> None:
    journal = a_day(seed)
    edges = edges_of(journal)
    tally, rows = folded(journal, Tally(edges, view)), visits_anew(journal)
    begins, ends = ("queued", "queued") if view is View.ARRIVAL else ("noted", "ended")

    def interval(row: dict[str, int | str | None], name: str) -> tuple[int, object, object]:
        at_ms = row[name]
        assert isinstance(at_ms, int)
        return bisect_right(edges, at_ms) - 1, row["queue"], row["medium"]

    offered = Counter(interval(row, begins) for row in rows)
    waits = Counter(interval(row, "queued") for row in rows if row["end"] is None)
    counted = {
        kpi: Counter(interval(row, ends) for row in rows if row["end"] in ends_of) for kpi, ends_of in ENDS.items()
    }
    for index in range(len(edges) - 1):
        for queue in QUEUES:
            key, cut = (index, queue.queue, queue.medium), Cut(queue.queue, queue.medium)
            assert tally.figure(kpis.OFFERED, cut, index).value == offered[key]
            if view is View.ARRIVAL:
                assert tally.figure(kpis.WAITING, cut, index).value == waits[key]
            for kpi, found in counted.items():
                assert tally.figure(kpi, cut, index).value == found[key]


@pytest.mark.parametrize("seed", range(12))
def test_waits_and_service_levels_are_those_of_a_second_count(seed: int) -> None:
    journal = a_day(seed)
    tally = folded(journal, Tally())
    for queue in QUEUES:
        rows = [row for row in visits_anew(journal) if row["queue"] == queue.queue]
        found = tally.figures(Cut(queue.queue))
        served = sorted(int(row["wait"] or 0) for row in rows if row["end"] == "Answered")
        left = [int(row["wait"] or 0) for row in rows if row["end"] in ("Abandoned", "Short")]
        met = sum(wait_ms <= 20_000 for wait_ms in served)
        late = sum(wait_ms > 20_000 for wait_ms in left)
        assert (found["service_level"].numerator, found["service_level"].denominator) == (met, len(served) + late)
        assert (found["service_level_2"].numerator, found["service_level_2"].denominator) == (met, len(served))
        short = sum(row["end"] == "Short" for row in rows)
        assert found["service_level_1"].denominator == found["abandonment"].denominator == len(rows) - short
        assert found["wait_mean"].numerator == sum(served)
        assert found["wait_longest"].value == max(served, default=None)
        for figure, share in (("wait_median", 0.5), ("wait_p90", 0.9)):
            value = found[figure].value
            assert (value is None) is (not served)
            if value is not None:
                assert sum(wait_ms <= value for wait_ms in served) >= share * len(served)
                assert sum(wait_ms < value for wait_ms in served) < share * len(served)


def time_anew(journal: Journal, edges: list[int]) -> dict[str, Counter[tuple[int, AgentId]]]:
    """An agent's time, step by step from one fact to the next."""
    presence: dict[AgentId, Presence] = {}
    held: dict[AgentId, dict[str, Medium]] = {}
    found: dict[str, Counter[tuple[int, AgentId]]] = {name: Counter() for name in ("in", "busy", "either", "load")}
    for (at_ms, fact), (next_ms, _) in pairwise([*journal, journal[-1]]):
        if isinstance(fact, facts.PresenceChanged):
            presence[fact.agent] = fact.presence
        elif isinstance(fact, facts.HandlingStarted):
            held.setdefault(fact.agent, {})[fact.handling] = fact.medium
        elif isinstance(fact, facts.WrapUpCompleted) or (isinstance(fact, facts.WrapUpStarted) and fact.frees):
            held[fact.agent].pop(fact.handling, None)
        elif isinstance(fact, facts.WorkStarted):
            held.setdefault(fact.agent, {})[fact.work] = fact.medium
        elif isinstance(fact, facts.WorkEnded):
            del held[fact.agent][fact.work]
        for agent, chosen in presence.items():
            if chosen is Presence.SIGNED_OUT:
                continue
            work = held.get(agent, {}).values()
            for index in range(bisect_right(edges, at_ms) - 1, bisect_right(edges, next_ms)):
                ms = max(0, min(next_ms, edges[index + 1]) - max(at_ms, edges[index]))
                key = (index, agent)
                found["in"][key] += ms
                found["busy"][key] += ms if work else 0
                found["either"][key] += ms if work or chosen is Presence.READY else 0
                found["load"][key] += ms * sum(WEIGHTS[medium] for medium in work)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_an_agents_time_is_that_of_a_second_count(seed: int) -> None:
    journal = a_day(seed)
    edges = edges_of(journal)
    tally, anew = folded(journal, Tally(edges)), time_anew(journal, edges)
    for index in range(len(edges) - 1):
        for agent in tally.agents():
            found, key = tally.figures(Cut(agents=(agent,)), index), (index, agent)
            assert found["signed_in"].value == anew["in"][key]
            assert (found["occupancy"].numerator, found["occupancy"].denominator) == (
                anew["busy"][key],
                anew["either"][key],
            )
            assert (found["utilisation"].numerator, found["utilisation"].denominator) == (
                anew["load"][key],
                100 * anew["in"][key],
            )


@pytest.mark.parametrize("seed", range(5))
def test_offers_and_handlings_are_those_of_a_second_count(seed: int) -> None:
    journal = a_day(seed)
    tally = folded(journal, Tally())
    ends = Counter(type(fact).__name__ for _, fact in journal)
    found = tally.figures()
    assert found["offers_accepted"].numerator == ends["OfferAccepted"]
    assert found["offers_declined"].numerator == ends["OfferDeclined"]
    assert found["offers_expired"].numerator == ends["OfferExpired"]
    assert found["offers_failed"].numerator == ends["OfferFailed"]
    assert found["offers_withdrawn"].value == ends["OfferWithdrawn"]
    assert found["handled"].value == ends["WrapUpCompleted"]
    talked = sum(fact.active_ms for _, fact in journal if isinstance(fact, facts.WrapUpStarted))
    still = {fact.handling for _, fact in journal if isinstance(fact, facts.WrapUpStarted)}
    still -= {fact.handling for _, fact in journal if isinstance(fact, facts.WrapUpCompleted)}
    open_ms = sum(
        fact.active_ms for _, fact in journal if isinstance(fact, facts.WrapUpStarted) and fact.handling in still
    )
    wrapped = sum(fact.wrap_up_ms for _, fact in journal if isinstance(fact, facts.WrapUpCompleted))
    assert found["talk_mean"].numerator == talked - open_ms
    assert found["handle_mean"].numerator == talked - open_ms + wrapped


@pytest.mark.parametrize("seed", range(12))
def test_the_wallboard_and_the_tally_by_event_agree_at_every_fact(seed: int) -> None:
    board, tally = Board(), Tally(EVER, View.EVENT)
    for number, (at_ms, fact) in enumerate(a_day(seed)):
        if number % 100 == 50:
            board.begin_day(at_ms)
            tally.begin((at_ms, EVER[1]))
        board.fold(fact, at_ms)
        tally.fold(fact, at_ms)
        if number % 7 == 0:
            for queue in QUEUES:
                agree(board, tally, queue.queue, at_ms)


def agree(board: Board, tally: Tally, queue: QueueId, now_ms: int) -> None:
    counts, found = day_counts(board, queue), tally.figures(Cut(queue), now_ms=now_ms)
    for figure in ("offered", "answered", "abandoned", "short_abandoned", "flowed_out"):
        assert found[figure].value == getattr(counts, figure)
    level = found[SERVICE_LEVEL.figure]
    assert (level.numerator, level.denominator) == (counts.level_met, counts.level_of)
    assert level.percent == counts.level_percent
    assert found["offered"].percent is None
    assert found["waiting"].value == waiting(board, queue)
    since_ms = longest_waiting_since_ms(board, queue)
    assert found["longest_wait"].value == (None if since_ms is None else now_ms - since_ms)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("seed", range(5))
def test_intervals_queues_and_agents_add_up_to_the_whole(seed: int, view: View) -> None:
    journal = a_day(seed)
    tally = folded(journal, Tally(edges_of(journal), view))
    whole = folded(journal, Tally(EVER, view)).figures()
    assert {name: figure.value for name, figure in tally.figures().items()} == {
        name: figure.value for name, figure in whole.items()
    }
    for kpi in KPIS:
        total = whole[kpi.figure]
        match kpi.by:
            case Sum() | Ratio():
                by_interval = [tally.figure(kpi, interval=index) for index in range(len(tally.edges) - 1)]
                assert sum(figure.numerator or 0 for figure in by_interval) == total.numerator
                by_queue = [tally.figure(kpi, Cut(queue, medium)) for queue, medium in tally.queues()]
                by_agent = [tally.figure(kpi, Cut(agents=(agent,))) for agent in tally.agents()]
                for parts in (by_queue, by_agent):
                    assert all(part.value is None and part.numerator is None for part in parts) or (
                        sum(part.numerator or 0 for part in parts) == total.numerator
                    )
            case Quantile() | Gini() | Open():
                assert total.value == tally.figure(kpi).value


def test_a_visit_belongs_to_the_interval_of_its_arrival_or_to_that_of_its_end() -> None:
    """c7 enters at 490 and is answered at 520."""
    edges = (0, 500_000, 1_000_000)
    arrival, event = (folded(a_small_day().in_order(), Tally(edges, view)) for view in View)
    asked = (kpis.OFFERED, kpis.ANSWERED, kpis.HANDLED, kpis.OFFERS_DECLINED, kpis.OFFERS_ACCEPTED, kpis.WAITING)
    cut = Cut(SALES)
    found = {
        view: [[tally.figure(kpi, cut, index).numerator for kpi in asked] for index in (0, 1)]
        for view, tally in ((View.ARRIVAL, arrival), (View.EVENT, event))
    }
    assert found[View.ARRIVAL] == [[7, 3, 3, 1, 3, 0], [1, 0, 0, 0, 0, 1]]
    # What waits is asked of now, in the view by event.
    assert found[View.EVENT] == [[7, 2, 2, 1, 2, 1], [1, 1, 1, 0, 1, 1]]
    # An agent's time lies where it passes, in both.
    for tally in (arrival, event):
        occupancy = [tally.figure(kpis.OCCUPANCY, Cut(agents=(BEN,)), index, 1_000_000) for index in (0, 1)]
        assert [(each.numerator, each.denominator) for each in occupancy] == [(0, 300_000), (140_000, 300_000)]


def test_running_spells_count_until_now_each_part_in_its_interval_and_not_beyond_the_last() -> None:
    tally = folded(a_small_day().in_order()[:3], Tally((50_000, 200_000, 500_000)))
    ann = Cut(agents=(ANN,))

    def signed_in_ms(now_ms: int) -> list[float | None]:
        return [tally.figure(kpis.SIGNED_IN, ann, interval, now_ms).value for interval in (0, 1, None)]

    assert signed_in_ms(0) == [0, 0, 0]
    assert signed_in_ms(60_000) == [10_000, 0, 10_000]
    assert signed_in_ms(200_000) == [150_000, 0, 150_000]
    assert signed_in_ms(999_000) == [150_000, 300_000, 450_000]


def test_a_new_period_drops_what_was_counted_and_keeps_what_is_open() -> None:
    day = a_small_day().in_order()
    tally = Tally((0, 500_000))
    for at_ms, fact in day:
        if at_ms >= 500_000 and tally.edges[0] == 0:
            assert tally.figure(kpis.OFFERED).value == 7
            tally.begin((500_000, 1_000_000))
            assert (tally.figure(kpis.OFFERED).value, tally.queues()) == (0, [])
        tally.fold(fact, at_ms)
    fresh = folded(day, Tally((500_000, 1_000_000)))
    assert [(each.value, each.numerator) for each in tally.figures().values()] == [
        (each.value, each.numerator) for each in fresh.figures().values()
    ]
    assert tally.queues() == [(MAIL, Medium.MAIL), (SALES, Medium.VOICE)]
    assert tally.agents() == [ANN, BEN]


def test_a_tally_goes_on_from_a_fold_that_was_kept() -> None:
    day = a_small_day().in_order()
    before = folded([entry for entry in day if entry[0] < 500_000], Tally())
    later = Tally((500_000, 1_000_000), counting=before.counting)
    folded([entry for entry in day if entry[0] >= 500_000], later)
    whole = folded(day, Tally((500_000, 1_000_000)))
    assert {name: each.value for name, each in later.figures().items()} == {
        name: each.value for name, each in whole.figures().items()
    }


def test_what_a_tally_cannot_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="not of both"):
        Cut(queue=SALES, agents=(ANN,))
    for edges in ((), (1,), (2, 1), (1, 1)):
        with pytest.raises(ValueError, match="at least two instants"):
            Tally(edges)
    few = Tally(kpis=(kpis.OFFERED,))
    for kpi in (service_level(Variant.LATE, within_ms=1), kpis.WAIT_P90):
        with pytest.raises(ValueError, match="not among the KPIs"):
            few.figure(kpi)
    assert list(few.figures()) == ["offered"]
