"""One process at a time works on a data folder; a dead one keeps nobody out."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from history.datafolder import DataFolder
from history.errors import DataFolderTaken, StoreUnavailable

HOLD = """
import sys, pathlib
from history.datafolder import DataFolder
folder = DataFolder.take(pathlib.Path(sys.argv[1]))
print("taken", flush=True)
sys.stdin.read()
"""


def test_the_second_process_is_refused_and_told_the_first(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "taken\n"
        with pytest.raises(DataFolderTaken) as refused:
            DataFolder.take(tmp_path)
        expected = f"Process {first.pid} already works on the data folder {tmp_path}: stop it first, or name another"
        assert str(refused.value).startswith(expected)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
        with DataFolder.take(tmp_path) as folder:
            assert folder.path == tmp_path


def test_the_folder_is_made_for_its_owner_alone_and_can_be_given_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "data"
    folder = DataFolder.take(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    with pytest.raises(DataFolderTaken, match=f"Process {os.getpid()} already works"):
        DataFolder.take(path)
    folder.release()
    folder.release()
    DataFolder.take(path).release()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"The data folder .*/file/data cannot be used \(Not a directory\): let"):
        DataFolder.take(tmp_path / "file" / "data")
