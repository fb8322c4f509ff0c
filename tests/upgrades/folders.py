"""What is kept of a center that died with work in every state: its data folder, and what the world around it knows."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
KEPT_BYTES_MAX = 300_000
MEMORY = "world.json"
LEFT_OUT = ("switchroom.lock",)


class CallThen(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it stood on the switch. `leg` and `phone` are empty while it waited."""

    unique_id: str
    number: str
    leg: str = ""
    phone: str = ""
    talking: bool = False


class WorldThen(msgspec.Struct, frozen=True, kw_only=True):
    """What people and the switch knew when the center died. The switch and the visitor live on without it."""

    definition: str
    passwords: Mapping[str, str]
    calls: tuple[CallThen, ...]
    visitor_token: str
    visitor_conversation: str
    lines: tuple[tuple[str, str], ...]
    """(author, text) of the chat."""
    interactions: Mapping[str, str]
    """Which interaction is in which state: `talk`, `ring`, `wrap`, `mail`, `mail_offered`, `mail_wrap`, `chat`."""


def kept() -> list[Path]:
    """Every folder that was kept, oldest issue first."""
    return sorted(HERE.glob("*.tar.xz"))


def pack(data: Path, then: WorldThen, archive: Path) -> None:
    """Refuses what is too large to be kept in the repository."""
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in sorted(data.rglob("*")):
            if path.is_file() and path.name not in LEFT_OUT:
                tar.add(path, f"data/{path.relative_to(data)}", filter=_anonymous)
        memory = msgspec.json.format(msgspec.json.encode(then))
        entry = tarfile.TarInfo(MEMORY)
        entry.size = len(memory)
        tar.addfile(entry, io.BytesIO(memory))
    size = archive.stat().st_size
    if size > KEPT_BYTES_MAX:
        archive.unlink()
        raise SystemExit(f"{archive.name} would have {size} bytes, more than {KEPT_BYTES_MAX}: make less in it.")


def unpack(archive: Path, folder: Path) -> WorldThen:
    """The data folder becomes `folder`/data."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return msgspec.json.decode((folder / MEMORY).read_bytes(), type=WorldThen)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of the machine that made it is kept."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
