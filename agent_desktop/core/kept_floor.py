"""The floor as it is kept between two starts: all that `Floor.fold` has made of the entries up to a number.

The router's own snapshot would not do. It lacks what only screens show (who set a presence, who ended a handling, what
an agent has completed today), and a presence or wrap-up may be older than any day, so that no earlier snapshot holds it
either. What is kept here is the fold itself: whatever a fact does to the floor, it comes back the same.
"""

from collections import deque

import msgspec

from agent_desktop.core.call_on_floor import CallOnFloor, LegOnFloor, TalksOnFloor
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import (
    HANDLED_MAX,
    AgentOnFloor,
    EmergencyOnFloor,
    Handled,
    HandlingOnFloor,
    HeldOnFloor,
    InteractionOnFloor,
    OfferOnFloor,
    OpeningOnFloor,
    ReservationOnFloor,
    WaitOnFloor,
    WorkOnFloor,
)
from history.core.routing import RoutingDefined
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, QueueId

FORM = f"floor/7, settings/{RoutingDefined.version}"
"""Its first number rises with every change of what the floor holds or of what `Floor.fold` makes of a fact that may be
in a journal already; the floor is then folded from the first entry once."""


class _Kept(msgspec.Struct, frozen=True):
    settings: RoutingSettings | None
    agents: dict[AgentId, AgentOnFloor]
    interactions: tuple[InteractionOnFloor, ...]
    offers: tuple[OfferOnFloor, ...]
    handlings: tuple[HandlingOnFloor, ...]
    works: tuple[WorkOnFloor, ...]
    reservations: tuple[ReservationOnFloor, ...]
    handled: dict[AgentId, tuple[Handled, ...]]
    waits: dict[QueueId, WaitOnFloor]
    openings: dict[QueueId, OpeningOnFloor]
    emergencies: tuple[EmergencyOnFloor, ...]
    held: dict[AgentId, HeldOnFloor]
    calls: tuple[CallOnFloor, ...]
    legs: tuple[LegOnFloor, ...]


_DECODER = msgspec.msgpack.Decoder(_Kept)


def kept(floor: Floor) -> bytes:
    """Everything on the floor, in its order."""
    return msgspec.msgpack.encode(
        _Kept(
            settings=floor.settings,
            agents=floor.agents,
            interactions=tuple(floor.interactions.values()),
            offers=tuple(floor.offers.values()),
            handlings=tuple(floor.handlings.values()),
            works=tuple(floor.works.values()),
            reservations=tuple(floor.reservations.values()),
            handled={agent: tuple(done) for agent, done in floor.handled.items()},
            waits=floor.waits,
            openings=floor.openings,
            emergencies=tuple(floor.emergencies.values()),
            held=floor.held,
            calls=tuple(floor.talks.calls.values()),
            legs=tuple(floor.talks.legs.values()),
        )
    )


def restored(body: bytes) -> Floor:
    """The floor that was kept.

    Raises:
        msgspec.MsgspecError: the body is not of this form.
    """
    found = _DECODER.decode(body)
    return Floor(
        settings=found.settings,
        agents=found.agents,
        interactions={item.interaction: item for item in found.interactions},
        offers={item.offer: item for item in found.offers},
        handlings={item.handling: item for item in found.handlings},
        works={item.work: item for item in found.works},
        reservations={item.reservation: item for item in found.reservations},
        handled={agent: deque(done, maxlen=HANDLED_MAX) for agent, done in found.handled.items()},
        waits=found.waits,
        openings=found.openings,
        held=found.held,
        talks=TalksOnFloor(
            calls={item.interaction: item for item in found.calls},
            legs={item.leg: item for item in found.legs},
        ),
        emergencies={(item.queue, item.number): item for item in found.emergencies},
    )
