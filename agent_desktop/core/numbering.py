"""A view's numbers: what is shown, the changes that led there, and what a returning client must be sent.

Numbers begin at an instant in milliseconds that the shell gives, so that those of an earlier run of the server lie
below and never fall among the changes kept.
"""

from collections import deque
from collections.abc import Iterable

from agent_desktop.core.parts import AnyPart
from agent_desktop.core.protocol import Change, Snapshot

CHANGES_KEPT = 128
"""A client that stands further back gets a snapshot."""


class NumberedView:
    """Holds a view's parts. Not shown to anybody yet: `publish` the first parts before the first `snapshot`."""

    def __init__(self, view: str, first_number: int) -> None:
        self.view = view
        self.number = first_number
        self._parts: dict[str, AnyPart] = {}
        self._changes: deque[Change] = deque(maxlen=CHANGES_KEPT)

    @property
    def parts(self) -> dict[str, AnyPart]:
        return dict(self._parts)

    def publish(self, parts: Iterable[AnyPart], server_ms: int) -> Change | None:
        """Show `parts` and nothing else from now on; return what differs, or none."""
        new = {part.key: part for part in parts}
        put = tuple(part for key, part in new.items() if self._parts.get(key) != part)
        removed = tuple(key for key in self._parts if key not in new)
        if not put and not removed:
            return None
        change = Change(
            view=self.view,
            from_number=self.number,
            number=self.number + 1,
            server_ms=server_ms,
            put=put,
            removed=removed,
        )
        self._parts = new
        self.number += 1
        self._changes.append(change)
        return change

    def snapshot(self, server_ms: int) -> Snapshot:
        return Snapshot(view=self.view, number=self.number, server_ms=server_ms, parts=tuple(self._parts.values()))

    def since(self, from_number: int | None, server_ms: int) -> list[Change] | Snapshot:
        """What brings a client from `from_number` to now: the changes since, or a snapshot."""
        if from_number is None or from_number > self.number:
            return self.snapshot(server_ms)
        missing = self.number - from_number
        if missing > len(self._changes):
            return self.snapshot(server_ms)
        return list(self._changes)[len(self._changes) - missing :]
