"""Callers and phones around the center that is killed: on the rehearsal switch, and on a real Asterisk by SIPp."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from config.settings import Secrets
from cti.rehearsal import RehearsalSwitch
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.rtp import RtpEndpoint
from tests.bed.sipp import Caller, SippPhone
from tests.bed.tones import MUSIC_STEP_MS, MUSIC_STEPS
from tests.bed.waiting import until
from tests.cti.stages import DIALPLAN, FRAGMENT
from tests.kill.definition import PHONES, SwitchAt

FALLBACK = "desk"
GAP_MS = 300
TALK_GAP_MS = 1_000
"""A talk that broke is silent for good. A shorter hole is heard by our own ears alone, which wait for a processor while
two engines load beside them on a small machine; the journeys hold the 300 ms."""
RING_S = 20.0
LOOK_S = 0.01
MUSIC_MS = MUSIC_STEPS * MUSIC_STEP_MS
LISTEN_S = 0.03
EDGE_S = 0.1
AGENT_TONE, CALLER_TONE, WHO_TONE = 440, 660, 880


class Telephones(Protocol):
    """What people do with telephones, and what they hear. A caller is known by a key."""

    @property
    def at(self) -> SwitchAt: ...

    @property
    def environment(self) -> dict[str, str]:
        """What the center needs to reach the switch."""
        ...

    async def call(self, number: str) -> str:
        """Somebody calls; the key."""
        ...

    async def rings(self, phone: str, times: int, seconds: float = RING_S) -> float:
        """Wait until the phone is rung for the `times`-th time; when it began."""
        ...

    def rings_so_far(self, phone: str) -> int: ...

    def is_ringing(self, phone: str) -> bool: ...

    async def answer(self, phone: str) -> None:
        """Pick up, and wait until both talk."""
        ...

    async def hang_up(self, phone: str) -> None: ...

    async def caller_leaves(self, caller: str) -> None: ...

    async def caller_is_gone(self, caller: str) -> None: ...

    async def talk_together(self, caller: str, phone: str) -> bool:
        """Whether these two have each other on the line; both talk now."""
        ...

    def talk_faults(self, caller: str, phone: str, since_s: float) -> list[str]:
        """What was wrong with this talk since then, one sentence each."""
        ...

    def wait_faults(self, caller: str, since_s: float) -> list[str]:
        """What was wrong with this caller's music since then."""
        ...

    def ring_faults(self, caller: str, phone: str, times: int, since_s: float) -> list[str]:
        """What was wrong with this one ring since then."""
        ...


@dataclass(slots=True)
class _Watched:
    """The states that a caller or a phone was seen in, with the instant of each change."""

    seen: list[tuple[float, str]] = field(default_factory=list)

    def note(self, state: str) -> None:
        if not self.seen or self.seen[-1][1] != state:
            self.seen.append((time.time(), state))

    def since(self, since_s: float) -> list[str]:
        """Every state since then, the one that held at that instant first."""
        before = [state for at_s, state in self.seen if at_s <= since_s][-1:]
        return before + [state for at_s, state in self.seen if at_s > since_s]


class RehearsalTelephones:
    """On a rehearsal switch in this process; no sound, so every state of callers and phones is watched instead."""

    def __init__(self, switch: RehearsalSwitch) -> None:
        self._switch = switch
        self.at = SwitchAt("rehearsal", switch.port)
        self.environment = {"SWITCHROOM_REHEARSAL_PORTS": f"{switch.port},1"}
        self._callers: dict[str, _Watched] = {}
        self._phones = {phone: _Watched() for phone in PHONES}

    async def watch(self) -> None:
        """Look at everybody, for ever."""
        while True:
            for caller, watched in self._callers.items():
                watched.note(self._switch.caller_state(caller))
            for phone, watched in self._phones.items():
                ringing, talking = self._switch.phone_ringing(phone), self._switch.phone_talking(phone)
                watched.note("ringing" if ringing else "talking" if talking else "free")
            await asyncio.sleep(LOOK_S)

    async def call(self, number: str) -> str:
        caller = self._switch.caller_calls(number, "+442079460123", "Ann")
        self.knows(caller)
        return caller

    def knows(self, caller: str) -> None:
        """Watch a caller who is on the switch already."""
        self._callers[caller] = _Watched()

    async def rings(self, phone: str, times: int, seconds: float = RING_S) -> float:
        await until(lambda: self.rings_so_far(phone) >= times, seconds, f"ring {times} of {phone}")
        return [at_s for at_s, state in self._phones[phone].seen if state == "ringing"][times - 1]

    def is_ringing(self, phone: str) -> bool:
        return self._switch.phone_ringing(phone)

    def rings_so_far(self, phone: str) -> int:
        return [state for _, state in self._phones[phone].seen].count("ringing")

    async def answer(self, phone: str) -> None:
        self._switch.phone_answers(phone)
        await until(lambda: self._switch.phone_talking(phone), 5, f"{phone} talking")

    async def hang_up(self, phone: str) -> None:
        self._switch.phone_hangs_up(phone)

    async def caller_leaves(self, caller: str) -> None:
        self._switch.caller_hangs_up(caller)

    async def caller_is_gone(self, caller: str) -> None:
        await until(lambda: self._switch.caller_state(caller) == "gone", 15, f"caller {caller} being gone")

    async def talk_together(self, caller: str, phone: str) -> bool:
        return self._switch.caller_state(caller) == "talking" and self._switch.phone_talking(phone)

    def talk_faults(self, caller: str, phone: str, since_s: float) -> list[str]:
        return _only("talking", caller, self._callers[caller], since_s) + _only(
            "talking", phone, self._phones[phone], since_s
        )

    def wait_faults(self, caller: str, since_s: float) -> list[str]:
        return _only("waiting", caller, self._callers[caller], since_s)

    def ring_faults(self, caller: str, phone: str, times: int, since_s: float) -> list[str]:
        return _only("ringing", caller, self._callers[caller], since_s) + _only(
            "ringing", phone, self._phones[phone], since_s
        )


def _only(state: str, who: str, watched: _Watched, since_s: float) -> list[str]:
    states = watched.since(since_s)
    return [] if states == [state] else [f"{who} should have stayed {state} and was {states}"]


class AsteriskTelephones:
    """On a real Asterisk: who talks says a tone, and what each hears is read from RTP."""

    def __init__(self, switch: Asterisk, folder: Path, stack: AsyncExitStack) -> None:
        self.asterisk = switch
        self.at = SwitchAt("asterisk", switch.ami_port)
        self.environment = {"SWITCHROOM_AMI_SECRET": switch.ami_secret}
        self._folder, self._stack = folder, stack
        self.callers: dict[str, Caller] = {}
        self.phones: dict[str, SippPhone] = {}

    @property
    def desk(self) -> SippPhone:
        """The phone of the dialplan's fallback group."""
        return self.phones[FALLBACK]

    async def plug_in(self) -> None:
        for name in (*PHONES, FALLBACK):
            port = self.asterisk.phones[name].port
            assert port is not None
            phone = SippPhone(self._folder, self.asterisk.sip_port, port, name=name, tone_hz=AGENT_TONE)
            self.phones[name] = await self._stack.enter_async_context(phone)

    async def listen(self) -> None:
        """Connect media as soon as a call is answered, for ever."""
        while True:
            for person in (*self.callers.values(), *self.phones.values()):
                person.story()
            await asyncio.sleep(LISTEN_S)

    async def call(self, number: str) -> str:
        key = f"caller{len(self.callers)}"
        caller = Caller(self._folder, self.asterisk.sip_port, number, name=key, tone_hz=CALLER_TONE)
        self.callers[key] = await self._stack.enter_async_context(caller)
        return key

    async def rings(self, phone: str, times: int, seconds: float = RING_S) -> float:
        return (await self.phones[phone].until("invited", seconds, times)).seen_s

    def is_ringing(self, phone: str) -> bool:
        over = sum(self.phones[phone].count(word) for word in ("answered", "cancelled", "refused"))
        return self.rings_so_far(phone) > over

    def rings_so_far(self, phone: str) -> int:
        return self.phones[phone].count("invited")

    async def answer(self, phone: str) -> None:
        answered = self.phones[phone].count("answered")
        self.phones[phone].answer()
        await self.phones[phone].until("answered", times=answered + 1)

    async def hang_up(self, phone: str) -> None:
        self.phones[phone].hang_up()

    async def caller_leaves(self, caller: str) -> None:
        await self.callers[caller].leave()

    async def caller_is_gone(self, caller: str) -> None:
        await self.callers[caller].until("ended", 15)

    async def talk_together(self, caller: str, phone: str) -> bool:
        """The caller alone says a tone of its own for a moment: does this phone hear it?"""
        said_s = self.callers[caller].rtp.say(WHO_TONE)
        try:
            await self.phones[phone].rtp.until_heard(WHO_TONE, 2.0, said_s)
        except AssertionError:
            return False
        finally:
            self.callers[caller].rtp.say(CALLER_TONE)
        return True

    def talk_faults(self, caller: str, phone: str, since_s: float) -> list[str]:
        until_s = time.time() - EDGE_S
        faults = []
        for name, ear, tone in (
            (caller, self.callers[caller].rtp, AGENT_TONE),
            (phone, self.phones[phone].rtp, CALLER_TONE),
        ):
            gap_ms = ear.longest_gap_ms(since_s, until_s)
            if gap_ms >= TALK_GAP_MS:
                faults.append(f"{name} heard nothing for {gap_ms:.0f} ms of the talk")
            heard = ear.tone_heard(until_s - 0.3, until_s)
            if heard != tone:
                faults.append(f"{name} hears {heard} Hz now, not {tone} Hz")
        return faults

    def wait_faults(self, caller: str, since_s: float) -> list[str]:
        ear, until_s = self.callers[caller].rtp, time.time() - EDGE_S
        faults = []
        gap_ms = ear.longest_gap_ms(since_s, until_s)
        if gap_ms >= GAP_MS:
            faults.append(f"{caller} heard no music for {gap_ms:.0f} ms")
        heard = _looks_at_music(ear, since_s, until_s)
        if not heard:
            return [*faults, f"{caller} heard no music of ours"]
        began_s, began_ms = heard[0]
        for at_s, position_ms in heard[1:]:
            due_ms = (began_ms + (at_s - began_s) * 1_000) % MUSIC_MS
            late_ms = (due_ms - position_ms + MUSIC_MS / 2) % MUSIC_MS - MUSIC_MS / 2
            if abs(late_ms) > 2 * MUSIC_STEP_MS:
                story = [(round(at - began_s, 1), position) for at, position in heard]
                return [*faults, f"{caller}'s music did not go on where it was: {story}"]
        return faults

    def ring_faults(self, caller: str, phone: str, times: int, since_s: float) -> list[str]:
        faults = self.wait_faults(caller, since_s)
        telephone = self.phones[phone]
        over = telephone.count("cancelled") + telephone.count("answered") + telephone.count("refused")
        if telephone.count("invited") != times or over != times - 1:
            story = [(happening.word, happening.detail) for happening in telephone.story()]
            faults.append(f"{phone} should have gone on ringing for ring {times}: {story}")
        return faults


def _looks_at_music(ear: RtpEndpoint, since_s: float, until_s: float) -> list[tuple[float, int]]:
    """(when, position) about once a second; telling each fifth of a second would take longer than it lasted."""
    found = []
    at_s = since_s
    while at_s < until_s:
        found += ear.music_positions_ms(at_s, min(at_s + 0.45, until_s))[:1]
        at_s += 1.0
    return found


@asynccontextmanager
async def rehearsal_telephones(folder: Path) -> AsyncIterator[RehearsalTelephones]:
    """A rehearsal switch with the phones of the definition; it knows the center in `folder`."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    secret = Secrets(data).own("rehearsal")
    async with RehearsalSwitch(secret, phones=PHONES) as switch:
        telephones = RehearsalTelephones(switch)
        watching = asyncio.create_task(telephones.watch())
        try:
            yield telephones
        finally:
            await _end(watching)


@asynccontextmanager
async def asterisk_telephones(folder: Path) -> AsyncIterator[AsteriskTelephones]:
    """A real Asterisk with our fragment, as an operator includes it, and the phones of the definition."""
    files = {"switchroom.conf": FRAGMENT.read_text()}
    phones = [Phone(name) for name in (*PHONES, FALLBACK)]
    async with AsyncExitStack() as stack:
        switch = await stack.enter_async_context(Asterisk(folder, DIALPLAN, phones, files))
        telephones = AsteriskTelephones(switch, folder, stack)
        await telephones.plug_in()
        listening = asyncio.create_task(telephones.listen())
        stack.push_async_callback(_end, listening)
        yield telephones


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
