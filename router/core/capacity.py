"""How much an agent carries, and of which media one more interaction still fits.

Load is the set of live leases (offers, handlings, work that was not offered, reservations), never a counter. Media
have weights against the agent's 100 and limits; interruptible work (mail, tasks) is not counted against work that is
not interruptible, so that a call finds agents who answer mail in between. Work that was not offered may pass the
limits; then nothing is offered until the load has fallen.
"""

from history.core.routing_records import AgentRecord, HandlingRecord, OfferRecord, ReservationRecord, WorkRecord
from history.core.routing_settings import AgentSettings, MediumCapacity
from history.core.vocabulary import AgentId, HandlingId, Medium, OfferId, Presence, ReservationId, SkillId, WorkId

READY, VOICE = Presence.READY, Medium.VOICE
"""By these names, since a member costs a look-up in its enumeration, and they are asked for at every change."""
FULL = 100
MEDIA = tuple(Medium)
NUMBER_OF = {medium: number for number, medium in enumerate(MEDIA)}


class Seat:
    """One agent: settings, record and leases side by side, and what follows from them for matching."""

    __slots__ = (
        "able",
        "agent",
        "capacities",
        "handlings",
        "idle_entry",
        "levels",
        "number",
        "offers",
        "open",
        "presence",
        "record",
        "reservations",
        "settings",
        "works",
    )

    def __init__(self, number: int, settings: AgentSettings, record: AgentRecord) -> None:
        self.number = number
        self.agent: AgentId = settings.agent
        self.settings = settings
        self.record = record
        self.capacities: dict[Medium, MediumCapacity] = {each.medium: each for each in settings.capacities}
        self.levels: dict[SkillId, int] = {each.skill: each.level for each in settings.skills}
        self.offers: dict[OfferId, OfferRecord] = {}
        self.handlings: dict[HandlingId, HandlingRecord] = {}
        self.works: dict[WorkId, WorkRecord] = {}
        self.reservations: dict[ReservationId, ReservationRecord] = {}
        self.presence = Presence.SIGNED_OUT
        """As it was when the agent was looked at last."""
        self.able = 0
        """Media (a bit each) that the agent takes, is ready for and can be reached over, whatever they carry."""
        self.open = 0
        """Media (a bit each) of which one more interaction may be offered now."""
        self.idle_entry: tuple[int, int] | None = None

    def leases(self) -> list[Medium]:
        """Return the medium of each live lease."""
        if not self.offers and not self.handlings and not self.works and not self.reservations:
            return []
        held = [offer.medium for offer in self.offers.values()] if self.offers else []
        if self.handlings:
            held += [handling.medium for handling in self.handlings.values() if not handling.frees]
        if self.works:
            held += [work.medium for work in self.works.values()]
        if self.reservations:
            held += [reservation.medium for reservation in self.reservations.values()]
        return held


def able_media(seat: Seat) -> int:
    """Return the media that the agent takes and can be reached over while ready and not backing off."""
    record = seat.record
    if record.presence is not READY or record.backed_off_until_ms or record.planned is not None:
        return 0
    able = 0
    for medium in seat.capacities:
        if medium is VOICE:
            if seat.settings.phone is not None and record.phone_reachable:
                able |= VOICE_BIT
        elif record.desktop:
            able |= 1 << NUMBER_OF[medium]
    return able


VOICE_BIT = 1 << NUMBER_OF[Medium.VOICE]


def open_media(seat: Seat, able: int) -> int:
    """Return those of the able media of which one more interaction fits beside the leases."""
    if not able:
        return 0
    held = seat.leases()
    busy_outside = seat.record.phone_busy
    if busy_outside:
        able &= ~VOICE_BIT
    if not held and not busy_outside:
        return able
    found = 0
    for medium, capacity in seat.capacities.items():
        bit = 1 << NUMBER_OF[medium]
        if able & bit and not is_asked(seat, capacity) and _fits(seat, medium, capacity, held):
            found |= bit
    return found


def is_asked(seat: Seat, wanted: MediumCapacity) -> bool:
    """Whether a live offer stands in the way: one question at a time, but a call may pass a mail that is offered."""
    for offer in seat.offers.values():
        offered = seat.capacities.get(offer.medium)
        if wanted.interruptible or offered is None or not offered.interruptible:
            return True
    return False


def _fits(seat: Seat, medium: Medium, wanted: MediumCapacity, held: list[Medium]) -> bool:
    if held.count(medium) >= wanted.limit:
        return False
    load = wanted.weight
    for each in held:
        capacity = seat.capacities.get(each)
        # A medium taken out of an agent's settings while they hold work of it occupies them wholly.
        if capacity is None:
            load += FULL
        elif wanted.interruptible or not capacity.interruptible:
            load += capacity.weight
    if seat.record.phone_busy and Medium.VOICE not in held:
        load += FULL  # a call that did not come through us
    return load <= FULL
