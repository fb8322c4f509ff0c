"""The telephone side of a journey: a real Asterisk with our dialplan included, callers, and phones on desks."""

import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.bed.asterisk import Asterisk, Phone
from tests.bed.sipp import SippPhone
from tests.bed.waiting import until

ROOT = Path(__file__).parents[2]
FRAGMENT = ROOT / "cti" / "asterisk" / "dialplan" / "switchroom.conf"
GREETING_HZ, AGENT_HZ, CALLER_HZ = 880, 440, 660
FIRST_WORD_S = 0.3
GAP_MS = 300
ZONE_STEP_S = 900
LOGGED_S = 5.0

# As docs/own-asterisk.md tells it to an operator.
DIALPLAN = """[globals](+)
SWITCHROOM_GREETING = ${BED}/sounds/greeting
#include "switchroom.conf"
[from-trunk]
exten => _X.,1,Goto(switchroom,${EXTEN},1)
exten => _+X.,1,Goto(switchroom,${EXTEN},1)
"""

_STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"


def make_switch(folder: Path, phones: Sequence[Phone]) -> Asterisk:
    """An Asterisk that hands its callers to us."""
    return Asterisk(folder, DIALPLAN, phones, {"switchroom.conf": FRAGMENT.read_text()})


@asynccontextmanager
async def desk_phone(switch: Asterisk, folder: Path, name: str) -> AsyncIterator[SippPhone]:
    """A telephone on somebody's desk; it rings until it is told what to do."""
    port = switch.phones[name].port
    assert port is not None
    async with SippPhone(folder, switch.sip_port, port, name=name, tone_hz=AGENT_HZ) as phone:
        yield phone


async def invited_at_s(switch: Asterisk, phone: str, times: int = 1) -> float:
    """When the switch sent its ``times``-th INVITE to this phone, by its own log; seconds since the epoch."""
    return await _logged_at_s(switch, f"Called PJSIP/{phone}\n", times)


async def answered_at_s(switch: Asterisk, phone: str, times: int = 1) -> float:
    """When the switch heard that this phone has answered for the ``times``-th time."""
    return await _logged_at_s(switch, rf"app_dial.c: PJSIP/{phone}-\w+ answered", times)


def invites(switch: Asterisk, phone: str) -> int:
    """How often the switch has called this phone."""
    return switch.log.read_text(errors="replace").count(f"Called PJSIP/{phone}\n")


async def _logged_at_s(switch: Asterisk, pattern: str, times: int) -> float:
    wanted = re.compile(rf"^\[({_STAMP})\][^\n]*{pattern}", re.MULTILINE)

    def looked() -> list[str]:
        found = wanted.findall(switch.log.read_text(errors="replace"))
        return found if len(found) >= times else []

    stamp = (await until(looked, LOGGED_S, f"the switch's log saying {pattern!r}"))[times - 1]
    at_s = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
    # The log tells the switch's own zone, which is whole quarters of an hour from ours.
    return at_s + round((time.time() - at_s) / ZONE_STEP_S) * ZONE_STEP_S
