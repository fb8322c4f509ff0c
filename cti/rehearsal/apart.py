"""Phones that stand on their own on the rehearsal switch: rung beside others, moved from place to place, dropped.

Each is one task that walks the stations `switchroom-joins` and `switchroom-party` of our dialplan. A caller whose last
phone has gone leaves the conversation, as in a conference whose last marked member has left.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field

from cti.rehearsal.ami_server import Headers
from cti.rehearsal.call import Call
from cti.rehearsal.phone import Phone, PhoneState

LEGS_MAX = 1_000
OUTSIDE_RINGS_SECONDS = 1.0
PLACES = ("talk", "consult", "hold", "queue", "gone")
CAUSE_NORMAL, CAUSE_BUSY, CAUSE_NO_ANSWER, CAUSE_DECLINED, CAUSE_LOST = 16, 17, 19, 21, 44

Tell = Callable[[Headers], None]


@dataclass
class OwnLeg:
    """One phone's channel."""

    unique_id: str
    call: str
    """The Uniqueid of the caller."""
    key: str
    phone: Phone
    at: str
    answered: bool = False
    talk: str = ""
    outside: bool = False
    """Somebody at a destination of the dialplan, who answers by themselves."""
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def identity(self) -> Headers:
        """Which channel it is, in every event."""
        return [("Channel", f"PJSIP/{self.phone.name}-{self.unique_id}"), ("Uniqueid", self.unique_id)]

    def channel(self, variables: list[str]) -> Headers:
        """As a Status shows it."""
        ours = {
            "SWITCHROOM_CALL": self.call,
            "SWITCHROOM_LEG": self.key,
            "SWITCHROOM_PHONE": self.phone.name,
            "SWITCHROOM_STATE": self.at if self.answered else "",
            "SWITCHROOM_AT": self.at,
            "SWITCHROOM_TALK": self.talk,
        }
        chosen = [("Variable", f"{name}={ours[name]}") for name in variables if name in ours]
        return [*self.identity, ("ChannelState", "6" if self.answered else "5"), *chosen]


class OwnLegs:
    """All of them, by channel."""

    def __init__(self, calls: Mapping[str, Call], now: Callable[[], str], tell: Tell) -> None:
        self._calls = calls
        self._now = now
        self._tell = tell
        self._legs: dict[str, OwnLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """End all of them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._legs)

    def __contains__(self, unique_id: str) -> bool:
        return unique_id in self._legs

    def of(self, phone: Phone) -> list[str]:
        """The channels of this phone."""
        return [leg.unique_id for leg in self._legs.values() if leg.phone is phone and leg.answered]

    def channels(self, variables: list[str]) -> Iterable[Headers]:
        """Every one, as a Status shows it."""
        return [leg.channel(variables) for leg in self._legs.values()]

    def part(self, call: Call, phone: Phone, at: str) -> None:
        """The phone that talks with this caller stands on its own from now on."""
        leg = OwnLeg(call.leg_unique_id, call.unique_id, call.leg, phone, at, answered=True, talk=call.talk)
        self._begin(leg, self._stand(leg))

    def invite(self, leg: OwnLeg, seconds: float) -> None:
        """Ring one more phone for at most so long."""
        self._begin(leg, self._ring(leg, seconds))

    def move(self, unique_id: str, at: str) -> None:
        """Bring one that has answered to another place; one that rings is put there when it answers."""
        leg = self._legs[unique_id]
        left, leg.at = leg.at, at
        if leg.answered:
            leg.moved.set()
            self._look_after_caller(leg.call, left)

    def end(self, unique_id: str) -> None:
        """Hang up its channel."""
        leg = self._legs[unique_id]
        leg.at = "gone"
        leg.moved.set()

    def _begin(self, leg: OwnLeg, life: Coroutine[None, None, None]) -> None:
        self._legs[leg.unique_id] = leg
        task = asyncio.get_running_loop().create_task(life)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ring(self, leg: OwnLeg, seconds: float) -> None:
        self._event("Newchannel", leg)
        if leg.phone.state is not PhoneState.FREE:
            self._over(leg, CAUSE_BUSY, answered=False)
            return
        leg.phone.become(PhoneState.RINGING)
        self._event("Newstate", leg, ("ChannelState", "5"))
        try:
            async with asyncio.timeout(min(seconds, OUTSIDE_RINGS_SECONDS) if leg.outside else seconds):
                pressed = await self._pressed_or_moved(leg)
        except TimeoutError:
            pressed = "answer" if leg.outside and seconds >= OUTSIDE_RINGS_SECONDS else "no answer"
        except asyncio.CancelledError:
            leg.phone.become(PhoneState.FREE)
            raise
        if pressed == "answer":
            leg.answered, leg.talk = True, self._now()
            leg.phone.become(PhoneState.TALKING)
            await self._stand(leg)
            return
        leg.phone.become(PhoneState.FREE)
        causes = {"decline": CAUSE_DECLINED, "no answer": CAUSE_NO_ANSWER}
        self._over(leg, causes.get(pressed, CAUSE_NORMAL), answered=False)

    async def _stand(self, leg: OwnLeg) -> None:
        cause = CAUSE_NORMAL
        try:
            while leg.at not in ("gone", "queue"):
                told: Headers = [("Call", leg.call), ("Leg", leg.key), ("Phone", leg.phone.name), ("At", leg.at)]
                self._event("UserEvent", leg, ("UserEvent", "SwitchroomStands"), *told)
                pressed = await self._pressed_or_moved(leg)
                if pressed == "moved":
                    leg.moved.clear()
                    continue
                if pressed == "hang_up":
                    self._event("HangupRequest", leg)
                cause = CAUSE_NORMAL if pressed == "hang_up" else CAUSE_LOST
                break
        finally:
            leg.phone.become(PhoneState.FREE)
            self._over(leg, cause, answered=True)

    async def _pressed_or_moved(self, leg: OwnLeg) -> str:
        key = asyncio.ensure_future(leg.phone.pressed())
        moved = asyncio.ensure_future(leg.moved.wait())
        try:
            await asyncio.wait({key, moved}, return_when=asyncio.FIRST_COMPLETED)
            return key.result() if key.done() else "moved"
        finally:
            key.cancel()
            moved.cancel()
            await asyncio.gather(key, moved, return_exceptions=True)

    def _over(self, leg: OwnLeg, cause: int, *, answered: bool) -> None:
        del self._legs[leg.unique_id]
        if not answered:
            self._event("OriginateResponse", leg, ("Response", "Failure"), ("Reason", "0"))
        self._event("Hangup", leg, ("Cause", str(cause)))
        if answered:
            self._look_after_caller(leg.call, leg.at if leg.at != "gone" else "talk", cause)

    def _look_after_caller(self, unique_id: str, left: str, cause: int = CAUSE_NORMAL) -> None:
        """Who has lost the last phone of the conversation leaves it."""
        call = self._calls.get(unique_id)
        if left != "talk" or call is None or call.state != "talk" or call.moved.is_set():
            return
        if any(leg.call == unique_id and leg.answered and leg.at == "talk" for leg in self._legs.values()):
            return
        call.cause = cause
        call.redirect = ("switchroom-left", "s")
        call.moved.set()

    def _event(self, name: str, leg: OwnLeg, *headers: tuple[str, str]) -> None:
        self._tell([("Event", name), *leg.identity, *headers])


def place_of(extension: str, *, obeyed: bool) -> str:
    """The place in an extension; an engine of yesterday is not obeyed."""
    place = extension.partition("*")[2]
    return place if obeyed and place in PLACES else "talk"
