"""The AMI link against switches that answer well, late, never, or with garbage."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.asterisk import link as link_module
from cti.asterisk.link import MESSAGE_CHARACTERS_MAX, AmiLink
from cti.asterisk.packet import action
from cti.errors import AmiDownError, AmiTimeoutError
from tests.bed.ports import free_port

GREETING = b"Asterisk Call Manager/9.0.0\r\n"
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def switch(behaviour: Behaviour, greeting: bytes = GREETING) -> AsyncIterator[int]:
    """A switch that greets and then does as told."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(greeting)
            await behaviour(reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def action_id(reader: asyncio.StreamReader) -> str:
    """The id of the next action."""
    block = (await reader.readuntil(b"\r\n\r\n")).decode()
    return next(line.removeprefix("ActionID: ") for line in block.split("\r\n") if line.startswith("ActionID: "))


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_answers_find_their_actions_and_events_keep_their_order() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, second = await action_id(reader), await action_id(reader)
        text = f"Response: Success\r\nActionID: {second}\r\nN: 2\r\n\r\nEvent: A\r\n\r\n"
        text += "Event: B\r\nActionID: other\r\n\r\n"
        text += f"Response: Success\r\nActionID: {first}\r\nEventList: start\r\n\r\n"
        text += f"Event: Item\r\nActionID: {first}\r\n\r\n"
        text += f"Event: End\r\nActionID: {first}\r\nEventList: Complete\r\n\r\nEvent: Zoë日本\r\n\r\n"
        for byte in text.encode():
            writer.write(bytes([byte]))
        await reader.read()

    async with switch(behave) as port:
        link = await AmiLink.open("127.0.0.1", port)
        listing, answer = await asyncio.gather(link.call(action("Status")), link.ask(action("Ping")))
        assert answer.get("N") == "2"
        assert [packet.get("Event") for packet in listing] == ["", "Item", "End"]
        heard = await link.events()
        while len(heard) < 3:
            heard += await link.events()
        assert [packet.get("Event") for packet in heard] == ["A", "B", "Zoë日本"]
        link.abort("done")
        with pytest.raises(AmiDownError, match="done"):
            await link.events()
        with pytest.raises(AmiDownError):
            await link.call(action("Ping"))


async def test_a_link_cut_inside_a_list_fails_the_action() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = await action_id(reader)
        writer.write(f"Response: Success\r\nActionID: {wanted}\r\nEventList: start\r\n\r\n".encode())

    async with switch(behave) as port:
        link = await AmiLink.open("127.0.0.1", port)
        with pytest.raises(AmiDownError, match="closed the connection"):
            await link.call(action("Status"))


async def test_an_action_that_is_never_answered_ends() -> None:
    async with switch(silent) as port:
        link = await AmiLink.open("127.0.0.1", port)
        with pytest.raises(AmiTimeoutError, match=r"did not answer Ping within 0\.05 s"):
            await link.call(action("Ping"), 0.05)
        link.abort("done")


async def test_pending_actions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PENDING_MAX", 0)
    async with switch(silent) as port:
        link = await AmiLink.open("127.0.0.1", port)
        with pytest.raises(AmiTimeoutError, match="unanswered"):
            await link.call(action("Ping"))
        link.abort("done")


@pytest.mark.parametrize("greeting", [b"220 mail.example ESMTP\r\n", b"x" * 500])
async def test_something_that_is_no_asterisk(greeting: bytes) -> None:
    async with switch(silent, greeting) as port:
        with pytest.raises(AmiDownError, match="no Asterisk manager"):
            await AmiLink.open("127.0.0.1", port)


async def test_nobody_listens() -> None:
    port = free_port()
    with pytest.raises(AmiDownError, match=f"127.0.0.1:{port} cannot be reached"):
        await AmiLink.open("127.0.0.1", port)


async def test_a_switch_that_does_not_greet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "CONNECT_SECONDS", 0.05)
    async with switch(silent, b"") as port:
        with pytest.raises(AmiDownError, match="does not answer"):
            await AmiLink.open("127.0.0.1", port)


async def test_a_header_of_a_megabyte_closes_the_link() -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Event: Big\r\nX: " + b"y" * 1_000_000)
        await reader.read()

    async with switch(behave) as port:
        link = await AmiLink.open("127.0.0.1", port)
        assert str(MESSAGE_CHARACTERS_MAX) in await asyncio.wait_for(link.closed, 5)


async def test_events_that_nobody_reads_close_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "EVENTS_MAX", 10)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await action_id(reader)
        writer.write(b"Event: X\r\n\r\n" * 11)
        await reader.read()

    async with switch(behave) as port:
        link = await AmiLink.open("127.0.0.1", port)
        with pytest.raises(AmiDownError, match="10 events"):
            await link.ask(action("Ping"))


@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"\r\n\r\n", b"\r\n\n", b"Event: ", b": ", b"\xff"])),
        max_size=30,
    )
)
async def test_garbage_neither_crashes_nor_hides_what_follows(chunks: list[bytes]) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for chunk in chunks:
            writer.write(chunk)
        writer.write(b"\r\n\r\nEvent: Last\r\n\r\n")
        await reader.read()

    async with switch(behave) as port:
        link = await AmiLink.open("127.0.0.1", port)
        async with asyncio.timeout(5):
            while not any(packet.get("Event") == "Last" for packet in await link.events()):
                pass
        link.abort("done")
