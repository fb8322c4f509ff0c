"""What goes wrong at the start: each is one clear sentence that names the key or address and the way out, with a
non-zero status or a channel shown as down; never a traceback, and the other channels go on."""

import os
import socket
import sqlite3
from pathlib import Path

import pytest

from agent_desktop.core.parts import ChannelDown
from agent_desktop.core.protocol import DESK_VIEW, WALLBOARD_VIEW
from cti.rehearsal import RehearsalSwitch
from tests.bed.dovecot import SERVICE, Dovecot
from tests.bed.ports import free_port
from tests.bed.waiting import until
from tests.config.command_line import switchroom
from tests.config.samples import EVERYTHING, ONLY_MAIL, sample_text
from tests.journeys.center import RunningCenter

REFUSED = 78
DOWN_S = 120.0


async def refused(*arguments: str | Path, **environment: str) -> str:
    """The one sentence of a command that could not do it."""
    done = await switchroom(*arguments, **environment)
    assert done.status == REFUSED
    assert done.err.count("\n") == 1, done.err
    assert done.err.endswith(".\n")
    return done.err


def letters(folder: Path, old: str = "", new: str = "") -> Path:
    path = folder / "letters.toml"
    path.write_text(ONLY_MAIL.replace(old, new) if old else ONLY_MAIL, encoding="utf-8")
    return path


async def test_a_broken_file_an_unknown_key_and_a_missing_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[center", encoding="utf-8")
    said = await refused("serve", broken, "--data", tmp_path / "d")
    assert said.startswith(f"{broken}: is not valid TOML")
    unknown = letters(tmp_path, "target_s", "target_z")
    assert "queues, 'mail': the key 'target_z' is not known" in await refused(
        "serve", unknown, "--data", tmp_path / "d"
    )
    assert "cannot be read" in await refused("serve", tmp_path / "none.toml", "--data", tmp_path / "d")
    assert "holds no definition yet" in await refused("serve", "--data", tmp_path / "d", "--port", str(free_port()))


async def test_a_missing_ami_secret_names_its_variable_and_stores_nothing(tmp_path: Path) -> None:
    path = tmp_path / "center.toml"
    path.write_text(EVERYTHING, encoding="utf-8")
    secrets = {"SWITCHROOM_MAIL_SECRET_HELLO": "m", "SWITCHROOM_PHONE_SECRET_ANN": "p"}
    said = await refused("serve", path, "--data", tmp_path / "d", "--port", str(free_port()), **secrets)
    assert said == (
        "The secret of ami 'main' is missing: set the environment variable SWITCHROOM_AMI_SECRET_MAIN or "
        "SWITCHROOM_AMI_SECRET.\n"
    )
    assert not (tmp_path / "d" / "switchroom.sqlite").exists()


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = await refused("serve", letters(tmp_path), "--data", tmp_path / "d", "--port", str(port))
    assert said.startswith(f"127.0.0.1:{port} is already taken by another program; choose another port")


async def test_an_address_beyond_this_machine_needs_a_setting(tmp_path: Path) -> None:
    said = await refused("serve", letters(tmp_path), "--data", tmp_path / "d", "--host", "0.0.0.0")
    assert "SWITCHROOM_LISTEN_ANYWHERE=1" in said


@pytest.mark.parametrize("kind", ["garbage", "foreign", "folder"])
async def test_a_database_that_is_none_of_ours_is_named(tmp_path: Path, kind: str) -> None:
    data = tmp_path / "d"
    data.mkdir()
    file = data / "switchroom.sqlite"
    if kind == "garbage":
        file.write_bytes(b"no database at all " * 1_000)
    elif kind == "folder":
        file.mkdir()
    else:
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE songs (name TEXT)")
        connection.commit()
        connection.close()
    said = await refused("serve", letters(tmp_path), "--data", data, "--port", str(free_port()))
    assert str(file) in said


async def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    said = await refused("serve", letters(tmp_path), "--data", blocked / "d", "--port", str(free_port()))
    assert said.startswith(f"The data folder {blocked / 'd'} cannot be used")


async def test_a_postgresql_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    port = free_port()
    url = f"postgresql+asyncpg://switchroom:very-secret@127.0.0.1:{port}/center"
    said = await refused(
        *("serve", letters(tmp_path), "--data", tmp_path / "d", "--port", str(free_port())), SWITCHROOM_DATABASE=url
    )
    assert f"127.0.0.1:{port}/center" in said and "see that PostgreSQL runs there" in said
    assert "very-secret" not in said


def down_center(switch_port: int, imap_port: int, other_imap_port: int, smtp_port: int) -> str:
    """Calls and two mailboxes that do not work, beside a chat and tasks that do."""
    text = sample_text().replace('kind = "rehearsal" }', 'kind = "desk" }')
    text = text.replace('id = "main"\nkind = "rehearsal"', f'id = "main"\nport = {switch_port}')
    box = (
        'kind = "imap"\nimap = {{ host = "127.0.0.1", port = {port}, tls = false, username = "{user}" }}\n'
        f'smtp = {{{{ host = "127.0.0.1", port = {smtp_port}, tls = false }}}}'
    )
    text = text.replace('kind = "rehearsal"', box.format(port=imap_port, user="nobody"), 1)
    second = box.format(port=other_imap_port, user=SERVICE)
    return text.replace(
        "[[sites]]", f'[[mailboxes]]\nid = "service"\naddress = "{SERVICE}"\nqueue = "mail"\n{second}\n\n[[sites]]', 1
    )


async def channel_down(center: RunningCenter, user: str, view: str, name: str) -> str:
    """The sentence of a channel that is down, as that user's view shows it."""
    async with center.signed_in(user) as client, client.connected():
        await client.open(view)

        def shown() -> str | None:
            parts = [part for part in client.parts(view, ChannelDown) if part.name == name]
            # "Connecting to …" is what every mailbox says before its first try has ended.
            found = [part.sentence for part in parts if not part.sentence.startswith("Connecting")]
            return found[0] if found else None

        sentence = await until(shown, DOWN_S, f"{name} down on {view}")
        assert sentence is not None
        return sentence


async def test_wrong_secrets_and_unreachable_hosts_cost_their_channel_alone(tmp_path: Path, dovecot: Dovecot) -> None:
    nobody_there = free_port()
    async with RehearsalSwitch("the-right-one") as switch:
        definition = down_center(switch.port, nobody_there, dovecot.imap_port, free_port())
        secrets = {
            "SWITCHROOM_AMI_SECRET": "the-wrong-one",
            "SWITCHROOM_MAIL_SECRET_HELLO": "x",
            "SWITCHROOM_MAIL_SECRET_SERVICE": "the-wrong-one",
        }
        async with RunningCenter(tmp_path, definition, secrets) as center:
            sentence = await channel_down(center, "ann", DESK_VIEW, "Switch main")
            assert f"127.0.0.1:{switch.port} refused the AMI user 'switchroom'" in sentence
            assert "SWITCHROOM_AMI_SECRET_MAIN or SWITCHROOM_AMI_SECRET" in sentence
            assert f"127.0.0.1:{nobody_there}" in await channel_down(center, "sam", WALLBOARD_VIEW, "Mailbox hello")
            refused_sign_in = await channel_down(center, "sam", WALLBOARD_VIEW, "Mailbox service")
            assert f"127.0.0.1:{dovecot.imap_port}" in refused_sign_in
            assert "SWITCHROOM_MAIL_SECRET" in refused_sign_in or "password" in refused_sign_in
            # The rest works: the chat's page is served, a task is taken.
            async with center.signed_in("ada") as client:
                assert (await client.http.get("/chat/shop/loader.js")).status_code == 200
                await client.post(
                    "/api/tasks", {"client_message": "k-1", "title": "Call back", "fields": {}, "queue": "office"}
                )


async def test_an_unreachable_switch_is_shown_with_its_address(tmp_path: Path) -> None:
    port = free_port()
    text = sample_text().replace('kind = "rehearsal" }', 'kind = "desk" }')
    definition = text.replace('id = "main"\nkind = "rehearsal"', f'id = "main"\nport = {port}')
    async with RunningCenter(tmp_path, definition, {"SWITCHROOM_AMI_SECRET": "x"}) as center:
        sentence = await channel_down(center, "ann", DESK_VIEW, "Switch main")
        assert f"127.0.0.1:{port} cannot be reached" in sentence
        assert "Switchroom is live" in center.log.read_text()
        os.kill(center.child.pid, 0)
        await until(lambda: center.child.exit_code is None, 5, "the center going on")
