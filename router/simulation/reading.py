"""Reading a scenario: `read` gives a `Scenario`, or says in sentences what is wrong and where."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from router.simulation.checking import faults_of
from router.simulation.errors import BadScenario
from router.simulation.scenario import Scenario


def read(path: Path) -> Scenario:
    """Return the scenario in a file.

    Raises:
        BadScenario: it cannot be read, is no TOML, or what it says does not fit together.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadScenario([f"{path}: cannot be read ({error.strerror}); give the path of a scenario."]) from error
    except UnicodeDecodeError as error:
        raise BadScenario([f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8."]) from error
    return parse(text, str(path))


def parse(text: str, name: str = "scenario") -> Scenario:
    """Return the scenario in a text; `name` stands in the messages. See `read`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScenario([f"{name}: is not valid TOML: {error}."]) from error
    return of_raw(raw, name)


def of_raw(raw: dict[str, Any], name: str = "scenario") -> Scenario:
    """Return the scenario in a TOML document that was read already. See `read`."""
    strange = list(_strange("", raw, raw))
    if strange:
        raise BadScenario([f"{name}: {sentence}" for sentence in strange])
    try:
        scenario = msgspec.convert(raw, Scenario)
    except msgspec.ValidationError as error:
        raise BadScenario([f"{name}: {_sentence(str(error), raw)}"]) from error
    found = faults_of(scenario)
    if found:
        raise BadScenario([f"{name}: {sentence}" for sentence in found])
    return scenario


NUMBER_MAX = 1e12
NUMBER_MIN = 1e-9


def _strange(place: str, given: Any, raw: dict[str, Any]) -> Iterator[str]:
    """Numbers with which nothing can be reckoned: endless, none at all, or out of all proportion."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield from _strange(f"{place}.{key}", value, raw)
    elif isinstance(given, list):
        for index, value in enumerate(given):
            yield from _strange(f"{place}[{index}]", value, raw)
    elif isinstance(given, int | float) and given and not NUMBER_MIN <= abs(given) <= NUMBER_MAX:
        yield f"{_where(place, raw)}{given!r} is no number between {NUMBER_MIN:g} and {NUMBER_MAX:g}; correct it."


_MISSING = re.compile(r"Object missing required field `(?P<field>\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]*)`")
_BOUND = re.compile(r"Expected `\w+` (?P<way>>=|<=|>|<) (?P<number>\S+)")
_KIND = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`")
_NO_SUCH = re.compile(r"Invalid (?:enum )?value '(?P<value>[^']*)'")
_LENGTH = re.compile(r"Expected `(?:array|str)` of length (?P<way>>=|<=) (?P<number>\d+)")
_NAME = re.compile(r"Expected `str` matching regex .*")
_WAYS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_KINDS = {"int": "a whole number", "float": "a number", "str": "a text", "array": "a list", "object": "a table"}
_KINDS |= {"bool": "true or false"}


def _sentence(message: str, raw: dict[str, Any]) -> str:
    what, _, place = message.partition(" - at `")
    where = _where(place.rpartition("key in `")[2].removeprefix("$").rstrip("`"), raw)
    if missing := _MISSING.fullmatch(what):
        return f"{where}the key {missing['field']!r} is missing; add it."
    if unknown := _UNKNOWN.fullmatch(what):
        return f"{where}the key {unknown['field']!r} is not known; correct its spelling or take it out."
    if length := _LENGTH.fullmatch(what):
        return f"{where}needs {_WAYS[length['way']]} {length['number']} entries; correct it."
    if bound := _BOUND.fullmatch(what):
        return f"{where}has to be {_WAYS[bound['way']]} {float(bound['number']):g}; correct it."
    if _NAME.fullmatch(what):
        return f"{where}has to be a short name of small letters, digits and _, with a letter first; correct it."
    if wrong := _KIND.fullmatch(what):
        return f"{where}has to be {_kinds(wrong['wanted'])}, not {_kinds(wrong['got'])}; correct it."
    if value := _NO_SUCH.fullmatch(what):
        return f"{where}{value['value']!r} is not known there; docs/simulation.md lists what is."
    return f"{where}{what[0].lower()}{what[1:]}; correct it."


def _kinds(words: str) -> str:
    return " or ".join(_KINDS.get(word, word) for word in words.split(" | ") if word != "null")


def _where(place: str, raw: Any) -> str:
    """`.types[1].patience` -> `types, 'sales', patience: ` with the id where the table has one."""
    words: list[str] = []
    at = raw
    for name, index, anywhere in re.findall(r"\.(\w+)|\[(\d+)\]|(\[\.\.\.\])", place):
        if name:
            words.append(name)
            at = at.get(name) if isinstance(at, dict) else None
        elif index:
            at = at[int(index)] if isinstance(at, list) and int(index) < len(at) else None
            words.append(repr(at["id"]) if isinstance(at, dict) and "id" in at else f"number {int(index) + 1}")
        elif anywhere:
            at = None
    return ", ".join(words) + ": " if words else ""
