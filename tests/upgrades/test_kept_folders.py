"""Each kept data folder: this version starts on it, goes on with the open work, and rebuilds equal projections."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agent_desktop.core import protocol as p
from agent_desktop.core.parts import Me
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import ClientMessageId, Presence
from history.projector import Projector, rebuild
from history.store import Store
from history.tables import PROJECTIONS
from tests.bed.waiting import until
from tests.kill.checker import of_type, parts
from tests.kill.definition import AGENT_OF, CHAT_AGENT, MAIL_AGENT, RING, ROBOT, TALK, WAIT, WRAP
from tests.kill.desks import Desk
from tests.kill.world import HALF_A_NOTE, HALF_AN_ANSWER, World
from tests.upgrades.folders import WorldThen, kept, unpack
from tests.upgrades.going_on import gone_on

pytestmark = pytest.mark.timeout(240)

RING_MS = 500_000
SETTLE_S = 20.0


async def test_this_version_goes_on_with_the_work_of_then(tmp_path: Path, archive: Path) -> None:
    then = unpack(archive, tmp_path)
    async with gone_on(tmp_path, then) as world:
        desks = world.desks
        await _everything_is_there(world, then)
        await _mails_and_chat_go_on(world, then)
        await _calls_go_on(world, then)
        await _task_goes_on(world)
        left = {name: [work.interaction for work in desk.works()] for name, desk in desks.items() if desk.works()}
        assert not left
    await _projections_are_equal(tmp_path / "data" / "switchroom.sqlite")


def test_at_least_one_folder_is_kept() -> None:
    assert kept(), "run python -m tests.upgrades.make 02-the-one-mind"


async def _everything_is_there(world: World, then: WorldThen) -> None:
    desks, states = world.desks, then.interactions
    await desks[AGENT_OF[TALK]].working(states["talk"])
    assert (await desks[AGENT_OF[WRAP]].wraps_up(states["wrap"])).interaction == states["wrap"]
    assert desks[AGENT_OF[WRAP]].drafts() == [HALF_A_NOTE]
    mel = desks[MAIL_AGENT]
    await mel.working(states["mail"])
    await mel.wraps_up(states["mail_wrap"])
    assert mel.drafts() == [HALF_AN_ANSWER]
    assert [offer.interaction for offer in mel.offers()] == [states["mail_offered"]]
    await desks[CHAT_AGENT].working(states["chat"])
    (wes,) = desks[AGENT_OF[WAIT]].client.parts(p.DESK_VIEW, Me)
    assert (wes.presence, wes.reason) == (Presence.NOT_READY, "break")
    async with await world.center.client("sam") as sam:

        async def waiting() -> dict[str, int]:
            figures = of_type(await parts(sam, "wallboard"), "queue_figures")
            return {figure["queue"]: figure["waiting"] for figure in figures if figure["queue"]}

        async def as_then() -> bool:
            seen = await waiting()
            return (seen["wait"], seen["ring"], seen["office"], seen["box"]) == (2, 1, 1, 1)

        await until(as_then, SETTLE_S, "two callers, one ringing, one task and one mail waiting")


async def _mails_and_chat_go_on(world: World, then: WorldThen) -> None:
    mel, cho = world.desks[MAIL_AGENT], world.desks[CHAT_AGENT]
    offered = await mel.accept()
    for interaction, text in ((then.interactions["mail"], HALF_AN_ANSWER), (offered.interaction, "It is there.")):
        work = await mel.working(interaction)
        await mel.ask(
            p.SendMail, handling=work.handling, client_message=ClientMessageId(f"after-{interaction}"), text=text
        )
        await mel.ask(p.EndHandling, handling=work.handling)
        await mel.complete(await mel.wraps_up(interaction))
    await mel.complete(await mel.wraps_up(then.interactions["mail_wrap"]))
    await until(lambda: len(world.center.answers("box")) == 2, SETTLE_S, "both answers leaving")
    world.open.chat = await cho.working(then.interactions["chat"])
    await world.visitor_says("Are you still there?")
    await world.agent_says("Of course.")
    said = [text for _, text in world.lines]
    await until(lambda: [line.text for line in world.visitor.shown] == said, SETTLE_S, "both lines at the visitor's")
    await cho.ask(p.EndHandling, handling=world.open.chat.handling)
    await cho.complete(await cho.wraps_up(then.interactions["chat"]))


async def _calls_go_on(world: World, then: WorldThen) -> None:
    desks = world.desks
    telephones = world.telephones
    win = desks[AGENT_OF[WRAP]]
    await win.complete(await win.wraps_up(then.interactions["wrap"]), HALF_A_NOTE + " not now.")
    await telephones.hang_up(AGENT_OF[TALK])
    tia = desks[AGENT_OF[TALK]]
    await tia.complete(await tia.wraps_up(then.interactions["talk"]))
    await _answered(world, desks[AGENT_OF[RING]], [then.interactions["ring"]])
    waited = [f"v-main-{call.unique_id}" for call in then.calls if call.number == WAIT]
    await _answered(world, desks[AGENT_OF[WAIT]], waited)


async def _answered(world: World, desk: Desk, interactions: list[str]) -> None:
    """This agent gets ready and is given these calls, in this order."""
    await desk.until(lambda: bool(desk.client.parts(p.DESK_VIEW, Me)), "the desk")
    (me,) = desk.client.parts(p.DESK_VIEW, Me)
    if me.presence is not Presence.READY:
        await desk.ready()
    for interaction in interactions:
        await desk.until(lambda: bool(desk.offers()) and desk.offers()[0].ringing, "the ring")
        await until(lambda: world.telephones.is_ringing(desk.name), SETTLE_S, f"{desk.name} ringing")
        await world.telephones.answer(desk.name)
        await desk.working(interaction)
        await world.telephones.hang_up(desk.name)
        await desk.complete(await desk.wraps_up(interaction))


async def _task_goes_on(world: World) -> None:
    async with Desk(await world.center.client(ROBOT), ROBOT) as mona:
        (me,) = mona.client.parts(p.DESK_VIEW, Me)
        assert me.presence is Presence.SIGNED_OUT
        await mona.ready()
        task = await mona.accept()
        await mona.ask(p.EndHandling, handling=task.handling)
        await mona.complete(await mona.wraps_up(task.interaction))


async def _projections_are_equal(file: Path) -> None:
    bus = LocalBus()
    store = await Store.open(f"sqlite+aiosqlite:///{file}", clock=SystemClock(), bus=bus)
    try:
        # The engine has been killed: the next one would fold what its last moments brought.
        await Projector(store).catch_up()
        before = await _projected(store)
        await rebuild(store)
        assert await _projected(store) == before
        assert any(before.values())
    finally:
        await store.close()
        await bus.close()


async def _projected(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    async with store.reading() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in PROJECTIONS
        }
