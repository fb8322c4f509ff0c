"""Where the call stories are played: the rehearsal switch, and a real Asterisk with SIPp callers and phones."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from cti.rehearsal import RehearsalSwitch
from tests.bed.asterisk import Asterisk, Phone, Release
from tests.bed.sipp import Caller, SippPhone
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.proxy import Proxy

FRAGMENT = Path(__file__).parents[2] / "cti" / "asterisk" / "dialplan" / "switchroom.conf"
DIALPLAN = """[globals](+)
SWITCHROOM_GREETING = ${BED}/sounds/GREETING_SOUND
SWITCHROOM_FALLBACK_GROUP = PJSIP/desk
SWITCHROOM_ASK_PIN = ${BED}/sounds/word
SWITCHROOM_ASK_CODE = ${BED}/sounds/word
SWITCHROOM_ASK_KEY = ${BED}/sounds/word
#include "switchroom.conf"
[from-trunk]
exten => _X.,1,Goto(switchroom,${EXTEN},1)
exten => _+X.,1,Goto(switchroom,${EXTEN},1)
[switchroom-outside]
exten => voicemail,1,Wait(60)
exten => answers,1,Answer()
 same => n,Wait(60)
"""
PHONES = ("agent1", "agent2", "desk")


class Stage(Protocol):
    """What people do around a switch."""

    secret: str

    @property
    def ami_port(self) -> int:
        """Where the engine signs in."""
        ...

    async def caller_calls(self, number: str, caller_number: str, name: str) -> str:
        """A caller; the key for what they do next."""
        ...

    async def caller_hangs_up(self, caller: str) -> None: ...

    async def caller_is_gone(self, caller: str) -> None:
        """Wait until the caller's line is down."""
        ...

    async def phone_rings(self, phone: str, times: int = 1) -> None:
        """Wait until it rings for the `times`-th time."""
        ...

    async def phone_stops(self, phone: str) -> None:
        """Wait until it does not ring any more."""
        ...

    async def phone_answers(self, phone: str) -> None: ...

    async def phone_declines(self, phone: str) -> None: ...

    async def phone_hangs_up(self, phone: str) -> None: ...

    async def phone_breaks(self, phone: str) -> None:
        """The leg is lost without a hang-up."""
        ...

    async def phone_holds(self, phone: str) -> None:
        """It puts its call on hold by its own key."""
        ...

    async def phone_resumes(self, phone: str) -> None: ...

    async def outside_call_begins(self, phone: str) -> None: ...

    async def outside_call_ends(self, phone: str) -> None: ...

    async def phone_is_busy(self, phone: str) -> None:
        """From now on it refuses our calls as busy."""
        ...

    async def emergency_call(self, pin: str, code: str, key: str) -> None:
        """A supervisor dials in and enters these; their channel is told by EmergencyAsked."""

    async def emergency_call_is_over(self) -> None:
        """Whoever dialled in has been told, and hung up on, within less than the dialplan's own 5 s."""

    async def engine_seems_dead(self) -> None:
        """Make the heartbeat old."""
        ...


class RehearsalStage:
    """On the rehearsal switch."""

    def __init__(self, switch: RehearsalSwitch, secret: str) -> None:
        self._switch = switch
        self.secret = secret
        self.ami_port = switch.port

    async def caller_calls(self, number: str, caller_number: str, name: str) -> str:
        return self._switch.caller_calls(number, caller_number, name)

    async def caller_hangs_up(self, caller: str) -> None:
        self._switch.caller_hangs_up(caller)

    async def caller_is_gone(self, caller: str) -> None:
        await until(lambda: self._switch.caller_state(caller) == "gone", 8, "the caller's line going down")

    async def phone_rings(self, phone: str, times: int = 1) -> None:
        await until(lambda: self._switch.phone_ringing(phone), 5, f"{phone} ringing")

    async def phone_stops(self, phone: str) -> None:
        await until(lambda: not self._switch.phone_ringing(phone), 5, f"{phone} falling silent")

    async def phone_answers(self, phone: str) -> None:
        self._switch.phone_answers(phone)

    async def phone_declines(self, phone: str) -> None:
        self._switch.phone_declines(phone)

    async def phone_hangs_up(self, phone: str) -> None:
        self._switch.phone_hangs_up(phone)

    async def phone_breaks(self, phone: str) -> None:
        self._switch.phone_breaks(phone)

    async def phone_holds(self, phone: str) -> None:
        self._switch.phone_holds(phone)

    async def phone_resumes(self, phone: str) -> None:
        self._switch.phone_resumes(phone)

    async def outside_call_begins(self, phone: str) -> None:
        self._switch.phone_calls_outside(phone)

    async def outside_call_ends(self, phone: str) -> None:
        self._switch.phone_ends_outside(phone)

    async def phone_is_busy(self, phone: str) -> None:
        self._switch.phone_calls_outside(phone)

    async def emergency_call(self, pin: str, code: str, key: str) -> None:
        self._asking = asyncio.create_task(self._switch.emergency_call(pin, code, key))

    async def emergency_call_is_over(self) -> None:
        async with asyncio.timeout(3):
            assert await self._asking

    async def engine_seems_dead(self) -> None:
        # A heartbeat may be on its way; on loopback it has arrived by then.
        await asyncio.sleep(0.05)
        self._switch.write_global("SWITCHROOM_HEARTBEAT", "1")


class AsteriskStage:
    """On a real Asterisk: SIPp calls, SIPp answers."""

    def __init__(self, switch: Asterisk, folder: Path, stack: AsyncExitStack) -> None:
        self.asterisk = switch
        self.secret = switch.ami_secret
        self.ami_port = switch.ami_port
        self._folder, self._stack = folder, stack
        self.callers: dict[str, Caller] = {}
        self.phones: dict[str, SippPhone] = {}

    async def plug_in(self) -> None:
        """Start the phones."""
        for name in PHONES:
            port = self.asterisk.phones[name].port
            assert port is not None
            phone = SippPhone(self._folder, self.asterisk.sip_port, port, name=name)
            self.phones[name] = await self._stack.enter_async_context(phone)

    async def caller_calls(self, number: str, caller_number: str, name: str) -> str:
        key = f"caller{len(self.callers)}"
        caller = Caller(
            self._folder,
            self.asterisk.sip_port,
            number,
            caller_number=caller_number,
            caller_name=name,
            name=key,
        )
        self.callers[key] = await self._stack.enter_async_context(caller)
        return key

    async def caller_hangs_up(self, caller: str) -> None:
        await self.callers[caller].until("answered")
        self.callers[caller].hang_up()

    async def caller_is_gone(self, caller: str) -> None:
        await self.callers[caller].until("ended", 8)

    async def phone_rings(self, phone: str, times: int = 1) -> None:
        await self.phones[phone].until("invited", times=times)

    async def phone_stops(self, phone: str) -> None:
        await self.phones[phone].until("cancelled", 8)

    async def phone_answers(self, phone: str) -> None:
        self.phones[phone].answer()

    async def phone_declines(self, phone: str) -> None:
        self.phones[phone].decline()

    async def phone_hangs_up(self, phone: str) -> None:
        await self.phones[phone].until("answered")
        self.phones[phone].hang_up()

    async def phone_breaks(self, phone: str) -> None:
        channel = next(fields[0] for fields in self.asterisk.channels() if fields[0].startswith(f"PJSIP/{phone}-"))
        await ami_once(self.ami_port, self.secret, f"Action: Hangup\r\nChannel: {channel}\r\nCause: 44\r\n")

    async def phone_holds(self, phone: str) -> None:
        self.phones[phone].hold()
        await self.phones[phone].until("held")

    async def phone_resumes(self, phone: str) -> None:
        self.phones[phone].resume()
        await self.phones[phone].until("resumed")

    async def outside_call_begins(self, phone: str) -> None:
        originate = f"Action: Originate\r\nChannel: PJSIP/{phone}\r\nApplication: Wait\r\nData: 60\r\nAsync: true\r\n"
        await ami_once(self.ami_port, self.secret, originate)
        await self.phone_rings(phone)
        await self.phone_answers(phone)
        await self.phones[phone].until("answered")

    async def outside_call_ends(self, phone: str) -> None:
        await self.phone_hangs_up(phone)

    async def phone_is_busy(self, phone: str) -> None:
        async def refuse() -> None:
            await self.phone_rings(phone)
            self.phones[phone].busy()

        refusing = asyncio.create_task(refuse())
        self._stack.callback(refusing.cancel)

    async def emergency_call(self, pin: str, code: str, key: str) -> None:
        # w is half a second: until the dialplan has answered, after each entry, and at the end until the verdict.
        keys = f"www{pin}#ww{code}#ww{key}#wwwwwwwwwwwwwwwwwwww"
        action = (
            "Action: Originate\r\nChannel: Local/s@switchroom-emergency/n\r\nApplication: SendDTMF\r\n"
            f"Data: {keys},100,100\r\nAsync: true\r\n"
        )
        assert "Success" in await ami_once(self.asterisk.ami_port, self.asterisk.ami_secret, action)

    async def emergency_call_is_over(self) -> None:
        async def over() -> bool:
            return "switchroom-emergency" not in await asyncio.to_thread(
                self.asterisk.cli, "core show channels concise"
            )

        await until(over, 3, "the emergency call's end")

    async def engine_seems_dead(self) -> None:
        await asyncio.to_thread(self.asterisk.cli, "dialplan set global SWITCHROOM_HEARTBEAT 1")


async def ami_once(port: int, secret: str, action: str, user: str = "bed") -> str:
    """One action, by default of the user who may do everything; its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\nEvents: off\r\n\r\n".encode())
    writer.write(f"{action}\r\n".encode())
    async with asyncio.timeout(5):
        text = ""
        while len(re.findall(r"\r\n\r\n", text)) < 2:
            text += (await reader.read(4_096)).decode()
    writer.close()
    return text


@asynccontextmanager
async def rehearsal_stage() -> AsyncIterator[RehearsalStage]:
    """A rehearsal switch of the test's own."""
    async with RehearsalSwitch("the-secret", phones=PHONES, destinations=["voicemail", "answers"]) as switch:
        yield RehearsalStage(switch, "the-secret")


@asynccontextmanager
async def asterisk_stage(
    folder: Path, files: Mapping[str, str] | None = None, release: Release = 22, greeting: str = "greeting"
) -> AsyncIterator[AsteriskStage]:
    """An Asterisk of the test's own with our fragment included, as an operator includes it.

    `greeting` is a second long; `word` is enough where nobody listens.
    """
    texts = {"switchroom.conf": FRAGMENT.read_text(), **(files or {})}
    phones = [Phone(name) for name in PHONES]
    async with AsyncExitStack() as stack:
        switch = await stack.enter_async_context(
            Asterisk(folder, DIALPLAN.replace("GREETING_SOUND", greeting), phones, texts, release)
        )
        stage = AsteriskStage(switch, folder, stack)
        await stage.plug_in()
        yield stage


__all__ = ["AsteriskStage", "Engine", "Proxy", "RehearsalStage", "Stage", "asterisk_stage", "rehearsal_stage"]
