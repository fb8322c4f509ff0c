"""The data folder of one host: one process at a time works on it."""

import fcntl
import os
from pathlib import Path
from typing import Self

from history.errors import DataFolderTaken, StoreUnavailable

LOCK_NAME = "switchroom.lock"


class DataFolder:
    """A taken folder. The system gives the lock back when the process ends, however it ends."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    @classmethod
    def take(cls, path: Path) -> Self:
        """Make the folder if it is missing (readable by its owner alone) and lock it for this process.

        Raises:
            DataFolderTaken: another process works on it; the sentence names it.
            StoreUnavailable: the folder cannot be made or written.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnavailable(
                f"The data folder {path} cannot be used ({error.strerror}): let this user write there, or name another."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            first = os.pread(lock, 20, 0).decode(errors="replace").strip() or "of unknown number"
            os.close(lock)
            raise DataFolderTaken(
                f"Process {first} already works on the data folder {path}: stop it first, or name another folder."
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        return cls(path, lock)

    def fileno(self) -> int:
        """The lock, for a child that is to hold it too: the folder is free when both have ended."""
        if self._lock is None:
            raise ValueError("the folder has been released")
        return self._lock

    def release(self) -> None:
        """Let others take it; a second release is nothing."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
