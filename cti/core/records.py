"""What is kept of one channel and of one dial, each thing under its own instant, so that no order of hearing matters.

Bounded: a channel keeps the latest `KEPT_MAX` entries of each sort.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from cti.core.channels import DialStatus, When

KEPT_MAX = 1_000
"""Stays, names, holds, transfers and digits that a channel keeps, of each sort."""
NEVER: When = (2**62, 0)

_SEQUENCE = re.compile(r"-[0-9A-Za-z]{1,16}$")
_HALF = re.compile(r";[12]$")
_NO_PHONE = (
    "Local/",
    "AsyncGoto/",
    "Surrogate/",
    "Substitute/",
    "Parked/",
    "Transfered/",
    "Bridge/",
    "CBAnn/",
    "CBRec/",
    "Announcer/",
    "Recorder/",
    "Snoop/",
    "Message/",
    "Bouncer/",
    "BridgeAnnouncer/",
    "OutgoingSpoolFailed/",
)
"""Channels that the switch makes for its own plumbing."""
LEAVINGS = ("<ZOMBIE>", "<MASQ>")
_STATUSES = (
    DialStatus.OTHER,
    DialStatus.CANCEL,
    DialStatus.NO_ANSWER,
    DialStatus.UNAVAILABLE,
    DialStatus.CONGESTION,
    DialStatus.BUSY,
    DialStatus.ANSWER,
)
"""The later one is believed: app_queue says of one ring both NOANSWER and CANCEL."""

Entry = TypeVar("Entry")


def is_phone(name: str) -> bool:
    """Whether somebody can stand behind a channel of this name: no half of a Local, no plumbing, no leavings."""
    return not name.startswith(_NO_PHONE) and not name.endswith(LEAVINGS)


def phone_of(name: str) -> str:
    """The device in a channel's name: `PJSIP/agent1` of `PJSIP/agent1-0000000e`."""
    return _SEQUENCE.sub("", _HALF.sub("", name))


def other_half_of(name: str) -> str | None:
    """The name of the other half of a Local channel, None for any other channel."""
    if not name.startswith("Local/") or not _HALF.search(name):
        return None
    return name[:-1] + ("2" if name.endswith("1") else "1")


class Dated(list[tuple[When, Entry]]):
    """Entries in the order of their instants, each once; the oldest give way beyond `KEPT_MAX`."""

    __slots__ = ()

    def note(self, when: When, entry: Entry) -> bool:
        """Keep it; False when it was there."""
        pair = (when, entry)
        at = bisect_right(self, when, key=lambda each: each[0])
        if pair in self[max(0, at - 4) : at]:
            return False
        self.insert(at, pair)
        if len(self) > KEPT_MAX:
            del self[0]
        return True


@dataclass(frozen=True, slots=True)
class TransferHeard:
    """A transfer as the switch told it. `second` is the transferer's channel of the consultation."""

    by: str
    second: str | None
    transferee: str | None
    target: str | None
    to: str
    succeeded: bool


@dataclass(slots=True)
class Channel:
    """What is known of one channel. Mutable: it is the one place where knowledge grows."""

    unique_id: str
    first_heard: When
    made: When | None = None
    linked: tuple[When, str] | None = None
    number: tuple[When, str] | None = None
    caller_name: tuple[When, str] | None = None
    dialled: tuple[When, str] | None = None
    calling: bool = False
    adopted: bool = False
    alerting: When | None = None
    up: When | None = None
    ended: When | None = None
    failed: When | None = None
    lost: bool = False
    cause: int = 0
    wanted: str = ""
    heard_name: tuple[When, str] | None = None
    masked: str | None = None
    asks: Dated[int] = field(default_factory=Dated)
    names: Dated[str] = field(default_factory=Dated)
    stays: Dated[tuple[str, bool]] = field(default_factory=Dated)
    holds: Dated[bool] = field(default_factory=Dated)
    dial_ends: Dated[DialStatus] = field(default_factory=Dated)
    transfers: Dated[TransferHeard] = field(default_factory=Dated)
    queues: Dated[tuple[str, str]] = field(default_factory=Dated)
    digits: Dated[None] = field(default_factory=Dated)

    def name_at(self, when: When) -> str:
        """The channel's name at an instant; before the first one is known, the first."""
        at = bisect_right(self.names, when, key=lambda each: each[0])
        if not self.names:
            return self._fallback_name
        return self.names[max(0, at - 1)][1]

    @property
    def name(self) -> str:
        """The channel's last name that is not that of leavings."""
        return next((name for _, name in reversed(self.names) if not name.endswith(LEAVINGS)), self._fallback_name)

    @property
    def _fallback_name(self) -> str:
        """Its name where nobody told how it was made, or what it was to be."""
        return self.wanted if self.heard_name is None else self.heard_name[1]

    @property
    def first_name(self) -> str:
        """The name that it was made with."""
        return self.names[0][1] if self.names else self._fallback_name

    @property
    def asked(self) -> When | None:
        """When its far end first asked to hang up."""
        return self.asks[0][0] if self.asks else None

    @property
    def gone(self) -> When | None:
        """When it ended; of an originate that came to nothing before there was a channel, when that was said."""
        return self.failed if self.ended is None and self.made is None else self.ended

    @property
    def began(self) -> When:
        """When it was made, or first heard of."""
        return self.first_heard if self.made is None else min(self.made, self.first_heard)

    @property
    def other_half(self) -> str | None:
        """The name of the other half of a Local channel."""
        return other_half_of(self.first_name)

    def intervals(self) -> Iterator[tuple[str, When, When]]:
        """Yield each stay in a bridge: which, since when, until when (`NEVER` while it lasts)."""
        inside: tuple[str, When] | None = None
        end = self.gone or NEVER
        for when, (bridge_id, entered) in self.stays:
            if when > end:
                break
            if inside is not None and entered and inside[0] != bridge_id:
                yield inside[0], inside[1], when
                inside = None
            if entered and inside is None:
                inside = (bridge_id, when)
            elif not entered and inside is not None and inside[0] == bridge_id:
                yield inside[0], inside[1], when
                inside = None
        if inside is not None:
            yield inside[0], inside[1], end

    def bridge_now(self) -> str | None:
        """The bridge that it is in."""
        if self.gone is not None:
            return None
        left = set()
        for _, (bridge_id, entered) in reversed(self.stays):
            if entered:
                return None if bridge_id in left else bridge_id
            left.add(bridge_id)
        return None

    def bridges_lately(self) -> list[str]:
        """The bridge that it is in, and the one of the last word on any."""
        found = [self.bridge_now(), self.stays[-1][1][0] if self.stays else None]
        return [bridge_id for bridge_id in found if bridge_id is not None]


@dataclass(slots=True)
class Dial:
    """What is known of the dial that made one channel."""

    target: str
    began: When
    by: tuple[When, str] | None = None
    status: DialStatus | None = None
    ended: When | None = None
    forwarded_to: str | None = None

    @property
    def source(self) -> str | None:
        """The channel that dials, None for the switch itself."""
        return None if self.by is None else self.by[1]

    @property
    def originated(self) -> bool:
        """Whether the switch dialled by itself."""
        return self.source is None

    def end(self, when: When, status: DialStatus) -> bool:
        """Believe the weightier of two ends, the earlier of two alike."""
        if self.status is not None and self.ended is not None:
            old, new = _STATUSES.index(self.status), _STATUSES.index(status)
            if new < old or (new == old and when >= self.ended):
                return False
        self.status, self.ended = status, when
        return True
