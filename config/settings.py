"""Settings from the environment and the data folder: where the center runs, and its secrets.

Options of the command line come with their own environment variables (`config/__main__.py`). Secrets are never options,
never in the definition and never logged. What the center makes for itself lies in `secrets.json` in the data folder,
readable by its owner alone.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.errors import BadSetting

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_WORDS = {"ami": "AMI", "mail": "MAIL", "site": "SITE", "phone": "PHONE", "pin": "PIN"}
_SHARED = {"ami"}
"""Kinds whose one secret may serve all ids (SWITCHROOM_AMI_SECRET)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one host's center keeps its data and listens. `database` is an SQLAlchemy URL."""

    data: Path
    host: str
    port: int
    database: str
    public_origins: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def place(
    data: Path,
    host: str,
    port: int,
    database: str | None,
    public_origins: Sequence[str] = (),
    *,
    listen_anywhere: bool = False,
) -> Place:
    """Raises BadSetting for an address beyond this machine that nobody has allowed, or an origin that is none."""
    if host not in LOOPBACK and not listen_anywhere:
        raise BadSetting(
            f"--host {host}: Switchroom listens on this machine alone unless --listen-anywhere "
            "(or SWITCHROOM_LISTEN_ANYWHERE=1) says otherwise; put a proxy with TLS before it."
        )
    for origin in public_origins:
        if not ORIGIN.fullmatch(origin):
            raise BadSetting(
                f"--origin {origin} (or SWITCHROOM_ORIGINS): write scheme and host alone, such as https://desk.example."
            )
    folder = data.resolve()
    url = database or f"sqlite+aiosqlite:///{folder / 'switchroom.sqlite'}"
    return Place(folder, host, port, url, tuple(public_origins))


class Secrets:
    """Looks secrets up: the environment first, then what the center made for itself."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._file = folder / "secrets.json"
        self._environment = environment

    def required(self, kind: str, id_: str) -> str:
        """Raises BadSetting naming the environment variable to set."""
        found = self.optional(kind, id_)
        if found is None:
            names = " or ".join(variables(kind, id_))
            raise BadSetting(f"The secret of {kind} {id_!r} is missing: set the environment variable {names}.")
        return found

    def optional(self, kind: str, id_: str) -> str | None:
        for name in variables(kind, id_):
            if self._environment.get(name):
                return self._environment[name]
        return None

    def own(self, name: str) -> str:
        """Return a secret of the center's own, made at its first use and kept."""
        kept = self._read()
        if name not in kept:
            kept[name] = secrets.token_urlsafe(32)
            self._write(kept)
        return kept[name]

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            raise BadSetting(
                f"{self._file}: cannot be read ({error}); restore it, or delete it and every browser signs in anew."
            ) from error

    def _write(self, kept: dict[str, str]) -> None:
        fresh = self._file.with_suffix(".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
        except OSError as error:
            raise BadSetting(
                f"{self._file}: cannot be written ({error.strerror}); let this user write there."
            ) from error


def variables(kind: str, id_: str) -> list[str]:
    """Return the environment variables that may hold this secret, the most particular first."""
    particular = f"SWITCHROOM_{_WORDS[kind]}_SECRET_{re.sub('[^A-Z0-9]', '_', id_.upper())}"
    return [particular, f"SWITCHROOM_{_WORDS[kind]}_SECRET"] if kind in _SHARED else [particular]
