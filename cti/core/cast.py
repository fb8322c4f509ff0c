"""Whose channels a story is about, from when to when, and who stands at each of them."""

from dataclasses import dataclass

from cti.core.channels import When
from cti.core.records import NEVER, Channel, is_phone, phone_of
from cti.core.story import Party
from cti.core.talks import Span
from cti.core.traffic import Traffic

START: When = (0, 0)


@dataclass(frozen=True, slots=True)
class Cast:
    """Whose story it is: the call's first channel, its channels, and from when to when each counts as one of it."""

    root: str
    spans: dict[str, Span]
    joined: tuple[str, ...]
    joined_to: tuple[When, str] | None

    def has(self, unique_id: str, when: When) -> bool:
        """Whether what this channel does at an instant belongs to the story."""
        span = self.spans.get(unique_id)
        return span is not None and span.since <= when < span.until


def cast_of(traffic: Traffic, root: str) -> Cast:
    """The channels of a call, and those of the calls that went on in it."""
    join = traffic.joins().get(root)
    until = NEVER if join is None else join[0]
    spans = {unique_id: Span(START, until) for unique_id in traffic.family(root)}
    joined = traffic.joined_to(root)
    for other, since in joined:
        for unique_id in traffic.family(other):
            spans.setdefault(unique_id, Span(since, until))
    to = None if join is None else (join[0], traffic.final(root))
    return Cast(root, spans, tuple(other for other, _ in joined), to)


def is_live(traffic: Traffic, cast: Cast) -> bool:
    """Whether anybody of a call is left."""
    if cast.joined_to is not None:
        return False
    return any(traffic.channels[unique_id].gone is None for unique_id in cast.spans)


def party_at(traffic: Traffic, unique_id: str, when: When = NEVER) -> Party:
    """Who stands at a channel at an instant."""
    channel = traffic.channels[unique_id]
    name = channel.name_at(when)
    return party(channel, name if is_phone(name) or not is_phone(channel.name) else channel.name)


def party(channel: Channel, name: str) -> Party:
    """Who stands at a channel that bears this name."""
    return Party(
        channel_id=channel.unique_id,
        channel=name,
        phone=phone_of(name),
        number=None if channel.number is None else channel.number[1],
        name=None if channel.caller_name is None else channel.caller_name[1],
    )
