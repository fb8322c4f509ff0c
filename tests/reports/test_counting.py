"""What the fold of the routing facts counts: visits, offers, handlings and spells, value by value."""

import msgspec
import pytest

from history.core import routing as facts
from history.core.call_words import WorkKind
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    BackOffBecause,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    OfferPhase,
    Presence,
    QueueId,
    ReasonCode,
    VisitId,
    WorkId,
)
from reports.core.agents import AgentNow
from reports.core.counted import (
    Activity,
    AgentSpell,
    Counted,
    HandlingEnded,
    OfferEnded,
    VisitBegan,
    VisitEnd,
    VisitEnded,
)
from reports.core.counting import Counting
from tests.reports.random_day import Journal, a_busy_day
from tests.reports.story import ANN, BEN, MAIL, QUEUES, SALES, Story, a_small_day, the_settings
from tests.specs.center import CAPACITIES, an_agent

C1 = InteractionId("c1")


def counted(journal: Journal, counting: Counting | None = None) -> list[Counted]:
    fold = counting or Counting()
    return [value for at_ms, fact in journal for value in fold.fold(fact, at_ms)]


def began(second: float, name: str = "c1", visit: int = 1, arrived: float | None = None) -> VisitBegan:
    at_ms = round(second * 1000)
    return VisitBegan(
        InteractionId(name),
        VisitId(f"{name}/{visit}"),
        SALES,
        Medium.VOICE,
        at_ms if arrived is None else round(arrived * 1000),
        at_ms,
        at_ms,
    )


def test_a_visit_from_entry_to_answer_with_its_offers_and_its_handling() -> None:
    day = Story()
    day.enters(10, "c1")
    day.is_offered_in_vain(12, 15, "c1", BEN, "declined")
    day.is_answered(16, 40, 100, 20, "c1", ANN)
    found = [value for value in counted(day.in_order()) if not isinstance(value, AgentSpell)]
    assert found == [
        began(10),
        OfferEnded(OfferId("o1"), C1, BEN, SALES, Medium.VOICE, 10_000, 12_000, 15_000, OfferPhase.DECLINED),
        OfferEnded(OfferId("o2"), C1, ANN, SALES, Medium.VOICE, 10_000, 16_000, 40_000, OfferPhase.ACCEPTED),
        VisitEnded(
            interaction=C1,
            visit=VisitId("c1/1"),
            queue=SALES,
            medium=Medium.VOICE,
            arrived_ms=10_000,
            queued_ms=10_000,
            ended_ms=40_000,
            wait_ms=30_000,
            within_ms=20_000,
            end=VisitEnd.ANSWERED,
            agent=ANN,
        ),
        HandlingEnded(
            handling=HandlingId("h-c1/1"),
            interaction=C1,
            agent=ANN,
            queue=SALES,
            medium=Medium.VOICE,
            queued_ms=10_000,
            started_ms=40_000,
            ended_ms=160_000,
            active_ms=100_000,
            wrap_up_ms=20_000,
        ),
    ]
    assert [value.after_ms for value in found if isinstance(value, OfferEnded)] == [3_000, 24_000]


def test_the_ends_of_a_visit() -> None:
    ends = {
        value.interaction: (value.end, value.wait_ms, value.agent)
        for value in counted(a_small_day().in_order())
        if isinstance(value, VisitEnded)
    }
    assert ends == {
        "c1": (VisitEnd.ANSWERED, 15_000, ANN),
        "c2": (VisitEnd.ANSWERED, 30_000, ANN),
        "c3": (VisitEnd.SHORT_ABANDONED, 3_000, None),
        "c4": (VisitEnd.ABANDONED, 15_000, None),
        "c5": (VisitEnd.ABANDONED, 40_000, None),
        "c6": (VisitEnd.FLOWED_OUT, 50_000, None),
        "c7": (VisitEnd.ANSWERED, 30_000, BEN),
        "m1": (VisitEnd.ANSWERED, 1_000, ANN),
    }


def test_one_who_came_while_no_engine_ran_has_waited_since_they_came() -> None:
    day = Story()
    day.enters(60, "c1", arrived=20)
    counting = Counting()
    (visit,) = [value for value in counted(day.in_order(), counting) if isinstance(value, VisitBegan)]
    assert (visit.arrived_ms, visit.queued_ms, visit.noted_ms) == (20_000, 20_000, 60_000)
    assert list(counting.waiting()) == list(counting.waiting(SALES)) == [visit]
    assert list(counting.waiting(MAIL)) == list(counting.waiting(QueueId("unknown"))) == []


def test_a_caller_whose_agent_was_lost_begins_a_new_visit_with_a_wait_of_its_own() -> None:
    day = Story()
    day.enters(0, "c1")
    offer = day.is_offered(0, "c1", ANN)
    day.tell(30, facts.OfferAccepted(offer=offer, interaction=C1, agent=ANN))
    day.is_taken(30, "c1", ANN, offer)
    day.part_ends(90, 60, "c1", ANN)
    day.is_done(90, 0, "c1", ANN)
    day.enters(90, "c1", visit=2, arrived=0)
    day.is_answered(91, 95, 10, 0, "c1", BEN)
    counting = Counting()
    found = counted(day.in_order(), counting)
    assert [value for value in found if isinstance(value, VisitBegan)] == [began(0), began(90, visit=2, arrived=0)]
    ends = [value for value in found if isinstance(value, VisitEnded)]
    assert [(end.visit, end.arrived_ms, end.queued_ms, end.wait_ms, end.agent) for end in ends] == [
        ("c1/1", 0, 0, 30_000, ANN),
        ("c1/2", 0, 90_000, 5_000, BEN),
    ]
    handled = [(value.agent, value.queued_ms) for value in found if isinstance(value, HandlingEnded)]
    assert handled == [(ANN, 0), (BEN, 90_000)]
    assert (list(counting.waiting()), counting.visits.latest) == ([], {})


def test_a_new_visit_leaves_the_place_of_the_earlier_one() -> None:
    day = Story()
    day.enters(10, "c1")
    day.enters(20, "c1", MAIL, visit=2, arrived=10)
    counting = Counting()
    counted(day.in_order(), counting)
    assert [(visit.visit, visit.queue, visit.queued_ms) for visit in counting.waiting()] == [("c1/2", MAIL, 20_000)]


def test_the_end_of_an_earlier_visit_does_not_end_a_later_one() -> None:
    day = Story()
    day.enters(10, "c1")
    late = facts.VisitFlowedOut(visit=VisitId("c1/1"), interaction=C1, queue=SALES, medium=Medium.VOICE, wait_ms=10_000)
    day.enters(20, "c1", MAIL, visit=2, arrived=10)
    day.tell(20, late)
    counting = Counting()
    ended = counted(day.in_order(), counting)[-1]
    assert isinstance(ended, VisitEnded)
    assert (ended.queued_ms, ended.ended_ms) == (10_000, 20_000)
    assert [visit.visit for visit in counting.waiting()] == ["c1/2"]


def test_a_phone_picked_up_after_its_offer_had_ended_answers_for_an_agent_whom_only_the_handling_names() -> None:
    day = Story()
    day.enters(10, "c1")
    offer = day.is_offered(10, "c1", ANN)
    day.offer_ends(30, offer, "c1", ANN, "expired")
    day.is_taken(31, "c1", ANN, offer)
    counting = Counting()
    ended = counted(day.in_order(), counting)[-2]
    assert isinstance(ended, VisitEnded)
    assert (ended.end, ended.agent) == (VisitEnd.ANSWERED, None)
    assert counting.agents.now[ANN].activity is Activity.TALKING


def test_an_end_without_a_beginning_says_what_its_fact_says() -> None:
    lonely = facts.VisitAnswered(visit=VisitId("x/1"), interaction=C1, queue=SALES, medium=Medium.VOICE, wait_ms=7_000)
    assert counted([(10_000, lonely)]) == [
        VisitEnded(
            interaction=C1,
            visit=VisitId("x/1"),
            queue=SALES,
            medium=Medium.VOICE,
            arrived_ms=3_000,
            queued_ms=3_000,
            ended_ms=10_000,
            wait_ms=7_000,
            within_ms=0,
            end=VisitEnd.ANSWERED,
            agent=None,
        )
    ]


def test_a_service_level_time_holds_from_its_definition_on() -> None:
    day = Story()
    for second, name in ((1, "c1"), (2, "c2")):
        day.enters(second, name)
    day.flows_out(3, "c1")
    slower = tuple(msgspec.structs.replace(queue, service_level_ms=60_000) for queue in QUEUES)
    day.tell(4, facts.RoutingDefined(settings=the_settings(queues=slower)))
    day.flows_out(5, "c2")
    ends = [value.within_ms for value in counted(day.in_order()) if isinstance(value, VisitEnded)]
    assert ends == [20_000, 60_000]


# ---- spells


def spell(
    from_s: float,
    to_s: float,
    presence: Presence,
    activity: Activity,
    reason: ReasonCode | None = None,
    leases: tuple[tuple[Medium, int], ...] = (),
    in_work: int = 0,
    load_percent: int = 0,
) -> AgentSpell:
    from_ms, to_ms = round(from_s * 1000), round(to_s * 1000)
    return AgentSpell(ANN, from_ms, to_ms, presence, reason, activity, leases, in_work, load_percent)


ONE_MAIL = ((Medium.MAIL, 1),)


def test_an_agents_spells_follow_one_another_and_say_what_was_in_hand() -> None:
    day = Story()
    day.is_present(10, ANN, Presence.READY)
    day.enters(20, "m1", MAIL)
    day.is_answered(20, 25, 100, 5, "m1", ANN)
    day.enters(50, "c1")
    day.is_answered(50, 60, 20, 10, "c1", ANN)
    day.is_present(200, ANN, Presence.NOT_READY, "lunch")
    day.is_present(300, ANN, Presence.NOT_READY, "lunch")  # said again: nothing has changed
    day.is_present(400, ANN, Presence.SIGNED_OUT)
    ready, talks = Presence.READY, Activity.TALKING
    both = ((Medium.MAIL, 1), (Medium.VOICE, 1))
    assert [value for value in counted(day.in_order()) if isinstance(value, AgentSpell)] == [
        spell(0, 10, Presence.SIGNED_OUT, Activity.SIGNED_OUT),
        spell(10, 20, ready, Activity.READY),
        spell(20, 25, ready, Activity.OFFERED, leases=ONE_MAIL),
        spell(25, 50, ready, talks, leases=ONE_MAIL, in_work=1, load_percent=30),
        spell(50, 60, ready, talks, leases=both, in_work=1, load_percent=30),
        # From 80 on the call is wrapped up while the mail goes on: talking comes first, so nothing has changed.
        spell(60, 90, ready, talks, leases=both, in_work=2, load_percent=130),
        spell(90, 125, ready, talks, leases=ONE_MAIL, in_work=1, load_percent=30),
        spell(125, 130, ready, Activity.WRAP_UP, leases=ONE_MAIL, in_work=1, load_percent=30),
        spell(130, 200, ready, Activity.READY),
        spell(200, 400, Presence.NOT_READY, Activity.NOT_READY, reason=ReasonCode("lunch")),
    ]


def test_work_that_was_not_offered_is_work_too() -> None:
    day = Story()
    day.is_present(0, ANN, Presence.READY)
    day.tell(10, facts.WorkStarted(work=WorkId("w1"), agent=ANN, medium=Medium.VOICE, kind=WorkKind.OTHER))
    day.tell(30, facts.WorkEnded(work=WorkId("w1"), agent=ANN))
    day.tell(30, facts.WorkEnded(work=WorkId("w2"), agent=BEN))
    assert [value for value in counted(day.in_order()) if isinstance(value, AgentSpell)] == [
        spell(0, 10, Presence.READY, Activity.READY),
        spell(10, 30, Presence.READY, Activity.TALKING, leases=((Medium.VOICE, 1),), in_work=1, load_percent=100),
    ]


def test_weights_hold_from_their_definition_on() -> None:
    day = Story()
    day.is_present(0, ANN, Presence.READY)
    day.enters(0, "m1", MAIL)
    day.is_answered(0, 0, 100, 0, "m1", ANN)
    heavier = tuple(msgspec.structs.replace(capacity, weight=50) for capacity in CAPACITIES)
    agent = msgspec.structs.replace(an_agent("ann"), capacities=heavier)
    day.tell(40, facts.RoutingDefined(settings=the_settings(agents=(agent,))))
    loads = [
        (value.length_ms, value.load_percent)
        for value in counted(day.in_order())
        if isinstance(value, AgentSpell) and value.agent == ANN
    ]
    assert loads == [(40_000, 30), (60_000, 50)]


def test_an_agent_whom_the_definition_no_longer_has_has_no_spells_and_is_on_no_board() -> None:
    day = Story()
    day.is_present(10, ANN, Presence.READY)
    day.tell(20, facts.RoutingDefined(settings=the_settings(agents=(an_agent("ben"),))))
    counting = Counting()
    assert counted(day.in_order(), counting)[-1] == spell(10, 20, Presence.READY, Activity.READY)
    assert list(counting.agents.now) == [BEN]
    assert counting.agents.running(ANN, 99_000) is None
    running = counting.agents.running(BEN, 99_000)
    assert running is not None
    assert (running.length_ms, running.signed_in) == (99_000, False)


def test_nobody_holds_work_of_an_interaction_that_is_over() -> None:
    day = Story()
    day.enters(0, "c1")
    day.is_offered(5, "c1", ANN)
    day.is_offered(6, "c1", BEN)
    day.is_over(9, "c1")
    counting = Counting()
    counted(day.in_order(), counting)
    assert [counting.agents.now[agent].carries for agent in (ANN, BEN)] == [(), ()]
    assert (counting.agents.holders, counting.visits.latest, list(counting.waiting())) == ({}, {}, [])


def test_what_ends_and_is_not_known_counts_nothing() -> None:
    day = Story()
    day.offer_ends(5, OfferId("o9"), "c1", ANN, "expired")
    day.entries[C1] = (0, SALES, VisitId("c1/1"))
    day.part_ends(6, 1, "c1", ANN)
    day.is_done(7, 1, "c1", ANN)
    assert counted(day.in_order()) == []


def test_an_agent_whom_no_definition_has_named_is_counted_all_the_same() -> None:
    found = counted(
        [
            (1_000, facts.PresenceChanged(agent=AgentId("zoe"), presence=Presence.READY)),
            (3_000, facts.PresenceChanged(agent=AgentId("zoe"), presence=Presence.SIGNED_OUT)),
        ]
    )
    assert [(value.agent, value.length_ms) for value in found if isinstance(value, AgentSpell)] == [("zoe", 2_000)]


@pytest.mark.parametrize(
    "fact",
    [
        facts.AgentBackedOff(agent=ANN, until_ms=9, because=BackOffBecause.BUSY),
        facts.PhoneRang(offer=OfferId("o1")),
        facts.RingingStopped(offer=OfferId("o1")),
        facts.CustomerLegEnded(interaction=C1),
        facts.PhoneBecameBusy(agent=ANN),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_fact_of_another_type_counts_nothing(fact: Fact) -> None:
    counting = Counting()
    counted(Story().journal, counting)
    before = repr(counting)
    assert (counting.fold(fact, 5_000), repr(counting)) == ((), before)


def test_a_fact_that_did_not_exist_when_this_was_written_counts_nothing() -> None:
    class CallHeld(Fact, frozen=True, kw_only=True):
        agent: AgentId
        interaction: InteractionId

    assert Counting().fold(CallHeld(agent=ANN, interaction=C1), 5_000) == ()


@pytest.mark.parametrize("seed", range(6))
def test_spells_of_a_random_day_have_no_gap_and_no_overlap(seed: int) -> None:
    journal = a_busy_day(seed)
    counting = Counting()
    spells = [value for value in counted(journal, counting) if isinstance(value, AgentSpell)]
    assert len(spells) > 200
    for agent in counting.agents.now:
        mine = [each for each in spells if each.agent == agent]
        mine += [running] if (running := counting.agents.running(agent, journal[-1][0])) is not None else []
        assert [each.from_ms for each in mine[1:]] == [each.to_ms for each in mine[:-1]]
        assert (mine[0].from_ms, mine[-1].to_ms) == (journal[0][0], journal[-1][0])


@pytest.mark.parametrize("seed", range(6))
def test_the_fold_holds_open_work_and_nothing_of_the_past(seed: int) -> None:
    counting = Counting()
    closed: set[str] = set()
    for at_ms, fact in a_busy_day(seed):
        counting.fold(fact, at_ms)
        closed |= {fact.interaction} if isinstance(fact, facts.InteractionClosed) else set()
    visits = counting.visits
    held = {lease.interaction for leases in counting.agents.leases.values() for lease in leases.values()}
    assert len(closed) > 50
    assert closed.isdisjoint({*visits.latest, *visits.accepted_by, *counting.agents.holders, *held})
    assert closed.isdisjoint({visit.interaction for visit in counting.waiting()})
    assert set(counting.agents.holders) == held
    assert all(isinstance(now, AgentNow) for now in counting.agents.now.values())
