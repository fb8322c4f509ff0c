"""Announces to the router what channels have committed (a mail, a chat line's conversation, a task), until receipted.

Rows are made in the transaction that committed the thing itself (`Writing.announce`), so nothing is forgotten over a
crash, and the router's memory of source and number lets a repeated announcement count once.
"""

import asyncio
import logging
from collections.abc import Callable
from itertools import groupby

import msgspec

from history.announcements import Announcement, receipted, waiting
from history.errors import StoreUnavailable
from history.store import Store
from router.core.inputs import AnyInput, Receipt
from router.errors import RouterUnavailable
from router.ports import Router

LOOK_S = 1.0
"""At the latest this often the table is looked at, in case the bus lost the waking message."""
RETRY_S = 0.2

_INPUT: msgspec.json.Decoder[AnyInput] = msgspec.json.Decoder(AnyInput)

log = logging.getLogger(__name__)


class Announcer:
    """One task a domain."""

    def __init__(self, store: Store, router: Router, reached: Callable[[str], None] = lambda point: None) -> None:
        """`reached` is told at each named point at which a test may kill the process."""
        self._reached = reached
        self._store = store
        self._router = router

    async def run(self) -> None:
        subscription = self._store.bus.subscribe(self._store.announced().topic)
        try:
            while True:
                try:
                    while await self._announce_some():
                        pass
                except (StoreUnavailable, RouterUnavailable) as error:
                    log.warning("announcing again in %s s: %s", RETRY_S, error)
                    await asyncio.sleep(RETRY_S)
                    continue
                await subscription.next(LOOK_S)
        finally:
            subscription.close()

    async def _announce_some(self) -> bool:
        """Submit the oldest announcements, each source's in order; return whether there were any."""
        found = await waiting(self._store)
        if not found:
            return False
        by_source = sorted(found, key=lambda one: (one.source, one.number))
        runs = [list(run) for _, run in groupby(by_source, key=lambda one: one.source)]
        answered = await asyncio.gather(*(self._announce_run(run) for run in runs))
        self._reached("announcer.submitted")
        await receipted(self._store, [one for run in answered for one in run])
        return True

    async def _announce_run(self, run: list[Announcement]) -> list[Announcement]:
        done = []
        for one in run:
            receipt: Receipt = await self._router.submit(_INPUT.decode(one.body))
            log.debug("announced %s %d: %s", one.source, one.number, receipt.outcome)
            done.append(one)
        return done
