"""Waiting for a condition with a deadline, instead of sleeping blindly."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

Seen = TypeVar("Seen")

STEP_S = 0.01


@overload
async def until(condition: Callable[[], Awaitable[Seen]], seconds: float, what: str) -> Seen: ...
@overload
async def until(condition: Callable[[], Seen], seconds: float, what: str) -> Seen: ...
async def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask ``condition`` (plain or async) every 10 ms until it is true, and give what it said.

    After ``seconds`` it fails with AssertionError: "<what> did not happen within <seconds> s".
    """
    deadline = time.monotonic() + seconds
    while True:
        said = condition()
        value = await said if inspect.isawaitable(said) else said
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s (last seen: {value!r})")
        await asyncio.sleep(STEP_S)


def until_now(condition: Callable[[], Seen], seconds: float, what: str) -> Seen:
    """The same without an event loop, for servers that start outside of one."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s (last seen: {value!r})")
        time.sleep(STEP_S)
