"""What the driver needs of others, and what others need of the driver."""

from collections.abc import Sequence
from typing import Protocol

from history.core.entries import Draft, Entry
from router.core.effects import AnyEffect
from router.core.inputs import AnyInput, Receipt


class Router(Protocol):
    """The one mind, as every other room sees it; the same in one process and over Redis."""

    async def submit(self, given: AnyInput) -> Receipt:
        """Return after the commit, with the journal number or a refusal.

        Raises:
            RouterUnavailable: nothing was decided or nobody knows; send the same input again.
        """
        ...


class EffectSink(Protocol):
    """Carries out effects. Called in order, only after their commit; must not block."""

    def release(self, effects: Sequence[AnyEffect]) -> None: ...


class JournalWriter(Protocol):
    """The routing stream of one domain, as its one writer sees it (`history.journal.RoutingJournal`)."""

    @property
    def last_number(self) -> int:
        """Number of the newest committed entry."""
        ...

    async def recover(self) -> Sequence[Entry]:
        """Take the lease; return the newest snapshot's facts and all facts after it, in order."""
        ...

    async def append(self, drafts: Sequence[Draft]) -> int:
        """Commit one group behind the newest entry; return the number of its first one.

        Raises:
            history.errors.LeaseLost: somebody else writes; the driver stops.
            history.errors.StoreUnavailable: nothing was written, or nobody knows; the driver recovers.
        """
        ...

    async def snapshot(self, drafts: Sequence[Draft], through_number: int) -> None:
        """Keep facts that fold to the state after that entry."""
        ...
