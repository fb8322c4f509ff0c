"""What every switch promises, told as call stories and played on the rehearsal switch and on Asterisk 22 and 16."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cti.core.commands import CallGone, Done, Refused
from cti.core.events import (
    AfterTalk,
    CallArrived,
    CallEnded,
    CallFellBack,
    CallId,
    CallNotSent,
    CallSent,
    EmergencyAsked,
    EndedBy,
    InFallback,
    LegAnswered,
    LegEnded,
    LegEndedBy,
    LegFailed,
    LegFailure,
    LegKey,
    LegRang,
    PhoneBusy,
    PhoneFree,
    Ringing,
    SwitchLost,
    SwitchResynchronised,
    Talking,
    Waiting,
)
from cti.ports import LinkState
from history.core.vocabulary import DestinationId, PhoneName
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.proxy import Proxy
from tests.cti.stages import Stage, asterisk_stage, rehearsal_stage

AGENT1 = PhoneName("agent1")
VOICEMAIL = DestinationId("voicemail")
KEY1, KEY2 = LegKey("offer-1"), LegKey("offer-2")


@pytest_asyncio.fixture(
    params=[None, pytest.param(22, marks=pytest.mark.real), pytest.param(16, marks=pytest.mark.real)],
    ids=["rehearsal", "asterisk-22", "asterisk-16"],
)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    if request.param is None:
        async with rehearsal_stage() as rehearsal:
            yield rehearsal
    else:
        async with asterisk_stage(tmp_path, release=request.param, greeting="word") as asterisk:
            yield asterisk


@pytest_asyncio.fixture
async def engine(stage: Stage) -> AsyncIterator[Engine]:
    async with Engine(stage.ami_port, stage.secret) as running:
        yield running


async def arrives(stage: Stage, engine: Engine) -> tuple[str, CallId]:
    """A caller waits."""
    before = len(engine.all(CallArrived))
    caller = await stage.caller_calls("100", "4930123456", "Ann, Zoë")
    return caller, (await engine.sees(CallArrived, times=before + 1)).call_id


async def rings(stage: Stage, engine: Engine, call_id: CallId, key: LegKey = KEY1, ring_ms: int = 8_000) -> None:
    """agent1 rings for the call."""
    times = 1 + len(engine.all(LegRang))
    assert await engine.switch.ring(call_id, key, AGENT1, ring_ms) == Done()
    await stage.phone_rings("agent1", times)
    await engine.sees(LegRang, call_id=call_id, leg_key=key, phone=AGENT1)


async def talks(stage: Stage, engine: Engine, call_id: CallId, key: LegKey = KEY1) -> None:
    """agent1 talks with the caller."""
    await rings(stage, engine, call_id, key)
    await stage.phone_answers("agent1")
    await engine.sees(LegAnswered, call_id=call_id, leg_key=key, phone=AGENT1)


async def test_a_caller_arrives_with_number_and_name(stage: Stage, engine: Engine) -> None:
    before_ms = time.time_ns() // 1_000_000
    caller, call_id = await arrives(stage, engine)
    arrived = engine.all(CallArrived)[0]
    assert (arrived.dialled, arrived.caller_number, arrived.caller_name) == ("100", "4930123456", "Ann, Zoë")
    assert call_id.startswith("main-")
    assert before_ms - 200 <= arrived.waiting_since_ms <= arrived.at_ms + 50
    await stage.caller_hangs_up(caller)
    assert (await engine.sees(CallEnded, call_id=call_id)).by is EndedBy.CALLER


async def test_answer_and_the_caller_hangs_up(stage: Stage, engine: Engine) -> None:
    caller, call_id = await arrives(stage, engine)
    await talks(stage, engine, call_id)
    await stage.caller_hangs_up(caller)
    ended = await engine.sees(LegEnded, call_id=call_id)
    assert (ended.leg_key, ended.phone, ended.by) == (KEY1, AGENT1, LegEndedBy.CALLER)
    answered = engine.all(LegAnswered)[0]
    assert abs(ended.talk_ms - (ended.at_ms - answered.at_ms)) < 100
    assert (await engine.sees(CallEnded, call_id=call_id)).by is EndedBy.CALLER
    assert engine.heard.index(ended) < engine.heard.index(engine.all(CallEnded)[0])
    await engine.sees(PhoneFree, phone=AGENT1)


async def test_answer_and_the_agent_hangs_up(stage: Stage, engine: Engine) -> None:
    caller, call_id = await arrives(stage, engine)
    await talks(stage, engine, call_id)
    await stage.phone_hangs_up("agent1")
    assert (await engine.sees(LegEnded, call_id=call_id)).by is LegEndedBy.AGENT
    assert not engine.all(CallEnded)
    assert await engine.switch.hang_up(call_id) == Done()
    assert (await engine.sees(CallEnded, call_id=call_id)).by is EndedBy.ENGINE
    await stage.caller_is_gone(caller)
    assert await engine.switch.hang_up(call_id) == CallGone()


async def test_without_the_engines_word_the_dialplan_ends_a_call_whose_agent_hung_up(
    stage: Stage, engine: Engine
) -> None:
    caller, call_id = await arrives(stage, engine)
    await talks(stage, engine, call_id)
    await stage.phone_hangs_up("agent1")
    assert (await engine.sees(CallEnded, 8, call_id=call_id)).by is EndedBy.AGENT
    await stage.caller_is_gone(caller)


async def test_a_lost_leg_is_rung_again(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    await talks(stage, engine, call_id)
    await stage.phone_breaks("agent1")
    assert (await engine.sees(LegEnded, call_id=call_id)).by is LegEndedBy.LOST
    await engine.sees(PhoneFree, phone=AGENT1)
    await talks(stage, engine, call_id, KEY2)
    assert not engine.all(CallEnded)


async def test_a_busy_phone(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    await stage.phone_is_busy("agent1")
    assert await engine.switch.ring(call_id, KEY1, AGENT1, 5_000) == Done()
    assert (await engine.sees(LegFailed, call_id=call_id, leg_key=KEY1)).cause is LegFailure.BUSY


async def test_a_declining_phone(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    await rings(stage, engine, call_id)
    await stage.phone_declines("agent1")
    assert (await engine.sees(LegFailed, call_id=call_id, leg_key=KEY1)).cause is LegFailure.DECLINED


async def test_nobody_answers_and_the_next_ring_works(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    await rings(stage, engine, call_id, ring_ms=1_000)
    assert (await engine.sees(LegFailed, call_id=call_id, leg_key=KEY1)).cause is LegFailure.NO_ANSWER
    await engine.sees(PhoneFree, phone=AGENT1)
    await talks(stage, engine, call_id, KEY2)


async def test_a_phone_that_does_not_exist_is_unreachable(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    assert await engine.switch.ring(call_id, KEY1, PhoneName("nobody"), 5_000) == Done()
    assert (await engine.sees(LegFailed, call_id=call_id)).cause is LegFailure.UNREACHABLE


async def test_the_caller_leaves_while_it_rings(stage: Stage, engine: Engine) -> None:
    caller, call_id = await arrives(stage, engine)
    await rings(stage, engine, call_id)
    await stage.caller_hangs_up(caller)
    assert (await engine.sees(LegFailed, call_id=call_id, leg_key=KEY1)).cause is LegFailure.CALLER_GONE
    assert (await engine.sees(CallEnded, call_id=call_id)).by is EndedBy.CALLER
    await stage.phone_stops("agent1")
    assert await engine.switch.ring(call_id, KEY2, AGENT1, 5_000) == CallGone()


async def test_ringing_is_stopped_and_the_caller_waits_on(stage: Stage, engine: Engine) -> None:
    caller, call_id = await arrives(stage, engine)
    await rings(stage, engine, call_id)
    assert await engine.switch.stop_ringing(call_id, KEY1) == Done()
    assert (await engine.sees(LegFailed, call_id=call_id, leg_key=KEY1)).cause is LegFailure.WITHDRAWN
    await stage.phone_stops("agent1")
    assert await engine.switch.stop_ringing(call_id, KEY1) == Done()
    await stage.caller_hangs_up(caller)
    await engine.sees(CallEnded, call_id=call_id)
    assert len(engine.all(LegFailed)) == 1


async def test_ringing_twice_with_one_key_is_one_ring(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    answers = await asyncio.gather(*(engine.switch.ring(call_id, KEY1, AGENT1, 1_500) for _ in range(3)))
    assert answers == [Done(), Done(), Done()]
    await engine.sees(LegRang, call_id=call_id)
    assert await engine.switch.ring(call_id, KEY1, AGENT1, 1_500) == Done()
    await engine.sees(LegFailed, call_id=call_id)
    assert len(engine.all(LegRang)) == 1
    assert isinstance(await engine.switch.ring(call_id, KEY1, AGENT1, 1_500), Refused)


async def test_an_answered_leg_is_neither_stopped_nor_rung_over(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    await talks(stage, engine, call_id)
    assert isinstance(await engine.switch.stop_ringing(call_id, KEY1), Refused)
    assert isinstance(await engine.switch.ring(call_id, KEY2, PhoneName("agent2"), 5_000), Refused)
    assert not engine.all(LegEnded)


async def test_a_caller_is_sent_outside_and_is_no_call_of_ours_any_more(stage: Stage, engine: Engine) -> None:
    caller, call_id = await arrives(stage, engine)
    assert await engine.switch.send_out(call_id, "beep", VOICEMAIL) == Done()
    sent = await engine.sees(CallSent, call_id=call_id)
    assert await engine.switch.hang_up(call_id) == CallGone()
    async with Engine(stage.ami_port, stage.secret, epoch=2) as second:
        assert second.all(SwitchResynchronised)[0].calls == ()
        await stage.caller_hangs_up(caller)
        await stage.caller_is_gone(caller)
        _, other = await arrives(stage, second)
        await rings(stage, second, other)
    assert engine.heard[engine.heard.index(sent) + 1 :] == [
        event for event in engine.heard[engine.heard.index(sent) + 1 :] if getattr(event, "call_id", other) != call_id
    ]


async def test_a_caller_hears_the_announcement_and_that_is_the_end(stage: Stage, engine: Engine) -> None:
    caller, call_id = await arrives(stage, engine)
    assert await engine.switch.send_out(call_id, "beep", None) == Done()
    await engine.sees(CallSent, call_id=call_id)
    await stage.caller_is_gone(caller)
    assert not engine.all(CallEnded)


async def test_a_destination_that_is_not_there_leaves_the_caller_waiting(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    assert await engine.switch.send_out(call_id, None, DestinationId("nowhere")) == Done()
    await engine.sees(CallNotSent, call_id=call_id)
    for name in ("voice*mail", "a,b", "x" * 80, "a\r\nAction: Logoff"):
        assert isinstance(await engine.switch.send_out(call_id, None, DestinationId(name)), Refused)
    for sound in ("a&b", "a,skip", "x\r\nAction: Logoff", "${SHELL(id)}"):
        assert isinstance(await engine.switch.send_out(call_id, sound, VOICEMAIL), Refused)
    await rings(stage, engine, call_id)


async def test_a_caller_who_is_rung_for_is_taken_from_the_phone(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    await rings(stage, engine, call_id)
    assert await engine.switch.send_out(call_id, None, VOICEMAIL) == Done()
    await stage.phone_stops("agent1")
    await engine.sees(LegFailed, call_id=call_id, cause=LegFailure.WITHDRAWN)
    await engine.sees(CallSent, call_id=call_id)


async def test_a_supervisor_dials_in_for_an_emergency_and_is_told_the_verdict(stage: Stage, engine: Engine) -> None:
    await stage.emergency_call("246810", "11", "1")
    asked = await engine.sees(EmergencyAsked, seconds=15)
    assert (asked.pin, asked.code, asked.declares) == ("246810", "11", True)
    assert await engine.switch.answer_emergency(asked.channel, True) == Done()
    await stage.emergency_call_is_over()
    assert await engine.switch.answer_emergency(asked.channel, True) == CallGone()
    assert isinstance(await engine.switch.answer_emergency("a\r\nAction: Logoff", True), Refused)


async def test_a_bad_phone_name_is_refused(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    for name in ("agent1&PJSIP/desk", "a,b", "${SHELL(id)}", "", "a*b", "x" * 80, "a\r\nAction: Logoff"):
        assert isinstance(await engine.switch.ring(call_id, KEY1, PhoneName(name), 5_000), Refused)
    await rings(stage, engine, call_id)


async def test_a_new_engine_adopts_waiting_ringing_and_talking_calls(stage: Stage) -> None:
    first = Engine(stage.ami_port, stage.secret)
    async with first:
        _, talking = await arrives(stage, first)
        await talks(stage, first, talking)
        _, ringing = await arrives(stage, first)
        assert await first.switch.ring(ringing, KEY2, PhoneName("agent2"), 20_000) == Done()
        await first.sees(LegRang, call_id=ringing)
        _, waiting = await arrives(stage, first)
    arrived = {event.call_id: event for event in first.all(CallArrived)}
    async with Engine(stage.ami_port, stage.secret, epoch=2) as second:
        seen = {call.call_id: call for call in second.all(SwitchResynchronised)[0].calls}
        assert seen[talking].state == Talking(KEY1, AGENT1)
        assert seen[ringing].state == Ringing(KEY2, PhoneName("agent2"))
        assert seen[waiting].state == Waiting()
        assert len(seen) == 3
        for call_id, call in seen.items():
            assert abs(call.waiting_since_ms - arrived[call_id].waiting_since_ms) < 50
            assert (call.dialled, call.caller_number, call.caller_name) == ("100", "4930123456", "Ann, Zoë")
        assert await second.switch.ring(ringing, KEY2, PhoneName("agent2"), 20_000) == Done()
        await stage.phone_answers("agent2")
        await second.sees(LegAnswered, call_id=ringing, leg_key=KEY2)
        await stage.phone_hangs_up("agent1")
        ended = await second.sees(LegEnded, call_id=talking, by=LegEndedBy.AGENT)
        assert abs(ended.talk_ms - (ended.at_ms - first.all(LegAnswered)[0].at_ms)) < 200
        await talks(stage, second, waiting, LegKey("offer-3"))


async def test_a_new_engine_finds_the_caller_whose_agent_hung_up(stage: Stage) -> None:
    async with Engine(stage.ami_port, stage.secret) as first:
        caller, call_id = await arrives(stage, first)
        await talks(stage, first, call_id)
    await stage.phone_hangs_up("agent1")
    async with Engine(stage.ami_port, stage.secret, epoch=2) as second:
        await until(lambda: second.switch.health().up, 3, "the link")
        calls = second.all(SwitchResynchronised)[0].calls
        states = [call.state for call in calls]
        if states == [Talking(KEY1, AGENT1)]:
            await second.sees(LegEnded, by=LegEndedBy.AGENT)
        else:
            assert states == [AfterTalk(KEY1, AGENT1, LegEndedBy.AGENT)]
        assert await second.switch.hang_up(call_id) == Done()
        await second.sees(CallEnded, call_id=call_id, by=EndedBy.ENGINE)
        await stage.caller_is_gone(caller)


async def test_the_link_is_cut_while_calls_begin_and_end(stage: Stage) -> None:
    async with Proxy(stage.ami_port) as line, Engine(line.port, stage.secret) as engine:
        leaver, leaving = await arrives(stage, engine)
        _, staying = await arrives(stage, engine)
        line.refusing = True
        line.cut()
        await engine.sees(SwitchLost)
        assert isinstance(await engine.switch.ring(staying, KEY1, AGENT1, 5_000), Refused)
        await stage.caller_hangs_up(leaver)
        await stage.caller_is_gone(leaver)
        await stage.caller_calls("200", "4940999", "Bob")
        line.refusing = False
        back = await engine.sees(SwitchResynchronised, times=2)
        assert back.epoch == 2
        assert not back.restarted
        calls = {call.call_id for call in back.calls}
        await until(lambda: calls | {event.call_id for event in engine.all(CallArrived, dialled="200")} != calls or any(
            call.dialled == "200" for call in back.calls
        ), 5, "the new call being known")  # fmt: skip
        assert staying in calls
        assert leaving not in calls
        await talks(stage, engine, staying)


async def test_an_old_epoch_is_refused(stage: Stage) -> None:
    async with Engine(stage.ami_port, stage.secret, epoch=1) as old:
        _, call_id = await arrives(stage, old)
        async with Engine(stage.ami_port, stage.secret, epoch=2) as new:
            assert await old.switch.ring(call_id, KEY1, AGENT1, 5_000) == Done()
            assert (await old.sees(LegFailed, leg_key=KEY1)).cause is LegFailure.REFUSED
            await until(lambda: old.switch.health().state is LinkState.SUPERSEDED, 5, "the old engine giving up")
            assert not new.all(LegRang)
            await rings(stage, new, call_id, KEY2)


async def test_without_its_lease_an_engine_writes_nothing(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    engine.lease.holds = False
    for answer in (
        await engine.switch.ring(call_id, KEY1, AGENT1, 5_000),
        await engine.switch.stop_ringing(call_id, KEY1),
        await engine.switch.hang_up(call_id),
    ):
        assert isinstance(answer, Refused)
        assert "lease" in answer.reason
    engine.lease.holds = True
    await rings(stage, engine, call_id)


async def test_a_new_caller_without_an_engine_falls_back(stage: Stage) -> None:
    await stage.caller_calls("100", "4930123456", "Ann")
    if hasattr(stage, "asterisk"):
        await stage.phone_rings("desk")
    async with Engine(stage.ami_port, stage.secret) as engine:
        await until(lambda: engine.all(SwitchResynchronised), 3, "the snapshot")
        (call,) = engine.all(SwitchResynchronised)[0].calls
        assert call.state == InFallback()
        await rings(stage, engine, call.call_id)


async def test_a_waiting_caller_falls_back_when_the_heartbeat_is_old(stage: Stage, engine: Engine) -> None:
    _, call_id = await arrives(stage, engine)
    engine.lease.holds = False
    await stage.engine_seems_dead()
    await engine.sees(CallFellBack, call_id=call_id)
    engine.lease.holds = True
    await rings(stage, engine, call_id)


async def test_an_outside_call_makes_a_phone_busy(stage: Stage, engine: Engine) -> None:
    await stage.outside_call_begins("agent1")
    await engine.sees(PhoneBusy, phone=AGENT1)
    assert not engine.all(PhoneFree, phone=AGENT1)
    async with Engine(stage.ami_port, stage.secret) as second:
        phones = {seen.phone: seen for seen in second.all(SwitchResynchronised)[0].phones}
        assert (phones[AGENT1].busy, phones[AGENT1].reachable) == (True, True)
        assert not phones[PhoneName("agent2")].busy
    await stage.outside_call_ends("agent1")
    await engine.sees(PhoneFree, phone=AGENT1)


async def test_a_wrong_secret_is_told_in_one_sentence(stage: Stage) -> None:
    engine = Engine(stage.ami_port, "wrong")
    engine.start()
    lost = await engine.sees(SwitchLost)
    assert "SWITCHROOM_AMI_SECRET" in lost.reason
    assert "wrong" not in lost.reason.replace("wrong,", "")
    assert engine.switch.health().state is LinkState.SIGN_IN_REFUSED
    await engine.stop()
