"""Where the center runs, its secrets, and the named points at which a test may kill it."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.crash_points import crash_points
from config.errors import BadSetting
from config.settings import Secrets, place, variables


def test_a_place_is_a_file_in_the_data_folder_unless_a_database_is_named(tmp_path: Path) -> None:
    where = place(tmp_path, "127.0.0.1", 8080, None)
    assert where.database == f"sqlite+aiosqlite:///{tmp_path / 'switchroom.sqlite'}"
    assert where.origin == "http://127.0.0.1:8080"
    assert place(tmp_path, "::1", 8080, None).origin == "http://[::1]:8080"
    url = "postgresql+asyncpg://u:p@db/center"
    assert place(tmp_path, "127.0.0.1", 8080, url).database == url


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "desk.example"])
def test_an_address_beyond_this_machine_needs_leave(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadSetting, match=f"^--host {host}: .*SWITCHROOM_LISTEN_ANYWHERE=1"):
        place(tmp_path, host, 8080, None)
    assert place(tmp_path, host, 8080, None, listen_anywhere=True).host == host


@pytest.mark.parametrize("origin", ["desk.example", "https://desk.example/", "ftp://desk.example", "https://", "*"])
def test_an_origin_is_scheme_and_host_alone(tmp_path: Path, origin: str) -> None:
    with pytest.raises(BadSetting, match="SWITCHROOM_ORIGINS"):
        place(tmp_path, "127.0.0.1", 8080, None, [origin])
    good = ["https://desk.example", "http://10.0.0.1:8080"]
    assert place(tmp_path, "127.0.0.1", 8080, None, good).public_origins == tuple(good)


def test_the_most_particular_variable_wins(tmp_path: Path) -> None:
    environment = {"SWITCHROOM_AMI_SECRET": "shared", "SWITCHROOM_AMI_SECRET_SITE_2": "own"}
    secrets = Secrets(tmp_path, environment)
    assert variables("ami", "site.2") == ["SWITCHROOM_AMI_SECRET_SITE_2", "SWITCHROOM_AMI_SECRET"]
    assert secrets.required("ami", "site.2") == "own"
    assert secrets.required("ami", "main") == "shared"
    assert secrets.optional("site", "shop") is None


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("ami", "SWITCHROOM_AMI_SECRET_MAIN or SWITCHROOM_AMI_SECRET"),
        ("mail", "SWITCHROOM_MAIL_SECRET_MAIN"),
        ("phone", "SWITCHROOM_PHONE_SECRET_MAIN"),
        ("site", "SWITCHROOM_SITE_SECRET_MAIN"),
    ],
)
def test_a_missing_secret_names_its_variable_and_an_empty_one_is_missing(tmp_path: Path, kind: str, names: str) -> None:
    empty = {name: "" for name in variables(kind, "main")}
    with pytest.raises(BadSetting, match=f"set the environment variable {names}\\.$"):
        Secrets(tmp_path, empty).required(kind, "main")


def test_the_center_s_own_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    made = Secrets(tmp_path, {}).own("chat_tokens")
    assert len(made) >= 40
    again = Secrets(tmp_path, {})
    assert again.own("chat_tokens") == made
    assert again.own("rehearsal") not in ("", made)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"a": 1}', "\x00"])
def test_a_damaged_file_of_secrets_is_named_with_the_way_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(BadSetting, match=r"secrets\.json: cannot be read .*; restore it, or delete it"):
        Secrets(tmp_path, {}).own("chat_tokens")


def test_secrets_that_cannot_be_written_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"secrets\.json: cannot be written .*let this user write"):
        Secrets(tmp_path / "missing", {}).own("chat_tokens")


def test_no_wish_reaches_every_point_unharmed() -> None:
    for wish in (None, ""):
        reached = crash_points(wish)
        for _ in range(3):
            reached("after_commit_before_effect")


@pytest.mark.parametrize(("wish", "lives"), [("b", 1), ("b:3", 3), ("other", 5)])
def test_the_process_dies_at_the_point_and_not_before(wish: str, lives: int) -> None:
    program = (
        "import sys\n"
        "from config.crash_points import crash_points\n"
        "reached = crash_points(sys.argv[1])\n"
        "for _ in range(5):\n"
        "    reached('a')\n"
        "    print('alive', flush=True)\n"
        "    reached('b')\n"
    )
    command = [sys.executable, "-c", program, wish]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.count("alive") == lives
    assert done.returncode == (0 if wish == "other" else -signal.SIGKILL)


def test_a_wish_without_a_number_is_refused_naming_the_variable() -> None:
    with pytest.raises(BadSetting, match=r"^SWITCHROOM_DIE_AT=b:x: write point"):
        crash_points("b:x")
