"""`python -m tests.upgrades.make NAME`: a center on the rehearsal switch gets work into every state, stops and starts
once on the way, dies by kill -9 and is packed into `tests/upgrades/NAME.tar.xz`."""

import asyncio
import os
import re
import signal
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from agent_desktop.core import protocol as p
from agent_desktop.core.parts import OfferCard, WorkItem
from history.core.vocabulary import ClientMessageId, Presence, QueueId, ReasonCode
from tests.bed.waiting import until
from tests.kill.center import MortalCenter, process_lives
from tests.kill.definition import AGENT_OF, BOX, MAIL_AGENT, RING, TALK, WAIT, definition
from tests.kill.world import World
from tests.upgrades.folders import HERE, CallThen, WorldThen, pack
from tests.upgrades.one_mind import OneMind, rehearsal_switch
from tests.upgrades.one_mind_definition import one_mind

YEARS_S = 10 * 365 * 86_400
"""How long offers and wrap-ups stand, so that a later version still finds them open."""
STOP_S = 15.0
TASK = "Call the workshop"


async def make(archive: Path) -> None:
    """Everything happens in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with rehearsal_switch(folder) as (switch, telephones):
            text = one_mind(definition(telephones.at, stands_s=YEARS_S, away_s=YEARS_S), YEARS_S)
            center = MortalCenter(folder, text, telephones.environment)
            await center.start()
            try:
                async with AsyncExitStack() as stack:
                    world, rules = World(center, telephones, stack), OneMind(center, switch, stack)
                    rules.somebody_calls_before_closing()
                    await world.begin(robot=False)
                    interactions = await _more(world)
                    await asyncio.to_thread(center.stop)
                    await center.start()
                    await rules.come_in()
                    await rules.happens()
                    await _dies(center)
                    then = _remembered(world, text, interactions | rules.interactions)
                pack(center.data, then, archive)
            finally:
                if center.is_served:
                    await asyncio.to_thread(center.stop)


async def _more(world: World) -> dict[str, str]:
    """States that no kill test needs: a mail in wrap-up, one offered; a waiting task; an agent on a break."""
    mel, wes = world.desks[MAIL_AGENT], world.desks[AGENT_OF[WAIT]]
    under_way = world.open
    assert under_way.mail is not None and under_way.wrap is not None and under_way.chat is not None
    assert under_way.offer is not None
    world.write(BOX, "The red one")
    wrapped = await mel.accept()
    await mel.ask(p.EndHandling, handling=wrapped.handling)
    await mel.wraps_up(wrapped.interaction)
    world.write(BOX, "The green one")
    offered: OfferCard = await mel.offered()
    key = ClientMessageId("task-1")
    await mel.ask(p.CreateTask, client_message=key, queue=QueueId("office"), title=TASK, fields={"phone": "100"})
    await wes.ask(p.SetPresence, presence=Presence.NOT_READY, reason=ReasonCode("break"))
    talk: WorkItem = world.desks[AGENT_OF[TALK]].works()[0]
    return {
        "talk": talk.interaction,
        "ring": under_way.offer.interaction,
        "wrap": under_way.wrap.interaction,
        "mail": under_way.mail.interaction,
        "mail_offered": offered.interaction,
        "mail_wrap": wrapped.interaction,
        "chat": under_way.chat.interaction,
    }


async def _dies(center: MortalCenter) -> None:
    """The parent and all its children at once, as a power cut."""
    pids = center.processes()
    center.kill_parent()
    for pid in pids[1:]:
        if process_lives(pid):
            os.kill(pid, signal.SIGKILL)
    await until(lambda: not any(map(process_lives, pids)), STOP_S, "the end of all processes")


def _remembered(world: World, text: str, interactions: dict[str, str]) -> WorldThen:
    under_way, visitor = world.open, world.visitor
    assert under_way.offer is not None
    calls = [
        CallThen(unique_id=under_way.talk, number=TALK, leg=under_way.talk_leg, phone=AGENT_OF[TALK], talking=True),
        CallThen(unique_id=under_way.ring, number=RING, leg=under_way.offer.offer, phone=AGENT_OF[RING]),
        *(CallThen(unique_id=caller, number=WAIT) for caller in under_way.waiting),
    ]
    return WorldThen(
        definition=text,
        passwords=world.center.passwords,
        calls=tuple(calls),
        visitor_token=visitor.token or "",
        visitor_conversation=visitor.conversation or "",
        lines=tuple(world.lines),
        interactions=interactions,
    )


def main() -> int:
    if len(sys.argv) != 2 or not re.fullmatch(r"[0-9]{2}-[a-z-]+", sys.argv[1]):
        sys.stderr.write("Usage: python -m tests.upgrades.make 02-the-one-mind\n")
        return 1
    archive = HERE / f"{sys.argv[1]}.tar.xz"
    if archive.exists():
        sys.stderr.write(f"{archive.name} is there already; what later versions must read is not made anew.\n")
        return 1
    asyncio.run(make(archive))
    print(f"{archive.name}: {archive.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
