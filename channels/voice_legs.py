"""What a switch tells of a call's legs and of where its parties stand, as inputs of the router.

The first leg of a call has the key of its offer and inputs of its own; those rung later are parties. What is found
after a gap is told again, and the router knows whether it is news.
"""

from collections.abc import Mapping
from typing import Any, Protocol, assert_never

from channels.core.matching import voice_interaction
from channels.in_order import Receipted
from channels.voice_commands import SwitchCommands
from cti.core import events
from cti.core.events import LegKey
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    InteractionId,
    LegFailure,
    LegId,
    OfferId,
    Outcome,
    OutcomeReason,
    PhoneName,
)
from router.core import call_inputs, leg_inputs
from router.core.effects import StopRinging
from router.core.inputs import Receipt

_LEG_FAILURE = {
    events.LegFailure.BUSY: LegFailure.BUSY,
    events.LegFailure.NO_ANSWER: LegFailure.NO_ANSWER,
    events.LegFailure.DECLINED: LegFailure.DECLINED,
    events.LegFailure.UNREACHABLE: LegFailure.UNREACHABLE,
    events.LegFailure.CALLER_GONE: LegFailure.CALLER_GONE,
    # The engine took the caller back itself: the offer has ended already, this only confirms it.
    events.LegFailure.WITHDRAWN: LegFailure.SWITCH_DOWN,
    events.LegFailure.REFUSED: LegFailure.REFUSED,
    events.LegFailure.SWITCH_DOWN: LegFailure.SWITCH_DOWN,
}
_ENDED_BY = {
    events.LegEndedBy.AGENT: EndedBy.AGENT,
    events.LegEndedBy.CALLER: EndedBy.CUSTOMER,
    events.LegEndedBy.LOST: EndedBy.LOST,
    events.LegEndedBy.ENGINE: EndedBy.SYSTEM,
}

LegNews = events.LegEvent | events.CallArranged


class Tell(Protocol):
    """Queues one input for the router."""

    def __call__(self, kind: Any, *, receipted: Receipted | None = None, **what: Any) -> None: ...


class VoiceLegs:
    """The legs of one switch's calls."""

    def __init__(self, phones: Mapping[PhoneName, AgentId], tell: Tell, commands: SwitchCommands) -> None:
        """`phones`: whose each phone is, by the definition of today."""
        self._phones = phones
        self._tell = tell
        self._commands = commands

    def told(self, event: LegNews) -> None:
        """Tell the router."""
        if isinstance(event, events.CallArranged):
            self._tell(
                call_inputs.CallArranged,
                interaction=voice_interaction(event.call_id),
                arrangement=event.arrangement,
            )
            return
        leg = LegId(event.leg_key)
        if isinstance(event, events.LegAnswered | events.LegFailed | events.LegEnded):
            self._commands.leg_is_over(leg)
        match event:
            case events.LegHeld():
                self._tell(call_inputs.PhoneHeld, leg=leg)
            case events.LegResumed():
                self._tell(call_inputs.PhoneResumed, leg=leg)
            case events.LegRang():
                self._rang(leg)
            case events.LegAnswered():
                self._answered(event.call_id, leg, event.phone)
            case events.LegFailed():
                self._failed(leg, _LEG_FAILURE[event.cause])
            case events.LegEnded():
                self._ended(leg, _ENDED_BY[event.by])
            case _:
                assert_never(event)

    def _rang(self, leg: LegId) -> None:
        kind, what = leg_inputs.rang(leg)
        self._tell(kind, **what)

    def _failed(self, leg: LegId, cause: LegFailure) -> None:
        kind, what = leg_inputs.failed(leg, cause)
        self._tell(kind, **what)

    def _ended(self, leg: LegId, by: EndedBy) -> None:
        kind, what = leg_inputs.ended(leg, by)
        self._tell(kind, **what)

    def _answered(self, call_id: events.CallId, leg: LegId, phone: PhoneName) -> None:
        kind, what = leg_inputs.answered(leg, voice_interaction(call_id), self._phones.get(phone))

        def let_go_if_over(receipt: Receipt) -> None:
            """A phone was picked up for a leg that is over: nobody else would let it go."""
            if receipt.reason in (OutcomeReason.LEG_OVER, OutcomeReason.UNKNOWN_LEG):
                self._commands.let_go(call_id, LegKey(leg))

        self._tell(kind, **what, receipted=let_go_if_over)

    def adopt(self, call: events.CallSeen) -> None:
        """What the switch says about legs is repeated to the router."""
        match call.state:
            case events.Waiting() | events.InFallback() | events.Served():
                pass
            case events.Ringing(leg_key=key):
                self._adopt_ring(LegId(key), voice_interaction(call.call_id))
            case events.Talking(leg_key=key, phone=phone):
                self._answered(call.call_id, LegId(key), phone)
            case events.AfterTalk(leg_key=key, phone=phone, by=by):
                self._answered(call.call_id, LegId(key), phone)
                self._ended(LegId(key), _ENDED_BY[by])
            case events.Apart(legs=legs):
                for leg in legs:
                    if leg.answered:
                        self._answered(call.call_id, LegId(leg.leg_key), leg.phone)
                    else:
                        self._rang(LegId(leg.leg_key))
            case _:
                assert_never(call.state)

    def _adopt_ring(self, leg: LegId, interaction: InteractionId) -> None:
        stop = StopRinging(offer=OfferId(leg), interaction=interaction)

        def stop_if_over(receipt: Receipt) -> None:
            """A phone rings for an offer that has ended: nobody else would stop it."""
            if receipt.outcome is Outcome.IGNORED and receipt.reason is not OutcomeReason.NO_CHANGE:
                self._commands.put(stop)

        kind, what = leg_inputs.rang(leg)
        self._tell(kind, **what, receipted=stop_if_over)
