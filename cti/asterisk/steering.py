"""What an Asterisk may be asked: the commands of the switch port, each one action or a few, safe to repeat.

The connection, its life and what is heard over it are in `switch.py`.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable

from cti.asterisk import actions, translate
from cti.asterisk.link import AmiLink
from cti.asterisk.packet import AmiAction
from cti.core.call import LegStage
from cti.core.commands import (
    Answer,
    CallGone,
    Command,
    Done,
    HangUp,
    Invite,
    OutcomeUnknown,
    Outside,
    Refused,
    Ring,
    SendOut,
    StopRinging,
)
from cti.core.correlate import Correlator
from cti.core.events import CallId, LegKey, Served, SwitchEvent
from cti.core.parties import PARTIES_MAX, Arrangement, Move, MoveBoth, Party, StandLater, Step
from cti.errors import AmiError, UnencodableError
from cti.ports import Clock, LinkState
from history.core.call_words import PartyAt
from history.core.vocabulary import DestinationId, PhoneName, SwitchName

log = logging.getLogger(__name__)


class Steering(ABC):
    """The commands of one Asterisk. Refused while its link is down or this engine may not write."""

    def __init__(self, name: SwitchName, clock: Clock, may_write: Callable[[], bool]) -> None:
        self._name = name
        self._clock = clock
        self._may_write = may_write
        self._epoch = 0
        self._correlator = Correlator(name)
        self._link: AmiLink | None = None
        self._state = LinkState.STOPPED
        self._sentence = f"switch {name} has not been started"

    @abstractmethod
    def _tell(self, event: SwitchEvent) -> None:
        """Hand an event to whoever follows the switch."""

    async def ring(self, call_id: CallId, leg_key: LegKey, phone: PhoneName, ring_ms: int) -> Answer:
        """Ring the phone for the caller. A key that rings or talks already is Done; one that has ended is Refused."""
        call = self._correlator.call(call_id)
        if refusal := self._refusal():
            return refusal
        if call is None:
            return CallGone()
        if call.leg is not None and call.leg.key == leg_key:
            return Done()
        if call.knows_ended(leg_key):
            return Refused(f"leg {leg_key} of call {call_id} has ended already")
        if isinstance(call.fallback, Served):
            return Refused(f"call {call_id} has been answered by the dialplan's fallback")
        if call.leg is not None:
            return Refused(f"call {call_id} is with {call.leg.phone} as leg {call.leg.key}")
        command = Ring(call_id, leg_key, phone, ring_ms)
        self._correlator.ring_asked(call_id, leg_key, phone, self._clock.now_ms())
        answer = await self._redirect(command, call.caller.unique_id)
        if isinstance(answer, CallGone | Refused):
            self._correlator.ring_not_sent(call_id, leg_key)
        return answer

    async def stop_ringing(self, call_id: CallId, leg_key: LegKey) -> Answer:
        """Take the caller back to the music, unless that leg does not ring any more or has been answered."""
        call = self._correlator.call(call_id)
        if refusal := self._refusal():
            return refusal
        if call is None:
            return CallGone()
        if call.leg is None or call.leg.key != leg_key:
            return Done()
        if call.leg.stage is LegStage.TALKING:
            return Refused(f"leg {leg_key} of call {call_id} has been answered")
        return await self._redirect(StopRinging(call_id, leg_key), call.caller.unique_id)

    async def hang_up(self, call_id: CallId) -> Answer:
        """End the call."""
        call = self._correlator.call(call_id)
        if refusal := self._refusal():
            return refusal
        if call is None:
            return CallGone()
        return await self._take_away(HangUp(call_id), call.caller.unique_id)

    async def send_out(self, call_id: CallId, sound: str | None, destination: DestinationId | None) -> Answer:
        """Play the sound and let the call go on outside, or end it; phones that are in it are dropped."""
        call = self._correlator.call(call_id)
        if refusal := self._refusal():
            return refusal
        if call is None:
            return CallGone()
        if isinstance(call.fallback, Served):
            return Refused(f"call {call_id} has been answered by the dialplan's fallback")
        gathering = self._correlator.gatherings.of(call_id)
        phones = () if gathering is None else tuple(gathering.parties)
        answer = await self._take_away(SendOut(call_id, sound, destination), call.caller.unique_id)
        if isinstance(answer, Done):
            for leg_key in phones:
                await self.drop(call_id, leg_key)
        return answer

    async def invite(
        self, call_id: CallId, leg_key: LegKey, target: PhoneName | Outside, at: PartyAt, ring_ms: int
    ) -> Answer:
        """Ring one more phone for the call, which stands there when it answers; where nobody but the caller is in the
        call, as `ring` does. Keys are treated as by `ring`."""
        call = self._correlator.call(call_id)
        if refusal := self._refusal():
            return refusal
        if call is None:
            return CallGone()
        gathering = self._correlator.gatherings.of(call_id)
        phones = {} if gathering is None else gathering.parties
        if leg_key in phones:
            return Done()
        if not phones and call.leg is None and not isinstance(target, Outside):
            return await self.ring(call_id, leg_key, target, ring_ms)
        if call.leg is not None and call.leg.key == leg_key:
            return Done()
        if call.knows_ended(leg_key):
            return Refused(f"leg {leg_key} of call {call_id} has ended already")
        if isinstance(call.fallback, Served):
            return Refused(f"call {call_id} has been answered by the dialplan's fallback")
        if len(phones) + 1 >= PARTIES_MAX:
            return Refused(f"call {call_id} has {PARTIES_MAX} parties already")
        command = Invite(call_id, leg_key, target, at, ring_ms)
        phone = PhoneName("") if isinstance(target, Outside) else target
        at_ms = self._clock.now_ms()
        try:
            asked = actions.originate(command, call.caller.unique_id, call.caller.channel, self._epoch)
            party = Party(leg_key, phone, LegStage.ASKED, at, at_ms, actions.leg_channel(leg_key))
        except UnencodableError as error:
            return Refused(str(error))
        self._correlator.gatherings.invited(call_id, party)
        answer = await self._ask(asked, call_id)
        if isinstance(answer, CallGone | Refused):
            self._correlator.gatherings.invitation_not_sent(call_id, leg_key)
        return answer

    async def drop(self, call_id: CallId, leg_key: LegKey) -> Answer:
        """Let one phone go that stands in the call on its own; one that is not there is Done."""
        if refusal := self._refusal():
            return refusal
        step = self._correlator.gatherings.step_without(call_id, leg_key)
        if step is None:
            return Done()
        try:
            return await self._ask(actions.step_of(step, self._epoch), call_id)
        except UnencodableError as error:
            return Refused(str(error))

    async def arrange(self, call_id: CallId, arrangement: Arrangement) -> Answer:
        """Let each party of the call stand where it shall; phones that are not named are dropped."""
        if refusal := self._refusal():
            return refusal
        call = self._correlator.call(call_id)
        if call is None and self._correlator.gatherings.of(call_id) is None:
            return CallGone()
        if call is not None and call.leg is not None and call.leg.stage is not LegStage.TALKING:
            return Refused(f"call {call_id} is being rung for as leg {call.leg.key}")
        if call is not None and isinstance(call.fallback, Served):
            return Refused(f"call {call_id} has been answered by the dialplan's fallback")
        steps, events = self._correlator.gatherings.arrange(call_id, call, arrangement, self._clock.now_ms())
        for event in events:
            self._tell(event)
        answer: Answer = Done()
        for step in steps:
            try:
                answer = await self._ask(actions.step_of(step, self._epoch), call_id)
            except UnencodableError as error:
                answer = Refused(str(error))
            if isinstance(answer, CallGone) and not _moves_the_customer(step):
                continue  # that phone has hung up meanwhile, which is told by itself
            if not isinstance(answer, Done):
                self._correlator.gatherings.not_arranged(call_id, arrangement.number)
                return answer
            if isinstance(step, StandLater):
                for event in self._correlator.gatherings.will_stand(
                    call_id, step.leg_key, step.at, self._clock.now_ms()
                ):
                    self._tell(event)
        return Done()

    async def answer_emergency(self, channel: str, done: bool) -> Answer:
        """Tell whoever dialled in for an emergency whether it was done."""
        link = self._link
        if (refusal := self._refusal()) or link is None:
            return refusal or Refused(self._sentence)
        try:
            return translate.answer_of(await link.ask(actions.verdict(channel, done)))
        except UnencodableError as error:
            return Refused(str(error))
        except AmiError as error:
            log.warning("switch %s, emergency call %s: %s", self._name, channel, error)
            return OutcomeUnknown()

    def _refusal(self) -> Refused | None:
        if self._state is not LinkState.UP:
            return Refused(self._sentence)
        if not self._may_write():
            return Refused(f"this engine may not steer switch {self._name} now: its lease has run out")
        return None

    async def _take_away(self, command: HangUp | SendOut, unique_id: str) -> Answer:
        """Redirect a caller who may be talking."""
        self._correlator.taken(command.call_id, True)
        answer = await self._redirect(command, unique_id)
        if isinstance(answer, Refused):
            self._correlator.taken(command.call_id, False)
        return answer

    async def _redirect(self, command: Command, unique_id: str) -> Answer:
        try:
            action = actions.action_of(command, unique_id, self._epoch)
            first = actions.set_sound(unique_id, command.sound) if isinstance(command, SendOut) else None
        except UnencodableError as error:
            return Refused(str(error))
        if first is not None:
            laid = await self._ask(first, command.call_id)
            if not isinstance(laid, Done):
                return laid
        return await self._ask(action, command.call_id)

    async def _ask(self, asked: AmiAction, call_id: CallId) -> Answer:
        link = self._link
        if link is None:
            return Refused(self._sentence)
        try:
            return translate.answer_of(await link.ask(asked))
        except AmiError as error:
            log.warning("switch %s, call %s: %s", self._name, call_id, error)
            return OutcomeUnknown()


def _moves_the_customer(step: Step) -> bool:
    return isinstance(step, MoveBoth) or (isinstance(step, Move) and step.at is PartyAt.QUEUE)
