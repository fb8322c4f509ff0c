"""A process that writes groups until it is killed: `python -m tests.history.writer <url>`.

Each transaction writes three entries into two streams, a content and an announcement; each group of the router has
seven entries. It prints a line after each commit.
"""

import asyncio
import itertools
import sys

from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import CustomerId, InteractionId
from history.customers import add_customer
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from tests.history.sample import began, draft, input_draft, life, line

GROUP = 7


async def talk(store: Store, name: str) -> None:
    for number in itertools.count(1):
        async with store.writing("talk") as writing:
            await add_customer(writing, "Maria", CustomerId(f"k-{name}-{number}"))
            text = await writing.put_text(InteractionId(name), "x" * 2_000)
            await writing.append(f"conversation/{name}", [began(name), line(number, text)])
            await writing.announce("chat", lambda count: b"%d" % count)
        print(f"talk {name} {number}", flush=True)


async def route(store: Store) -> None:
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    while True:
        first = await journal.append([input_draft()] + [draft(fact) for fact in life("v-1")[: GROUP - 1]])
        print(f"route {first}", flush=True)


async def main(url: str, run: str) -> None:
    store = await Store.open(url, clock=SystemClock(), bus=LocalBus())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(talk(store, f"c-{run}-1"))
        tasks.create_task(talk(store, f"c-{run}-2"))
        tasks.create_task(route(store))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
