"""Calls and phones of the rehearsal switch, and our dialplan as a script.

Each caller is one task that walks the same stations as `asterisk/dialplan/switchroom.conf` (greeting left out) and
tells the same events. The switch has a clock of its own, from a random start, as a real switch may have any.
"""

import asyncio
import secrets
from collections.abc import Iterable, Mapping

from cti.errors import RehearsalError
from cti.rehearsal.ami_server import AmiServer, Headers
from cti.rehearsal.apart import CAUSE_LOST, LEGS_MAX, PLACES, OwnLeg, OwnLegs, place_of
from cti.rehearsal.call import Call, Station
from cti.rehearsal.phone import Phone, PhoneState

CALLS_MAX = 1_000
NEW_CALLER_HEARTBEAT_SECONDS = 10
WAITING_HEARTBEAT_SECONDS = 30
LOOK_SECONDS = 2.0
DECISION_SECONDS = 5.0
FALLBACK_SECONDS = 30.0
ANNOUNCEMENT_SECONDS = 2.0
VERDICT_SECONDS = 5.0
CAUSE_NORMAL, CAUSE_BUSY, CAUSE_UNREACHABLE, CAUSE_DECLINED = 16, 17, 20, 21


class _Over(Exception):
    """The call is over, with this cause."""


class RehearsalSwitch:
    """`async with RehearsalSwitch(...)` runs it; `port` is where the engine signs in."""

    def __init__(
        self,
        secret: str,
        *,
        username: str = "switchroom",
        port: int = 0,
        phones: Iterable[str] = (),
        destinations: Iterable[str] = (),
    ) -> None:
        """`destinations`: the extensions of the context for callers who are sent outside."""
        self.port = port
        self._start = secrets.randbelow(900_000_000) + 1_000_000_000
        self._ami = AmiServer(self, username, secret)
        self._destinations = frozenset(destinations)
        self._globals: dict[str, str] = {}
        self._calls: dict[str, Call] = {}
        self._asking: dict[str, Call] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._phones: dict[str, Phone] = {}
        self._legs = OwnLegs(self._calls, self.now, self._ami.tell)
        self._channels = 0
        self._loop_start = 0.0
        for name in phones:
            self.add_phone(name)

    async def __aenter__(self) -> "RehearsalSwitch":
        self._loop_start = asyncio.get_running_loop().time()
        self.port = await self._ami.start(self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._legs.stop()
        await self._ami.stop()

    # -- what people do ------------------------------------------------------------------------------------------

    def caller_calls(self, number: str, caller_number: str = "", name: str = "") -> str:
        """Somebody calls this number. The Uniqueid: the call's id is `<switch>-<that>`."""
        if len(self._calls) >= CALLS_MAX:
            raise RehearsalError(f"the rehearsal switch holds {CALLS_MAX} calls already")
        unique_id = self._new_channel()
        call = Call(unique_id, number, caller_number, name, self.now())
        self._calls[unique_id] = call
        self._tasks[unique_id] = asyncio.get_running_loop().create_task(self._life(call))
        return unique_id

    async def emergency_call(self, pin: str, code: str, key: str) -> bool:
        """A supervisor dials in for an emergency; whether the engine has said within 5 s that it is done."""
        call = Call(self._new_channel(), "", "", "", self.now())
        self._asking[call.unique_id] = call
        try:
            self._tell_user("SwitchroomEmergency", call, [("Pin", pin), ("Code", code), ("Key", key)])
            async with asyncio.timeout(VERDICT_SECONDS):
                await call.moved.wait()
            return call.variables["SWITCHROOM_VERDICT"] == "done"
        except TimeoutError:
            return False
        finally:
            del self._asking[call.unique_id]

    def caller_hangs_up(self, unique_id: str) -> None:
        """The caller leaves; one who is gone already does nothing."""
        call = self._calls.get(unique_id)
        if call is not None:
            self._tell_channel("HangupRequest", call)
            call.hung_up = True
            call.moved.set()

    def caller_state(self, unique_id: str) -> str:
        """waiting, ringing, talking, after, sent, fallback or gone."""
        call = self._calls.get(unique_id)
        if call is None:
            return "gone"
        return "talking" if call.state == "ringing" and call.talk else call.state

    def add_phone(self, name: str) -> None:
        """One more phone, registered and free; one that is there stays as it is."""
        if name not in self._phones:
            self._phones[name] = Phone(name, self._device_changed)

    def phone_ringing(self, phone: str) -> bool:
        """Whether it rings."""
        return self._phone(phone).state is PhoneState.RINGING

    def phone_talking(self, phone: str) -> bool:
        """Whether it is in one of our calls."""
        return self._phone(phone).state is PhoneState.TALKING

    def phone_answers(self, phone: str) -> None:
        """Pick up. Refused when it does not ring."""
        self._phone(phone).press("answer", PhoneState.RINGING)

    def phone_declines(self, phone: str) -> None:
        """Refuse the call that rings."""
        self._phone(phone).press("decline", PhoneState.RINGING)

    def phone_hangs_up(self, phone: str) -> None:
        """Hang up. Refused when it does not talk."""
        self._phone(phone).press("hang_up", PhoneState.TALKING)

    def phone_breaks(self, phone: str) -> None:
        """The leg is lost, as when the network fails in mid-talk."""
        self._phone(phone).press("break", PhoneState.TALKING)

    def phone_holds(self, phone: str) -> None:
        """It puts its call on hold by its own key."""
        self._hold(phone, "Hold")

    def phone_resumes(self, phone: str) -> None:
        """It takes the call back."""
        self._hold(phone, "Unhold")

    def _hold(self, name: str, event: str) -> None:
        phone = self._phone(name)
        legs = [call.leg_unique_id for call in self._calls.values() if call.phone == name and call.talk]
        for unique_id in [each for each in legs if each] or self._legs.of(phone):
            self._ami.tell([("Event", event), ("Uniqueid", unique_id)])

    def phone_calls_outside(self, phone: str) -> None:
        """It begins a call that does not come through us."""
        self._phone(phone).set_outside(True)

    def phone_ends_outside(self, phone: str) -> None:
        """That call is over."""
        self._phone(phone).set_outside(False)

    def phone_registers(self, phone: str) -> None:
        """It can be rung again."""
        self._phone(phone).set_reachable(True)

    def phone_unregisters(self, phone: str) -> None:
        """It cannot be rung."""
        self._phone(phone).set_reachable(False)

    def cut_links(self) -> None:
        """Break every AMI session, as a network does; calls go on."""
        self._ami.cut()

    def _phone(self, name: str) -> Phone:
        phone = self._phones.get(name)
        if phone is None:
            raise RehearsalError(f"the rehearsal switch has no phone {name!r}; it has {', '.join(self._phones)}")
        return phone

    # -- what an AMI session sees and does (Floor) ---------------------------------------------------------------

    def now(self) -> str:
        """The switch's own time."""
        return f"{self._start + asyncio.get_running_loop().time() - self._loop_start:.6f}"

    def started(self) -> tuple[str, str]:
        """The random start tells one run from another."""
        return "rehearsal", str(self._start)

    def read_global(self, name: str) -> str:
        """'' where it is unset."""
        return self._globals.get(name, "")

    def write_global(self, name: str, value: str) -> None:
        """Set it; at most 100 are kept."""
        if len(self._globals) < 100 or name in self._globals:
            self._globals[name] = value

    def devices(self) -> Iterable[tuple[str, str]]:
        """Every phone."""
        return [(phone.device, phone.device_state) for phone in self._phones.values()]

    def channels(self, variables: list[str]) -> Iterable[Headers]:
        """Callers and their legs."""
        callers = [headers for call in self._calls.values() for headers in call.channels(variables)]
        return [*callers, *self._legs.channels(variables)]

    def write_variable(self, channel: str, name: str, value: str) -> bool:
        """Lay it on the caller's channel; at most 20 are kept."""
        if channel in self._legs:
            if name == "SWITCHROOM_AT" and value in PLACES:
                self._legs.move(channel, value)
            return True
        asking = self._asking.get(channel)
        if asking is not None:
            asking.variables[name] = value
            asking.moved.set()
            return True
        call = self._calls.get(channel)
        if call is None or call.hung_up or (len(call.variables) >= 20 and name not in call.variables):
            return False
        call.variables[name] = value
        return True

    def redirect(self, channel: str, to: Station, extra: tuple[str, str] = ("", "")) -> bool:
        """Take the caller to another station, or a phone that stands on its own to another place; caller and phone at
        once where both are named."""
        second, place = extra
        if channel in self._legs:
            self._legs.move(channel, self._place_in(to[1]))
            return True
        call = self._calls.get(channel)
        if call is None or call.hung_up:
            return False
        if second in self._legs:
            self._legs.move(second, self._place_in(place))
        elif second and second == call.leg_unique_id and call.talk:
            self._legs.part(call, self._phone(call.phone), self._place_in(place))
        call.redirect = to
        call.moved.set()
        return True

    def hang_up(self, channel: str) -> bool:
        """End the channel of a phone that stands on its own, or is to."""
        if channel not in self._legs:
            return False
        self._legs.end(channel)
        return True

    def originate(self, channel: str, action: Mapping[str, str]) -> str | None:
        """Ring a phone for a call whose parties stand on their own."""
        given = dict(pair.partition("=")[::2] for pair in action.get("variable", "").split(","))
        own_id, milliseconds = action.get("channelid", ""), action.get("timeout", "")
        if own_id in self._legs:
            return "Channel Unique ID already in use"
        if action.get("context") != "switchroom-joins" or not milliseconds.isdigit() or self._legs.count >= LEGS_MAX:
            return "Extension does not exist."
        phone = self._phones.get(channel.removeprefix("PJSIP/"))
        outside = channel.startswith("Local/")
        if outside:
            phone = self._outside(channel.removeprefix("Local/").partition("@")[0])
        if phone is None or not phone.reachable:
            self._ami.tell([("Event", "OriginateResponse"), ("Response", "Failure"), ("Uniqueid", own_id)])
            return None
        place = place_of(f"*{given.get('SWITCHROOM_AT', '')}", obeyed=self._fence(action.get("exten", "")))
        call, key = given.get("__SWITCHROOM_CALL", ""), given.get("SWITCHROOM_LEG", "")
        self._legs.invite(OwnLeg(own_id, call, key, phone, place, outside=outside), int(milliseconds) / 1_000)
        return None

    def _outside(self, destination: str) -> Phone | None:
        """Somebody at a destination of the dialplan; the phone is none of ours."""
        return Phone(destination, lambda changed: None) if destination in self._destinations else None

    def _place_in(self, extension: str) -> str:
        return place_of(extension, obeyed=self._fence(extension.partition("*")[0]))

    # -- the dialplan --------------------------------------------------------------------------------------------

    async def _life(self, call: Call) -> None:
        station: Station = ("switchroom", call.number)
        try:
            while True:
                station = await self._interruptible(call, station)
        except _Over as over:
            call.cause = int(str(over))
        finally:
            del self._calls[call.unique_id]
            del self._tasks[call.unique_id]
            self._tell_channel("Hangup", call, [("Cause", str(call.cause)), ("Context", "switchroom-wait")])

    async def _interruptible(self, call: Call, station: Station) -> Station:
        """Stay at the station until it ends, the caller leaves or the engine takes the caller elsewhere."""
        step = asyncio.ensure_future(self._station(call, station))
        moved = asyncio.ensure_future(call.moved.wait())
        try:
            await asyncio.wait({step, moved}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
            if not step.done():
                step.cancel()
                await asyncio.gather(step, return_exceptions=True)
        if not step.cancelled() and not call.hung_up:
            return step.result()
        call.moved.clear()
        if call.hung_up:
            if station[0] == "switchroom-ring" and call.leg:
                self._tell_leg_ended(call, "ANSWER" if call.talk else "CANCEL", caller_there=False)
            raise _Over(CAUSE_NORMAL)
        return call.redirect or ("switchroom-wait", "s")

    async def _station(self, call: Call, station: Station) -> Station:
        context, extension = station
        match context:
            case "switchroom":
                if not self._alive(NEW_CALLER_HEARTBEAT_SECONDS):
                    return "switchroom-fallback", "s"
                self._tell_user("SwitchroomArrived", call, [("Dialled", call.number), ("Since", call.since)])
                return "switchroom-wait", "s"
            case "switchroom-wait":
                call.state = "waiting"
                await self._until_silent(WAITING_HEARTBEAT_SECONDS)
                return "switchroom-fallback", "s"
            case "switchroom-ring":
                return await self._ring(call, extension)
            case "switchroom-after":
                return await self._after(call)
            case "switchroom-place":
                return await self._place(call, self._place_in(extension))
            case "switchroom-left":
                call.state = "after"
                return await self._after(call)
            case "switchroom-back":
                self._leave(call)
                return "switchroom-wait", "s"
            case "switchroom-end":
                self._leave(call)
                if not self._fence(extension.split("*")[0]):
                    return "switchroom-wait", "s"
                self._tell_user("SwitchroomEnding", call, [("By", "engine")])
                raise _Over(CAUSE_NORMAL)
            case "switchroom-send":
                return await self._send(call, extension)
            case "switchroom-fallback":
                call.state, call.leg = "fallback", ""
                self._tell_user("SwitchroomFallback", call, [("Dialled", call.number), ("Since", call.since)])
                await asyncio.sleep(FALLBACK_SECONDS)
        raise _Over(CAUSE_NORMAL)

    async def _send(self, call: Call, extension: str) -> Station:
        """Who is sent to a destination hangs up by themselves; an announcement lasts two seconds."""
        self._leave(call)
        epoch, _, place = extension.partition("*")
        if not self._fence(epoch) or (place != "-" and place not in self._destinations):
            self._tell_user("SwitchroomNotSent", call, [("Destination", place)])
            return "switchroom-wait", "s"
        call.state = "sent"
        self._tell_user("SwitchroomSent", call, [("Destination", place)])
        if call.variables.get("SWITCHROOM_ANNOUNCEMENT"):
            await asyncio.sleep(ANNOUNCEMENT_SECONDS)
        if place != "-":
            await asyncio.Event().wait()
        raise _Over(CAUSE_NORMAL)

    async def _place(self, call: Call, place: str) -> Station:
        """Stand there until moved; without an engine whoever is held comes back to the conversation."""
        call.state = place
        self._tell_user("SwitchroomStands", call, [("Call", call.unique_id), ("Leg", ""), ("At", place)])
        if place == "queue":
            call.leg = ""
            return "switchroom-wait", "s"
        if place == "hold":
            await self._until_silent(WAITING_HEARTBEAT_SECONDS)
            return await self._place(call, "talk")
        await asyncio.Event().wait()
        raise _Over(CAUSE_NORMAL)

    async def _ring(self, call: Call, extension: str) -> Station:
        self._leave(call)
        epoch, milliseconds, phone_name, leg = (extension.split("*") + [""] * 4)[:4]
        about: Headers = [("Leg", leg), ("Phone", phone_name)]
        if not self._fence(epoch) or not milliseconds.isdigit() or not phone_name or not leg:
            self._tell_user("SwitchroomRefused", call, about)
            return "switchroom-wait", "s"
        call.leg, call.phone, call.state, call.talk = leg, phone_name, "ringing", ""
        self._tell_user("SwitchroomRing", call, about)
        status, call.cause = await self._dial(call, int(milliseconds) / 1_000)
        call.state = "after" if status == "ANSWER" else "waiting"
        self._tell_leg_ended(call, status, caller_there=True)
        if status == "ANSWER":
            return "switchroom-after", "s"
        call.leg = ""
        return "switchroom-wait", "s"

    async def _dial(self, call: Call, seconds: float) -> tuple[str, int]:
        phone = self._phones.get(call.phone)
        if phone is None or not phone.reachable:
            return "CHANUNAVAIL", CAUSE_UNREACHABLE
        if phone.state is not PhoneState.FREE:
            return "BUSY", CAUSE_BUSY
        call.leg_unique_id = self._new_channel()
        cause = CAUSE_NORMAL
        dial: Headers = [("DestUniqueid", call.leg_unique_id)]
        try:
            phone.become(PhoneState.RINGING)
            self._tell_channel("DialBegin", call, dial)
            leg: Headers = [("Uniqueid", call.leg_unique_id), ("ChannelState", "5")]
            self._ami.tell([("Event", "Newstate"), *leg])
            try:
                async with asyncio.timeout(seconds):
                    pressed = await phone.pressed()
            except TimeoutError:
                return "NOANSWER", 0
            if pressed == "decline":
                return "NOANSWER", CAUSE_DECLINED
            call.talk = self.now()
            phone.become(PhoneState.TALKING)
            self._tell_channel("DialEnd", call, [*dial, ("DialStatus", "ANSWER")])
            cause = CAUSE_NORMAL if await phone.pressed() == "hang_up" else CAUSE_LOST
            return "ANSWER", cause
        finally:
            if call.leg_unique_id not in self._legs:
                phone.become(PhoneState.FREE)
                self._ami.tell([("Event", "Hangup"), ("Uniqueid", call.leg_unique_id), ("Cause", str(cause))])
            call.leg_unique_id = ""

    async def _after(self, call: Call) -> Station:
        if call.cause == CAUSE_NORMAL:
            if self._alive(NEW_CALLER_HEARTBEAT_SECONDS):
                await asyncio.sleep(DECISION_SECONDS)
            self._tell_user("SwitchroomEnding", call, [("By", "agent")])
            raise _Over(CAUSE_NORMAL)
        await self._until_silent(NEW_CALLER_HEARTBEAT_SECONDS)
        return "switchroom-fallback", "s"

    async def _until_silent(self, seconds: int) -> None:
        while True:
            if not self._alive(seconds):
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _leave(self, call: Call) -> None:
        if call.leg and call.state == "ringing":
            about: Headers = [("Leg", call.leg), ("Phone", call.phone)]
            self._tell_user("SwitchroomLegTakenBack", call, about)
        call.leg, call.talk = "", ""

    def _alive(self, seconds: int) -> bool:
        beat = self._globals.get("SWITCHROOM_HEARTBEAT", "0")
        age = float(self.now()) // 1 - int(beat if beat.isdigit() else "0")
        return -10 <= age <= seconds

    def _fence(self, epoch: str) -> bool:
        known = self._globals.get("SWITCHROOM_EPOCH", "")
        return epoch.isdigit() and int(epoch) >= int(known if known.isdigit() else "0")

    # -- telling -------------------------------------------------------------------------------------------------

    def _new_channel(self) -> str:
        self._channels += 1
        return f"{self._start}.{self._channels}"

    def _tell_channel(self, event: str, call: Call, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._ami.tell([("Event", event), ("Timestamp", self.now()), *call.identity, *headers])

    def _tell_user(self, name: str, call: Call, headers: Headers) -> None:
        self._tell_channel("UserEvent", call, [("UserEvent", name), *headers])

    def _tell_leg_ended(self, call: Call, status: str, *, caller_there: bool) -> None:
        about: Headers = [("Leg", call.leg), ("Phone", call.phone), ("Status", status)]
        about += [("Cause", str(call.cause)), ("Caller", "1" if caller_there else "0")]
        self._tell_user("SwitchroomLegEnded", call, about)

    def _device_changed(self, phone: Phone) -> None:
        state: Headers = [("Device", phone.device), ("State", phone.device_state)]
        self._ami.tell([("Event", "DeviceStateChange"), *state])
