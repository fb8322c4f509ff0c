"""Who hears whom on a real Asterisk, in a hold, a consultation, a conference and after a transfer."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from history.core.call_words import PartyAt
from tests.bed.rtp import RtpEndpoint
from tests.bed.tones import AUDIBLE, decode, loudness, share
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.stages import AsteriskStage, asterisk_stage
from tests.cti.test_parties_contract import Talks, talking

pytestmark = pytest.mark.real

TALK, CONSULT, HOLD = PartyAt.TALK, PartyAt.CONSULT, PartyAt.HOLD
CUSTOMER, FIRST, SECOND = 660, 440, 880
"""What each of them says, in hertz."""
AUDIBLE_SHARE = 0.15
SETTLING_S, WINDOW_S = 0.5, 0.6


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[AsteriskStage]:
    async with asterisk_stage(tmp_path) as made:
        yield made


def hears(ear: RtpEndpoint, since_s: float, until_s: float) -> set[int | str]:
    """Whose tones, and whether the music."""
    samples = decode(b"".join(packet.payload for packet in ear.between(since_s, until_s)))
    if loudness(samples) < AUDIBLE:
        return set()
    found: set[int | str] = {tone for tone in (CUSTOMER, FIRST, SECOND) if share(samples, tone) > AUDIBLE_SHARE}
    return found | ({"music"} if ear.music_positions_ms(since_s, until_s) else set())


async def talking_aloud(stage: AsteriskStage, engine: Engine) -> tuple[str, Talks]:
    """Caller and agent1 talk, and have begun to speak."""
    caller, call = await talking(stage, engine)
    await stage.callers[caller].until("answered")
    await stage.phones["agent1"].until("answered")
    return caller, call


async def asks(stage: AsteriskStage, call: Talks) -> None:
    """agent1 asks agent2, who speaks too."""
    await call.consults(stage)
    await stage.phones["agent2"].until("answered")
    stage.phones["agent2"].rtp.say(SECOND)


async def matrix(stage: AsteriskStage, caller: str) -> tuple[set[int | str], set[int | str], set[int | str]]:
    """What customer, first and second agent hear from half a second on."""
    since_s = time.time() + SETTLING_S
    until_s = since_s + WINDOW_S
    await until(lambda: time.time() > until_s + 0.1, 5, "a while of sound")
    ears = (stage.callers[caller].rtp, stage.phones["agent1"].rtp, stage.phones["agent2"].rtp)
    customer, first, second = (hears(ear, since_s, until_s) for ear in ears)
    return customer, first, second


async def test_who_hears_whom_from_hold_to_transfer(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        caller, call = await talking_aloud(stage, engine)
        assert (await matrix(stage, caller))[:2] == ({FIRST}, {CUSTOMER})
        await call.arrange(HOLD, offer_1=TALK)
        assert (await matrix(stage, caller))[:2] == ({"music"}, set())
        await call.arrange(TALK, offer_1=TALK)
        assert (await matrix(stage, caller))[:2] == ({FIRST}, {CUSTOMER})
        await asks(stage, call)
        assert await matrix(stage, caller) == ({"music"}, {SECOND}, {FIRST})
        await call.arrange(TALK, offer_1=TALK, l1=HOLD)
        assert await matrix(stage, caller) == ({FIRST}, {CUSTOMER}, {"music"})
        await call.arrange(TALK, offer_1=TALK, l1=TALK)
        assert await matrix(stage, caller) == ({FIRST, SECOND}, {CUSTOMER, SECOND}, {CUSTOMER, FIRST})
        await call.arrange(TALK, l1=TALK)
        customer, _, second = await matrix(stage, caller)
        assert (customer, second) == ({SECOND}, {CUSTOMER})


async def test_a_caller_who_is_handed_on_is_never_left_in_silence(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        caller, call = await talking_aloud(stage, engine)
        since_s = time.time()
        await asks(stage, call)
        await call.arrange(TALK, l1=TALK)
        await asyncio.sleep(0.3)
        assert stage.callers[caller].rtp.longest_gap_ms(since_s, time.time() - 0.1) < 400
