"""What the router wants of a switch: ring, stop ringing, arrange, hang up, send outside; each until it has answered.

Commands of one call go one after another, those of other calls meanwhile. What finds the switch away, or being read,
waits for it and is commanded again: commands may be repeated, and no offer fails because the link did.
"""

import asyncio
import contextlib
import logging
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol, assert_never

from channels.core.matching import call_of
from cti.core import commands, events
from cti.core.parties import Arrangement
from cti.ports import Switch
from history.core.vocabulary import AnnouncementId, InteractionId, LegFailure, LegId, PhoneName
from router.core import call_inputs, inputs, leg_inputs
from router.core.effects import ArrangeCall, HangUpCustomer, RingAgent, RingLeg, SendCustomer, StopRinging

EFFECTS_MAX = 10_000
LANES = 16
"""A slow answer holds up one lane."""
TRIES_MAX = 3
"""So often a command is sent whose answer was lost while the link stood."""
RETRY_S = 0.2
STOP_CONFIRM_S = 1.0
"""So long a stopped ring may take to be told as over; then it is taken to be."""

Command = RingAgent | RingLeg | StopRinging | ArrangeCall | HangUpCustomer | SendCustomer

log = logging.getLogger(__name__)


class Tell(Protocol):
    """Queues one input for the router."""

    def __call__(self, kind: Any, **what: Any) -> None: ...


class SwitchCommands:
    """The commands to one switch. Whoever follows the switch says which calls it has and when it was read."""

    def __init__(
        self, switch: Switch, sounds: Mapping[AnnouncementId, str], tell: Tell, reached: Callable[[str], None]
    ) -> None:
        """`sounds`: the switch's own name of each announcement."""
        self._sounds = sounds
        self._switch = switch
        self._tell = tell
        self._reached = reached
        self._lanes: list[asyncio.Queue[Command]] = [asyncio.Queue(EFFECTS_MAX // LANES) for _ in range(LANES)]
        self._synchronised = asyncio.Event()
        self._calls: Mapping[InteractionId, events.CallId] = {}
        self._going: set[asyncio.Task[None]] = set()
        self._to_stop: dict[LegId, asyncio.Event] = {}
        """Rings that the router wants stopped; set when the switch has told their end."""

    def put(self, effect: Command) -> None:
        """Take a command. Never blocks."""
        try:
            self._lanes[zlib.crc32(effect.interaction.encode()) % LANES].put_nowait(effect)
        except asyncio.QueueFull:
            # The engine's own deadlines answer for it: the offer expires, the hang-up is given up.
            log.warning("switch %s: too many commands wait for it; one is dropped", self._switch.name)
            return
        if isinstance(effect, StopRinging):
            self._to_stop.setdefault(LegId(effect.offer), asyncio.Event())

    def let_go(self, call: events.CallId, leg: events.LegKey) -> None:
        """Drop a phone that answered for nothing. What is not dropped now is told again after the next sign-in."""
        task = asyncio.get_running_loop().create_task(self._let_go(call, leg))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _let_go(self, call: events.CallId, leg: events.LegKey) -> None:
        answer = await self._switch.drop(call, leg)
        if not isinstance(answer, commands.Done):
            log.warning("switch %s: leg %s of call %s could not be dropped: %s", self._switch.name, leg, call, answer)

    def hold(self) -> None:
        """The switch is away: nothing is commanded until it was read."""
        self._synchronised.clear()

    def go_on(self, calls: Mapping[InteractionId, events.CallId]) -> None:
        """The switch was read; `calls` is kept by whoever follows it."""
        self._calls = calls
        self._synchronised.set()

    def leg_is_over(self, leg: LegId) -> None:
        """The switch has told how this leg ended, or that it was answered."""
        if leg in self._to_stop:
            self._to_stop[leg].set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(self._carry_out(lane))

    async def _carry_out(self, lane: "asyncio.Queue[Command]") -> None:
        while True:
            effect = await lane.get()
            await self._carry_out_one(effect)
            if isinstance(effect, StopRinging):
                self._to_stop.pop(LegId(effect.offer), None)

    async def _carry_out_one(self, effect: Command) -> None:
        """Command the switch. What finds it away or being read is commanded again afterwards: commands may be repeated,
        and no offer fails because the link did."""
        tries = 0
        while True:
            await self._synchronised.wait()
            call = self._calls.get(effect.interaction)
            if call is None and isinstance(effect, ArrangeCall):
                call = events.CallId(call_of(effect.interaction))  # phones may stand there without the customer
            if call is None:
                self._call_is_gone(effect)
                return
            if (leg := _rings(effect)) is not None and leg in self._to_stop:
                return  # the offer ended while the ring could not be begun; the stop behind it answers
            answer = await self._command(effect, call)
            if isinstance(answer, commands.Done | commands.CallGone):
                break
            if not self._switch.health().up:
                self._synchronised.clear()  # set again when all has been told anew
                continue
            tries += 1
            if isinstance(answer, commands.Refused) or tries >= TRIES_MAX:
                break
            await asyncio.sleep(RETRY_S)
        if isinstance(effect, StopRinging) and isinstance(answer, commands.Done):
            await self._stopped(effect)
        else:
            self._answered(effect, answer)

    async def _command(self, effect: Command, call: events.CallId) -> commands.Answer:
        match effect:
            case RingAgent():
                answer = await self._switch.ring(call, events.LegKey(effect.offer), effect.phone, effect.ring_ms)
                self._reached("voice.ring_sent")
            case RingLeg():
                answer = await self._ring_leg(effect, call)
                self._reached("voice.leg_sent")
            case ArrangeCall(arrangement=number, customer=customer, legs=legs):
                places = {events.LegKey(leg): at for leg, at in legs}
                answer = await self._switch.arrange(call, Arrangement(number, customer, places))
                self._reached("voice.arrangement_sent")
            case StopRinging():
                answer = await self._switch.stop_ringing(call, events.LegKey(effect.offer))
                self._reached("voice.stop_sent")
            case HangUpCustomer():
                answer = await self._switch.hang_up(call)
                self._reached("voice.hang_up_sent")
            case SendCustomer(announcement=announcement):
                sound = None if announcement is None else self._sounds.get(announcement)
                answer = await self._switch.send_out(call, sound, effect.destination)
                self._reached("voice.send_sent")
            case _:
                assert_never(effect)
        return answer

    async def _ring_leg(self, effect: RingLeg, call: events.CallId) -> commands.Answer:
        target: PhoneName | commands.Outside
        if effect.destination is not None:
            target = commands.Outside(effect.destination)
        elif effect.phone is not None:
            target = effect.phone
        else:
            return commands.Refused(f"leg {effect.leg} has neither a phone nor a destination")
        return await self._switch.invite(call, events.LegKey(effect.leg), target, effect.at, effect.ring_ms)

    async def _stopped(self, effect: StopRinging) -> None:
        """The switch took the command; the router may offer the call anew only when the leg is told as over.

        A leg that had ended before is told no more: then the wait ends the matter.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_CONFIRM_S):
                await self._to_stop.setdefault(LegId(effect.offer), asyncio.Event()).wait()
                return
        self._leg_failed(LegId(effect.offer), LegFailure.SWITCH_DOWN)

    def _leg_failed(self, leg: LegId, cause: LegFailure) -> None:
        kind, what = leg_inputs.failed(leg, cause)
        self._tell(kind, **what)

    def _answered(self, effect: Command, answer: commands.Answer) -> None:
        match answer:
            case commands.Done():
                pass  # events tell what comes of it
            case commands.CallGone():
                self._call_is_gone(effect)
            case commands.Refused(reason=reason):
                log.warning("switch %s refused %s: %s", self._switch.name, type(effect).__name__, reason)
                if (leg := _rings(effect)) is not None:
                    self._leg_failed(leg, LegFailure.SWITCH_DOWN)
                elif isinstance(effect, SendCustomer):
                    self._tell(inputs.CustomerNotSent, interaction=effect.interaction)
                elif isinstance(effect, ArrangeCall):
                    self._not_arranged(effect)
            case commands.OutcomeUnknown():
                pass  # events tell what came of it, or the router's own deadline ends the matter
            case _:
                assert_never(answer)

    def _call_is_gone(self, effect: Command) -> None:
        if (leg := _rings(effect)) is not None:
            self._leg_failed(leg, LegFailure.CALLER_GONE)
        elif isinstance(effect, ArrangeCall):
            # With nobody left everybody stands as is wanted, also where the customer's leaving was told before.
            self._tell(inputs.CustomerLeft, interaction=effect.interaction)
            self._tell(call_inputs.CallArranged, interaction=effect.interaction, arrangement=effect.arrangement)
        else:
            self._tell(inputs.CustomerLeft, interaction=effect.interaction)

    def _not_arranged(self, effect: ArrangeCall) -> None:
        self._tell(call_inputs.CallNotArranged, interaction=effect.interaction, arrangement=effect.arrangement)


def _rings(effect: Command) -> LegId | None:
    """The key of the leg that is to ring."""
    if isinstance(effect, RingAgent):
        return LegId(effect.offer)
    return effect.leg if isinstance(effect, RingLeg) else None
