"""Changes a value in a TOML file that people wrote, and nothing else of its text.

The file is cut at its headers, so that tables stay in whatever order they were written; within the part that a value
stands in, `tomlkit` keeps comments and blanks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import tomlkit
from tomlkit.items import InlineTable

Path = tuple[str | int, ...]
"""Keys and places in lists that lead to a value, such as ("queues", 1, "relaxation", 0, "after_s")."""
_HEADER: Final = re.compile(r"^[ \t]*\[(?P<list>\[)?(?P<names>[^\[\]\n]+)\]\]?[ \t]*(#[^\n]*)?$", re.MULTILINE)
BELOW: Final = "target_s"
"""A new key stands below this one where there is one, else below the first."""


@dataclass(slots=True)
class _Part:
    """A header's line and what stands below it, up to the next header."""

    names: tuple[str, ...]
    is_list: bool
    header: str
    body: str


def with_value(text: str, path: Path, value: float) -> str:
    """Return the text with a value set. Who calls it compares what the text says then with what was meant: a file can
    be written in ways that this does not know.

    Raises:
        KeyError: there is no such place in the text.
        tomlkit.exceptions.ParseError: the text around the value cannot be read on its own.
    """
    parts = list(_parts(text))
    part, rest = _found(parts, path)
    document = tomlkit.parse(part.body)
    try:
        _set(document, rest, value)
    except (IndexError, TypeError) as error:
        raise KeyError(path) from error
    part.body = tomlkit.dumps(document)
    return "".join(each.header + each.body for each in parts)


def _parts(text: str) -> Iterator[_Part]:
    edges = [(match.start(), match.end(), match) for match in _HEADER.finditer(text)]
    first = edges[0][0] if edges else len(text)
    yield _Part((), False, "", text[:first])
    for number, (begin, end, match) in enumerate(edges):
        after = edges[number + 1][0] if number + 1 < len(edges) else len(text)
        names = tuple(name.strip().strip("\"'") for name in match["names"].split("."))
        yield _Part(names, match["list"] is not None, text[begin:end], text[end:after])


def _found(parts: list[_Part], path: Path) -> tuple[_Part, Path]:
    """Return the part in which the path ends, and what of the path leads on within it."""
    at, first, last = parts[0], 0, len(parts)
    names: tuple[str, ...] = ()
    while len(path) > 1:
        names = (*names, str(path[0]))
        of_list = isinstance(path[1], int)
        places = [n for n in range(first, last) if parts[n].names == names and parts[n].is_list is of_list]
        index = path[1] if isinstance(path[1], int) else 0
        if index >= len(places):
            break
        first = places[index]
        last = places[index + 1] if index + 1 < len(places) else last
        at = parts[first]
        path = path[2:] if of_list else path[1:]
    return at, path


def _set(document: Any, path: Path, value: float) -> None:
    parent: Any = None
    table: Any = document
    for step in path[:-1]:
        parent, table = table, table[step]
    key = path[-1]
    if key in table:
        table[key] = value
    elif isinstance(table, InlineTable):
        pairs = [f"{name} = {item.as_string().strip()}" for name, item in table.items()]
        parent[path[-2]] = tomlkit.value(f"{{ {', '.join([*pairs, f'{key} = {value}'])} }}")
    else:
        trivia = table.item(BELOW if BELOW in table else next(iter(table))).trivia
        trivia.trail += f"{trivia.indent}{key} = {value}{trivia.trail}"
