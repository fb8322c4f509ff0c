"""What a switch does with calls of more than two parties: it rings further phones and brings the parties where they
shall stand, one command of a call after the other; sometimes it cannot, or says nothing.

True here before anyone hears of it. Whoever is in the call as the customer's agent goes takes over the talk.
"""

from random import Random
from typing import Any

from history.core.call_words import PartyAt
from history.core.vocabulary import EndedBy, InteractionId, LegFailure, LegId, OfferId, Outcome, OutcomeReason
from router.core import effects, inputs, leg_inputs
from router.core.call_inputs import CallArranged, CallNotArranged
from router.core.inputs import Receipt
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.day import Day
from router.simulation.people import Customer, FurtherLeg
from router.simulation.world import Action

SILENT = 0.03
FAILS = 0.06
FAILED_MAX = 2
"""Not more often in a row."""
NOT_REACHED = 0.3


class Exchange:
    """The switch's side of such calls."""

    def __init__(self, day: Day, chance: Random) -> None:
        self._day = day
        self._world = day.world
        self._desks = day.desks
        self._chance = chance
        self.legs: dict[LegId, FurtherLeg] = {}
        self._were_there: set[LegId] = set()
        """Legs that have been connected."""
        self._outside: set[LegId] = set()
        self._done: dict[InteractionId, int] = {}
        """The last arrangement of each call."""
        self._failed: dict[InteractionId, int] = {}
        self._free_ms: dict[InteractionId, int] = {}
        """When the call's last command is done."""
        day.desks.phones.further = self
        day.world.on(effects.ArrangeCall, self._arrange)

    def _command(self, interaction: InteractionId, action: Action, effect: Any) -> None:
        takes_ms = self._chance.choice((0, 20, 200, 2_000))
        at_ms = max(self._world.now_ms + takes_ms, self._free_ms.get(interaction, 0))
        self._free_ms[interaction] = at_ms
        self._world.after(at_ms - self._world.now_ms, action, effect)

    def frees(self, customer: Customer) -> None:
        """The switch takes the caller to another phone, whatever it could not do before."""
        if customer.talk is not None and customer.talk.over:
            self._desks.is_let_go(customer.talk)

    def ring(self, effect: effects.RingLeg) -> None:
        self._command(effect.interaction, self._rings, effect)

    def _rings(self, effect: effects.RingLeg) -> None:
        customer = self._day.customers.present.get(effect.interaction)
        known = self.legs.get(effect.leg)
        if known is not None:
            self._report(known)
        elif effect.leg in self._were_there:
            self._tell(leg_inputs.ended(effect.leg, EndedBy.LOST))
        elif customer is None:
            self._tell(leg_inputs.failed(effect.leg, LegFailure.CALLER_GONE))
        elif effect.agent is not None and self._is_alone(customer):
            self._day.desks.phones.rings_leg(effect)
        else:
            self._begin(effect)

    def _is_alone(self, customer: Customer) -> bool:
        legs = any(leg.interaction == customer.interaction for leg in self.legs.values())
        return customer.talk is None and not legs

    def _begin(self, effect: effects.RingLeg) -> None:
        agent = None if effect.agent is None else self._desks.by_id[effect.agent]
        if agent is not None and agent.phone_busy:
            self._tell(leg_inputs.failed(effect.leg, LegFailure.BUSY))
            return
        leg = self.legs[effect.leg] = FurtherLeg(effect.leg, effect.interaction, agent)
        if agent is None:
            self._outside.add(leg.key)
        else:
            agent.further = leg
            self._world.tell(SWITCH_SOURCE, inputs.PhoneBusy, agent=agent.agent)
        self._report(leg)
        after_ms = self._chance.randint(500, 9_000)
        if self._chance.random() < NOT_REACHED:
            causes = (LegFailure.NO_ANSWER, LegFailure.DECLINED, LegFailure.UNREACHABLE)
            self._world.after(after_ms, self._fails, leg, self._chance.choice(causes))
        else:
            self._world.after(after_ms, self._answers, leg)

    def _report(self, leg: FurtherLeg) -> None:
        agent = None if leg.agent is None else leg.agent.agent
        if leg.connected:
            kind, what = leg_inputs.answered(leg.key, leg.interaction, agent)
            self._world.tell(SWITCH_SOURCE, kind, receipted=lambda given: self._perhaps_drop(leg, given), **what)
        else:
            self._tell(leg_inputs.rang(leg.key))

    def _perhaps_drop(self, leg: FurtherLeg, receipt: Receipt) -> None:
        """Somebody has picked up whom nobody wants any more: the voice channel lets them go."""
        if receipt.outcome is Outcome.IGNORED and receipt.reason is not OutcomeReason.NO_CHANGE and not leg.over:
            self._let_go(leg, EndedBy.SYSTEM)

    def _fails(self, leg: FurtherLeg, cause: LegFailure) -> None:
        if not leg.over:
            self._is_over(leg)
            self._tell(leg_inputs.failed(leg.key, cause))

    def _answers(self, leg: FurtherLeg) -> None:
        if leg.over:
            return
        leg.connected = True
        self._were_there.add(leg.key)
        self._report(leg)
        stays_ms = max(1, round(self._chance.expovariate(1 / 45_000)))
        self._world.after(stays_ms, self._hangs_up, leg)

    def _hangs_up(self, leg: FurtherLeg) -> None:
        if not leg.over:
            by = EndedBy.LOST if self._chance.random() < 0.1 else EndedBy.AGENT
            self._let_go(leg, by)

    def _let_go(self, leg: FurtherLeg, by: EndedBy) -> None:
        self._is_over(leg)
        ended = leg_inputs.ended(leg.key, by)
        self._tell(ended if leg.connected else leg_inputs.failed(leg.key, LegFailure.SWITCH_DOWN))

    def _is_over(self, leg: FurtherLeg) -> None:
        leg.over = True
        del self.legs[leg.key]
        if leg.agent is not None:
            leg.agent.further = None
            self._world.tell(SWITCH_SOURCE, inputs.PhoneFree, agent=leg.agent.agent)

    def _tell(self, told: leg_inputs.Told) -> None:
        kind, what = told
        self._world.tell(SWITCH_SOURCE, kind, **what)

    def _arrange(self, effect: effects.ArrangeCall) -> None:
        self._command(effect.interaction, self._arranges, effect)

    def _arranges(self, effect: effects.ArrangeCall) -> None:
        if self._done.get(effect.interaction, 0) > effect.arrangement:
            return
        drawn = self._chance.random()
        failed = self._failed.get(effect.interaction, 0)
        if drawn < SILENT + FAILS and failed < FAILED_MAX:
            self._failed[effect.interaction] = failed + 1
        else:
            self._failed[effect.interaction], drawn = 0, 1.0
        if drawn < SILENT:
            return
        what: dict[str, Any] = {"interaction": effect.interaction, "arrangement": effect.arrangement}
        if drawn < SILENT + FAILS:
            self._world.tell(SWITCH_SOURCE, CallNotArranged, **what)
            return
        self._done[effect.interaction] = effect.arrangement
        self._bring(effect)
        self._world.tell(SWITCH_SOURCE, CallArranged, **what)

    def _bring(self, effect: effects.ArrangeCall) -> None:
        named = dict(effect.legs)
        customer = self._day.customers.present.get(effect.interaction)
        here = [leg for leg in self.legs.values() if leg.interaction == effect.interaction]
        for leg in here:
            if leg.key not in named:
                self._let_go(leg, EndedBy.SYSTEM)
        if customer is not None:
            self._bring_customer(customer, named)
        there = {leg.key for leg in here}
        if customer is not None:
            there |= {LegId(each.offer) for each in (customer.talk, customer.ring) if each is not None}
        for key in named:
            if key not in there and (key in self._were_there or key.startswith("o")):
                self._tell(leg_inputs.ended(key, EndedBy.LOST))

    def _bring_customer(self, customer: Customer, named: dict[LegId, PartyAt]) -> None:
        if named and named.keys() <= self._outside and named.keys() <= self._were_there:
            self._are_outside(customer, [self.legs[key] for key in named if key in self.legs])
            return
        talk = customer.talk
        gone = talk is not None and (talk.over or LegId(talk.offer) not in named)
        heirs = [self.legs[key] for key, at in named.items() if key in self.legs and at is PartyAt.TALK]
        heir = next((leg for leg in heirs if leg.connected and leg.agent is not None), None)
        if talk is not None and gone:
            self._desks.is_let_go(talk)
        if heir is not None and heir.agent is not None and customer.talk is None and customer.ring is None:
            agent = heir.agent
            heir.over = True
            del self.legs[heir.key]
            agent.further = None
            self._desks.goes_on(OfferId(heir.key), customer, agent)

    def _are_outside(self, customer: Customer, there: list[FurtherLeg]) -> None:
        """The customer and whom they were sent to: no call of the center any more."""
        talk = customer.talk
        if talk is not None:
            self._desks.is_let_go(talk)
        for leg in there:
            leg.over = True
            del self.legs[leg.key]
        self._day.customers.is_outside(customer)
