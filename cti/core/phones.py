"""The phones of one switch: reachable or not, busy or not, whoever calls them."""

from collections.abc import Iterable

from cti.core.events import (
    PhoneBusy,
    PhoneFree,
    PhoneReachable,
    PhoneSeen,
    PhoneUnreachable,
    SwitchEvent,
)
from history.core.vocabulary import PhoneName


class Phones:
    """Each as it was last told of."""

    def __init__(self) -> None:
        self._of_name: dict[PhoneName, PhoneSeen] = {}

    def seen(self) -> tuple[PhoneSeen, ...]:
        """Every phone, by name."""
        return tuple(self._of_name[name] for name in sorted(self._of_name))

    def believe(self, phones: Iterable[PhoneSeen]) -> None:
        """Forget what was known: these were found."""
        self._of_name = {seen.phone: seen for seen in phones}

    def changed(self, seen: PhoneSeen, at_ms: int) -> list[SwitchEvent]:
        """A phone's condition was told: what of it is news."""
        before = self._of_name.get(seen.phone)
        self._of_name[seen.phone] = seen
        events: list[SwitchEvent] = []
        if before is None or before.reachable != seen.reachable:
            events.append((PhoneReachable if seen.reachable else PhoneUnreachable)(at_ms, seen.phone))
        if seen.busy != (before.busy if before else False):
            events.append((PhoneBusy if seen.busy else PhoneFree)(at_ms, seen.phone))
        return events
