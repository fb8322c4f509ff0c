"""Each folder in which the rules of routing have acted: this version replays and explains it, tries other rules on it,
recovers what they had done and goes on."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from agent_desktop.core import protocol as p
from agent_desktop.core.queue_parts import WaitingRow
from agent_desktop.core.wallboard_parts import AgentRow, EmergencyPlace
from history.core.routing import ROUTING_FACTS
from history.core.routing_calls import CALL_FACTS
from tests.config.command_line import switchroom
from tests.kill.desks import Desk
from tests.upgrades.folders import WorldThen, unpack
from tests.upgrades.going_on import gone_on
from tests.upgrades.one_mind_definition import without_loans

pytestmark = pytest.mark.timeout(240)

ALWAYS = ("2000-01-01", "2100-01-01")
NOTHING_BRINGS_THEM = {
    "AgentReserved": "no campaign asks for an agent yet",
    "ReservationEnded": "the same",
    "WorkStarted": "no call is made from here yet",
    "WorkEnded": "the same",
    "InputSetAside": "it takes a defect",
    "ReasonOverrun": "it takes a minute at least",
    "OfferableAgain": "it takes half a minute of waiting",
    "OfferExpired": "what is offered stands for ten years, so that a later version still finds it",
    "OfferFailed": "it takes a phone that fails",
    "PhoneBecameUnreachable": "the same",
    "DesktopDisconnected": "everybody is at their desk when the center dies",
    "InteractionAttributed": "nobody says more about themselves later",
    **{fact.__name__: "nobody holds a call here or hands it on yet" for fact in CALL_FACTS},
}
"""Facts that are in no kept folder, and why."""
EXPLAINED = {
    "relaxed": ("step 2 asks: tide >= 3", "not max: not ready (break)"),
    "lent": ("offered to yan", "queue cargo, step 1 asks: cargo"),
    "held": ("came next by held", "offered to hal"),
    "floor": ("came next by floor", "not una: signed out"),
    "share": ("came next by share", "offered to tom"),
    "kept": ("queue buoys", "not ready (break), carries task"),
    "pulled": ("came next by pulled", "carries mail"),
}


def test_every_rule_has_acted_in_it(tmp_path: Path, of_one_mind: Path) -> None:
    """Of the facts of that time: those that came later are in a folder that is kept later, and in the one of now."""
    unpack(of_one_mind, tmp_path)
    found = _types(tmp_path)
    known = {fact.__name__ for fact in ROUTING_FACTS}
    assert found <= known
    lacking = known - found - set(NOTHING_BRINGS_THEM)
    assert of_one_mind.name != "now.tar.xz" or not lacking
    assert {"AgentHeld", "LendingKept", "SendingFailed", "ExpectedWaitTold", "QueueOpeningChanged"} <= found
    with sqlite3.connect(tmp_path / "data" / "switchroom.sqlite") as database:
        (snapshots,) = database.execute("SELECT count(*) FROM snapshots").fetchone()
        (again,) = database.execute(
            """SELECT count(*) FROM journal WHERE type = 'InteractionQueued' AND instr(body, '"again":true')"""
        ).fetchone()
    database.close()
    assert (snapshots > 0, again) == (True, 1)


async def test_it_is_replayed_explained_and_tried_under_other_rules(tmp_path: Path, of_one_mind: Path) -> None:
    then = unpack(of_one_mind, tmp_path)
    data = tmp_path / "data"
    await _replays(data)
    for key, expected in EXPLAINED.items():
        told = await switchroom("explain", then.interactions[key], "--data", data)
        assert (told.status, told.err) == (0, "")
        for words in (*expected, "choose the same"):
            assert words in told.out, told.out
    other = tmp_path / "other.toml"
    other.write_text(without_loans(then.definition), encoding="utf-8")
    tried = await switchroom("replay", *ALWAYS, "--with", other, "--seeds", "2", "--json", "--data", data)
    assert (tried.status, tried.err) == (0, "")
    figures = json.loads(tried.out)["figures"]
    cargo = {kind: figures["answered/queue/cargo"][kind] for kind in ("recorded", "same_rules", "other_rules")}
    assert cargo["recorded"] == 1
    assert (cargo["same_rules"]["mean"], cargo["other_rules"]["mean"]) == (1, 0)


async def test_this_version_recovers_what_the_rules_had_done_and_goes_on(tmp_path: Path, of_one_mind: Path) -> None:
    then = unpack(of_one_mind, tmp_path)
    before = _inputs(tmp_path)
    async with gone_on(tmp_path, then) as world, Desk(await world.center.client("sam"), "sam") as sam:
        await _as_then(sam, then)
        await sam.ask(p.RecallAgent, agent="zoe")
        await sam.ask(p.PrioritiseWork, interaction=then.interactions["moved"], priority=5)
    assert _inputs(tmp_path) > before
    await _replays(tmp_path / "data")


async def _as_then(sam: Desk, then: WorldThen) -> None:
    """Who is lent, what waits and where, what is offered to whom; an emergency holds unless its time is over."""
    client = sam.client
    await client.open(p.WALLBOARD_VIEW)
    rows = {str(row.agent): row for row in client.parts(p.WALLBOARD_VIEW, AgentRow)}
    lent = {name: (row.lent.queue, row.lent.only, row.lent.kept) for name, row in rows.items() if row.lent is not None}
    assert lent == {"yan": ("cargo", False, True), "zoe": ("cargo", True, False)}
    assert rows["tom"].planned == "not_ready" and rows["bea"].forced_by_name == "Sam"
    places = client.parts(p.WALLBOARD_VIEW, EmergencyPlace)
    now_ms = max(row.since_ms for row in rows.values())
    declared = {place.number: place.until_ms for place in places if place.number is not None}
    ((number, until_ms),) = declared.items()
    assert number == "storms" and (until_ms is None or until_ms > now_ms)
    for queue, names in {"bells": {"resumed", "parked"}, "ropes": {"moved"}, "buoys": {"kept"}}.items():
        await client.open(p.QUEUE_VIEW_PREFIX + queue)
        waiting = {str(row.interaction) for row in client.parts(p.QUEUE_VIEW_PREFIX + queue, WaitingRow)}
        assert {then.interactions[name] for name in names} <= waiting
    (kept,) = client.parts(p.QUEUE_VIEW_PREFIX + "buoys", WaitingRow)
    assert kept.offered_to in ("uma", "vic")


async def _replays(data: Path) -> None:
    """Every input is decided as it was, fact for fact."""
    replayed = await switchroom("replay", *ALWAYS, "--data", data)
    assert replayed.status == 0, replayed.out
    found = re.fullmatch(r"(\d+) inputs were decided anew: all (\d+) facts are the same\.\n", replayed.out)
    assert found is not None, replayed.out
    assert int(found[1]) > 400 and int(found[2]) > 1_000


def _types(folder: Path) -> set[str]:
    return {name for (name,) in _asked(folder, "SELECT DISTINCT type FROM journal WHERE kind = 'fact' AND {}")}


def _inputs(folder: Path) -> int:
    ((count,),) = _asked(folder, "SELECT count(*) FROM journal WHERE kind = 'input' AND {}")
    return int(count)


def _asked(folder: Path, question: str) -> list[tuple[str]]:
    database = sqlite3.connect(folder / "data" / "switchroom.sqlite")
    try:
        return database.execute(question.format("stream = 'routing/main'")).fetchall()
    finally:
        database.close()
