"""`switchroom serve`, and the two processes that it keeps alive: the engine, and the rehearsal customers."""

import asyncio
import os
import random
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from agent_desktop.server import listen
from config.check import check as check_definition
from config.compose import EngineOptions, RehearsalPorts, run_engine
from config.crash_points import VARIABLE as DIE_AT
from config.crash_points import crash_points
from config.definition import Definition, parse, read
from config.errors import BadDefinition, CannotStart
from config.options import AnywhereOption, DatabaseOption, DataOption, HostOption, OriginOption, PortOption
from config.rehearsal import introduce, rehearse_center
from config.running import finish, until_told
from config.serve import REFUSED_CODE, RESTART_CODE, Child, Parent, engine_child, told_to_begin
from config.settings import Place, Secrets, place, variables
from config.translating import missing_settings
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import UserId
from history.datafolder import DataFolder
from history.definitions import newest_definition, store_definition
from history.store import Store

SAMPLE = Path(__file__).parent / "sample" / "harbor_bikes.toml"
REHEARSAL_PORTS = "SWITCHROOM_REHEARSAL_PORTS"
SHOP = "SWITCHROOM_REHEARSAL_SHOP"


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
        where = place(data, host, port, database, origin or (), listen_anywhere=listen_anywhere)
        given = definition or (SAMPLE if rehearsal else None)
        with DataFolder.take(where.data) as folder, listen(where.host, where.port) as listening:
            taken = await _take_up(where, given, shop_port if rehearsal else None)
            return await _serve(where, folder, listening, taken, shop_port if rehearsal else None)

    finish(work)


async def _take_up(where: Place, given: Path | None, shop_port: int | None) -> Definition:
    """Store the given definition if it is new; return the one that holds. One that could not start is not stored."""
    text = None
    if given is not None:
        parsed, text = read(given)
        if given == SAMPLE:
            text = text.replace("localhost:8081", f"localhost:{shop_port}")
            parsed = parse(text, str(given))
        check_definition(parsed, str(given))
        if missing := missing_settings(parsed, Secrets(where.data), rehearsing=_rehearses(shop_port)):
            raise BadDefinition(missing)
    clock, bus = SystemClock(), LocalBus()
    store = await Store.open(where.database, clock=clock, bus=bus)
    try:
        clock.start_no_earlier_than(await store.last_instant_ms())
        stored = await newest_definition(store) if text is None else await store_definition(store, text)
        if shop_port is not None:
            await introduce(store)
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
    environment[SHOP] = f"http://localhost:{shop_port}/"
    for site in definition.sites:
        # A secret that the operator has given wins: the shop page signs with the one that the engine checks.
        given = secrets.optional("site", site.id)
        environment[variables("site", site.id)[0]] = given or secrets.own(f"site_{site.id}")
    phones = [user.phone.name for user in definition.users if user.phone and user.phone.kind == "rehearsal"]
    words = [word for phone in phones for word in ("--phone", phone)]
    words += [word for place in definition.destinations for word in ("--destination", place.id)]
    switch = Child(
        "rehearsal switch",
        [
            *(sys.executable, "-m", "cti.rehearsal", "--with-parent", "--port", str(ami)),
            *("--control-port", str(control), *words),
        ],
        {**environment, "SWITCHROOM_AMI_SECRET": secrets.own("rehearsal")},
    )
    customers = Child(
        "rehearsal customers",
        [
            *(sys.executable, "-m", "config", "rehearse", "--data", str(where.data), "--center", where.origin),
            *("--control-port", str(control), "--shop-port", str(shop_port)),
        ],
        {**environment, "SWITCHROOM_DATABASE": where.database},
        (folder.fileno(),),
    )
    return [switch, customers]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        where = place(data, host, port, database, origin or (), listen_anywhere=True)
        again = asyncio.Event()
        options = EngineOptions(
            restart=again.set,
            place=where,
            listening=socket.socket(fileno=socket_number),
            reached=crash_points(os.environ.get(DIE_AT)),
            rehearsal=_rehearsal_ports(os.environ),
            live=lambda made: _show(where, made, os.environ.get(SHOP)),
        )
        status = await until_told(run_engine(options), again)
        return RESTART_CODE if again.is_set() else status

    finish(work, loop=uvloop.new_event_loop)


def _rehearses(shop_port: int | None) -> bool:
    """A rehearsal switch is there: ours, or one that somebody else runs and names in the environment."""
    return shop_port is not None or REHEARSAL_PORTS in os.environ


def _rehearsal_ports(environment: Mapping[str, str]) -> RehearsalPorts | None:
    given = environment.get(REHEARSAL_PORTS)
    if not given:
        return None
    ami, control = given.split(",")
    return RehearsalPorts(int(ami), int(control))


def _show(where: Place, made: dict[UserId, str], shop: str | None) -> None:
    """Where to sign in and as whom: passwords are shown once, when they are made."""
    print(f"\nSwitchroom is live at {where.origin}")
    if made:
        print("Sign in as one of these. The passwords are shown this once; note them:\n")
        for user, password in made.items():
            print(f"    {user:<10} {password}")
    else:
        print("Sign in with the passwords of the first start; switchroom password USER makes a new one.")
    if shop:
        print(f"\nRehearsal customers call, write and chat. Be one yourself on the sample shop's page: {shop}")
    print("\nCtrl-C stops it; everything is kept.", flush=True)


def rehearse(
    data: DataOption,
    center: Annotated[str, typer.Option()],
    database: DatabaseOption,
    control_port: Annotated[int, typer.Option()],
    shop_port: Annotated[int, typer.Option()],
) -> None:
    """The rehearsal customers and their shop, started by `serve --rehearsal`."""

    async def work() -> int:
        definition = await _stored(database or "")
        secrets = Secrets(data)
        chance = random.Random()
        return await until_told(
            rehearse_center(definition, data, center, control_port, shop_port, secrets.required, chance)
        )

    finish(work)


async def _stored(database: str) -> Definition:
    store = await Store.open(database, clock=SystemClock(), bus=LocalBus())
    try:
        stored = await newest_definition(store)
    finally:
        await store.close()
    if stored is None:
        raise CannotStart("There is no definition yet.")
    return parse(stored.text)
