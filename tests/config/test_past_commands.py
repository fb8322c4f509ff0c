"""Looking back as an operator does, into the journal of a center that really ran."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from history.core.vocabulary import Medium
from router.driver import RULES
from tests.config.command_line import switchroom
from tests.config.samples import ONLY_MAIL
from tests.journeys.center import RunningCenter

TASKS = """
[[reasons]]
id = "break"
name = "Break"

[[queues]]
id = "office"
name = "Office"
medium = "task"
requires = "paper >= 3"
target_s = 60

[[skills]]
id = "paper"
name = "Paperwork"

[[users]]
id = "ben"
name = "Ben"
role = "agent"
skills = { paper = 7 }

[[users]]
id = "cem"
name = "Cem"
role = "agent"
skills = { paper = 2 }

[[users]]
id = "sam"
name = "Sam"
role = "supervisor"
"""


@pytest_asyncio.fixture
async def center(tmp_path: Path) -> AsyncIterator[RunningCenter]:
    async with RunningCenter(tmp_path, ONLY_MAIL + TASKS) as made:
        yield made


async def make_task(center: RunningCenter) -> str:
    async with center.signed_in("sam") as client:
        body = {"client_message": "tubes-001", "queue": "office", "title": "Count the tubes"}
        return str((await client.post("/api/tasks", body))["created"])


async def test_an_offer_says_why_it_was_made_and_the_day_is_decided_the_same_again(center: RunningCenter) -> None:
    async with center.desk("ben") as ben, center.desk("ann") as ann, center.desk("cem") as cem:
        for desk in (ann, cem, ben):
            await desk.ready()
        interaction = await make_task(center)
        work = await ben.accept(Medium.TASK)
        await ben.wrap_up(await ben.end(work), disposition="done")

    done = await switchroom("explain", interaction, "--data", center.data)
    assert (done.status, done.err) == (0, "")
    first, *rest = done.out.splitlines()
    assert first.endswith(f"on InteractionArrived: {interaction} (task) offered to ben")
    text = "\n".join(rest)
    assert "queue office, step 1 asks: paper >= 3; waited 0.0 s" in text
    assert "chosen by longest_idle among 1" in text
    assert "not ann: does not meet the requirement" in text
    assert "not cem: does not meet the requirement" in text
    assert f"The rules of today ({RULES}) choose the same." in text

    about_cem = await switchroom("explain", interaction, "--agent", "cem", "--data", center.data)
    assert about_cem.out.splitlines()[1:] == ["  not cem: does not meet the requirement"]
    nobody = await switchroom("explain", interaction, "--agent", "dan", "--data", center.data)
    assert nobody.out.splitlines()[1:] == ["  not dan: is no agent of the definition"]
    (whole,) = json.loads((await switchroom("explain", interaction, "--json", "--data", center.data)).out)
    assert whole["explanation"]["agrees"] is True
    assert [each["agent"] for each in whole["explanation"]["candidates"]] == ["ben"]

    replayed = await switchroom("replay", "2000-01-01", "2100-01-01", "--data", center.data)
    assert replayed.status == 0
    assert replayed.out.endswith(" facts are the same.\n")
    figures = json.loads((await switchroom("replay", "2000-01-01", "2100-01-01", "--json", "--data", center.data)).out)
    assert figures["differences"] == [] and figures["facts"] > 20 and figures["rules"] == [RULES]


async def test_what_is_not_there_or_no_instant_is_said_in_a_sentence(center: RunningCenter, tmp_path: Path) -> None:
    done = await switchroom("explain", "t-nothing", "--data", center.data)
    assert (done.status, done.out) == (78, "")
    assert done.err == "t-nothing: no offer of such an interaction is in the journal; correct the id.\n"
    done = await switchroom("replay", "yesterday", "2100-01-01", "--data", center.data)
    assert done.err == "'yesterday' is no instant; write one such as 2026-11-22T09:00.\n"
    empty = await switchroom("replay", "2000-01-01", "2100-01-01", "--data", tmp_path / "empty")
    assert empty.status == 78
    assert len(empty.err.splitlines()) == 1
