"""Replaying what the journal holds, beside the running engine: reads, decides anew, writes nothing.

A replay gives each journalled input to an engine that stands where the journal stood, and compares the facts. Under the
same rules they have to agree, fact for fact; what older rules decided otherwise is listed as such, and the replay goes
on from the facts that were committed.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from history.core.entries import Entry, Fact, Kind
from history.core.raising import RAISES
from history.core.registry import Registry
from history.core.vocabulary import EntryNumber, RulesVersion
from router.core.engine import Engine
from router.core.input_base import Input
from router.core.inputs import AnyInput
from router.core.snapshot import snapshot
from router.errors import BrokenInvariant

_INPUTS: msgspec.json.Decoder[AnyInput] = msgspec.json.Decoder(AnyInput)
_VERSIONS = {kind.__name__: kind.version for kind in Input.__subclasses__()}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """An input of which the rules of today make other facts than were committed."""

    number: EntryNumber
    at_ms: int
    input: str
    rules: RulesVersion
    committed: tuple[Fact, ...]
    decided: tuple[Fact, ...]
    because: str = ""
    """Why nothing could be decided anew, if so."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    inputs: int
    facts: int
    differences: tuple[Difference, ...]
    rules: tuple[RulesVersion, ...]
    """The rules under which the stretch was decided."""


DIFFERENCES_MAX = 1_000
"""More are counted no further: the first ones say what is wrong."""


def engine_at(entries: Sequence[Entry], registry: Registry) -> Engine:
    """Return an engine that stands where these facts lead."""
    engine = Engine()
    for entry in entries:
        engine.fold(registry.fact(entry), entry.at_ms)
    return engine


async def replay(before: Sequence[Entry], entries: AsyncIterator[Entry], registry: Registry) -> Replayed:
    """Decide a stretch of the journal anew, from the state that `before` leads to.

    Two engines go along: one folds what was committed, the other decides. Where they part, the second one begins again
    from where the first one stands.
    """
    committed_one, deciding_one = engine_at(before, registry), engine_at(before, registry)
    inputs = facts = 0
    rules: dict[RulesVersion, None] = {}
    found: list[Difference] = []
    async for given, committed in _decisions(entries, registry):
        inputs += 1
        facts += len(committed)
        rules[given.rules] = None
        decided, because = _decide(deciding_one, given)
        for fact in committed:
            committed_one.fold(fact, given.at_ms)
        if decided != committed:
            deciding_one = Engine()
            for fact in snapshot(committed_one.state):
                deciding_one.fold(fact, given.at_ms)
            if len(found) < DIFFERENCES_MAX:
                found.append(
                    Difference(
                        number=given.number,
                        at_ms=given.at_ms,
                        input=given.type,
                        rules=given.rules,
                        committed=committed,
                        decided=decided,
                        because=because,
                    )
                )
    return Replayed(inputs=inputs, facts=facts, differences=tuple(found), rules=tuple(rules))


async def _decisions(
    entries: AsyncIterator[Entry], registry: Registry
) -> AsyncIterator[tuple[Entry, tuple[Fact, ...]]]:
    """Yield each input with the facts that were committed because of it. Facts before the first input belong to one
    before the stretch and are left out."""
    given: Entry | None = None
    facts: list[Fact] = []
    async for entry in entries:
        if entry.kind is Kind.INPUT:
            if given is not None:
                yield given, tuple(facts)
            given, facts = entry, []
        elif given is not None:
            facts.append(registry.fact(entry))
    if given is not None:
        yield given, tuple(facts)


def _decide(engine: Engine, entry: Entry) -> tuple[tuple[Fact, ...], str]:
    """Return the facts of today's rules, and why there are none."""
    try:
        given = input_of(entry)
    except msgspec.MsgspecError as error:
        return (), f"the input cannot be read any more: {error}"
    try:
        return engine.handle(given, entry.at_ms).facts, ""
    except BrokenInvariant as error:
        return (), f"the rules of today broke down: {error}"
    except Exception:  # the driver sets aside what raises, whatever it is
        return engine.set_aside(given, entry.at_ms).facts, ""


def input_of(entry: Entry) -> AnyInput:
    """Return a journalled input in the newest version of its type.

    Raises:
        msgspec.MsgspecError: it does not fit.
    """
    newest = _VERSIONS.get(entry.type, 1)
    if entry.version >= newest:
        return _INPUTS.decode(entry.body)
    body = msgspec.json.decode(entry.body, type=dict[str, Any])
    for older in range(entry.version, newest):
        body = RAISES[(entry.type, older)](body)
    raised: AnyInput = msgspec.convert(body, AnyInput)
    return raised
