"""The rehearsal switch as a process of its own, and what it refuses."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cti.core.events import (
    CallArrived,
    CallEnded,
    LegAnswered,
    LegKey,
    LegRang,
    SwitchResynchronised,
    Talking,
)
from cti.errors import RehearsalError
from cti.rehearsal import RehearsalControl, RehearsalSwitch, serve_control
from history.core.vocabulary import PhoneName
from tests.bed.ports import free_port
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.stages import ami_once

ROOT = Path(__file__).parents[2]


async def start(*arguments: str, secret: str = "s3cret") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cti.rehearsal",
        *arguments,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SWITCHROOM_AMI_SECRET": secret, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_outlives_the_engine_in_a_process_of_its_own() -> None:
    process = await start("--phone", "agent1", "--with-parent")
    assert process.stdout is not None
    assert process.stdin is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
    found = re.fullmatch(r"rehearsal switch: AMI 127\.0\.0\.1:(\d+), control 127\.0\.0\.1:(\d+)\n", line)
    assert found is not None
    ami, control_port = int(found[1]), int(found[2])
    async with await RehearsalControl.connect(control_port) as people:
        async with Engine(ami, "s3cret") as first:
            unique_id = await people.caller_calls("100", "4930", "Zoë")
            call_id = (await first.sees(CallArrived)).call_id
            assert call_id == f"main-{unique_id}"
            await first.switch.ring(call_id, LegKey("k"), PhoneName("agent1"), 9_000)
            await first.sees(LegRang)
            assert await people.phone_ringing("agent1")
            await people.phone_answers("agent1")
            await first.sees(LegAnswered)
        assert await people.phone_talking("agent1")
        assert await people.caller_state(unique_id) == "talking"
        async with Engine(ami, "s3cret", epoch=2) as second:
            (call,) = second.all(SwitchResynchronised)[0].calls
            assert call.state == Talking(LegKey("k"), PhoneName("agent1"))
            await people.phone_hangs_up("agent1")
            await second.sees(CallEnded, 8)
        assert await people.caller_state(unique_id) == "gone"
        await people.caller_hangs_up(unique_id)
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_it_says_why_it_does_not_start() -> None:
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    async with taken:
        for process, sentence in (
            (await start(secret=""), "SWITCHROOM_AMI_SECRET"),
            (await start("--port", str(taken.sockets[0].getsockname()[1])), "could not listen"),
        ):
            _, said = await asyncio.wait_for(process.communicate(), 10)
            assert sentence in said.decode()
            assert b"Traceback" not in said
            assert process.returncode == 1


@pytest_asyncio.fixture
async def switch() -> AsyncIterator[RehearsalSwitch]:
    async with RehearsalSwitch("s3cret", phones=["agent1"]) as made:
        yield made


async def test_wishes_that_make_no_sense_are_refused_in_a_sentence(switch: RehearsalSwitch) -> None:
    control = await serve_control(switch)
    async with control, await RehearsalControl.connect(control.sockets[0].getsockname()[1]) as people:
        for wish, sentence in (
            (("phone_answers", "agent1"), "agent1 is free, not ringing"),
            (("phone_hangs_up", "agent1"), "not talking"),
            (("phone_answers", "nobody"), "no phone 'nobody'; it has agent1"),
            (("fly",), "no wish 'fly'"),
            (("phone_answers",), "does not take 0 arguments"),
        ):
            with pytest.raises(RehearsalError, match=re.escape(sentence)):
                await people.wish(*wish)
        await people.add_phone("agent2")
        assert not await people.phone_ringing("agent2")
        with pytest.raises(RehearsalError, match="no rehearsal switch"):
            await RehearsalControl.connect(free_port())


async def test_garbage_on_the_control_line_gets_an_answer(switch: RehearsalSwitch) -> None:
    control = await serve_control(switch)
    async with control:
        reader, writer = await asyncio.open_connection(*control.sockets[0].getsockname()[:2])
        for line in (b"\xff\xfe\n", b"[]\n", b'{"do": 1}\n', b'{"do": "phone_answers", "with": [1]}\n'):
            writer.write(line)
            assert b"error" in await asyncio.wait_for(reader.readline(), 3)
        writer.write(b"x" * 200_000)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 3) == b""
        writer.close()
        async with await RehearsalControl.connect(control.sockets[0].getsockname()[1]) as people:
            assert not await people.phone_ringing("agent1")


async def test_it_knows_only_what_the_engine_uses(switch: RehearsalSwitch) -> None:
    for action, answer in (
        ("Action: Command\r\nCommand: x\r\n", "Invalid/unknown command"),
        ("Action: Originate\r\nChannel: PJSIP/agent1\r\nApplication: Echo\r\n", "Extension does not exist"),
    ):
        assert answer in await ami_once(switch.port, "s3cret", action, user="switchroom")


async def test_without_a_sign_in_nothing_is_told(switch: RehearsalSwitch) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", switch.port)
    writer.write(b"Action: Status\r\n\r\n")
    await reader.readline()
    assert b"Response: Error" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 3)
    switch.caller_calls("100")
    writer.write(b"Action: Login\r\nUsername: switchroom\r\nSecret: wrong\r\n\r\n")
    said = await asyncio.wait_for(reader.read(), 3)
    assert b"Authentication failed" in said
    assert b"Event" not in said
    writer.close()


async def test_a_phone_in_our_call_makes_no_outside_call(switch: RehearsalSwitch) -> None:
    async with Engine(switch.port, "s3cret") as engine:
        switch.caller_calls("100")
        call_id = (await engine.sees(CallArrived)).call_id
        await engine.switch.ring(call_id, LegKey("k"), PhoneName("agent1"), 9_000)
        await until(lambda: switch.phone_ringing("agent1"), 3, "ringing")
        with pytest.raises(RehearsalError, match="with one of our calls"):
            switch.phone_calls_outside("agent1")
