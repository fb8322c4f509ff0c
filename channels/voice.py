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
from channels.emergency_calls import EmergencyCalls, EmergencySettings
from channels.identification import Known, who_is_this
from channels.in_order import BufferFull, InOrder, Receipted
from channels.voice_commands import Command, SwitchCommands
from channels.voice_legs import VoiceLegs
from cti.core import events
from cti.ports import Switch
from history.clock import Clock
from history.core.conversations import ConversationBegan
from history.core.customers import IdentityKind
from history.core.routing import Attributes
from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    InteractionId,
    Medium,
    NumberId,
    PhoneName,
    QueueId,
    SourceId,
    Standing,
    SwitchName,
    Trust,
)
from history.customers import add_customer, add_identity
from history.errors import AlreadyThere, StoreUnavailable
from history.feed import Feed
from history.store import Store
from router.core import inputs
from router.core.effects import AnyEffect
from router.ports import Router

LOGINS_MAX = 1_000_000
"""Logins to a switch in one engine's life; beyond, its epochs would meet the next engine's."""
BEGIN_RETRY_S = 0.2
BEGIN_TRIES_MAX = 25
"""So often the beginning of a call's conversation is tried while the database is away; nothing is decided meanwhile."""

log = logging.getLogger(__name__)

_STANDING: dict[type[events.CallState], Standing] = {
    events.Waiting: Standing.WAITING,
    events.InFallback: Standing.WAITING,
    events.Ringing: Standing.WITH_AGENT,
    events.Talking: Standing.WITH_AGENT,
    events.AfterTalk: Standing.WITH_AGENT,
    events.Apart: Standing.WITH_AGENT,
    events.Served: Standing.SERVED,
}


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """What the definition says about one switch's calls."""

    switch: SwitchName
    numbers: Mapping[str, QueueId]
    """Number dialled -> queue."""
    called: Mapping[str, NumberId]
    """Number dialled -> its id, where it has one."""
    sounds: Mapping[AnnouncementId, str]
    """The switch's own name of each announcement."""
    other_numbers: QueueId
    """The queue of a number that the definition does not name: nobody is turned away."""
    phones: Mapping[PhoneName, AgentId]
    emergency: EmergencySettings
    """Who may declare an emergency by phone, and where."""
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
        self._following = False
        """Whether what the switch tells follows what was told before; else it is let pass until all is told anew."""
        self._calls: dict[InteractionId, events.CallId] = {}
        self._emergency = EmergencyCalls(settings.emergency, switch, store, clock, self._tell)
        self._commands = SwitchCommands(switch, settings.sounds, self._tell, reached)
        self._legs = VoiceLegs(settings.phones, self._tell, self._commands)

    @property
    def switch(self) -> Switch:
        return self._switch

    def engine_recovered(self, engine_epoch: int) -> None:
        """The engine writes under this lease epoch from now on; call it before `run`, and after each recovery."""
        if not self._first_epoch:
            # What is told before the first login (a switch out of reach) is news too, and older than any login's.
            self._first_epoch = self._epoch = engine_epoch * LOGINS_MAX
        self._switch.set_epoch(engine_epoch)

    def release(self, effects: Sequence[AnyEffect]) -> None:
        """Take ring, stop and hang-up effects of this switch's calls. Never blocks."""
        mine = f"v-{self._settings.switch}-"
        for effect in effects:
            if isinstance(effect, Command) and effect.interaction.startswith(mine):
                self._commands.put(effect)

    async def run(self) -> None:
        """Follow the switch and carry out effects until cancelled.

        When more waits for the router than may, all of it is dropped and the switch is read anew.
        """
        while True:
            self._sender.forget()
            self._commands.hold()
            self._following = False
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._switch.run())
                    tasks.create_task(self._sender.run())
                    tasks.create_task(self._follow())
                    tasks.create_task(self._commands.run())
                    tasks.create_task(self._emergency.run())
            except* BufferFull:
                log.warning("switch %s is read anew: more waits for the router than may", self._switch.name)

    async def _follow(self) -> None:
        async for event in self._switch.events():
            if not self._following and not isinstance(event, events.SwitchResynchronised | events.SwitchLost):
                continue
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
                case events.CallServed():
                    await self._arrived(event.call, _STANDING[type(event.call.state)])
                case events.CallEnded():
                    interaction = voice_interaction(event.call_id)
                    self._calls.pop(interaction, None)
                    self._tell(inputs.CustomerLeft, interaction=interaction)
                case events.CallSent():
                    interaction = voice_interaction(event.call_id)
                    self._calls.pop(interaction, None)
                    self._tell(inputs.CustomerSent, interaction=interaction)
                case events.CallNotSent():
                    log.warning("call %s could not be sent: its destination is not in the dialplan", event.call_id)
                    self._tell(inputs.CustomerNotSent, interaction=voice_interaction(event.call_id))
                case events.CallFellBack():
                    log.warning("call %s went to the dialplan's fallback", event.call_id)
                case events.LegRang() | events.LegAnswered() | events.LegFailed() | events.LegEnded():
                    self._legs.told(event)
                case events.LegHeld() | events.LegResumed() | events.CallArranged():
                    self._legs.told(event)
                case events.EmergencyAsked():
                    self._emergency.asked(event)
                case _:
                    self._phone(event)

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
        self._following = False
        self._commands.hold()
        for agent in self._settings.phones.values():
            self._tell(inputs.PhoneUnreachable, agent=agent)

    async def _resynchronised(self, seen: events.SwitchResynchronised) -> None:
        """Tell all that is there afresh, under a higher epoch; what the switch has no more ends."""
        self._sender.forget()
        self._following = True
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
            await self._arrived(call, _STANDING[type(call.state)])
            self._legs.adopt(call)
            self._reached("voice.resynchronising")
        self._commands.go_on(self._calls)

    def _tell_phones(self, phones: Sequence[events.PhoneSeen]) -> None:
        found = {phone.phone: phone for phone in phones}
        for name, agent in self._settings.phones.items():
            phone = found.get(name)
            reachable, busy = (False, False) if phone is None else (phone.reachable, phone.busy)
            self._tell(inputs.PhoneBusy if busy else inputs.PhoneFree, agent=agent)
            self._tell(inputs.PhoneReachable if reachable else inputs.PhoneUnreachable, agent=agent)

    async def _arrived(self, call: events.CallSeen, standing: Standing | None = None) -> None:
        interaction = voice_interaction(call.call_id)
        self._calls[interaction] = call.call_id
        key = None if call.caller_number is None else phone_key(call.caller_number, self._settings.phone_region)
        known = None if key is None else await who_is_this(self._store, IdentityKind.PHONE, key, self._clock)
        queue = self._settings.numbers.get(call.dialled, self._settings.other_numbers)
        known = await self._begin_conversation(interaction, call, queue, key, known, fresh=standing is None)
        self._reached("voice.arriving")
        self._tell(
            inputs.InteractionArrived,
            interaction=interaction,
            medium=Medium.VOICE,
            queue=queue,
            arrived_ms=call.waiting_since_ms,
            switch=self._settings.switch,
            called=self._settings.called.get(call.dialled),
            standing=standing,
            customer=None if known is None else known.customer,
            identity=None if known is None else known.identity,
            trust=Trust.CLAIMED if known is None else known.trust,
            attributes=Attributes() if known is None else known.attributes,
        )

    async def _begin_conversation(
        self,
        interaction: InteractionId,
        call: events.CallSeen,
        queue: QueueId,
        key: str | None,
        known: Known | None,
        *,
        fresh: bool,
    ) -> Known | None:
        """Commit the caller's number before the router hears of the call, and who has it: somebody new, if nobody had
        it. A call seen again has its conversation; a `fresh` one surely not. Return who it is.

        Nothing could be decided while the database is away, so the call is kept waiting for it, up to a bound; then it
        is told without the number.
        """
        new = key if known is None else None
        for tried in range(BEGIN_TRIES_MAX):
            try:
                # After a failure nobody knows whether it was committed.
                if (tried or not fresh) and await self._has_begun(interaction):
                    return known
                return await self._try_to_begin(interaction, call, queue, new, known)
            except AlreadyThere:
                # Somebody has this number after all: two calls at once, or one whose look-up took too long.
                known = None if key is None else await who_is_this(self._store, IdentityKind.PHONE, key, self._clock)
                new = None
            except StoreUnavailable as error:
                log.warning("call %s: its conversation could not be begun: %s", interaction, error)
                await asyncio.sleep(BEGIN_RETRY_S)
        return known

    async def _has_begun(self, interaction: InteractionId) -> bool:
        return bool(await Feed(self._store).last_number(f"conversation/{interaction}"))

    async def _try_to_begin(
        self, interaction: InteractionId, call: events.CallSeen, queue: QueueId, new: str | None, known: Known | None
    ) -> Known | None:
        caller = call.caller_number or ""
        if call.caller_name and call.caller_name != caller:
            caller = f"{call.caller_name} {caller}".strip()
        async with self._store.writing("voice.arrived") as writing:
            if new is not None:
                customer = await add_customer(writing, call.caller_name if caller != call.caller_number else None)
                identity = await add_identity(writing, customer, IdentityKind.PHONE, new, Trust.CLAIMED)
                known = Known(customer, identity, Trust.CLAIMED)
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
            await writing.append(f"conversation/{interaction}", [began])
        return known

    def _tell(self, kind: Any, *, receipted: Receipted | None = None, **what: Any) -> None:
        """Queue one input for the router; the fields are checked by the input's own type."""
        self._number += 1
        given = kind(source=self._source, source_epoch=self._epoch, source_number=self._number, **what)
        self._sender.put(given, receipted)
