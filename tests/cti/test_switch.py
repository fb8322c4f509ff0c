"""The Asterisk switch port: what it does when its reader, its switch or its epoch lets it down."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cti.asterisk import switch as switch_module
from cti.core.commands import CallGone, OutcomeUnknown, Refused
from cti.core.events import (
    CallArrived,
    CallId,
    LegKey,
    SwitchLost,
    SwitchResynchronised,
)
from cti.ports import LinkState, Switch
from cti.rehearsal import RehearsalSwitch
from history.core.vocabulary import PhoneName
from tests.bed.ports import free_port
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.proxy import Proxy

KEY, PHONE = LegKey("k"), PhoneName("agent1")


@pytest_asyncio.fixture
async def rehearsal() -> AsyncIterator[RehearsalSwitch]:
    async with RehearsalSwitch("s3cret", phones=["agent1"]) as made:
        yield made


async def test_before_it_is_connected_every_command_is_refused() -> None:
    switch: Switch = Engine(1, "s").switch
    assert switch.health().state is LinkState.STOPPED
    call = CallId("main-1.1")
    for answer in (
        await switch.ring(call, KEY, PHONE, 1_000),
        await switch.stop_ringing(call, KEY),
        await switch.hang_up(call),
    ):
        assert answer == Refused("switch main has not been started")


async def test_a_switch_that_is_not_there_is_named_once_and_found_later() -> None:
    port = free_port()
    engine = Engine(port, "s3cret")
    engine.start()
    lost = await engine.sees(SwitchLost)
    assert f"127.0.0.1:{port} cannot be reached" in lost.reason
    assert not engine.switch.health().up
    async with RehearsalSwitch("s3cret", port=port):
        await engine.sees(SwitchResynchronised, 10)
        assert len(engine.all(SwitchLost)) == 1
        await engine.stop()
    assert engine.switch.health().state is LinkState.STOPPED


async def test_a_reader_that_falls_behind_gets_a_snapshot_instead(
    rehearsal: RehearsalSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Engine(rehearsal.port, "s3cret") as engine:
        monkeypatch.setattr(switch_module, "EVENTS_MAX", 0)
        rehearsal.caller_calls("100")
        lost = await engine.sees(SwitchLost)
        assert "waited to be read" in lost.reason
        monkeypatch.setattr(switch_module, "EVENTS_MAX", 10_000)
        back = await engine.sees(SwitchResynchronised, times=2)
        assert len(back.calls) == 1
        assert len(engine.all(SwitchLost)) == 1


async def test_an_answer_that_is_lost_is_an_unknown_outcome(rehearsal: RehearsalSwitch) -> None:
    async with Proxy(rehearsal.port) as line, Engine(line.port, "s3cret") as engine:
        rehearsal.caller_calls("100")
        call_id = (await engine.sees(CallArrived)).call_id
        assert await engine.switch.ring(CallId("main-0.0"), KEY, PHONE, 1_000) == CallGone()
        assert await engine.switch.stop_ringing(CallId("main-0.0"), KEY) == CallGone()
        line.silence(True)
        assert await engine.switch.ring(call_id, KEY, PHONE, 9_000) == OutcomeUnknown()
        line.cut()
        line.silence(False)
        await engine.sees(SwitchResynchronised, 15, times=2)


async def test_a_newer_engine_keeps_an_older_one_out_until_its_heartbeat_is_old(rehearsal: RehearsalSwitch) -> None:
    async with Engine(rehearsal.port, "s3cret", epoch=9):
        await until(lambda: rehearsal.read_global("SWITCHROOM_HEARTBEAT"), 3, "the heartbeat")
        old = Engine(rehearsal.port, "s3cret", epoch=3)
        old.start()
        lost = await old.sees(SwitchLost)
        assert "epoch 9, ours is 3" in lost.reason
        assert old.switch.health().state is LinkState.SUPERSEDED
    rehearsal.write_global("SWITCHROOM_HEARTBEAT", "1")
    await old.sees(SwitchResynchronised, 10)
    await until(lambda: rehearsal.read_global("SWITCHROOM_EPOCH") == "3", 3, "the epoch being taken over")
    await old.stop()


async def test_a_new_epoch_is_written_while_connected(rehearsal: RehearsalSwitch) -> None:
    async with Engine(rehearsal.port, "s3cret", epoch=3) as engine:
        assert rehearsal.read_global("SWITCHROOM_EPOCH") == "3"
        engine.switch.set_epoch(4)
        await until(lambda: rehearsal.read_global("SWITCHROOM_EPOCH") == "4", 4, "the new epoch")


async def test_without_a_lease_there_is_no_heartbeat(rehearsal: RehearsalSwitch) -> None:
    engine = Engine(rehearsal.port, "s3cret")
    engine.lease.holds = False
    async with engine:
        assert rehearsal.read_global("SWITCHROOM_EPOCH") == rehearsal.read_global("SWITCHROOM_HEARTBEAT") == ""
        engine.lease.holds = True
        await until(lambda: rehearsal.read_global("SWITCHROOM_HEARTBEAT"), 4, "the heartbeat")
