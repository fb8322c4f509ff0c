"""Where views keep their folds: found again, passed over when it does not fit, kept as the fold goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from sqlalchemy import text

import history.kept_folds
from history.kept_folds import KeptFold
from history.projector import rebuild
from history.store import Store
from history.tables import read_models
from tests.history.sample import NOON_MS, eventually, rows

FORM = "counts/1"


def counts(body: bytes) -> list[int]:
    return msgspec.msgpack.decode(body, type=list[int])


def a_body(*numbers: int) -> bytes:
    return msgspec.msgpack.encode(numbers)


@asynccontextmanager
async def keeping(kept: KeptFold, reached: list[int]) -> AsyncIterator[None]:
    """Somebody folds, and `reached` grows with them."""
    task = asyncio.create_task(kept.keep_often(FORM, lambda: reached[-1], lambda: a_body(*reached)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_was_kept_last_is_found_with_its_number(store: Store) -> None:
    kept = KeptFold(store, "floor")
    assert await kept.load(FORM, counts) is None
    await kept.keep(FORM, 7, a_body(1))
    await kept.keep(FORM, 9, a_body(1, 2))
    assert await KeptFold(store, "floor").load(FORM, counts) == (9, [1, 2])
    assert await rows(store, read_models) == [
        ("main", "main", "routing/main", "floor", FORM, 9, NOON_MS, a_body(1, 2)),
    ]


async def test_each_view_has_its_own_for_each_stream(store: Store) -> None:
    await KeptFold(store, "floor").keep(FORM, 1, a_body(1))
    assert await KeptFold(store, "wallboard").load(FORM, counts) is None
    assert await KeptFold(store, "floor", "routing/second").load(FORM, counts) is None


async def test_a_fold_of_another_form_is_passed_over(store: Store) -> None:
    kept = KeptFold(store, "floor")
    await kept.keep("counts/0", 7, a_body(1))
    assert await kept.load(FORM, counts) is None
    await kept.keep(FORM, 3, a_body(2))
    assert await kept.load(FORM, counts) == (3, [2])


@pytest.mark.parametrize("body", [b"", b"\xc1", msgspec.msgpack.encode(["one"])])
async def test_one_that_cannot_be_read_is_passed_over_and_named(
    store: Store, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kept = KeptFold(store, "floor")
    await kept.keep(FORM, 7, body)
    assert await kept.load(FORM, counts) is None
    assert "floor cannot be read as it was kept" in caplog.text


async def test_rebuilding_the_projections_drops_it(store: Store) -> None:
    await KeptFold(store, "floor").keep(FORM, 7, a_body(1))
    await rebuild(store)
    assert await rows(store, read_models) == []


async def test_it_is_kept_anew_each_time_the_fold_has_gone_on_far_enough(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history.kept_folds, "KEEP_ENTRIES", 10)
    monkeypatch.setattr(history.kept_folds, "LOOK_S", 0.01)
    kept, reached = KeptFold(store, "floor"), [9]

    async def through() -> int:
        found = await rows(store, read_models)
        return int(found[0][5]) if found else 0

    async def is_kept_through(number: int) -> None:
        async def condition() -> bool:
            return await through() == number

        await eventually(condition, 5, f"keeping through {number}")

    async with keeping(kept, reached):
        reached.append(10)
        await is_kept_through(10)
        reached.append(19)
        reached.append(23)
        await is_kept_through(23)
    again = KeptFold(store, "floor")
    assert await again.load(FORM, counts) == (23, [9, 10, 19, 23])
    async with keeping(again, [32]):
        looks = [await through() for _ in range(20)]
    assert looks == [23] * 20, "nine entries are read again rather than written"
    async with keeping(again, [33]):
        await is_kept_through(33)


async def test_what_cannot_be_kept_now_is_kept_later(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(history.kept_folds, "KEEP_ENTRIES", 10)
    monkeypatch.setattr(history.kept_folds, "LOOK_S", 0.01)
    await _refuse(
        sqlite_store, "CREATE TRIGGER full BEFORE INSERT ON read_models BEGIN SELECT RAISE(FAIL, 'full'); END"
    )
    kept = KeptFold(sqlite_store, "floor")

    async def found() -> bool:
        return bool(await rows(sqlite_store, read_models))

    async def told() -> bool:
        return "floor is not kept now" in caplog.text

    async with keeping(kept, [10]):
        await eventually(told, 5, "the warning")
        assert not await found()
        await _refuse(sqlite_store, "DROP TRIGGER full")
        await eventually(found, 5, "keeping at last")


async def _refuse(store: Store, statement: str) -> None:
    async with store.writing("test.refuse") as writing:
        await writing.connection.execute(text(statement))
