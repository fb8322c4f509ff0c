"""Emergency calls through the generated dialplan on a real Asterisk, with no engine anywhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from channels.core.emergency_dialplan import dialplan_of
from channels.core.emergency_numbers import EmergencyDialling, PlaceId
from history.core.vocabulary import PhoneName
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.ports import free_port
from tests.bed.sipp import Caller, Habit, SippPhone
from tests.bed.waiting import until
from tests.channels.core.dialling_sites import place

pytestmark = pytest.mark.real
LONDON, NEW_YORK = place("GB", "london", "+442079460101"), place("US", "new.york", "+12125550123")
PHONES = {
    PhoneName("agent-1"): PlaceId("london"),
    PhoneName("agent1"): PlaceId("new.york"),
    PhoneName("0100"): PlaceId("new.york"),
    PhoneName("100"): PlaceId("london"),
}
DIALPLAN = """[globals](+)
{globals}
#include "switchroom-emergency.conf"
[from-phones]
include => switchroom-emergency-numbers
include => others
[others]
exten => _X.,1,Hangup(21)
[from-trunk]
exten => _X.,1,Hangup(21)
"""


@dataclass
class Stage:
    folder: Path
    asterisk: Asterisk
    rescue: SippPhone

    async def dials(self, phone: str, number: str) -> Caller:
        made = Caller(self.folder, self.asterisk.sip_port, number, caller_number=phone, name=f"{phone}-{number}")
        await asyncio.to_thread(made.call)
        return made

    def log(self) -> str:
        return self.asterisk.log.read_text(errors="replace")


def trunk(port: int) -> str:
    return f"PJSIP/rescue/sip:%@127.0.0.1:{port}"


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    port, nobody = free_port(), free_port()
    rest = "\n".join(
        (
            f"SWITCHROOM_EMERGENCY_TRUNK = {trunk(port)}",
            # New York's own trunk is out of order; the second one takes the call.
            f"SWITCHROOM_EMERGENCY_TRUNK_NEW_YORK = PJSIP/gone/sip:%@127.0.0.1:{nobody}",
            f"SWITCHROOM_EMERGENCY_TRUNK_2 = {trunk(port)}",
        )
    )
    phones = [Phone(name, free_port()) for name in (*PHONES, "stranger")] + [Phone("rescue", port)]
    text = dialplan_of(EmergencyDialling((LONDON, NEW_YORK), PHONES))
    files = {"switchroom-emergency.conf": text}
    async with Asterisk(tmp_path, DIALPLAN.format(globals=rest), phones, files) as asterisk:
        rescue = SippPhone(tmp_path, asterisk.sip_port, port, habit=Habit.ANSWERS, name="rescue")
        async with rescue:
            yield Stage(tmp_path, asterisk, rescue)


@pytest.mark.parametrize(
    ("phone", "dialled", "number", "callback", "at"),
    [
        ("agent-1", "112", "112", "+442079460101", "london"),
        ("agent-1", "9999", "999", "+442079460101", "london"),
        ("agent-1", "+44999", "999", "+442079460101", "london"),
        ("agent-1", "911", "112", "+442079460101", "london"),
        ("100", "999", "999", "+442079460101", "london"),
        ("agent1", "911", "911", "+12125550123", "new.york"),
        ("0100", "9911", "911", "+12125550123", "new.york"),
        ("stranger", "112", "112", "stranger", "-"),
    ],
)
async def test_an_emergency_call_goes_out_without_an_engine(
    stage: Stage, phone: str, dialled: str, number: str, callback: str, at: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.asterisk.ami_port)
    login = f"Action: Login\r\nUsername: switchroom\r\nSecret: {stage.asterisk.ami_secret}\r\n\r\n"
    writer.write(login.encode())
    await event_with(reader, "Authentication accepted")
    caller = await stage.dials(phone, dialled)
    invited = await stage.rescue.until("invited", seconds=10)
    await caller.until("answered", seconds=10)
    assert f"<sip:{callback}@" in invited.detail
    assert f"sip:{number}@127.0.0.1:{stage.rescue.port}" in stage.log()
    event = await event_with(reader, "SwitchroomEmergencyCall")
    writer.close()
    assert f"Place: {at}\r\n" in event and f"Phone: {phone}\r\n" in event
    assert number not in re.findall(r"^(?:Place|Phone): (.*)\r$", event, re.MULTILINE)
    caller.hang_up()
    await stage.rescue.until("ended")
    await asyncio.to_thread(caller.stop)


async def test_other_numbers_take_their_usual_way_and_a_call_that_nobody_takes_is_told_in_the_log(stage: Stage) -> None:
    caller = await stage.dials("agent-1", "1120")
    await caller.until("refused", seconds=10)
    assert stage.rescue.count("invited") == 0
    await asyncio.to_thread(caller.stop)
    for name in ("SWITCHROOM_EMERGENCY_TRUNK", "SWITCHROOM_EMERGENCY_TRUNK_2"):
        await asyncio.to_thread(stage.asterisk.cli, f'dialplan set global {name} ""')
    caller = await stage.dials("agent-1", "112")
    await until(lambda: "went out by no trunk" in stage.log(), 10, "the log's line")
    await asyncio.to_thread(caller.stop)


async def event_with(reader: asyncio.StreamReader, words: str) -> str:
    """The next message of the switch that holds these words."""
    async with asyncio.timeout(10):
        while words not in (text := (await reader.readuntil(b"\r\n\r\n")).decode()):
            pass
    return text
