"""Argon2 password hashes, made and checked off the event loop, two at a time."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
WAITING_MAX = 32
"""More sign-ins than this at once are told to come again; each costs memory and a core."""
PASSWORD_MAX = 256

T = TypeVar("T")

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class TooBusy(Exception):
    """Too many passwords are being checked already."""


def make_password() -> str:
    """A new password of 77 bits that can be read out: four groups of four letters and digits, none alike."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


class Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys_hash = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; takes as long for a user that is not there (`stored` none).

        Raises:
            TooBusy: `WAITING_MAX` others are waiting.
        """
        fits = await self._run(lambda: self._fits(stored or self._nobodys_hash, password[:PASSWORD_MAX]))
        return fits and stored is not None and len(password) <= PASSWORD_MAX

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._gate:
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
