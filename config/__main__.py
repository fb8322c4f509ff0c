"""The command line: `switchroom serve | check | export | agent`. Mistakes are answered in one sentence and status 1."""

import asyncio
import difflib
import getpass
import logging
import os
import random
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import uvloop

from agent_desktop.client import DesktopClient
from agent_desktop.errors import DesktopError
from agent_desktop.headless import HeadlessAgent, Script
from agent_desktop.passwords import Passwords, make_password
from agent_desktop.server import listen
from agent_desktop.signin import SignIn
from channels.webchat.errors import ChatError
from config.check import check as check_definition
from config.compose import EngineOptions, RehearsalPorts, rehearsal_mailbox, run_engine
from config.crash_points import VARIABLE as DIE_AT
from config.crash_points import crash_points
from config.definition import Definition, parse, read
from config.errors import BadDefinition, BadSetting, CannotStart, ConfigError
from config.rehearsal import Customers, serve_shop
from config.serve import (
    REFUSED_CODE,
    RESTART_CODE,
    Child,
    Parent,
    ends_with_parent,
    engine_child,
    told_to_begin,
)
from config.settings import Place, Secrets, place
from config.translating import center_settings
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import UserId
from history.datafolder import DataFolder
from history.definitions import newest_definition, store_definition
from history.errors import HistoryError
from history.store import Store

SAMPLE = Path(__file__).parent / "sample" / "harbor_bikes.toml"
REHEARSAL_PORTS = "SWITCHROOM_REHEARSAL_PORTS"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Switchroom, the contact-center engine.",
)

DataOption = Annotated[Path, typer.Option(envvar="SWITCHROOM_DATA", help="Folder that holds everything durable.")]
HostOption = Annotated[str, typer.Option(envvar="SWITCHROOM_HOST", help="Address to listen on.")]
PortOption = Annotated[int, typer.Option(envvar="SWITCHROOM_PORT", min=1, max=65535, help="Port to listen on.")]
DatabaseOption = Annotated[
    str | None, typer.Option(envvar="SWITCHROOM_DATABASE", help="SQLAlchemy URL; else a file in the data folder.")
]
OriginOption = Annotated[
    list[str] | None,
    typer.Option("--origin", envvar="SWITCHROOM_ORIGINS", help="Public origin, such as https://desk.example."),
]
AnywhereOption = Annotated[
    bool, typer.Option(envvar="SWITCHROOM_LISTEN_ANYWHERE", help="Allow an address beyond this machine.")
]


def _place(
    data: Path, host: str, port: int, database: str | None, origin: list[str] | None, listen_anywhere: bool
) -> Place:
    where = place(data, host, port, database, listen_anywhere=listen_anywhere)
    return Place(where.data, where.host, where.port, where.database, tuple(origin or ()))


@app.command()
def serve(
    definition: Annotated[Path | None, typer.Argument(help="Definition of the contact center (TOML).")] = None,
    data: DataOption = Path("data"),
    host: HostOption = "127.0.0.1",
    port: PortOption = 8080,
    database: DatabaseOption = None,
    origin: OriginOption = None,
    listen_anywhere: AnywhereOption = False,
    rehearsal: Annotated[bool, typer.Option(help="Rehearsal switch, customers and a sample shop page.")] = False,
    shop_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the sample shop page.")] = 8081,
) -> None:
    """Start the center and keep it alive. A definition given here becomes a new version if it differs."""

    async def work() -> int:
        where = _place(data, host, port, database, origin, listen_anywhere)
        given = definition or (SAMPLE if rehearsal else None)
        with DataFolder.take(where.data) as folder:
            taken = await _take_up(where, given, shop_port)
            with listen(where.host, where.port) as listening:
                return await _serve(where, folder, listening, taken, shop_port if rehearsal else None)

    _finish(work)


async def _take_up(where: Place, given: Path | None, shop_port: int) -> Definition:
    """Store the given definition if it is new; return the one that holds."""
    text = None
    if given is not None:
        parsed, text = read(given)
        if given == SAMPLE:
            text = text.replace("localhost:8081", f"localhost:{shop_port}")
            parsed = parse(text, str(given))
        check_definition(parsed, str(given))
    clock, bus = SystemClock(), LocalBus()
    store = await Store.open(where.database, clock=clock, bus=bus)
    try:
        clock.start_no_earlier_than(await store.last_instant_ms())
        stored = await newest_definition(store) if text is None else await store_definition(store, text)
    finally:
        await store.close()
        await bus.close()
    if stored is None:
        raise CannotStart(
            f"{where.data} holds no definition yet: give the path of one, switchroom serve FILE, or see it live with "
            "switchroom serve --rehearsal."
        )
    return parse(stored.text, f"definition, version {stored.version}")


async def _serve(
    where: Place, folder: DataFolder, listening: socket.socket, definition: Definition, shop_port: int | None
) -> int:
    environment = dict(os.environ)
    children: list[Child] = []
    if shop_port is not None:
        children += _companions(where, folder, definition, environment, shop_port)
    children.insert(len(children) and 1, engine_child(where, folder, listening, environment))
    parent = Parent(SystemClock())
    await parent.run(children)
    return REFUSED_CODE if parent.failed else 0


def _companions(
    where: Place, folder: DataFolder, definition: Definition, environment: dict[str, str], shop_port: int
) -> list[Child]:
    """The rehearsal switch, and the customers with their shop; the engine learns the switch's ports by the
    environment."""
    secrets = Secrets(where.data)
    ami, control = _free_port(), _free_port()
    environment[REHEARSAL_PORTS] = f"{ami},{control}"
    for site in definition.sites:
        environment[f"SWITCHROOM_SITE_SECRET_{site.id.upper()}"] = secrets.own(f"site_{site.id}")
    phones = [word for user in definition.users if user.phone for word in ("--phone", user.phone.name)]
    switch = Child(
        "rehearsal switch",
        [
            *(sys.executable, "-m", "cti.rehearsal", "--with-parent", "--port", str(ami)),
            *("--control-port", str(control), *phones),
        ],
        {**environment, "SWITCHROOM_AMI_SECRET": secrets.own("rehearsal")},
    )
    customers = Child(
        "rehearsal customers",
        [
            *(sys.executable, "-m", "config", "rehearse", "--data", str(where.data), "--origin", where.origin),
            *("--database", where.database, "--control-port", str(control), "--shop-port", str(shop_port)),
        ],
        environment,
        (folder.fileno(),),
    )
    return [switch, customers]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@app.command(hidden=True)
def engine(
    data: DataOption,
    host: HostOption,
    port: PortOption,
    database: DatabaseOption,
    socket_number: Annotated[int, typer.Option("--socket")],
    origin: OriginOption = None,
) -> None:
    """The engine itself, started by `serve`; it stands by, loaded, until it is told to begin."""
    if not told_to_begin():
        return

    async def work() -> int:
        where = _place(data, host, port, database, origin, True)
        again = asyncio.Event()
        options = EngineOptions(
            restart=again.set,
            place=where,
            listening=socket.socket(fileno=socket_number),
            reached=crash_points(os.environ.get(DIE_AT)),
            rehearsal=_rehearsal_ports(),
            live=lambda made: _show(where, made),
        )
        status = await _until_told(run_engine(options), again)
        return RESTART_CODE if again.is_set() else status

    _finish(work, loop=uvloop.new_event_loop)


@app.command(hidden=True)
def rehearse(
    data: DataOption,
    origin: Annotated[str, typer.Option()],
    database: DatabaseOption,
    control_port: Annotated[int, typer.Option()],
    shop_port: Annotated[int, typer.Option()],
) -> None:
    """The rehearsal customers and their shop, started by `serve --rehearsal`."""

    async def live() -> None:
        definition = await _stored(database or "")
        site = definition.sites[0].id
        mailbox = next(box for box in definition.mailboxes if box.kind == "rehearsal")
        customers = Customers(
            control_port=control_port,
            mailbox=rehearsal_mailbox(data, mailbox.id),
            address=mailbox.address,
            origin=origin,
            site=site,
            chance=random.Random(),
        )
        secret = os.environ[f"SWITCHROOM_SITE_SECRET_{site.upper()}"]
        with listen("localhost", shop_port) as listening:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(customers.run())
                tasks.create_task(serve_shop(listening, origin, site, secret, SystemClock()))

    async def work() -> int:
        return await _until_told(live())

    _finish(work)


async def _stored(database: str) -> Definition:
    store = await Store.open(database, clock=SystemClock(), bus=LocalBus())
    try:
        stored = await newest_definition(store)
    finally:
        await store.close()
    if stored is None:
        raise CannotStart("There is no definition yet.")
    return parse(stored.text)


def _rehearsal_ports() -> RehearsalPorts | None:
    given = os.environ.get(REHEARSAL_PORTS)
    if not given:
        return None
    ami, control = given.split(",")
    return RehearsalPorts(int(ami), int(control))


def _show(where: Place, made: dict[UserId, str]) -> None:
    """Where to sign in and as whom: passwords are shown once, when they are made."""
    print(f"\nSwitchroom is live at {where.origin}")
    if made:
        print("Sign in as one of these. The passwords are shown this once; note them:\n")
        for user, password in made.items():
            print(f"    {user:<10} {password}")
    else:
        print("Sign in with the passwords of the first start; switchroom password USER makes a new one.")
    print("\nCtrl-C stops it; everything is kept.", flush=True)


async def _until_told(life: Coroutine[Any, Any, None], enough: asyncio.Event | None = None) -> int:
    """Live until SIGTERM or SIGINT, until the parent has gone, or until it is enough."""
    task = asyncio.ensure_future(life)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
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


@app.command()
def check(definition: Annotated[Path, typer.Argument(help="Definition to check (TOML).")]) -> None:
    """Say what is wrong with a definition before it is live."""

    async def work() -> int:
        parsed, _ = read(definition)
        check_definition(parsed, str(definition))
        print(f"{definition}: {len(parsed.queues)} queues, {len(parsed.users)} users, nothing wrong.")
        return 0

    _finish(work)


ServerOption = Annotated[str, typer.Option(envvar="SWITCHROOM_SERVER", help="Address of the running center.")]
UserOption = Annotated[str, typer.Option(help="Who to sign in as; the password is SWITCHROOM_PASSWORD, or asked for.")]


def _password() -> str:
    return os.environ.get("SWITCHROOM_PASSWORD") or getpass.getpass("Password: ")


@app.command()
def apply(
    definition: Annotated[Path, typer.Argument(help="Definition to put into force (TOML).")],
    user: UserOption,
    server: ServerOption = "http://127.0.0.1:8080",
) -> None:
    """Put a definition into force in the running center, after showing what changes."""

    async def work() -> int:
        parsed, text = read(definition)
        check_definition(parsed, str(definition))
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

    _finish(work)


@app.command()
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
            await HeadlessAgent(client, script, said=lambda line: print(line, flush=True)).run()
        return 0

    _finish(work)


@app.command()
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

    _finish(work)


@app.command()
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

    _finish(work)


def _finish(work: Callable[[], Coroutine[Any, Any, int]], loop: Any = None) -> None:
    """Run to the end; a foreseen failure becomes its one sentence, never a traceback."""
    logging.basicConfig(level=os.environ.get("SWITCHROOM_LOG", "WARNING"), format="%(asctime)s %(name)s: %(message)s")
    for name in ("panoramisk", "aioimaplib"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at DEBUG they log secrets
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            status = runner.run(work())
    except KeyboardInterrupt:
        status = 0
    except (ConfigError, HistoryError, DesktopError, ChatError) as error:
        sys.stderr.write(f"{error}\n")
        status = REFUSED_CODE
    except BaseExceptionGroup as group:
        foreseen = group.subgroup((ConfigError, HistoryError, DesktopError, ChatError))
        if foreseen is None:
            raise
        sys.stderr.write(f"{_first(foreseen)}\n")
        status = REFUSED_CODE
    sys.stdout.flush()
    raise SystemExit(status)


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def main() -> None:
    app()


if __name__ == "__main__":
    main()
