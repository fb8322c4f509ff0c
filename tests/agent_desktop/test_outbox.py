"""A socket that stops reading costs others nothing, loses no answer, and comes back to the newest picture."""

import asyncio

import msgspec
import pytest

from agent_desktop.core.protocol import Answer, Heartbeat, Snapshot
from agent_desktop.outbox import ANSWERS_MAX, MESSAGES_MAX, Outbox, encoded


def newest(view: str) -> Snapshot | None:
    return Snapshot(view=view, number=99, server_ms=1, parts=()) if view != "closed" else None


async def drained(outbox: Outbox) -> list[str]:
    found = []
    while True:
        try:
            async with asyncio.timeout(0.05):
                found.append((await outbox.next()).decode())
        except TimeoutError:
            return found


async def test_an_overflow_becomes_one_fresh_snapshot_a_view_and_answers_stay() -> None:
    outbox = Outbox(newest)
    await outbox.answer(Answer(id=1))
    for number in range(MESSAGES_MAX):
        outbox.show("desk" if number % 2 else "wallboard", b"change")
    outbox.show("desk", b"dropped as well")
    assert outbox.overflows == 1
    found = await drained(outbox)
    assert found[0] == encoded(Answer(id=1)).decode()
    assert sorted(msgspec.json.decode(text)["view"] for text in found[1:]) == ["desk", "wallboard"]
    outbox.show("desk", b"again")
    assert await drained(outbox) == ["again"]


async def test_bytes_are_bounded_too() -> None:
    outbox = Outbox(newest)
    outbox.show("desk", b"x" * 900_000)
    outbox.show("desk", b"x" * 900_000)
    assert outbox.overflows == 1
    assert len(await drained(outbox)) == 1


async def test_a_closed_view_is_not_sent_any_more() -> None:
    outbox = Outbox(newest)
    outbox.show("desk", b"a")
    outbox.show("board", b"b")
    outbox.forget("desk")
    assert await drained(outbox) == ["b"]
    for _ in range(MESSAGES_MAX + 1):
        outbox.show("closed", b"c")
    assert await drained(outbox) == []


async def test_who_does_not_take_answers_is_not_read_from() -> None:
    outbox = Outbox(newest)
    for number in range(ANSWERS_MAX):
        await outbox.answer(Answer(id=number + 1))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await outbox.answer(Answer(id=1000))
    await outbox.next()
    await outbox.answer(Answer(id=1000))


async def test_heartbeats_are_dropped_when_it_is_full() -> None:
    outbox = Outbox(newest)
    for _ in range(MESSAGES_MAX + 10):
        outbox.lossy(Heartbeat(server_ms=1))
    assert len(await drained(outbox)) == MESSAGES_MAX
