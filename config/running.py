"""The frame of every command: run to the end, say a foreseen failure in its sentence, stop when told."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from agent_desktop.errors import DesktopError
from channels.webchat.errors import ChatError
from config.errors import BadSetting, ConfigError
from config.serve import REFUSED_CODE, ends_with_parent
from history.errors import HistoryError

FORESEEN = (ConfigError, HistoryError, DesktopError, ChatError)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def finish(work: Callable[[], Coroutine[Any, Any, int]], loop: Any = None, *, reckons: bool = False) -> None:
    """Run to the end and leave with its status; a foreseen failure becomes its one sentence, never a traceback.

    `reckons` is for work that reckons for long and has nothing to put in order: it ends at once when told, where other
    work is first asked to come to an end.
    """

    async def reckoning() -> int:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return await work()

    try:
        _log()
        with asyncio.Runner(loop_factory=loop) as runner:
            status = runner.run(reckoning() if reckons else work())
    except KeyboardInterrupt:
        status = 0
    except FORESEEN as error:
        status = _refused(error)
    except BaseExceptionGroup as group:
        foreseen = group.subgroup(FORESEEN)
        if foreseen is None:
            raise
        status = _refused(_first(foreseen))
    sys.stdout.flush()
    raise SystemExit(status)


def _log() -> None:
    level = os.environ.get("SWITCHROOM_LOG", "WARNING").upper()
    if level not in LOG_LEVELS:
        raise BadSetting(f"SWITCHROOM_LOG={level}: write one of {', '.join(LOG_LEVELS)}.")
    logging.basicConfig(level=level, format="%(asctime)s %(name)s: %(message)s")
    for name in ("panoramisk", "aioimaplib"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at DEBUG they log secrets


def _refused(error: BaseException) -> int:
    sys.stderr.write(f"{error}\n")
    return REFUSED_CODE


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def cancelled_by_signals(life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin a life that SIGTERM or SIGINT ends in order, also where a shell lets its background ignore SIGINT."""
    task = asyncio.ensure_future(life)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    return task


async def until_told(life: Coroutine[Any, Any, None], enough: asyncio.Event | None = None) -> int:
    """Live until SIGTERM or SIGINT, until the parent has gone, or until it is enough."""
    task = cancelled_by_signals(life)
    orphaned = asyncio.create_task(ends_with_parent())
    orphaned.add_done_callback(lambda _: task.cancel())
    had_enough = asyncio.create_task((enough or asyncio.Event()).wait())
    had_enough.add_done_callback(lambda _: task.cancel())
    try:
        await task
    except asyncio.CancelledError:
        return 0
    finally:
        orphaned.cancel()
        had_enough.cancel()
    return 1
