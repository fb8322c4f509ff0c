"""After a gap the switch is read anew: it tells every call and phone as they stand, as the voice channel does."""

from collections.abc import Iterable

from history.core.vocabulary import EndedBy, LegFailure, Medium, Outcome, OutcomeReason, Presence, QueueId, Standing
from router.core import inputs, leg_inputs
from router.core.inputs import Receipt
from router.simulation.center import SWITCH
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.day import Day
from router.simulation.people import Agent, Customer, FurtherLeg, Ring, Talk
from router.simulation.world import World


def resynchronise(day: Day, further: Iterable[FurtherLeg] = ()) -> None:
    """Tell the engine everything that the switch has; what it does not name has ended."""
    legs = [leg for leg in further if not leg.over]
    world = day.world
    calls = [customer for customer in day.customers.present.values() if customer.medium is Medium.VOICE]
    seen = tuple(customer.interaction for customer in calls)
    world.tell(SWITCH_SOURCE, inputs.SwitchSeen, switch=SWITCH, interactions=seen)
    for agent in day.desks.by_id.values():
        _phone(world, agent)
    for customer in calls:
        _call(world, customer, [leg for leg in legs if leg.interaction == customer.interaction])


def _phone(world: World, agent: Agent) -> None:
    reachable = agent.here or agent.presence is not Presence.SIGNED_OUT
    world.tell(SWITCH_SOURCE, inputs.PhoneBusy if agent.phone_busy else inputs.PhoneFree, agent=agent.agent)
    world.tell(SWITCH_SOURCE, inputs.PhoneReachable if reachable else inputs.PhoneUnreachable, agent=agent.agent)


def _call(world: World, customer: Customer, further: list[FurtherLeg]) -> None:
    with_agent = customer.ring or customer.talk or customer.left_by_agent or further
    world.tell(
        SWITCH_SOURCE,
        inputs.InteractionArrived,
        interaction=customer.interaction,
        medium=customer.medium,
        queue=QueueId(customer.type.id),
        arrived_ms=customer.arrived_ms,
        switch=SWITCH,
        standing=Standing.WITH_AGENT if with_agent else Standing.WAITING,
    )
    for leg in further:
        kind, what = leg_inputs.rang(leg.key)
        if leg.connected:
            agent = None if leg.agent is None else leg.agent.agent
            kind, what = leg_inputs.answered(leg.key, leg.interaction, agent)
        world.tell(SWITCH_SOURCE, kind, **what)
    if customer.ring is not None:
        _ringing(world, customer.ring)
    elif customer.left_by_agent is not None:
        _answered(world, customer.left_by_agent)
        kind, what = leg_inputs.ended(customer.left_by_agent.offer, EndedBy.AGENT)
        world.tell(SWITCH_SOURCE, kind, **what)
    elif customer.talk is not None:
        _answered(world, customer.talk)


def _answered(world: World, talk: Talk) -> None:
    kind, what = leg_inputs.answered(talk.offer, talk.customer.interaction, talk.agent.agent)
    world.tell(SWITCH_SOURCE, kind, **what)


def _ringing(world: World, ring: Ring) -> None:
    """A phone that rings for an offer that has ended is stopped: nobody else would."""

    def stop_if_over(receipt: Receipt) -> None:
        ended = receipt.outcome is Outcome.IGNORED and receipt.reason is not OutcomeReason.NO_CHANGE
        if ended and not ring.over:
            ring.over = True
            ring.agent.ring = ring.customer.ring = None
            failed, says = leg_inputs.failed(ring.offer, LegFailure.SWITCH_DOWN)
            world.tell(SWITCH_SOURCE, failed, **says)
            world.tell(SWITCH_SOURCE, inputs.PhoneFree, agent=ring.agent.agent)

    kind, what = leg_inputs.rang(ring.offer)
    world.tell(SWITCH_SOURCE, kind, receipted=stop_if_over, **what)
