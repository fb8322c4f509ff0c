"""Entries are read as they were written, older ones are raised, unknown ones are refused in one sentence."""

import enum
import types
from typing import Any, ClassVar, Union, get_args, get_origin

import msgspec
import pytest

from history.core.entries import Entry, Fact, Kind
from history.core.registry import REGISTRY, Registry, UnknownType, UnreadableBody
from history.core.vocabulary import EntryNumber, RulesVersion, StreamName, TenantId


def sample(annotation: Any) -> Any:
    """Return some value of an annotation, the first choice of each."""
    if hasattr(annotation, "__supertype__"):
        return sample(annotation.__supertype__)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return next(iter(annotation))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation(**{field.name: sample(field.type) for field in msgspec.structs.fields(annotation)})
    if get_origin(annotation) in (Union, types.UnionType):
        return sample(next(part for part in get_args(annotation) if part is not type(None)))
    if get_origin(annotation) is tuple:
        parts = [part for part in get_args(annotation) if part is not Ellipsis]
        return tuple(sample(part) for part in parts)
    return {str: "some-id", int: 7, bool: True}[annotation]


@pytest.mark.parametrize("fact", REGISTRY.types.values(), ids=lambda fact: fact.__name__)
def test_every_fact_is_read_as_it_was_written(fact: type[Fact]) -> None:
    given = sample(fact)
    assert REGISTRY.decode(fact.__name__, fact.version, REGISTRY.encode(given)) == given


class Moved(Fact, frozen=True, kw_only=True):
    version: ClassVar[int] = 3

    at_ms: int
    by: int


RAISES = {
    ("Moved", 1): lambda body: {"at_ms": body["at_s"] * 1000},
    ("Moved", 2): lambda body: body | {"by": 1},
}


def test_an_older_body_is_raised_step_by_step() -> None:
    registry = Registry((Moved,), RAISES)
    assert registry.decode("Moved", 1, b'{"at_s":2}') == Moved(at_ms=2000, by=1)
    assert registry.decode("Moved", 2, b'{"at_ms":5}') == Moved(at_ms=5, by=1)
    assert registry.decode("Moved", 3, b'{"at_ms":5,"by":9}') == Moved(at_ms=5, by=9)


def test_a_version_that_nothing_raises_is_refused_when_the_registry_is_made() -> None:
    with pytest.raises(ValueError, match="nothing raises version 2"):
        Registry((Moved,), {("Moved", 1): RAISES[("Moved", 1)]})


def test_two_types_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two entry types are called Moved"):
        Registry((Moved, Moved), RAISES)


def test_an_unknown_type_is_refused_in_one_sentence() -> None:
    with pytest.raises(UnknownType, match=r"type Teleported, which this version of Switchroom does not know: start"):
        REGISTRY.check("Teleported", 1)


@pytest.mark.parametrize("version", [0, 2])
def test_an_unknown_version_is_refused_in_one_sentence(version: int) -> None:
    with pytest.raises(UnknownType, match=rf"OfferMade in version {version}, .* reads up to 1: start the newer"):
        REGISTRY.check("OfferMade", version)


def test_a_fact_that_nobody_could_read_again_is_not_encoded() -> None:
    with pytest.raises(UnknownType, match="Moved is no registered entry type"):
        REGISTRY.encode(Moved(at_ms=1, by=1))


@pytest.mark.parametrize(("version", "body"), [(3, b'{"at_ms":'), (3, b'{"at_ms":"x","by":1}'), (1, b"[]")])
def test_a_body_that_does_not_fit_is_refused(version: int, body: bytes) -> None:
    with pytest.raises(UnreadableBody, match="Moved cannot be read"):
        Registry((Moved,), RAISES).decode("Moved", version, body)


def test_an_entry_gives_its_fact() -> None:
    body = b'{"interaction":"t-1"}'
    frame = (TenantId("main"), StreamName("routing/main"), EntryNumber(1), 5, Kind.FACT)
    entry = Entry(*frame, "CustomerLegEnded", 1, RulesVersion("1"), None, body)
    assert REGISTRY.encode(REGISTRY.fact(entry)) == body
