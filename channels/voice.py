"""Calls as interactions: what a switch reports becomes inputs of the router, what the router wants becomes commands.

Calls can be asked for again, so nothing of a switch is kept for announcing: after each gap everything is told afresh
under a higher epoch. The caller's number is committed as the first entry of the call's conversation before the router
hears of the call, so that the pop can show it. Leaves to `cti` what a call is, and to the router who gets it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from channels.core.matching import conversation_of, phone_key, voice_interaction
from channels.identification import Known, who_is_this
from channels.in_order import InOrder
from cti.core import commands, events
from cti.ports import Switch
from history.clock import Clock
from history.core.conversations import ConversationBegan
from history.core.customers import IdentityKind
from history.core.routing import Attributes
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    InteractionId,
    LegFailure,
    Medium,
    OfferId,
    Outcome,
    OutcomeReason,
    PhoneName,
    QueueId,
    SourceId,
    SwitchName,
    Trust,
)
from history.errors import AlreadyThere, StoreUnavailable
from history.feed import Feed
from history.store import Store
from router.core import inputs
from router.core.effects import AnyEffect, HangUpCustomer, RingAgent, StopRinging
from router.core.inputs import Receipt
from router.ports import Router

EFFECTS_MAX = 10_000
LOGINS_MAX = 1_000_000
"""Logins to a switch in one engine's life; beyond, its epochs would meet the next engine's."""
RETRY_S = 0.5

log = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """What the definition says about one switch's calls."""

    switch: SwitchName
    numbers: Mapping[str, QueueId]
    """Number dialled -> queue."""
    other_numbers: QueueId
    """The queue of a number that the definition does not name: nobody is turned away."""
    phones: Mapping[PhoneName, AgentId]
    phone_region: str | None
    """ISO 3166 region in which callers' numbers without a country are read."""


class VoiceChannel:
    """One switch. `run` is its life; as an effect sink it takes what concerns this switch."""

    def __init__(
        self,
        settings: VoiceSettings,
        switch: Switch,
        router: Router,
        store: Store,
        clock: Clock,
        reached: Callable[[str], None] = lambda point: None,
    ) -> None:
        """`reached` is told at each named point at which a test may kill the process."""
        self._reached = reached
        self._settings = settings
        self._switch = switch
        self._store = store
        self._clock = clock
        self._source = SourceId(f"switch/{settings.switch}")
        self._epoch = 0
        self._first_epoch = 0
        self._number = 0
        self._sender = InOrder(router)
        self._effects: asyncio.Queue[RingAgent | StopRinging | HangUpCustomer] = asyncio.Queue(EFFECTS_MAX)
        self._synchronised = asyncio.Event()
        self._calls: dict[InteractionId, events.CallId] = {}

    @property
    def switch(self) -> Switch:
        return self._switch

    def engine_recovered(self, engine_epoch: int) -> None:
        """The engine writes under this lease epoch from now on; call it before `run`, and after each recovery."""
        if not self._first_epoch:
            self._first_epoch = engine_epoch * LOGINS_MAX
        self._switch.set_epoch(engine_epoch)

    def release(self, effects: Sequence[AnyEffect]) -> None:
        """Take ring, stop and hang-up effects of this switch's calls. Never blocks."""
        mine = f"v-{self._settings.switch}-"
        for effect in effects:
            if isinstance(effect, RingAgent | StopRinging | HangUpCustomer) and effect.interaction.startswith(mine):
                try:
                    self._effects.put_nowait(effect)
                except asyncio.QueueFull:
                    # The engine's own deadlines answer for it: the offer expires, the hang-up is given up.
                    log.warning("switch %s: more than %d commands wait; one is dropped", self._switch.name, EFFECTS_MAX)

    async def run(self) -> None:
        """Follow the switch and carry out effects until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._switch.run())
            tasks.create_task(self._sender.run())
            tasks.create_task(self._follow())
            tasks.create_task(self._carry_out())

    # -- what the switch reports ---------------------------------------------------------------------------------

    async def _follow(self) -> None:
        async for event in self._switch.events():
            match event:
                case events.SwitchResynchronised():
                    await self._resynchronised(event)
                case events.SwitchLost():
                    self._lost(event)
                case events.CallArrived():
                    await self._arrived(
                        events.CallSeen(
                            event.call_id,
                            event.dialled,
                            event.caller_number,
                            event.caller_name,
                            event.waiting_since_ms,
                            events.Waiting(),
                        )
                    )
                case events.CallEnded():
                    interaction = voice_interaction(event.call_id)
                    self._calls.pop(interaction, None)
                    self._tell(inputs.CustomerLeft, interaction=interaction)
                case events.CallFellBack():
                    log.warning("call %s went to the dialplan's fallback", event.call_id)
                case events.LegRang() | events.LegAnswered() | events.LegFailed() | events.LegEnded():
                    self._leg(event)
                case _:
                    self._phone(event)

    def _leg(self, event: events.LegEvent) -> None:
        offer = OfferId(event.leg_key)
        match event:
            case events.LegRang():
                self._tell(inputs.AgentRang, offer=offer)
            case events.LegAnswered():
                self._tell(inputs.AgentAnswered, offer=offer)
            case events.LegFailed():
                self._tell(inputs.AgentLegFailed, offer=offer, cause=_LEG_FAILURE[event.cause])
            case events.LegEnded():
                self._tell(inputs.LegEnded, offer=offer, by=_ENDED_BY[event.by])
            case _:
                assert_never(event)

    def _phone(self, event: events.PhoneEvent) -> None:
        agent = self._settings.phones.get(event.phone)
        if agent is None:
            return
        match event:
            case events.PhoneBusy():
                self._tell(inputs.PhoneBusy, agent=agent)
            case events.PhoneFree():
                self._tell(inputs.PhoneFree, agent=agent)
            case events.PhoneReachable():
                self._tell(inputs.PhoneReachable, agent=agent)
            case events.PhoneUnreachable():
                self._tell(inputs.PhoneUnreachable, agent=agent)
            case _:
                assert_never(event)

    def _lost(self, event: events.SwitchLost) -> None:
        """Nothing can be rung: the phones of this switch are out of reach until it is back."""
        log.warning("switch %s: %s", self._switch.name, event.reason)
        self._synchronised.clear()
        for agent in self._settings.phones.values():
            self._tell(inputs.PhoneUnreachable, agent=agent)

    async def _resynchronised(self, seen: events.SwitchResynchronised) -> None:
        """Tell all that is there afresh, under a higher epoch; what the switch has no more ends."""
        self._sender.forget()
        self._epoch = self._first_epoch + seen.epoch
        self._number = 0
        calls = tuple(voice_interaction(call.call_id) for call in seen.calls)
        self._calls = {}
        self._tell(
            inputs.SwitchSeen,
            switch=self._settings.switch,
            interactions=calls,
            restarted=seen.restarted,
        )
        self._tell_phones(seen.phones)
        for call in seen.calls:
            await self._arrived(call)
            self._adopt(call)
            self._reached("voice.resynchronising")
        self._synchronised.set()

    def _tell_phones(self, phones: Sequence[events.PhoneSeen]) -> None:
        found = {phone.phone: phone for phone in phones}
        for name, agent in self._settings.phones.items():
            phone = found.get(name)
            reachable, busy = (False, False) if phone is None else (phone.reachable, phone.busy)
            self._tell(inputs.PhoneBusy if busy else inputs.PhoneFree, agent=agent)
            self._tell(inputs.PhoneReachable if reachable else inputs.PhoneUnreachable, agent=agent)

    def _adopt(self, call: events.CallSeen) -> None:
        """What the switch says about a leg is repeated to the router, which knows whether it is news."""
        match call.state:
            case events.Waiting() | events.InFallback():
                pass
            case events.Ringing(leg_key=key):
                stop = StopRinging(offer=OfferId(key), interaction=voice_interaction(call.call_id))
                self._tell(
                    inputs.AgentRang, offer=OfferId(key), receipted=lambda given: self._stop_if_over(given, stop)
                )
            case events.Talking(leg_key=key):
                self._tell(inputs.AgentAnswered, offer=OfferId(key))
            case events.AfterTalk(leg_key=key, by=by):
                self._tell(inputs.AgentAnswered, offer=OfferId(key))
                self._tell(inputs.LegEnded, offer=OfferId(key), by=_ENDED_BY[by])
            case _:
                assert_never(call.state)

    def _stop_if_over(self, receipt: Receipt, stop: StopRinging) -> None:
        """A phone rings for an offer that has ended: nobody else would stop it."""
        if receipt.outcome is Outcome.IGNORED and receipt.reason is not OutcomeReason.NO_CHANGE:
            self.release([stop])

    async def _arrived(self, call: events.CallSeen) -> None:
        interaction = voice_interaction(call.call_id)
        self._calls[interaction] = call.call_id
        key = None if call.caller_number is None else phone_key(call.caller_number, self._settings.phone_region)
        known = None if key is None else await who_is_this(self._store, IdentityKind.PHONE, key, self._clock)
        queue = self._settings.numbers.get(call.dialled, self._settings.other_numbers)
        await self._begin_conversation(interaction, call, queue, known)
        self._reached("voice.arriving")
        self._tell(
            inputs.InteractionArrived,
            interaction=interaction,
            medium=Medium.VOICE,
            queue=queue,
            arrived_ms=call.waiting_since_ms,
            switch=self._settings.switch,
            customer=None if known is None else known.customer,
            identity=None if known is None else known.identity,
            trust=Trust.CLAIMED if known is None else known.trust,
            attributes=Attributes() if known is None else known.attributes,
        )

    async def _begin_conversation(
        self, interaction: InteractionId, call: events.CallSeen, queue: QueueId, known: Known | None
    ) -> None:
        """Commit the caller's number before the router hears of the call; a call seen again has its conversation.

        A database that is away delays nobody here: the router could not decide either, and the call is told afresh.
        """
        stream = f"conversation/{interaction}"
        caller = call.caller_number or ""
        if call.caller_name and call.caller_name != caller:
            caller = f"{call.caller_name} {caller}".strip()
        try:
            if await Feed(self._store).last_number(stream):
                return
            async with self._store.writing("voice.arrived") as writing:
                owner: Any = interaction if known is None else known.customer
                subject = await writing.put_text(owner, caller) if caller else None
                dialled = await writing.put_text(owner, call.dialled) if call.dialled else None
                began = ConversationBegan(
                    conversation=conversation_of(interaction),
                    interaction=interaction,
                    medium=Medium.VOICE,
                    queue=queue,
                    subject=subject,
                    dialled=dialled,
                    customer=None if known is None else known.customer,
                    identity=None if known is None else known.identity,
                    trust=Trust.CLAIMED if known is None else known.trust,
                )
                await writing.append(stream, [began])
        except AlreadyThere:
            return
        except StoreUnavailable as error:
            log.warning("call %s: its conversation could not be begun: %s", interaction, error)

    # -- what the router wants -----------------------------------------------------------------------------------

    async def _carry_out(self) -> None:
        while True:
            effect = await self._effects.get()
            await self._synchronised.wait()
            call = self._calls.get(effect.interaction)
            if call is None:
                self._call_is_gone(effect)
                continue
            match effect:
                case RingAgent():
                    phone, key = effect.phone, events.LegKey(effect.offer)
                    answer = await self._switch.ring(call, key, phone, effect.ring_ms)
                    self._reached("voice.ring_sent")
                case StopRinging():
                    answer = await self._switch.stop_ringing(call, events.LegKey(effect.offer))
                    self._reached("voice.stop_sent")
                case HangUpCustomer():
                    answer = await self._switch.hang_up(call)
                    self._reached("voice.hang_up_sent")
                case _:
                    assert_never(effect)
            self._answered(effect, answer)

    def _answered(self, effect: RingAgent | StopRinging | HangUpCustomer, answer: commands.Answer) -> None:
        match answer:
            case commands.Done():
                if isinstance(effect, StopRinging):
                    # Done also when that leg rings no more; the router is waiting for either.
                    self._tell(inputs.AgentLegFailed, offer=effect.offer, cause=LegFailure.SWITCH_DOWN)
            case commands.CallGone():
                self._call_is_gone(effect)
            case commands.Refused(reason=reason):
                log.warning("switch %s refused %s: %s", self._switch.name, type(effect).__name__, reason)
                if isinstance(effect, RingAgent):
                    self._tell(inputs.AgentLegFailed, offer=effect.offer, cause=LegFailure.SWITCH_DOWN)
            case commands.OutcomeUnknown():
                pass  # the resynchronisation that follows tells what came of it
            case _:
                assert_never(answer)

    def _call_is_gone(self, effect: RingAgent | StopRinging | HangUpCustomer) -> None:
        if isinstance(effect, RingAgent):
            self._tell(inputs.AgentLegFailed, offer=effect.offer, cause=LegFailure.CALLER_GONE)
        else:
            self._tell(inputs.CustomerLeft, interaction=effect.interaction)

    def _tell(self, kind: Any, *, receipted: Any = None, **what: Any) -> None:
        """Queue one input for the router; the fields are checked by the input's own type."""
        self._number += 1
        given = kind(source=self._source, source_epoch=self._epoch, source_number=self._number, **what)
        self._sender.put(given, receipted)
