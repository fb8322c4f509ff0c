"""Shares of time and floors: deferred work goes on beside calls, and nobody is kept idle for it."""

from typing import Any

from history.core import routing as facts
from history.core.routing_blending import Floor, QueueShare, Share
from history.core.routing_settings import MediumCapacity
from history.core.vocabulary import AgentId, Medium, OfferedBecause, Presence, QueueId, Requirement, RuleId
from router.core.explain import WhyNot, reasons_against
from router.core.snapshot import snapshot
from tests.specs.center import Center, a_queue, an_agent

SALES, LETTERS = QueueId("sales"), QueueId("letters")
FULL = Requirement("anyone")


def a_center(agents: int = 1, **rules: Any) -> Center:
    queues = (a_queue("sales", Medium.VOICE, target_s=3600), a_queue("letters", Medium.MAIL, target_s=7200))
    center = Center(agents=tuple(an_agent(f"a{n}") for n in range(agents)), queues=queues, rules=rules)
    for n in range(agents):
        center.signs_in(f"a{n}")
    return center


def shares(sales: int) -> tuple[Share, ...]:
    queues = (QueueShare(SALES, sales), QueueShare(LETTERS, 100 - sales))
    return (Share(rule=RuleId("time"), agents=FULL, queues=queues),)


def floors(agents_min: int) -> tuple[Floor, ...]:
    return (Floor(rule=RuleId("letters"), agents=FULL, queues=(LETTERS,), agents_min=agents_min),)


def served(center: Center, pieces: int, seconds: float) -> list[str]:
    """One agent works through what waits; the queues that they served in turn."""
    found = []
    for _ in range(pieces):
        offer = center.engine.state.offers[center.offer_of("a0")]
        found.append(str(center.engine.state.interactions[offer.interaction].queue))
        handling = center.takes("a0")
        for again in center.offers_of("a0"):
            center.takes("a0", again)
        center.after(seconds=seconds)
        center.ends("a0", handling)
        center.wraps_up("a0", handling)
    return found


def one_at_a_time(sales: int) -> Center:
    """Letters fill an agent wholly here, so that each piece is one decision."""
    queues = (a_queue("sales", Medium.CHAT, target_s=3600), a_queue("letters", Medium.CHAT, target_s=7200))
    whole = (MediumCapacity(medium=Medium.CHAT, weight=100, limit=1),)
    return Center(agents=(an_agent("a0", capacities=whole),), queues=queues, rules={"shares": shares(sales)})


def test_time_is_divided_as_the_shares_say() -> None:
    for sales in (30, 50, 75):
        center = one_at_a_time(sales)
        for _ in range(60):
            center.arrives("sales")
            center.arrives("letters")
        center.signs_in("a0")
        order = served(center, 40, seconds=40)
        share = 100 * order[10:].count("sales") / len(order[10:])
        assert abs(share - sales) <= 7, (sales, order)


def test_without_the_rule_the_earlier_due_goes_first() -> None:
    center = one_at_a_time(50)
    center.rules = {}
    center.apply_definition()
    for _ in range(10):
        center.arrives("sales")
        center.arrives("letters")
    center.signs_in("a0")
    assert served(center, 10, seconds=40) == ["sales"] * 10


def test_nobody_is_idle_for_a_share() -> None:
    center = one_at_a_time(90)
    for _ in range(3):
        center.arrives("letters")
    center.signs_in("a0")
    assert served(center, 3, seconds=100) == ["letters"] * 3


def test_an_offer_by_share_says_so_and_a_recovered_center_divides_the_same() -> None:
    center = one_at_a_time(30)
    for _ in range(20):
        center.arrives("sales")
        center.arrives("letters")
    center.signs_in("a0")
    served(center, 7, seconds=40)
    made = [fact for _, fact in center.journal if isinstance(fact, facts.OfferMade)]
    assert {fact.because for fact in made} == {OfferedBecause.URGENCY, OfferedBecause.SHARE}
    for engine in (center.recovered(), center.from_snapshot()):
        assert snapshot(engine.state) == snapshot(center.engine.state)


def test_a_floor_is_served_first_however_much_else_waits() -> None:
    center = a_center(agents=3)
    for _ in range(6):
        center.arrives("sales")
    for n in range(3):
        center.takes(f"a{n}")
    center.rules = {"floors": floors(1)}
    center.apply_definition()
    letter = center.arrives("letters")
    for n in range(3):
        handling = center.handling_of(f"a{n}")
        center.ends(f"a{n}", handling)
        center.wraps_up(f"a{n}", handling)
    center.expect_offer("a0", letter)
    assert all(center.engine.state.offers[center.offer_of(f"a{n}")].medium is Medium.VOICE for n in (1, 2))
    made = center.found(facts.OfferMade)
    because = [fact.because for fact in made if isinstance(fact, facts.OfferMade) and fact.interaction == letter]
    assert because == [OfferedBecause.FLOOR]


def test_who_keeps_the_floor_is_not_interrupted_by_calls() -> None:
    center = a_center(agents=2, floors=floors(1))
    center.chooses("a1", Presence.NOT_READY, "break")
    center.expect_offer("a0", center.arrives("letters"))
    center.takes("a0")
    call = center.arrives("sales")
    center.expect_no_offer("a0")
    state = center.engine.state
    assert reasons_against(state, state.seats.of[AgentId("a0")], state.interactions[call])[-1] is WhyNot.KEPT_FOR_OTHERS
    center.signs_in("a1")
    center.expect_offer("a1", call)


def test_more_than_the_floor_may_be_interrupted_as_ever() -> None:
    center = a_center(agents=2, floors=floors(1))
    center.arrives("letters")
    center.takes("a0")
    center.chooses("a0", Presence.NOT_READY, "break")
    center.arrives("letters")
    center.takes("a1")
    center.chooses("a0", Presence.READY)
    call = center.arrives("sales")
    assert center.engine.state.interactions[call].offer is not None
