"""The engine stands still without dying: the real Asterisk goes its own way after 10 s, and the thaw is reconciled."""

import signal
import time
from pathlib import Path

import pytest

from tests.bed.waiting import until
from tests.kill.center import MortalCenter
from tests.kill.checker import of_type, parts
from tests.kill.definition import AGENT_OF, PROBE, TALK, WAIT, definition
from tests.kill.desks import Desk
from tests.kill.telephones import asterisk_telephones

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

FROZEN_S = 15.0
FALLBACK_AFTER_S = 10.0
"""Our dialplan's limit for new callers; the heartbeat is written every 2 s, in whole seconds."""
EDGE_S = 3.5


async def test_new_callers_reach_the_fallback_of_a_frozen_engine_and_the_thaw_is_reconciled(tmp_path: Path) -> None:
    async with (
        asterisk_telephones(tmp_path) as telephones,
        MortalCenter(tmp_path, definition(telephones.at), telephones.environment) as center,
        Desk(await center.client(AGENT_OF[TALK]), AGENT_OF[TALK]) as tia,
        Desk(await center.client(AGENT_OF[PROBE]), AGENT_OF[PROBE]) as quinn,
        await center.client("sam") as supervisor,
    ):
        await tia.ready()
        await quinn.ready()
        talking, waiting = await telephones.call(TALK), await telephones.call(WAIT)
        await telephones.rings(tia.name, 1)
        await telephones.answer(tia.name)
        await tia.until(lambda: bool(tia.works()), "the call on the desk")
        began_s = time.time()
        center.signal_engine(signal.SIGSTOP)
        try:
            early = await telephones.call(PROBE)
            await telephones.callers[early].until("answered")
            await until(lambda: time.time() > began_s + FALLBACK_AFTER_S + EDGE_S, 20, "the heartbeat being old")
            rung = telephones.desk.count("invited")
            late = await telephones.call(PROBE)
            await telephones.desk.until("invited", times=rung + 1)
            telephones.desk.answer()
            await telephones.desk.until("answered")
            await until(lambda: time.time() > began_s + FROZEN_S, 20, "fifteen seconds")
            assert telephones.rings_so_far(quinn.name) == 0, "nobody steers while the engine stands still"
        finally:
            center.signal_engine(signal.SIGCONT)
        thawed_s = time.time()
        rang_s = await telephones.rings(quinn.name, 1)
        assert rang_s - thawed_s < 5.0, "who came early has kept their place and is routed first"
        await telephones.answer(quinn.name)
        assert await telephones.talk_together(early, quinn.name)
        assert telephones.talk_faults(talking, tia.name, began_s) == []
        assert telephones.wait_faults(waiting, began_s) == []

        async def reconciled() -> bool:
            board = of_type(await parts(supervisor, "wallboard"), "queue_figures")
            figures = {part["queue"]: part for part in board}
            names = ("offered", "answered", "flowed_out")
            seen = [tuple(figures[queue][name] for name in names) for queue in ("talk", "wait", "probe")]
            return seen == [(1, 1, 0), (1, 0, 0), (2, 1, 1)]

        await until(reconciled, 10, "the books knowing all four callers")
        await quinn.until(lambda: bool(quinn.works()), "the call on the desk")
        [early_work] = quinn.works()
        await telephones.caller_leaves(early)
        await quinn.complete(await quinn.wraps_up(early_work.interaction))
        rings = telephones.rings_so_far(quinn.name)
        assert await telephones.talk_together(late, "desk"), "whom the fallback serves is left alone"
        assert (quinn.offers(), telephones.rings_so_far(quinn.name)) == ([], rings)
        telephones.desk.hang_up()
        await telephones.caller_is_gone(late)
