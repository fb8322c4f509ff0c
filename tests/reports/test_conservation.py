"""What the real engine decides adds up in every interval; what is taken out of its journal, or put in, is found."""

from collections.abc import Callable
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.core import routing as facts
from history.core.vocabulary import Medium, Presence
from reports.core.conservation import Audit, SpellsDiffer, VisitsDiffer, conservation
from reports.core.kpi import OFFERED, SIGNED_IN
from reports.core.tally import Cut
from tests.agent_desktop.test_kept_floor import a_journal
from tests.reports.random_day import Journal, a_busy_day
from tests.reports.story import ANN, BEN, MAIL, SALES, Story, a_small_day, the_settings
from tests.specs.center import an_agent

QUARTER_MS = 900_000
VISIT_FACTS = (
    facts.InteractionQueued,
    facts.VisitAnswered,
    facts.VisitAbandoned,
    facts.VisitFlowedOut,
    facts.VisitMoved,
)


def quarters(journal: Journal) -> list[int]:
    length_ms = max(QUARTER_MS, journal[-1][0] // 100)
    return list(range(0, journal[-1][0] + 2 * length_ms, length_ms))


@pytest.mark.parametrize("make", [a_busy_day, a_journal])
@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_engine_decides_adds_up_in_every_interval(seed: int, make: Callable[[int], Journal]) -> None:
    journal = make(seed)
    assert conservation(journal, quarters(journal)) == []


def test_it_adds_up_at_every_fact_of_a_day_not_only_at_its_end() -> None:
    journal = a_busy_day(3)
    audit = Audit(quarters(journal))
    for at_ms, fact in journal:
        audit.fold(fact, at_ms)
        assert audit.violations() == []
    assert audit.violations(journal[-1][0] + 5_000) == []
    assert audit.tally.figure(OFFERED).value == sum(isinstance(fact, facts.InteractionQueued) for _, fact in journal)


DAYS = [a_busy_day(seed) for seed in range(100, 104)]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DAYS), st.randoms(use_true_random=False), st.sampled_from(["lost", "doubled"]))
def test_one_lost_or_doubled_fact_of_a_visit_is_found_with_its_interaction(
    day: Journal, chance: Random, how: str
) -> None:
    places = [index for index, (_, fact) in enumerate(day) if isinstance(fact, VISIT_FACTS)]
    place = chance.choice(places)
    at_ms, fact = day[place]
    planted = [*day[:place], *([(at_ms, fact)] * 2 if how == "doubled" else []), *day[place + 1 :]]
    found = conservation(planted, quarters(day))
    assert isinstance(fact, VISIT_FACTS)
    assert fact.interaction in {name for each in found if isinstance(each, VisitsDiffer) for name in each.interactions}


EDGES = (0, 500_000, 1_000_000)


def differing(journal: Journal) -> list[tuple[int, str, int, tuple[int, ...], tuple[str, ...]]]:
    return [
        (each.from_ms, each.queue, each.offered, each.parts, each.interactions)
        for each in conservation(journal, EDGES)
        if isinstance(each, VisitsDiffer)
    ]


def without(journal: Journal, kind: type, name: str) -> Journal:
    """The journal with one fact of an interaction lost."""
    kept = [(at, fact) for at, fact in journal if not (type(fact) is kind and getattr(fact, "interaction", "") == name)]
    assert len(kept) == len(journal) - 1
    return kept


def test_the_small_day_adds_up() -> None:
    assert conservation(a_small_day().in_order(), EDGES) == []
    assert conservation([]) == []


def test_a_lost_end_is_told_with_its_interval_queue_and_interaction() -> None:
    day = a_small_day().in_order()
    assert differing(without(day, facts.VisitAnswered, "c7")) == [(0, SALES, 7, (2, 2, 1, 1, 0), ("c7",))]
    assert differing(without(day, facts.VisitFlowedOut, "c6")) == [(0, SALES, 7, (3, 2, 1, 0, 0), ("c6",))]
    assert differing(without(day, facts.VisitAnswered, "m1")) == [(500_000, MAIL, 1, (0, 0, 0, 0, 0), ("m1",))]


def test_an_end_without_a_beginning_is_told() -> None:
    lost = without(a_small_day().in_order(), facts.InteractionQueued, "c4")
    assert differing(lost) == [(0, SALES, 6, (3, 2, 1, 1, 0), ("c4",))]


def test_faults_that_cancel_out_in_the_sums_are_told_all_the_same() -> None:
    lost = without(a_small_day().in_order(), facts.VisitAnswered, "c1")
    again = next(entry for entry in lost if isinstance(entry[1], facts.VisitAnswered))
    planted = sorted([*lost, again], key=lambda entry: entry[0])
    assert differing(planted) == [(0, SALES, 7, (3, 2, 1, 1, 0), ("c1", "c2"))]


def elsewhere(fact: facts.VisitFlowedOut) -> facts.VisitFlowedOut:
    return msgspec.structs.replace(fact, queue=MAIL, medium=Medium.MAIL)


def test_an_end_in_another_queue_is_told_in_both() -> None:
    day = a_small_day().in_order()
    planted = [(at, elsewhere(fact)) if isinstance(fact, facts.VisitFlowedOut) else (at, fact) for at, fact in day]
    assert differing(planted) == [
        (0, MAIL, 0, (0, 0, 0, 1, 0), ("c6",)),
        (0, SALES, 7, (3, 2, 1, 0, 0), ("c6",)),
    ]


def test_a_later_visit_that_begins_before_the_earlier_one_has_an_end_is_told() -> None:
    day = Story()
    day.enters(10, "c1")
    day.enters(20, "c1", MAIL, visit=2, arrived=10)
    assert differing(day.in_order()) == [(0, SALES, 1, (0, 0, 0, 0, 0), ("c1",))]
    ended = Story()
    ended.enters(10, "c1")
    ended.flows_out(20, "c1")
    ended.journal.pop()  # it is not closed: it goes on in another queue
    ended.enters(20, "c1", MAIL, visit=2, arrived=10)
    assert conservation(ended.in_order(), EDGES) == []


def test_what_lies_outside_the_intervals_is_not_looked_at() -> None:
    lost = without(a_small_day().in_order(), facts.VisitAnswered, "c1")
    assert conservation(lost, (500_000, 1_000_000)) == []


def test_time_that_runs_backwards_shows_in_the_spells() -> None:
    day = Story()
    day.is_present(100, ANN, Presence.READY)
    day.is_present(50, ANN, Presence.NOT_READY)
    day.is_present(200, ANN, Presence.SIGNED_OUT)
    assert conservation(day.journal, EDGES) == [
        SpellsDiffer(from_ms=0, to_ms=500_000, agent=ANN, signed_in_ms=100_000, spells_ms=150_000)
    ]


def test_an_agent_whom_a_definition_no_longer_has_is_signed_out_by_it() -> None:
    day = Story()
    day.is_present(100, ANN, Presence.READY)
    day.is_present(100, BEN, Presence.NOT_READY)
    day.tell(300, facts.RoutingDefined(settings=the_settings(agents=(an_agent("ben"),))))
    day.tell(600, facts.RoutingDefined(settings=the_settings()))
    day.is_present(650, ANN, Presence.SIGNED_OUT)  # as they already were
    day.is_present(700, ANN, Presence.READY)
    audit = Audit(EDGES)
    for at_ms, fact in day.in_order():
        audit.fold(fact, at_ms)
    assert audit.violations(900_000) == []
    figures = [audit.tally.figure(SIGNED_IN, Cut(agents=(ANN,)), index, 900_000).value for index in (0, 1)]
    assert figures == [200_000, 200_000]


def test_an_audit_goes_on_from_a_fold_that_was_kept() -> None:
    day = a_small_day().in_order()
    before = Audit()
    for at_ms, fact in day:
        if at_ms < 500_000:
            before.fold(fact, at_ms)
    later = Audit(EDGES[1:], before.tally.counting)
    for at_ms, fact in day:
        if at_ms >= 500_000:
            later.fold(fact, at_ms)
    assert later.violations(990_000) == []
    assert later.tally.figure(OFFERED).value == 2


def test_a_violation_says_in_a_sentence_what_does_not_add_up() -> None:
    day = a_small_day().in_order()
    (found,) = conservation(without(day, facts.VisitAbandoned, "c5"), EDGES)
    assert found.sentence == (
        "sales (voice): 7 offered, but 3 answered + 1 abandoned + 1 short abandons + 1 flowed out + 0 waiting; "
        "behind it: c5"
    )
    assert SpellsDiffer(0, 1, ANN, 5, 7).sentence == "ann: signed in for 5 ms, but spells of 7 ms"
