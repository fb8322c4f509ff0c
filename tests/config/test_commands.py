"""The commands as an operator uses them, against a center that really runs."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from config.serving import SAMPLE
from tests.bed.ports import free_port
from tests.bed.waiting import until
from tests.config.command_line import clean_environment, switchroom
from tests.config.samples import ONLY_MAIL
from tests.journeys.center import ROOT, RunningCenter


@pytest_asyncio.fixture
async def center(tmp_path: Path) -> AsyncIterator[RunningCenter]:
    async with RunningCenter(tmp_path, ONLY_MAIL + ADMINISTRATOR) as made:
        yield made


ADMINISTRATOR = '\n[[users]]\nid = "ada"\nname = "Ada"\nrole = "administrator"\n'
SECOND_QUEUE = '\n[[queues]]\nid = "office"\nname = "Office"\nmedium = "task"\ntarget_s = 60\n'


async def apply(center: RunningCenter, definition: Path, user: str) -> tuple[int, str, str]:
    done = await switchroom(
        *("apply", definition, "--user", user, "--server", center.origin),
        SWITCHROOM_PASSWORD=center.passwords[user],
    )
    return done.status, done.out, done.err


async def test_check_says_what_is_there_or_what_is_wrong(tmp_path: Path) -> None:
    done = await switchroom("check", SAMPLE)
    assert (done.status, done.err) == (0, "")
    assert "6 queues, 6 users, nothing wrong." in done.out
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(ONLY_MAIL.replace('queue = "mail"', 'queue = "x"').replace("3600", "3600\nskills = ['y']"))
    done = await switchroom("check", wrong)
    assert done.status == 78
    assert len(done.err.splitlines()) == 3
    assert all(line.startswith(f"{wrong}: ") for line in done.err.splitlines())


async def test_a_definition_is_applied_in_the_running_center_and_written_back(center: RunningCenter) -> None:
    definition = center.file
    text = definition.read_text(encoding="utf-8")

    # The same again is no new version.
    status, out, _ = await apply(center, definition, "ada")
    assert (status, out) == (0, "Version 1 says the same already.\nVersion 1 holds.\n")

    # A new one: the diff, the version, and the engine's own restart takes it up.
    definition.write_text(text.replace('name = "E-mail"', 'name = "Letters"') + SECOND_QUEUE, encoding="utf-8")
    status, out, _ = await apply(center, definition, "ada")
    assert status == 0
    assert '-name = "E-mail"' in out and '+name = "Letters"' in out and '+id = "office"' in out
    assert out.endswith("Version 2 holds.\n")
    await until(lambda: center.log.read_text().count("Switchroom is live at") == 2, 60, "the engine's own restart")
    exported = await switchroom("export", "--data", center.data)
    assert exported.out == definition.read_text(encoding="utf-8")

    # Work in hand: the queue cannot go.
    async with center.signed_in("ada") as client:
        await client.post(
            "/api/tasks", {"client_message": "k-1", "title": "Call back", "fields": {}, "queue": "office"}
        )

        async def waits() -> bool:
            definition.write_text(text, encoding="utf-8")
            return (await apply(center, definition, "ada"))[0] != 0

        await until(waits, 60, "the refusal")
    status, _, err = await apply(center, definition, "ada")
    assert (status, err.count("\n")) == (78, 1)
    assert "takes away a queue that has work in it" in err

    # What is wrong by itself is said before anything is asked.
    definition.write_text(text.replace("target_s", "target_z"), encoding="utf-8")
    status, out, err = await apply(center, definition, "ada")
    assert (status, out) == (78, "")
    assert "the key 'target_z' is not known" in err
    assert (await switchroom("export", "--data", center.data)).out == exported.out


async def test_a_definition_whose_secret_the_running_center_lacks_is_refused(center: RunningCenter) -> None:
    definition = center.file
    old = definition.read_text(encoding="utf-8")
    servers = '[mailboxes.imap]\nhost = "127.0.0.1"\nport = 993\nusername = "u"\n\n'
    servers += '[mailboxes.smtp]\nhost = "127.0.0.1"\nport = 465\nusername = "u"\n\n'
    new = old.replace('kind = "rehearsal"', 'kind = "imap"').replace("[[users]]", f"{servers}[[users]]", 1)
    definition.write_text(new, encoding="utf-8")
    status, _, err = await apply(center, definition, "ada")
    assert status == 78
    assert err == "The secret of mail 'hello' is missing: set the environment variable SWITCHROOM_MAIL_SECRET_HELLO.\n"
    assert (await switchroom("export", "--data", center.data)).out == old


async def test_an_agent_may_not_apply_and_a_wrong_password_is_a_sentence(center: RunningCenter) -> None:
    status, out, err = await apply(center, center.file, "ann")
    assert (status, out) == (78, "")
    assert len(err.splitlines()) == 1
    done = await switchroom(
        *("apply", center.file, "--user", "ada", "--server", center.origin), SWITCHROOM_PASSWORD="wrong"
    )
    assert done.status == 78
    assert len(done.err.splitlines()) == 1
    nobody = await switchroom("apply", center.file, "--user", "ada", "--server", center.origin)
    assert (nobody.status, "SWITCHROOM_PASSWORD" in nobody.err) == (78, True)


async def test_a_new_password_opens_and_the_old_one_does_not(center: RunningCenter) -> None:
    done = await switchroom("password", "ann", "--data", center.data)
    assert done.status == 0
    found = re.fullmatch(r"ann +(\S+)\n", done.out)
    assert found is not None
    center.passwords["ann"] = found[1]
    async with center.signed_in("ann") as client:
        assert client.address == center.origin
    refused = await switchroom("agent", "--user", "ann", "--server", center.origin, SWITCHROOM_PASSWORD="old")
    assert (refused.status, len(refused.err.splitlines())) == (78, 1)
    unknown = await switchroom("password", "nobody", "--data", center.data)
    assert (unknown.status, unknown.err) == (78, "There is no user 'nobody'; the definition has ann, ada.\n")


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
async def test_a_headless_agent_gets_ready_and_stops_when_told(center: RunningCenter, told: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "config", "agent", "--user", "ann", "--server", center.origin),
        cwd=ROOT,
        env=clean_environment(SWITCHROOM_PASSWORD=center.passwords["ann"]),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    process.send_signal(told)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert b"Traceback" not in await process.stderr.read()


async def test_a_second_serve_on_the_same_folder_is_refused_naming_the_first(center: RunningCenter) -> None:
    done = await switchroom("serve", "--data", center.data, "--port", str(free_port()))
    assert done.status == 78
    assert done.err == (
        f"Process {center.child.pid} already works on the data folder {center.data}: stop it first, or name another "
        "folder.\n"
    )
    os.kill(center.child.pid, 0)  # the first goes on
