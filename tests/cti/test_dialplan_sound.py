"""What a caller hears on a real Asterisk: no gap, and the music goes on where it was."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cti.core.commands import Done, Refused
from cti.core.events import (
    CallArrived,
    CallEnded,
    CallFellBack,
    CallServed,
    EndedBy,
    LegAnswered,
    LegEnded,
    LegEndedBy,
    LegFailed,
    LegFailure,
    LegKey,
    Served,
    SwitchResynchronised,
)
from history.core.vocabulary import PhoneName
from tests.bed import asterisk_config
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.stages import AsteriskStage, ami_once, asterisk_stage

pytestmark = pytest.mark.real
AGENT1 = PhoneName("agent1")
GAP_MS = 300


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[AsteriskStage]:
    async with asterisk_stage(tmp_path) as made:
        yield made


async def test_no_gap_from_the_greeting_to_the_agent_and_the_music_goes_on(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        key = await stage.caller_calls("100", "4930123456", "Ann")
        caller, phone = stage.callers[key], stage.phones["agent1"]
        await caller.until("answered")
        greeted_s = await caller.rtp.until_heard(880)
        call_id = (await engine.sees(CallArrived)).call_id
        await until(caller.rtp.music_positions_ms, 3, "music")
        assert await engine.switch.ring(call_id, LegKey("a"), AGENT1, 1_500) == Done()
        assert (await engine.sees(LegFailed)).cause is LegFailure.NO_ANSWER
        assert await engine.switch.ring(call_id, LegKey("b"), AGENT1, 8_000) == Done()
        await phone.until("invited", times=2)
        assert await engine.switch.stop_ringing(call_id, LegKey("b")) == Done()
        await engine.sees(LegFailed, cause=LegFailure.WITHDRAWN)
        assert await engine.switch.ring(call_id, LegKey("c"), AGENT1, 8_000) == Done()
        await phone.until("invited", times=3)
        phone.answer()
        await engine.sees(LegAnswered)
        answered_s = (await phone.until("answered")).seen_s
        first_word_s = await caller.rtp.until_heard(440, since_s=answered_s - 1)
        assert first_word_s - answered_s < 0.3
        assert await phone.rtp.until_heard(660) - answered_s < 0.3
        await until(lambda: time.time() > first_word_s + 0.5, 2, "half a second of talk")
        positions = [position for _, position in caller.rtp.music_positions_ms(greeted_s + 1.0, first_word_s)]
        assert positions == sorted(positions)
        assert positions[0] <= 500
        # The music played for as long as it was heard: nothing was skipped or played twice.
        played_ms = (first_word_s - greeted_s - 1.0) * 1_000
        assert abs(positions[-1] - played_ms) < 1_200
        assert caller.rtp.longest_gap_ms(greeted_s, time.time() - 0.1) < GAP_MS


async def test_who_hangs_up_during_the_greeting_came_and_went(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        key = await stage.caller_calls("+4930100", "4930123456", "Ann")
        await stage.callers[key].rtp.until_heard(880)
        assert not engine.all(CallArrived)
        await stage.caller_hangs_up(key)
        arrived = await engine.sees(CallArrived)
        assert (arrived.dialled, arrived.caller_number) == ("+4930100", "4930123456")
        assert (await engine.sees(CallEnded)).by is EndedBy.CALLER


async def test_a_leg_whose_sound_stops_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rtp_timeout, as docs/own-asterisk.md advises, a phone that drops off the network frees its caller."""
    plain = asterisk_config.pjsip_conf
    monkeypatch.setattr(
        asterisk_config, "pjsip_conf", lambda *given: plain(*given).replace("timers = no", "rtp_timeout = 2")
    )
    async with asterisk_stage(tmp_path) as stage, Engine(stage.ami_port, stage.secret) as engine:
        key = await stage.caller_calls("100", "4930123456", "Ann")
        await stage.callers[key].until("answered")
        call_id = (await engine.sees(CallArrived)).call_id
        assert await engine.switch.ring(call_id, LegKey("a"), AGENT1, 8_000) == Done()
        await stage.phone_rings("agent1")
        await stage.phone_answers("agent1")
        answered_s = (await stage.phones["agent1"].until("answered")).seen_s
        await stage.callers[key].rtp.until_heard(440, since_s=answered_s - 1)
        stage.phones["agent1"].rtp.quiet()
        assert (await engine.sees(LegEnded, 10)).by is LegEndedBy.LOST
        assert not engine.all(CallEnded)


async def test_the_fallback_rings_its_group_then_says_sorry(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        await stage.engine_seems_dead()
        engine.lease.holds = False
        await stage.engine_seems_dead()
        key = await stage.caller_calls("100", "4930123456", "Ann")
        await engine.sees(CallFellBack)
        desk = stage.phones["desk"]
        await desk.until("invited")
        desk.answer()
        await desk.until("answered")
        await stage.callers[key].rtp.until_heard(440)
        call_id = (await engine.sees(CallServed)).call.call_id
        async with Engine(stage.ami_port, stage.secret) as returned:
            [seen] = (await returned.sees(SwitchResynchronised)).calls
            assert seen.call_id == call_id and seen.state == Served()
            assert isinstance(await returned.switch.ring(call_id, LegKey("a"), AGENT1, 8_000), Refused)
        await stage.engine_seems_dead()
        desk.hang_up()
        await stage.caller_is_gone(key)
        await engine.sees(CallEnded)
        second = await stage.caller_calls("100", "4930123456", "Ann")
        await desk.until("invited", times=2)
        desk.decline()
        refused_s = (await desk.until("refused")).seen_s
        ear = stage.callers[second].rtp
        await until(lambda: any(packet.audible for packet in ear.between(refused_s + 0.3)), 3, "a word of regret")
        await stage.caller_is_gone(second)


async def test_the_engines_user_may_not_run_commands(stage: AsteriskStage) -> None:
    """The AMI user of the bed has at least the rights of our sample; neither reaches the console or the files."""
    for action in (
        "Action: Command\r\nCommand: core show version\r\n",
        "Action: GetConfig\r\nFilename: manager.conf\r\n",
    ):
        answer = await ami_once(stage.ami_port, stage.secret, action, user="switchroom")
        assert "Permission denied" in answer


async def test_the_sample_user_is_enough(tmp_path: Path) -> None:
    """Our manager-switchroom.conf, as shipped, lets the engine ring and hang up."""
    sample = Path(__file__).parents[2] / "cti" / "asterisk" / "dialplan" / "manager-switchroom.conf"
    text = sample.read_text().replace("[switchroom]", "[sample]")
    async with asterisk_stage(tmp_path, files={"manager-extra.conf": text}) as stage:
        engine = Engine(stage.ami_port, "change-me", username="sample")
        async with engine:
            await stage.caller_calls("100", "4930123456", "Ann")
            call_id = (await engine.sees(CallArrived)).call_id
            assert await engine.switch.ring(call_id, LegKey("a"), AGENT1, 8_000) == Done()
            await stage.phone_rings("agent1")
            await stage.phone_answers("agent1")
            await engine.sees(LegAnswered)
            assert await engine.switch.hang_up(call_id) == Done()
            await engine.sees(CallEnded)


async def test_a_half_open_link_is_noticed_within_twelve_seconds(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        stage.asterisk.freeze()
        try:
            await until(lambda: not engine.switch.health().up, 12, "the link being given up")
        finally:
            stage.asterisk.thaw()
        await until(lambda: engine.switch.health().up, 8, "the link coming back")


async def test_a_restarted_switch_is_told_from_a_broken_link(stage: AsteriskStage) -> None:
    async with Engine(stage.ami_port, stage.secret) as engine:
        await stage.caller_calls("100", "4930123456", "Ann")
        arrived_ms = (await engine.sees(CallArrived)).at_ms
        # CoreStatus tells the switch's start to the second.
        await until(lambda: time.time() * 1_000 > arrived_ms + 1_100, 3, "a second passing")
        await asyncio.to_thread(stage.asterisk.kill)
        await asyncio.to_thread(stage.asterisk.restart)
        back = await engine.sees(SwitchResynchronised, 8, times=2)
        assert back.restarted
        assert back.calls == ()
