"""What others may ask of a switch, and what a switch needs of its surroundings."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

import msgspec

from cti.core.commands import Answer, Outside
from cti.core.events import (
    CallId,
    LegKey,
    SwitchEvent,
)
from cti.core.parties import Arrangement
from history.core.call_words import PartyAt
from history.core.vocabulary import DestinationId, PhoneName, SwitchName


class Clock(Protocol):
    """Both clocks of the engine; `history/clock.py` has the real one."""

    def now_ms(self) -> int:
        """UTC milliseconds, never backwards."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds since some fixed instant, for measuring durations."""
        ...


class LinkState(StrEnum):
    """Where the link to a switch stands."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    RESYNCHRONISING = "resynchronising"
    UP = "up"
    SIGN_IN_REFUSED = "sign_in_refused"
    SUPERSEDED = "superseded"


class Health(msgspec.Struct, frozen=True):
    """How the link is; `sentence` is for people and, when it is down, names what to correct."""

    switch: SwitchName
    state: LinkState
    sentence: str

    @property
    def up(self) -> bool:
        """Whether calls can be steered now."""
        return self.state is LinkState.UP


class Switch(Protocol):
    """A telephone switch. Commands may be repeated with the same key; their outcome comes as events."""

    @property
    def name(self) -> SwitchName:
        """The first part of each of its call ids."""
        ...

    def set_epoch(self, epoch: int) -> None:
        """The writer's epoch that goes with each command from now on; the switch refuses older ones."""
        ...

    async def ring(self, call_id: CallId, leg_key: LegKey, phone: PhoneName, ring_ms: int) -> Answer:
        """Ring the phone for the caller, who goes on hearing the music."""
        ...

    async def stop_ringing(self, call_id: CallId, leg_key: LegKey) -> Answer:
        """Back to the same music; nothing happens when that leg does not ring any more."""
        ...

    async def hang_up(self, call_id: CallId) -> Answer:
        """End the call."""
        ...

    async def send_out(self, call_id: CallId, sound: str | None, destination: DestinationId | None) -> Answer:
        """Play the sound, then let the call go on at the destination, or end it without one. Phones that are in the
        call are dropped."""
        ...

    async def invite(
        self, call_id: CallId, leg_key: LegKey, target: PhoneName | Outside, at: PartyAt, ring_ms: int
    ) -> Answer:
        """Ring one more phone for the call, or a destination outside, which stands there when it answers; where nobody
        but the caller is in the call, as `ring` does."""
        ...

    async def arrange(self, call_id: CallId, arrangement: Arrangement) -> Answer:
        """Let each party of the call stand where it shall; phones that are not named are dropped. `CallArranged` tells
        that they do, also where they did already."""
        ...

    async def drop(self, call_id: CallId, leg_key: LegKey) -> Answer:
        """Let one phone go that stands in the call on its own."""
        ...

    async def answer_emergency(self, channel: str, done: bool) -> Answer:
        """Tell whoever dialled in for an emergency whether it was done."""
        ...

    def events(self) -> AsyncIterator[SwitchEvent]:
        """The events in order, for one reader. The buffer is bounded: a reader that falls behind gets SwitchLost and
        SwitchResynchronised in place of what it missed."""
        ...

    async def run(self) -> None:
        """Connect, sign in, resynchronise, watch and reconnect until cancelled. Returns only when the sign-in was
        refused or a newer engine has taken over; `health` then says what to correct."""
        ...

    def health(self) -> Health:
        """How the link is now."""
        ...
