"""Random days that the real engine decides: mostly work as usual, now and then whatever can happen."""

from functools import cache

from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    HandlingPhase,
    LegFailure,
    Medium,
    OfferId,
    OfferPhase,
    Presence,
)
from router.core import inputs
from tests.router.test_walk import QUEUES, Walk

Journal = list[tuple[int, Fact]]


@cache
def a_busy_day(seed: int, steps: int = 150) -> Journal:
    """Some hours with five agents and six queues: offers taken, missed, declined; agents who come and go. Made once;
    nobody changes it."""
    walk = Walk(seed)
    for _ in range(steps):
        for _ in range(walk.chance.choice((0, 1, 1, 2))):
            walk.arrive()
        for name in walk.names:
            be_there(walk, AgentId(name))
        if walk.chance.random() < 0.3:
            walk.leave()
        if walk.chance.random() < 0.3:
            move_something(walk)
        if walk.chance.random() < 0.1:
            walk.work_of_their_own()
        for offer in list(walk.center.engine.state.offers):
            hear_of(walk, offer)
        for handling in list(walk.center.engine.state.handlings):
            go_on_with(walk, handling)
        if walk.chance.random() < 0.2:
            walk.step()
        walk.center.after(seconds=walk.chance.choice((1, 5, 20, 20, 60)))
    return walk.center.journal


def be_there(walk: Walk, name: AgentId) -> None:
    """Back from a break, mostly, with a phone and a desktop that work."""
    if walk.center.presence_of(name) is not Presence.READY and walk.chance.random() < 0.3:
        for kind in (inputs.PhoneFree, inputs.PhoneReachable, inputs.DesktopAttached):
            walk.center.tell(kind, agent=name)
        walk.center.chooses(name, Presence.READY)


def move_something(walk: Walk) -> None:
    """To another queue of the same medium, where there is one."""
    live = list(walk.center.engine.state.interactions)
    if live:
        to = walk.chance.choice(QUEUES).queue
        walk.center.tell(inputs.WorkMoved, interaction=walk.chance.choice(live), to=to)


def hear_of(walk: Walk, offer_id: OfferId) -> None:
    offer = walk.center.engine.state.offers.get(offer_id)  # an answer may have taken it back
    if offer is None:
        return
    what = walk.chance.random()
    if what < 0.7:
        walk.center.takes(offer.agent, offer_id)
    elif what < 0.8 and offer.medium is not Medium.VOICE:
        walk.center.tell(inputs.AgentDeclinedOffer, agent=offer.agent, offer=offer_id)
    elif what < 0.8 and offer.phase is OfferPhase.RINGING:
        walk.center.tell(inputs.AgentLegFailed, offer=offer_id, cause=walk.chance.choice(list(LegFailure)))


def go_on_with(walk: Walk, handling_id: HandlingId) -> None:
    handling = walk.center.engine.state.handlings[handling_id]
    if handling.phase is HandlingPhase.ACTIVE and walk.chance.random() < 0.5:
        walk.center.ends(handling.agent, handling_id)
    elif handling.phase is HandlingPhase.WRAP_UP and walk.chance.random() < 0.6:
        walk.center.wraps_up(handling.agent, handling_id)
