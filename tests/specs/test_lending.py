"""Lending: agents of one group help in another queue while it is short of them, and go back when it is not."""

from typing import Any

import pytest

from history.core import routing as facts
from history.core.routing_blending import Lending, Reserve
from history.core.routing_settings import MediumCapacity
from history.core.vocabulary import (
    AgentId,
    InteractionId,
    LentWhen,
    Medium,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
    RecalledBecause,
    Requirement,
    RuleId,
    UserId,
)
from reports.core.service_level import SERVICE_LEVEL
from reports.core.tally import Cut, Tally, View
from router.core import inputs
from router.core.explain import WhyNot, reasons_against
from router.core.lending import AGAIN_MS
from router.core.levels import service_level
from router.core.snapshot import snapshot
from tests.specs.center import Center, a_queue, an_agent

SALES, BILLING, MAIL = QueueId("sales"), QueueId("billing"), QueueId("mail")
MAX = UserId("max")
HELP = RuleId("help_sales")


def a_rule(**changed: Any) -> Lending:
    """Who serves billing helps sales from 60 s of wait on, one at most, until nobody has waited for over 10 s."""
    given: dict[str, Any] = {
        "rule": HELP,
        "agents": Requirement("team:blue"),
        "to": SALES,
        "when": LentWhen.LONGEST_WAIT,
        "lend_at": 60_000,
        "back_at": 10_000,
        "stay_ms": 15 * 60_000,
        "agents_max": 1,
        **changed,
    }
    return Lending(**given)


def a_center(*rules: Lending, **more: Any) -> Center:
    """Ann and ben serve billing; seller cem sells and has a call."""
    queues = (
        a_queue("sales", Medium.VOICE, "selling"),
        a_queue("billing", Medium.VOICE, "bills"),
        a_queue("mail", Medium.MAIL, "bills"),
    )
    blue = [an_agent(name, "bills", teams=("blue",)) for name in ("ann", "ben")]
    center = Center(agents=(*blue, an_agent("cem", "selling")), queues=queues, rules={"lending": rules, **more})
    for agent in ("cem", "ann", "ben"):
        center.signs_in(agent)
        center.after(seconds=1)
    center.expect_offer("cem", center.arrives("sales"))
    center.takes("cem")
    return center


def lent(center: Center) -> list[str]:
    return [str(agent) for agent in center.engine.state.lent]


def serve(center: Center, agent: str) -> None:
    handling = center.takes(agent)
    center.ends(agent, handling)
    center.wraps_up(agent, handling)


def test_who_is_lent_gets_what_waits_and_one_threshold_says_when() -> None:
    center = a_center(a_rule())
    caller = center.arrives("sales")
    center.after(seconds=59)
    assert lent(center) == []
    center.after(seconds=6)
    assert lent(center) == ["ann"], "idle for longest"
    center.expect_offer("ann", caller)
    fact = center.last(facts.AgentLent)
    assert isinstance(fact, facts.AgentLent)
    assert (fact.agent, fact.queue, fact.rule, fact.only) == ("ann", SALES, HELP, False)


def test_who_is_lent_serves_their_own_queue_too_unless_lent_for_this_alone() -> None:
    for only in (False, True):
        center = a_center(a_rule(only=only))
        center.chooses("ben", Presence.NOT_READY, "break")
        caller = center.arrives("sales")
        center.after(seconds=65)
        center.expect_offer("ann", caller)
        serve(center, "ann")
        bill = center.arrives("billing")
        if only:
            center.expect_no_offer("ann")
            state = center.engine.state
            against = reasons_against(state, state.seats.of[AgentId("ann")], state.interactions[bill])
            assert against == (WhyNot.LENT_ELSEWHERE,)
        else:
            center.expect_offer("ann", bill)


def test_they_go_back_below_the_second_threshold_and_not_before_the_shortest_stay() -> None:
    center = a_center(a_rule(only=True))
    center.arrives("sales")
    center.after(seconds=65)
    serve(center, "ann")
    record = center.engine.state.agents[AgentId("ann")]
    assert record.lent is not None
    center.after(seconds=(record.lent.since_ms - center.now_ms) / 1000 + 15 * 60 - 10)
    center.expect_offer("ben", center.arrives("billing"))
    second = center.arrives("billing")
    center.after(seconds=9)
    assert lent(center) == ["ann"]
    center.after(seconds=5)
    assert lent(center) == []
    center.expect_offer("ann", second)
    fact = center.last(facts.AgentRecalled)
    assert isinstance(fact, facts.AgentRecalled)
    assert (fact.agent, fact.because, fact.rule) == ("ann", RecalledBecause.RULE, HELP)


def test_between_the_thresholds_nothing_happens() -> None:
    center = a_center(a_rule(stay_ms=60_000))
    center.arrives("sales")
    center.after(seconds=65)
    center.expect_offer("ann", InteractionId("v-2"))
    center.takes("ann")
    earlier = center.arrives("sales")
    for _ in range(6):
        center.after(seconds=20)
        later = center.arrives("sales")
        center.after(seconds=20)
        center.customer_leaves(earlier)
        earlier = later
    assert lent(center) == ["ann"], "somebody has waited for 20 s at least, and nobody for 60"
    center.customer_leaves(earlier)
    center.after(seconds=5)
    assert lent(center) == []


def test_who_has_work_in_hand_keeps_it_and_who_has_least_is_lent_first() -> None:
    center = a_center(a_rule(agents_max=2))
    bill = center.arrives("billing")
    center.expect_offer("ann", bill)
    handling = center.takes("ann")
    center.arrives("sales")
    center.arrives("sales")
    center.after(seconds=65)
    assert lent(center) == ["ben"]
    center.after(seconds=10)
    assert lent(center) == ["ben", "ann"], "one at a time"
    assert center.engine.state.handlings[handling].agent == "ann"
    center.ends("ann", handling)
    center.wraps_up("ann", handling)
    assert center.engine.state.offers[center.offer_of("ann")].interaction == "v-4"


def test_nobody_is_lent_again_within_a_quarter_of_an_hour_of_going_back() -> None:
    center = a_center(a_rule(stay_ms=30_000))
    center.chooses("ben", Presence.NOT_READY, "break")
    center.arrives("sales")
    center.after(seconds=65)
    serve(center, "ann")
    center.after(seconds=60)
    assert lent(center) == []
    center.arrives("sales")
    center.after(seconds=AGAIN_MS / 1000 - 60)
    assert lent(center) == []
    center.after(seconds=60)
    assert lent(center) == ["ann"]


def test_an_expected_wait_lends_by_what_is_told() -> None:
    center = a_center(a_rule(when=LentWhen.EXPECTED_WAIT, lend_at=60_000, back_at=30_000, stay_ms=60_000))
    center.arrives("sales")
    center.after(seconds=120)
    assert lent(center) == [], "unknown is no reason"
    for p50_ms, who in ((90_000, ["ann"]), (45_000, ["ann"]), (20_000, [])):
        told = facts.ExpectedWaitTold(queue=SALES, p50_ms=p50_ms, p90_ms=2 * p50_ms)
        center.journal.append((center.now_ms, told))
        center.engine.fold(told, center.now_ms)
        center.after(seconds=9 if p50_ms > 50_000 else 70)
        assert lent(center) == who, p50_ms


def test_a_service_level_lends_below_one_threshold_and_recalls_at_another() -> None:
    rule = a_rule(when=LentWhen.SERVICE_LEVEL, lend_at=70, back_at=80, window_ms=300_000, stay_ms=60_000)
    center = a_center(rule)
    handling = center.handling_of("cem")
    center.arrives("sales")
    center.after(seconds=30)
    center.ends("cem", handling)
    center.wraps_up("cem", handling)
    center.takes("cem")
    center.after(seconds=5)
    assert lent(center) == ["ann"], "one of two was in time"
    center.after(seconds=400)
    assert lent(center) == [], "nothing counts any more"


def test_the_service_level_of_the_rules_is_that_of_the_reports() -> None:
    """Over the same whole minutes, after each entry of a day in which some wait, leave in time or leave late."""
    rule = a_rule(when=LentWhen.SERVICE_LEVEL, lend_at=1, back_at=90, window_ms=240_000)
    center = a_center(rule)
    compared = 0
    for number in range(40):
        caller = center.arrives("sales")
        center.after(seconds=(number * 7) % 31)
        if number % 3 == 0:
            center.customer_leaves(caller)
        else:
            handling = center.handling_of("cem") if center.engine.state.seats.of[AgentId("cem")].handlings else None
            if handling is not None:
                center.ends("cem", handling)
                center.wraps_up("cem", handling)
            if center.offers_of("cem"):
                center.takes("cem")
        now_ms = center.now_ms
        from_ms = (now_ms // 60_000 - 3) * 60_000
        tally = Tally((from_ms, now_ms + 1), View.EVENT)
        for at_ms, fact in center.journal:
            tally.fold(fact, at_ms)
        told = tally.figure(SERVICE_LEVEL, Cut(queue=SALES)).value
        ours = service_level(center.engine.state.lendings[HELP], rule, now_ms)
        assert (None if ours is None else round(ours, 6)) == (None if told is None else round(100 * told, 6))
        compared += ours is not None and 0 < ours < 100
    assert compared > 5


@pytest.mark.parametrize("presence", [Presence.SIGNED_OUT, Presence.NOT_READY])
def test_who_signs_out_is_lent_no_longer_and_who_pauses_stays_lent(presence: Presence) -> None:
    center = a_center(a_rule())
    caller = center.arrives("sales")
    center.after(seconds=65)
    center.customer_leaves(caller)
    center.chooses("ann", presence, "break" if presence is Presence.NOT_READY else None)
    assert lent(center) == ([] if presence is Presence.SIGNED_OUT else ["ann"])


def test_a_rule_that_is_taken_out_lends_nobody_any_longer() -> None:
    center = a_center(a_rule())
    center.arrives("sales")
    center.after(seconds=65)
    center.rules = {}
    center.apply_definition()
    assert lent(center) == []
    fact = center.last(facts.AgentRecalled)
    assert isinstance(fact, facts.AgentRecalled)
    assert fact.because is RecalledBecause.DEFINITION


def test_who_is_lent_is_in_no_reserve_meanwhile() -> None:
    kept = Reserve(rule=RuleId("calm"), agents=Requirement("team:blue"), queues=(BILLING,), keep=1)
    center = a_center(a_rule(), reserves=(kept,))
    caller = center.arrives("sales")
    center.after(seconds=65)
    center.expect_offer("ann", caller)


def test_a_supervisor_lends_and_calls_back_whatever_the_rules_say() -> None:
    center = a_center()
    caller = center.arrives("sales")
    told = center.tell(inputs.AgentLentOut, agent=AgentId("ben"), to=SALES, only=True, by=MAX)
    assert told.outcome is Outcome.ACCEPTED
    center.expect_offer("ben", caller)
    serve(center, "ben")
    center.after(seconds=3600)
    assert lent(center) == ["ben"], "no rule calls them back"
    again = center.tell(inputs.AgentLentOut, agent=AgentId("ben"), to=SALES, only=True, by=MAX)
    assert (again.outcome, again.reason) == (Outcome.IGNORED, OutcomeReason.NO_CHANGE)
    center.tell(inputs.AgentCalledBack, agent=AgentId("ben"), by=MAX)
    assert lent(center) == []
    fact = center.last(facts.AgentRecalled)
    assert isinstance(fact, facts.AgentRecalled)
    assert (fact.because, fact.by, fact.rule) == (RecalledBecause.SUPERVISOR, MAX, None)


def test_a_supervisor_keeps_who_is_lent_and_lets_the_rule_go_on() -> None:
    center = a_center(a_rule(stay_ms=60_000))
    center.customer_leaves(center.arrives("sales"))
    caller = center.arrives("sales")
    center.after(seconds=65)
    center.customer_leaves(caller)
    assert center.tell(inputs.LoanKept, agent=AgentId("ann"), kept=True, by=MAX).outcome is Outcome.ACCEPTED
    center.after(seconds=600)
    assert lent(center) == ["ann"]
    center.tell(inputs.LoanKept, agent=AgentId("ann"), kept=False, by=MAX)
    center.after(seconds=10)
    assert lent(center) == []


@pytest.mark.parametrize(
    ("kind", "what", "reason"),
    [
        (inputs.AgentLentOut, {"agent": "noone", "to": "sales"}, OutcomeReason.UNKNOWN_AGENT),
        (inputs.AgentLentOut, {"agent": "ann", "to": "nowhere"}, OutcomeReason.UNKNOWN_QUEUE),
        (inputs.AgentLentOut, {"agent": "ann", "to": "chat"}, OutcomeReason.WRONG_MEDIUM),
        (inputs.AgentLentOut, {"agent": "dora", "to": "sales"}, OutcomeReason.WRONG_MEDIUM),
        (inputs.AgentLentOut, {"agent": "eve", "to": "sales"}, OutcomeReason.NOT_SIGNED_IN),
        (inputs.AgentCalledBack, {"agent": "ann"}, OutcomeReason.NOT_LENT),
        (inputs.AgentCalledBack, {"agent": "noone"}, OutcomeReason.UNKNOWN_AGENT),
        (inputs.LoanKept, {"agent": "ann", "kept": True}, OutcomeReason.NOT_LENT),
        (inputs.LoanKept, {"agent": "noone", "kept": True}, OutcomeReason.UNKNOWN_AGENT),
    ],
)
def test_what_cannot_be_lent_is_refused_with_the_reason(
    kind: type, what: dict[str, Any], reason: OutcomeReason
) -> None:
    center = a_center()
    calls = (MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),)
    more = (
        *(an_agent("ann", "bills", capacities=calls), an_agent("ben"), an_agent("cem", "selling")),
        *(an_agent("dora", phone=False), an_agent("eve")),
    )
    queues = (*center.queues, a_queue("chat", Medium.CHAT))
    center.apply_definition(agents=more, queues=queues)
    before = snapshot(center.engine.state)
    told = center.tell(kind, by=MAX, **what)
    assert (told.outcome, told.reason) == (Outcome.REFUSED, reason)
    assert snapshot(center.engine.state)[3:] == before[3:], "nothing but the receipt has changed"


def test_a_recovered_center_lends_the_same() -> None:
    center = a_center(a_rule(stay_ms=60_000))
    center.arrives("sales")
    center.after(seconds=65)
    for engine in (center.recovered(), center.from_snapshot()):
        assert list(engine.state.lent) == ["ann"]
        assert engine.state.lendings == center.engine.state.lendings
