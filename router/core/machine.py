"""How a state machine is written: a table of (state, trigger) to `Move` or `Ignore`; a missing pair is a defect."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from history.core.vocabulary import OutcomeReason
from router.errors import IllegalTransition

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    to: S


@dataclass(frozen=True, slots=True)
class Ignore:
    """A known race: it fits no more, and this is why."""

    because: OutcomeReason


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, T]):
    name: str
    table: Mapping[tuple[S, T], Move[S] | Ignore]

    def cell(self, state: S, trigger: T) -> Move[S] | Ignore:
        """Raises IllegalTransition where the table has no row; nothing has changed then."""
        cell = self.table.get((state, trigger))
        if cell is None:
            raise IllegalTransition(f"{self.name}: {trigger} in state {state}")
        return cell

    def next_state(self, state: S, trigger: T) -> S:
        """Return the state after a trigger that moves; an ignored one is a defect here, since it makes no fact."""
        cell = self.table.get((state, trigger)) or self.cell(state, trigger)
        if isinstance(cell, Ignore):
            raise IllegalTransition(f"{self.name}: {trigger} in state {state} is ignored ({cell.because})")
        return cell.to

    def why_ignored(self, state: S, trigger: T) -> OutcomeReason | None:
        """Return the reason when the trigger changes nothing in this state, else None."""
        cell = self.cell(state, trigger)
        return cell.because if isinstance(cell, Ignore) else None
