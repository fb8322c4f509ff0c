"""A day of a scenario as the entries that a driver would have journalled, and the trace of a stretch of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from history.core.entries import Entry, Fact, Kind
from history.core.vocabulary import EntryNumber, SourceId, StreamName, TenantId
from router.core.engine import Decision
from router.core.inputs import AnyInput, TimeAdvanced
from router.driver import RULES
from router.simulation.day import Day
from router.simulation.reading import parse
from router.simulation.streams import seed_of

TIMER = SourceId("timer")


@dataclass(frozen=True)
class Journalled:
    """Everything that was decided in one day, numbered from 1."""

    entries: list[Entry]

    def before(self, at_ms: int) -> list[Entry]:
        """The facts that lead to the state at an instant."""
        return [each for each in self.entries if each.at_ms < at_ms and each.kind is Kind.FACT]

    async def after(self, at_ms: int) -> AsyncIterator[Entry]:
        for each in self.entries:
            if each.at_ms >= at_ms:
                yield each


def journalled(scenario: str, seed: int = 1) -> Journalled:
    """Play one day of a scenario and write everything down."""
    day = Day(parse(scenario), seed_of(seed, "day", 0))
    entries: list[Entry] = []

    def take(given: AnyInput | None, decision: Decision) -> None:
        if not decision.facts:
            return
        said = given or TimeAdvanced(source=TIMER, source_epoch=0, source_number=0)
        cause = EntryNumber(len(entries) + 1)
        values: Sequence[msgspec.Struct] = (said, *decision.facts)
        for place, value in enumerate(values):
            entries.append(entry_of(day.world.now_ms, value, len(entries) + 1, cause if place else None))

    day.world.after_step = take
    day.run()
    return Journalled(entries)


def entry_of(at_ms: int, value: msgspec.Struct, number: int = 0, cause: EntryNumber | None = None) -> Entry:
    """Return what the driver writes down of an input or a fact."""
    return Entry(
        tenant=TenantId("main"),
        stream=StreamName("routing/main"),
        number=EntryNumber(number),
        at_ms=at_ms,
        kind=Kind.FACT if isinstance(value, Fact) else Kind.INPUT,
        type=type(value).__name__,
        version=getattr(value, "version", 1),
        rules=RULES,
        cause=cause,
        body=msgspec.json.encode(value),
    )
