"""Entries hold ids, enums, numbers and times only: every entry type is walked, and free text is refused."""

import enum
import types
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest

from history.core.entries import Fact
from history.core.registry import REGISTRY

FACTS = sorted(REGISTRY.types.values(), key=lambda fact: fact.__name__)


def refused(annotation: Any, path: str) -> list[str]:
    """Return the paths under this annotation that may hold free text or a number that is no integer."""
    if annotation in (int, bool, type(None)):
        return []
    if hasattr(annotation, "__supertype__"):
        return [] if annotation.__supertype__ in (str, int) else [path]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return []
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        fields = msgspec.structs.fields(annotation)
        return [found for field in fields for found in refused(field.type, f"{path}.{field.name}")]
    if get_origin(annotation) in (Union, types.UnionType, tuple):
        parts = [part for part in get_args(annotation) if part is not Ellipsis]
        return [found for part in parts for found in refused(part, path)]
    return [path]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_an_entry_type_holds_no_free_text(fact: type[Fact]) -> None:
    assert refused(fact, fact.__name__) == []


def test_every_fact_that_is_written_down_is_registered() -> None:
    """A fact outside the registry would stop the engine at its first decision, in front of a customer."""
    ours = {fact for fact in Fact.__subclasses__() if fact.__module__.startswith("history.core.")}
    assert ours == set(FACTS)


class Inner(msgspec.Struct, frozen=True):
    words: str


class Loose(Fact, frozen=True, kw_only=True):
    text: str
    raw: bytes | None = None
    share: float = 0.0
    table: dict[str, int] = {}  # noqa: RUF012  msgspec copies it
    inner: tuple[Inner, ...] = ()
    number: int = 0


def test_the_walk_refuses_text_bytes_fractions_and_tables_at_any_depth() -> None:
    assert refused(Loose, "Loose") == [
        "Loose.text",
        "Loose.raw",
        "Loose.share",
        "Loose.table",
        "Loose.inner.words",
    ]
