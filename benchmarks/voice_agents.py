"""The agents of the voice bench: `python -m benchmarks.voice_agents ADDRESS (stay|leave)`, as a process of its own.

All sign in and get ready by the same messages as a browser. With `stay` each shows its pops as the headless agent does;
with `leave` they close their desktops, ready as they are, and only their phones are left. Passwords come in the
environment as JSON, user by user.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping

import uvloop

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.headless import HeadlessAgent
from history.core.vocabulary import Presence

PASSWORDS = "SWITCHROOM_BENCH_PASSWORDS"
AT_ONCE = 4
"""So many sign in at a time: the center lets no more check their passwords."""
READY = "all agents are ready"


async def leave(address: str, user: str, password: str) -> None:
    """Sign in, get ready, close the desktop."""
    async with DesktopClient(address) as client:
        await client.sign_in(user, password)
        async with client.connected():
            await client.open(p.DESK_VIEW)
            await client.ask(p.SetPresence, presence=Presence.READY)


async def all_leave(address: str, passwords: Mapping[str, str]) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(user: str, password: str) -> None:
        async with turns:
            await leave(address, user, password)

    async with asyncio.TaskGroup() as tasks:
        for user, password in passwords.items():
            tasks.create_task(one(user, password))
    print(READY, flush=True)


async def all_stay(address: str, passwords: Mapping[str, str]) -> None:
    """Work until the process is ended."""
    ready: set[str] = set()
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(user: str, password: str) -> None:
        def said(line: str) -> None:
            if line == "ready":
                ready.add(user)
                if len(ready) == len(passwords):
                    print(READY, flush=True)

        async with DesktopClient(address) as client:
            async with turns:
                await client.sign_in(user, password)
            await HeadlessAgent(client, said=said).run()

    async with asyncio.TaskGroup() as tasks:
        for user, password in passwords.items():
            tasks.create_task(one(user, password))


def main() -> None:
    address, way = sys.argv[1:]
    passwords = json.loads(os.environ[PASSWORDS])
    uvloop.run({"stay": all_stay, "leave": all_leave}[way](address, passwords))


if __name__ == "__main__":
    main()
