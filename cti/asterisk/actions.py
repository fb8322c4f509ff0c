"""What we send to an Asterisk: each AMI action that this room uses, built by the one encoder (`packet.py`).

A command carries its epoch and its key in the extension of a Redirect or an Originate. Text from strangers (a caller's
name and number) is never sent.
"""

import re
from typing import assert_never

from cti.asterisk.packet import AmiAction, action
from cti.core.commands import Command, HangUp, Invite, Outside, Ring, SendOut, StopRinging
from cti.core.events import LegKey
from cti.core.parties import Move, MoveBoth, StandLater, Step, StopInvitation
from cti.errors import UnencodableError
from history.core.call_words import PartyAt

EPOCH_GLOBAL = "SWITCHROOM_EPOCH"
HEARTBEAT_GLOBAL = "SWITCHROOM_HEARTBEAT"
OUR_VARIABLES = (
    "SWITCHROOM_CALL",
    "SWITCHROOM_STATE",
    "SWITCHROOM_LEG",
    "SWITCHROOM_PHONE",
    "SWITCHROOM_SINCE",
    "SWITCHROOM_DIALLED",
    "SWITCHROOM_CAUSE",
    "SWITCHROOM_TALK",
    "SWITCHROOM_AT",
)
LEG_CHANNEL_PREFIX = "switchroom-"
"""Begins the id that we choose for the channel of a phone that is rung beside others."""
FAR_HALF = "-far"
"""Ends the id of the half of a Local channel that runs the dialplan outside."""
OUTSIDE_CONTEXT = "switchroom-outside"
EXTENSION_MAX = 79
"""Asterisk keeps an extension in 80 bytes, the last of them a zero."""
RING_MS_MAX = 600_000
NO_DESTINATION = "-"

_PHONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_LEG_KEY = re.compile(r"[A-Za-z0-9._-]+")
_CHANNEL_ID = re.compile(r"[A-Za-z0-9._-]+")
_CHANNEL_NAME = re.compile(r"[A-Za-z0-9._@/;+-]{1,200}")
_SOUND = re.compile(r"[A-Za-z0-9._/-]{1,200}")


def login(username: str, secret: str) -> AmiAction:
    """Sign in, with events."""
    return action("Login", ("Username", username), ("Secret", secret), ("Events", "on"))


def ping() -> AmiAction:
    """Answered with the switch's own time."""
    return action("Ping")


def core_status() -> AmiAction:
    """Answered with the instant at which the switch started."""
    return action("CoreStatus")


def status() -> AmiAction:
    """All channels with our variables."""
    return action("Status", ("Variables", ",".join(OUR_VARIABLES)))


def device_states() -> AmiAction:
    """The condition of all phones."""
    return action("DeviceStateList")


def read_global(name: str) -> AmiAction:
    """A global variable of the switch."""
    return action("Getvar", ("Variable", name))


def write_global(name: str, value: int) -> AmiAction:
    """Numbers only."""
    return action("Setvar", ("Variable", name), ("Value", str(value)))


def set_sound(unique_id: str, sound: str | None) -> AmiAction:
    """Lay down on the caller's channel what is played before it goes outside. Raises UnencodableError."""
    if sound is not None and not _SOUND.fullmatch(sound):
        raise UnencodableError(f"{sound!r} is no sound's name: letters, digits and . _ - / only")
    return action("Setvar", ("Channel", unique_id), ("Variable", "SWITCHROOM_ANNOUNCEMENT"), ("Value", sound or ""))


def verdict(unique_id: str, done: bool) -> AmiAction:
    """What the dialplan waits for on the channel of an emergency call. Raises UnencodableError."""
    value = "done" if done else "refused"
    return action("Setvar", ("Channel", _channel(unique_id)), ("Variable", "SWITCHROOM_VERDICT"), ("Value", value))


def action_of(command: Command, unique_id: str, epoch: int) -> AmiAction:
    """The Redirect that carries the command, its epoch and its key in the extension. Raises UnencodableError.

    Asterisk finds a channel by its Uniqueid where it finds none of that name.
    """
    match command:
        case Ring(leg_key=leg_key, phone=phone, ring_ms=ring_ms):
            if not _PHONE.fullmatch(phone):
                raise UnencodableError(f"{phone!r} is no phone's name: letters, digits and . _ + - only")
            if not 0 < ring_ms <= RING_MS_MAX:
                raise UnencodableError(f"a phone is rung for 1 to {RING_MS_MAX} ms, not {ring_ms}")
            context, extension = "switchroom-ring", f"{epoch}*{ring_ms}*{phone}*{_checked(leg_key)}"
        case StopRinging(leg_key=leg_key):
            context, extension = "switchroom-back", f"{epoch}*{_checked(leg_key)}"
        case HangUp():
            context, extension = "switchroom-end", f"{epoch}*end"
        case SendOut(destination=destination):
            if destination is not None and not _LEG_KEY.fullmatch(destination):
                raise UnencodableError(f"{destination!r} is no destination: letters, digits and . _ - only")
            context, extension = "switchroom-send", f"{epoch}*{destination or NO_DESTINATION}"
        case _ as never:
            assert_never(never)
    if len(extension) > EXTENSION_MAX:
        raise UnencodableError(
            f"phone name and leg key are too long together: {len(extension)} of {EXTENSION_MAX} bytes"
        )
    return action("Redirect", ("Channel", _channel(unique_id)), *_to(context, extension))


def step_of(step: Step, epoch: int) -> AmiAction:
    """What brings one party, or caller and phone at once, to their places. Raises UnencodableError."""
    match step:
        case Move(channel_id=channel_id, at=at):
            return action("Redirect", ("Channel", _channel(channel_id)), *_to("switchroom-place", _place(epoch, at)))
        case MoveBoth(customer=customer, phone=phone):
            both = (("Channel", _channel(customer.channel_id)), ("ExtraChannel", _channel(phone.channel_id)))
            first = _to("switchroom-place", _place(epoch, customer.at))
            second = _to("switchroom-place", _place(epoch, phone.at), "Extra")
            return action("Redirect", *both, *first, *second)
        case StandLater(channel_id=channel_id, at=at):
            place = (("Variable", "SWITCHROOM_AT"), ("Value", at.value))
            return action("Setvar", ("Channel", _channel(channel_id)), *place)
        case StopInvitation(channel_id=channel_id):
            return action("Hangup", ("Channel", _channel(channel_id)), ("Cause", "16"))
        case _ as never:
            assert_never(never)


def leg_channel(leg_key: LegKey) -> str:
    """The id of the channel of a phone that is rung beside others: chosen first, so that it is never rung twice.
    Raises UnencodableError."""
    return LEG_CHANNEL_PREFIX + _checked(leg_key)


def originate(command: Invite, unique_id: str, caller_channel: str, epoch: int) -> AmiAction:
    """Ring one more phone. `caller_channel`: the name of the caller's channel, where known. Raises UnencodableError."""
    own_id = leg_channel(command.leg_key)
    ids = [("ChannelId", own_id)]
    if isinstance(command.target, Outside):
        destination = command.target.destination
        if not _LEG_KEY.fullmatch(destination):
            raise UnencodableError(f"{destination!r} is no destination: letters, digits and . _ - only")
        # Not optimised away: the half that stands in the call keeps the id that we chose.
        channel = f"Local/{destination}@{OUTSIDE_CONTEXT}/n"
        ids.append(("OtherChannelId", own_id + FAR_HALF))
    else:
        if not _PHONE.fullmatch(command.target):
            raise UnencodableError(f"{command.target!r} is no phone's name: letters, digits and . _ + - only")
        channel = f"PJSIP/{command.target}"
    if not 0 < command.ring_ms <= RING_MS_MAX:
        raise UnencodableError(f"a phone is rung for 1 to {RING_MS_MAX} ms, not {command.ring_ms}")
    variables = {
        "__SWITCHROOM_CALL": _channel(unique_id),
        "SWITCHROOM_LEG": _checked(command.leg_key),
        "SWITCHROOM_PHONE": "" if isinstance(command.target, Outside) else command.target,
        "SWITCHROOM_AT": command.at.value,
        "SWITCHROOM_CALLER": caller_channel if _CHANNEL_NAME.fullmatch(caller_channel) else "",
    }
    return action(
        "Originate",
        ("Channel", channel),
        *_to("switchroom-joins", str(epoch)),
        ("Timeout", str(command.ring_ms)),
        *ids,
        ("Async", "true"),
        # Asterisk splits them at the commas, which none of these values can hold.
        ("Variable", ",".join(f"{name}={value}" for name, value in variables.items())),
    )


def _to(context: str, extension: str, prefix: str = "") -> tuple[tuple[str, str], ...]:
    where = (("Context", context), ("Exten", extension), ("Priority", "1"))
    return tuple((prefix + name, value) for name, value in where)


def _place(epoch: int, at: PartyAt | None) -> str:
    return f"{epoch}*{'gone' if at is None else at.value}"


def _channel(unique_id: str) -> str:
    if not _CHANNEL_ID.fullmatch(unique_id):
        raise UnencodableError(f"{unique_id!r} is no channel's id")
    return unique_id


def _checked(leg_key: LegKey) -> LegKey:
    if not _LEG_KEY.fullmatch(leg_key):
        raise UnencodableError(f"{leg_key!r} is no leg key: letters, digits and . _ - only")
    return leg_key
