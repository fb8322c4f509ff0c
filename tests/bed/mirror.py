"""Which Debian mirror apt uses on this machine, read from its sources in either form."""

import os
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path("/etc/apt")


def release(key: str, os_release: Path = Path("/etc/os-release")) -> str:
    """A value of os-release, such as ID or VERSION_CODENAME; empty where there is none."""
    if not os_release.is_file():
        return ""
    for line in os_release.read_text().splitlines():
        name, _, value = line.partition("=")
        if name == key:
            return value.strip().strip('"')
    return ""


def debian_mirror(sources: Path = SOURCES, codename: str | None = None) -> str | None:
    """The address apt takes this Debian release from; ``SWITCHROOM_DEBIAN_MIRROR`` goes before. None: no such line."""
    given = os.environ.get("SWITCHROOM_DEBIAN_MIRROR")
    if given:
        return given
    wanted = codename if codename is not None else release("VERSION_CODENAME")
    entries = [entry for file in _files(sources) for entry in _entries(file)]
    for address, suites in entries:
        if {wanted, "stable", "testing", "unstable", "sid"} & set(suites):
            return address
    return None


def _files(sources: Path) -> Iterator[Path]:
    yield sources / "sources.list"
    yield from sorted((sources / "sources.list.d").glob("*.sources"))
    yield from sorted((sources / "sources.list.d").glob("*.list"))


def _entries(file: Path) -> Iterator[tuple[str, list[str]]]:
    if not file.is_file():
        return
    text = file.read_text(errors="replace")
    if file.suffix != ".sources":
        for line in text.splitlines():
            yield from _one_line(line)
        return
    for stanza in text.split("\n\n"):
        yield from _stanza(stanza)


def _one_line(line: str) -> Iterator[tuple[str, list[str]]]:
    words = line.partition("#")[0].split()
    if not words or words[0] != "deb":
        return
    rest = words[1:]
    if rest and rest[0].startswith("["):
        closing = next((at for at, word in enumerate(rest) if word.endswith("]")), len(rest) - 1)
        rest = rest[closing + 1 :]
    if len(rest) >= 2:
        yield rest[0], [rest[1]]


def _stanza(stanza: str) -> Iterator[tuple[str, list[str]]]:
    fields: dict[str, list[str]] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line[0].isspace():
            name, _, line = line.partition(":")  # noqa: PLW2901 - a continuation line keeps the field's name
        fields.setdefault(name.strip().lower(), []).extend(line.split())
    if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"])[0] != "no":
        for address in fields.get("uris", []):
            yield address, fields.get("suites", [])
