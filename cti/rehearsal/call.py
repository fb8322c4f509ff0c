"""One caller's channel on the rehearsal switch, as an AMI session is told of it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from cti.rehearsal.ami_server import Headers

Station = tuple[str, str]
"""A context of the dialplan and an extension in it."""


@dataclass
class Call:
    """One caller's channel, and the leg to a phone while there is one."""

    unique_id: str
    number: str
    caller_number: str
    name: str
    since: str
    state: str = "waiting"
    leg: str = ""
    phone: str = ""
    leg_unique_id: str = ""
    talk: str = ""
    cause: int = 0
    variables: dict[str, str] = field(default_factory=dict)
    hung_up: bool = False
    redirect: Station | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def identity(self) -> Headers:
        """Who it is, in every event."""
        return [
            ("Channel", f"PJSIP/rehearsal-{self.unique_id}"),
            ("CallerIDNum", self.caller_number or "<unknown>"),
            ("CallerIDName", self.name or "<unknown>"),
            ("Uniqueid", self.unique_id),
        ]

    def channels(self, variables: list[str]) -> Iterator[Headers]:
        """Yield the caller's channel and that of the leg, with those of our variables that are asked for."""
        ours = {"SWITCHROOM_CALL": self.unique_id, "SWITCHROOM_LEG": self.leg}
        theirs = {
            **ours,
            "SWITCHROOM_STATE": self.state,
            "SWITCHROOM_PHONE": self.phone,
            "SWITCHROOM_SINCE": self.since,
            "SWITCHROOM_DIALLED": self.number,
            "SWITCHROOM_CAUSE": str(self.cause),
        }
        yield [*self.identity, ("ChannelState", "6"), *_chosen(theirs, variables)]
        if self.leg_unique_id:
            leg: Headers = [("Channel", f"PJSIP/{self.phone}"), ("Uniqueid", self.leg_unique_id)]
            leg.append(("ChannelState", "6" if self.talk else "5"))
            yield [*leg, *_chosen({**ours, "SWITCHROOM_TALK": self.talk}, variables)]


def _chosen(values: dict[str, str], wanted: list[str]) -> Headers:
    return [("Variable", f"{name}={values[name]}") for name in wanted if name in values]
