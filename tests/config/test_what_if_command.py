"""`switchroom replay --with` as an operator runs it, on a day in a journal of SQLite."""

import json
from pathlib import Path

import pytest

from config.settings import place
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.entries import Draft, Entry, Kind
from history.core.registry import REGISTRY
from history.definitions import store_definition
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from router.core.snapshot import snapshot
from router.replaying import engine_at
from router.simulation.world import OPENS_MS
from tests.config.command_line import switchroom
from tests.simulation.journalled import entry_of, journalled

SCENARIO = """
name = "Sales and service"
periods = 2
period_h = 1

[[types]]
id = "sales"
arrivals = { per_h = 50 }
patience = { law = "exp", mean_s = 90 }
service = { law = "exp", mean_s = 240 }
wrap_up = { law = "exp", mean_s = 20 }
routes = [{ group = "east" }]

[[types]]
id = "service"
arrivals = { per_h = 20 }
patience = { law = "exp", mean_s = 120 }
service = { law = "exp", mean_s = 200 }
routes = [{ group = "west" }]

[[groups]]
id = "east"
agents = 4
answer = { law = "exp", mean_s = 4 }

[[groups]]
id = "west"
agents = 3
answer = { law = "exp", mean_s = 4 }
"""
GROUP = 500
OPENS = "2001-09-09T01:46:40"
"""`OPENS_MS` in UTC."""


def definition(*, west_sells: bool = False, queues: tuple[str, ...] = ("sales", "service")) -> str:
    """What the scenario's rules are as a definition."""
    text = '[center]\nname = "Two"\n\n[[dispositions]]\nid = "done"\nname = "Done"\n'
    text += '[[switches]]\nid = "s1"\nkind = "rehearsal"\n'
    for queue in queues:
        text += f'[[skills]]\nid = "{queue}"\nname = "{queue}"\n'
        text += f'[[queues]]\nid = "{queue}"\nname = "{queue}"\nmedium = "voice"\nskills = ["{queue}"]\ntarget_s = 20\n'
        text += 'wrap_up = "mandatory"\nshort_abandon_s = 0\n'
    for team, size, skill in (("east", 4, "sales"), ("west", 3, "service")):
        text += f'[[teams]]\nid = "{team}"\nname = "{team}"\n'
        for number in range(1, size + 1):
            skills = f"{skill} = 10" + (", sales = 5" if west_sells and team == "west" else "")
            text += f'[[users]]\nid = "{team}.{number:03}"\nname = "{number}"\nrole = "agent"\nteams = ["{team}"]\n'
            text += (
                f'skills = {{ {skills} }}\nphone = {{ kind = "rehearsal", switch = "s1", name = "{team}{number}" }}\n'
            )
    return text


def as_draft(entry: Entry) -> Draft:
    return Draft(entry.at_ms, entry.kind, entry.type, entry.version, entry.rules, entry.cause, entry.body)


async def keep_a_day(data: Path, holds: str | None = None, scenario: str = SCENARIO) -> None:
    """Journal a day of the scenario, with a snapshot in the middle of it, and store the definition that holds."""
    entries = journalled(scenario, 3).entries
    where = place(data, "127.0.0.1", 1, None, listen_anywhere=False)
    store = await Store.open(where.database, clock=SystemClock(), bus=LocalBus())
    try:
        await store_definition(store, holds or definition())
        journal = RoutingJournal(store, Lease(store, "test"))
        await journal.recover()
        for first in range(0, len(entries), GROUP):
            await journal.append([as_draft(entry) for entry in entries[first : first + GROUP]])
        half = next(entry.number for entry in entries if entry.at_ms >= OPENS_MS + 2_400_000) - 1
        engine = engine_at([entry for entry in entries[:half] if entry.kind is Kind.FACT], REGISTRY)
        kept = [as_draft(entry_of(entries[half].at_ms, fact)) for fact in snapshot(engine.state)]
        await journal.snapshot(kept, half)
    finally:
        await store.close()


async def test_a_day_is_set_beside_what_other_rules_would_have_made_of_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    await keep_a_day(tmp_path / "data")
    other = tmp_path / "other.toml"
    other.write_text(definition(west_sells=True))
    stretch = ("replay", OPENS, "2001-09-09T03:46:40", "--with", other, "--seeds", "3", "--data", tmp_path / "data")

    found = json.loads((await switchroom(*stretch, "--json")).out)
    level = found["figures"]["service_level/queue/sales"]
    assert level["same_rules"]["mean"] == pytest.approx(level["recorded"], abs=1e-9)
    assert level["difference"]["mean"] - level["difference"]["half_95"] > 0.05
    assert found["figures"]["offered/all"]["recorded"] == found["arrivals"] > 100
    assert found["notes"] == []

    told = await switchroom(*stretch)
    assert (told.status, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[0].startswith("2001-09-09 01:46:40.000 UTC to 2001-09-09 03:")
    table = next(n for n, line in enumerate(lines) if line.startswith("queue sales "))
    assert lines[table].split()[2:] == ["recorded", "same", "rules", "other", "rules", "difference"]
    assert any(line.startswith("  Service level") and " %" in line and "+-" in line for line in lines[table:])
    assert any(line.startswith("  Inequality of occupancy") for line in lines)
    assert len({len(line) for line in lines[table : table + 5]}) == 1

    later = json.loads(
        (
            await switchroom(
                *("replay", "2001-09-09T02:46:40", "2001-09-09T03:16:40", "--with", other, "--seeds", "2"),
                *("--data", tmp_path / "data", "--json"),
            )
        ).out
    )
    assert 0 < later["arrivals"] < found["arrivals"] / 3
    level = later["figures"]["service_level/queue/sales"]
    assert level["same_rules"]["mean"] == pytest.approx(level["recorded"], abs=1e-9)

    await what_cannot_be_tried_is_said_in_a_sentence(tmp_path)


async def what_cannot_be_tried_is_said_in_a_sentence(folder: Path) -> None:
    other = folder / "other.toml"
    data = ("--data", folder / "data")

    async def refused(*words: str | Path) -> list[str]:
        done = await switchroom("replay", *words, *data)
        assert (done.status, done.out) == (78, "")
        return done.err.splitlines()

    assert await refused(OPENS, OPENS, "--with", other) == [
        f"FROM ({OPENS}) is not before TO ({OPENS}); change one of them."
    ]
    assert await refused("1999-01-01", "2000-01-01", "--with", other) == [
        "Nothing is recorded between these two instants; give a FROM and a TO with work in between."
    ]
    other.write_text(definition(queues=("sales",)).replace("service = 10", "sales = 1"))
    assert await refused(OPENS, "2100-01-01", "--with", other) == [
        f"{other}: queues, 'service': voice came to it in this stretch, and the other definition has no such queue; "
        "add it there."
    ]
