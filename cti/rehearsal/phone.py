"""A rehearsal phone: free, ringing, talking, or in a call of its own."""

import asyncio
from collections.abc import Callable
from enum import StrEnum

from cti.errors import RehearsalError


class PhoneState(StrEnum):
    """What the phone does in our calls."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    OUTSIDE = "outside"


class Phone:
    """`changed` is called after each change of the device's state."""

    def __init__(self, name: str, changed: Callable[["Phone"], None]) -> None:
        self.name = name
        self.state = PhoneState.FREE
        self.reachable = True
        self._changed = changed
        self._key: asyncio.Future[str] | None = None

    @property
    def device(self) -> str:
        """As Asterisk names it."""
        return f"PJSIP/{self.name}"

    @property
    def device_state(self) -> str:
        """As Asterisk tells it."""
        match self.state:
            case PhoneState.RINGING:
                return "RINGING"
            case PhoneState.FREE:
                return "NOT_INUSE" if self.reachable else "UNAVAILABLE"
            case _:
                return "INUSE"

    def become(self, state: PhoneState) -> None:
        """Change, and tell it."""
        if state is not self.state:
            self.state = state
            self._changed(self)

    def set_outside(self, outside: bool) -> None:
        """Begin or end a call that is none of ours."""
        if self.state in (PhoneState.RINGING, PhoneState.TALKING):
            raise RehearsalError(f"phone {self.name} is {self.state} with one of our calls")
        self.become(PhoneState.OUTSIDE if outside else PhoneState.FREE)

    def set_reachable(self, reachable: bool) -> None:
        """Register or unregister."""
        if reachable is not self.reachable:
            self.reachable = reachable
            self._changed(self)

    def press(self, key: str, when: PhoneState) -> None:
        """Press a key, in the state in which it means something."""
        if self.state is not when or self._key is None or self._key.done():
            raise RehearsalError(f"phone {self.name} is {self.state}, not {when}")
        self._key.set_result(key)

    async def pressed(self) -> str:
        """The next key."""
        key: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._key = key
        try:
            return await key
        finally:
            if self._key is key:
                self._key = None
