"""Reserves: the last idle ones of a group are kept for the work that they are there for."""

from typing import Any

from history.core.routing_blending import Reserve
from history.core.vocabulary import Medium, Presence, QueueId, Requirement, RuleId
from router.core.explain import WhyNot, reasons_against
from tests.specs.center import Center, a_queue, an_agent

SALES, BILLING, MAIL = QueueId("sales"), QueueId("billing"), QueueId("mail")


def a_reserve(keep: int, *queues: QueueId, agents: str = "team:blue") -> Reserve:
    return Reserve(rule=RuleId("calm"), agents=Requirement(agents), queues=queues, keep=keep)


def a_center(*reserves: Reserve, **more: Any) -> Center:
    """Ann, ben and cem are of the blue team and serve all; dora serves billing alone and is in no team."""
    queues = (
        a_queue("sales", Medium.VOICE, "selling"),
        a_queue("billing", Medium.VOICE, "bills"),
        a_queue("mail", Medium.MAIL, "bills"),
        a_queue("chat", Medium.CHAT, "selling"),
    )
    blue = [an_agent(name, "selling", "bills", teams=("blue",), **more) for name in ("ann", "ben", "cem")]
    center = Center(agents=(*blue, an_agent("dora", "bills")), queues=queues, rules={"reserves": reserves})
    for agent in ("ann", "ben", "cem"):
        center.signs_in(agent)
        center.after(seconds=1)
    return center


def test_other_work_gets_an_agent_only_while_more_than_so_many_are_idle() -> None:
    center = a_center(a_reserve(2, SALES))
    center.expect_offer("ann", center.arrives("billing"))
    waits = center.arrives("billing")
    center.expect_no_offer("ben")
    center.expect_offer("ben", center.arrives("sales"))
    center.expect_offer("cem", center.arrives("sales"))
    assert waits in center.engine.state.waiting.places


def test_who_waits_is_served_once_there_are_enough_again_whoever_came_back() -> None:
    """Cem takes no billing: that he is idle again frees somebody else for it."""
    center = a_center(a_reserve(1, SALES))
    agents = tuple(
        an_agent(each, *(("selling",) if each == "cem" else ("selling", "bills")), teams=("blue",))
        for each in ("ann", "ben", "cem")
    )
    center.apply_definition(agents=agents)
    center.expect_offer("ann", center.arrives("sales"))
    center.takes("ann")
    center.expect_offer("ben", center.arrives("sales"))
    handling = center.takes("ben")
    waits = center.arrives("billing")
    center.ends("ben", handling)
    center.wraps_up("ben", handling)
    center.expect_offer("ben", waits)
    center.takes("ben")
    second = center.arrives("billing")
    ann = center.handling_of("ann")
    center.chooses("cem", Presence.NOT_READY, "break")
    center.ends("ann", ann)
    center.wraps_up("ann", ann)
    center.expect_no_offer("ann")
    center.chooses("cem", Presence.READY)
    center.expect_offer("ann", second)


def test_others_are_not_concerned() -> None:
    center = a_center(a_reserve(2, SALES))
    center.signs_in("dora")
    center.expect_offer("ann", center.arrives("billing"))
    center.expect_offer("dora", center.arrives("billing"))


def test_idle_is_who_could_take_what_they_are_kept_for() -> None:
    """An agent whose phone is gone is no reserve for calls, and nothing is gained by keeping them from mail."""
    center = a_center(a_reserve(2, SALES))
    center.phone_is_gone("cem")
    center.chooses("cem", Presence.READY)
    center.expect_offer("cem", center.arrives("mail"))
    center.takes("cem")
    center.expect_offer("cem", center.arrives("mail"))


def test_who_has_something_in_hand_is_not_kept() -> None:
    center = a_center(a_reserve(2, SALES, QueueId("chat")))
    chat = center.arrives("chat")
    center.expect_offer("ann", chat)
    center.takes("ann")
    mail = center.arrives("mail")
    center.expect_offer("ann", mail)


def test_a_kept_agent_is_told_by_the_explanation() -> None:
    center = a_center(a_reserve(3, SALES))
    waits = center.arrives("billing")
    state = center.engine.state
    assert reasons_against(state, state.seats.numbered[0], state.interactions[waits]) == (WhyNot.KEPT_FOR_OTHERS,)


def test_a_recovered_center_keeps_the_same() -> None:
    center = a_center(a_reserve(2, SALES))
    center.arrives("billing")
    waits = center.arrives("billing")
    center.takes("ann")
    for engine in [center.recovered(), center.from_snapshot()]:
        center.engine = engine
        center.after(seconds=1)
        assert waits in engine.state.waiting.places
        center.sent = 1_000
        center.signs_in("dora")
        center.expect_offer("dora", waits)
