"""The commands beside `serve`: the definition, a user's password, a headless agent, the benchmarks."""

import asyncio
import difflib
import getpass
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import httpx
import typer

from agent_desktop.client import DesktopClient
from agent_desktop.headless import HeadlessAgent, Script
from agent_desktop.passwords import Passwords, make_password
from agent_desktop.signin import SignIn
from benchmarks import BENCHES, voice
from benchmarks.errors import BenchImpossible
from config.check import check as check_definition
from config.definition import parse, read
from config.errors import BadDefinition, BadSetting, CannotStart
from config.options import DatabaseOption, DataOption, ServerOption, UserOption
from config.running import cancelled_by_signals, finish
from config.settings import place
from config.translating import center_settings
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import UserId
from history.definitions import newest_definition
from history.store import Store


def check(definition: Annotated[Path, typer.Argument(help="Definition to check (TOML).")]) -> None:
    """Say what is wrong with a definition before it is live."""

    async def work() -> int:
        parsed, _ = read(definition)
        check_definition(parsed, str(definition), SystemClock().now_ms())
        print(f"{definition}: {len(parsed.queues)} queues, {len(parsed.users)} users, nothing wrong.")
        return 0

    finish(work)


def _password() -> str:
    given = os.environ.get("SWITCHROOM_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        raise BadSetting(
            "There is no terminal to ask for the password: set the environment variable SWITCHROOM_PASSWORD."
        )
    return getpass.getpass("Password: ")


def apply(
    definition: Annotated[Path, typer.Argument(help="Definition to put into force (TOML).")],
    user: UserOption,
    server: ServerOption = "http://127.0.0.1:8080",
) -> None:
    """Put a definition into force in the running center, after showing what changes."""

    async def work() -> int:
        parsed, text = read(definition)
        check_definition(parsed, str(definition), SystemClock().now_ms())
        async with DesktopClient(server) as client:
            await client.sign_in(user, _password())
            held = await client.get("/api/definition")
            lines = difflib.unified_diff(
                held["text"].splitlines(), text.splitlines(), f"version {held['version']}", str(definition), lineterm=""
            )
            print("\n".join(lines) or f"Version {held['version']} says the same already.")
            answer = await client.put("/api/definition", {"text": text})
        if answer.status_code == httpx.codes.OK:
            print(f"Version {answer.json()['version']} holds.")
            return 0
        problems = answer.json().get("problems") or [answer.text] if answer.status_code == 409 else [answer.text]
        raise BadDefinition([str(problem) for problem in problems])

    finish(work)


def agent(
    user: UserOption,
    server: ServerOption = "http://127.0.0.1:8080",
    rehearsal: Annotated[bool, typer.Option(help="Also press the buttons of the rehearsal phone.")] = False,
    wrap_up_s: Annotated[float, typer.Option(min=0, help="How long each wrap-up takes.")] = 2.0,
    work_s: Annotated[float, typer.Option(min=0, help="How long a task is worked on.")] = 5.0,
) -> None:
    """A headless agent: signs in, gets ready, takes work, answers and wraps up by script, until Ctrl-C."""

    async def work() -> int:
        script = Script(rehearsal=rehearsal, wrap_up_s=wrap_up_s, work_s=work_s)
        async with DesktopClient(server) as client:
            await client.sign_in(user, _password())
            agent = HeadlessAgent(client, script, said=lambda line: print(line, flush=True))
            with suppress(asyncio.CancelledError):
                await cancelled_by_signals(agent.run())
        return 0

    finish(work)


def password(
    user: Annotated[str, typer.Argument(help="Id of a user of the definition.")],
    data: DataOption = Path("data"),
    database: DatabaseOption = None,
) -> None:
    """Make a user's password anew and print it; their sessions end."""

    async def work() -> int:
        where = place(data, "127.0.0.1", 1, database, listen_anywhere=False)
        store = await Store.open(where.database, clock=SystemClock(), bus=LocalBus())
        try:
            stored = await newest_definition(store)
            known = [] if stored is None else [each.id for each in parse(stored.text).users]
            if user not in known:
                raise BadSetting(f"There is no user {user!r}; the definition has {', '.join(known) or 'none yet'}.")
            fresh = make_password()
            center = center_settings(parse(stored.text if stored else ""), lambda kind, id_: "")
            await SignIn(store, lambda: center, Passwords()).set_password(UserId(user), fresh)
        finally:
            await store.close()
        print(f"{user}  {fresh}")
        return 0

    finish(work)


def export(data: DataOption = Path("data"), database: DatabaseOption = None) -> None:
    """Print the definition that holds."""

    async def work() -> int:
        where = place(data, "127.0.0.1", 1, database, listen_anywhere=False)
        store = await Store.open(where.database, clock=SystemClock(), bus=LocalBus())
        try:
            stored = await newest_definition(store)
        finally:
            await store.close()
        if stored is None:
            raise CannotStart(f"{where.data} holds no definition yet.")
        sys.stdout.write(stored.text)
        return 0

    finish(work)


def bench(
    name: Annotated[
        str,
        typer.Argument(help="Which benchmark: spine, routing, explain, expected-wait, blending, tune or voice."),
    ],
    json_to: Annotated[str, typer.Option("--json", help="File for the figures, or - for the screen.")] = "-",
    folder: Annotated[Path | None, typer.Option(help="Where to measure; a real disk, please.")] = None,
    rows: Annotated[str | None, typer.Option(help=f"Of voice: some of {', '.join(voice.ROWS)}.")] = None,
    waiting: Annotated[str | None, typer.Option(help="Of voice: how many callers wait, such as 1,10,50,200.")] = None,
    rates: Annotated[str | None, typer.Option(help="Of voice: calls a second to be tried, such as 80,90.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, help="Of voice: how long each figure is measured.")] = None,
) -> None:
    """Measure a promise with the shipped defaults and print the figures as JSON."""

    def measured() -> str:
        if name not in BENCHES:
            raise BadSetting(f"There is no benchmark {name!r}; there is {', '.join(BENCHES)}.")
        if name == "voice":
            wanted = voice.options(rows=rows, waiting=waiting, rates=rates, seconds=seconds)
            figures = voice.run(folder, wanted, lambda line: print(line, file=sys.stderr, flush=True))
        elif any(value is not None for value in (rows, waiting, rates, seconds)):
            raise BadSetting("--rows, --waiting, --rates and --seconds are options of the benchmark voice alone.")
        else:
            figures = BENCHES[name](folder)
        text = json.dumps(figures, indent=2)
        if json_to != "-":
            Path(json_to).write_text(text + "\n", encoding="utf-8")
        return text

    async def work() -> int:
        try:
            text = await asyncio.to_thread(measured)
        except BenchImpossible as error:
            raise CannotStart(str(error)) from error
        print(text if json_to == "-" else f"{name}: written to {json_to}")
        return 0

    finish(work)
