"""The agents as the rules of routing see them, made of what is on the floor.

The rules themselves are the router's (`router/core/kept_away.py`, `seats.py`, `blending.py`); here only what they look
at is laid out for them. What a refresh costs depends on how many agents look different since the last one, and on how
much work is in hand, not on what waits.
"""

from collections.abc import Mapping

from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import AgentOnFloor, HandlingOnFloor, HeldOnFloor, OfferOnFloor, Touched
from history.core.routing_records import (
    AgentRecord,
    HandlingRecord,
    Lent,
    OfferRecord,
    ReservationRecord,
    WorkRecord,
)
from history.core.vocabulary import AgentId, HandlingPhase, Medium, OfferId, OfferPhase, QueueId
from router.core.capacity import Seat
from router.core.kept_away import KeptAway, what_keeps_away
from router.core.seats import Seats, numbers_in


class Seating:
    """Follows one floor: `note` what each fact has touched, `refresh` before asking."""

    def __init__(self) -> None:
        self._seats: Seats | None = None
        """None: the definition has changed."""
        self._behind: set[AgentId] = set()
        self._changed: set[AgentId] = set()

    def note(self, touched: Touched) -> None:
        if touched.everything:
            self._seats = None
        self._behind |= touched.agents

    def refresh(self, floor: Floor) -> None:
        """Look at every agent who looks different now."""
        if floor.settings is None or (self._seats is not None and not self._behind):
            return
        if self._seats is None:
            self._seats = Seats()
            agents = [each.agent for each in floor.settings.agents]
            records = {each: _record(each, floor.agents[each], floor.held.get(each)) for each in agents}
            self._seats.define(floor.settings, records)
            self._behind = set(agents)
        for agent in sorted(self._behind & self._seats.of.keys()):
            self._look_at(self._seats, self._seats.of[agent], floor)
        self._lay_out_leases(self._seats, floor)
        self._behind = set()
        before = _kept(self._seats)
        self._seats.refresh()
        self._seats.opened.clear()
        for old, new in zip(before, _kept(self._seats), strict=True):
            self._changed |= {self._seats.numbered[number].agent for number in numbers_in(old ^ new)}

    def take_changed(self) -> set[AgentId]:
        """Return those whom a rule keeps, or keeps no longer, since this was asked last: without their own doing."""
        changed, self._changed = self._changed, set()
        return changed

    def keeps_away(self, agent: AgentId, waiting: Mapping[QueueId, Medium]) -> KeptAway | None:
        """Say what keeps the agent from work that waits in these queues, as things stood at the last refresh."""
        seat = self._seats.of.get(agent) if self._seats is not None else None
        return None if self._seats is None or seat is None else what_keeps_away(self._seats, seat, waiting)

    def _look_at(self, seats: Seats, seat: Seat, floor: Floor) -> None:
        record = _record(seat.agent, floor.agents[seat.agent], floor.held.get(seat.agent))
        before, seat.record = seat.record.lent, record
        seat.offers, seat.handlings, seat.works, seat.reservations = {}, {}, {}, {}
        seats.stale[seat.agent] = None
        if before != record.lent:
            if before is not None:
                seats.recall(seat, before)
            if record.lent is not None:
                seats.lend(seat, record.lent)

    def _lay_out_leases(self, seats: Seats, floor: Floor) -> None:
        """In one pass, however many agents there are."""
        behind, of = self._behind, seats.of
        for offer in floor.offers.values():
            if offer.agent in behind and offer.agent in of:
                of[offer.agent].offers[offer.offer] = _offer(offer)
        for handling in floor.handlings.values():
            if handling.agent in behind and handling.agent in of:
                of[handling.agent].handlings[handling.handling] = _handling(handling)
        for work in floor.works.values():
            if work.agent in behind and work.agent in of:
                of[work.agent].works[work.work] = WorkRecord(work=work.work, agent=work.agent, medium=work.medium)
        for each in floor.reservations.values():
            if each.agent in behind and each.agent in of:
                of[each.agent].reservations[each.reservation] = ReservationRecord(
                    reservation=each.reservation, agent=each.agent, medium=each.medium, until_ms=0
                )


def _kept(seats: Seats) -> list[int]:
    """For each reserve and floor the mask of those whom it keeps."""
    blending = seats.blending
    if blending is None:
        return []
    return [each.kept for each in blending.reserves] + [each.kept for each in blending.floors]


def _record(agent: AgentId, known: AgentOnFloor, held: HeldOnFloor | None) -> AgentRecord:
    return AgentRecord(
        agent=agent,
        presence=known.presence,
        planned=known.planned,
        backed_off_until_ms=known.backed_off_until_ms or 0,
        desktop=known.desktop_connected,
        phone_reachable=known.phone_reachable,
        phone_busy=known.phone_busy,
        held_for=None if held is None else held.interaction,
        held_medium=None if held is None else held.medium,
        lent=None
        if known.lent is None
        else Lent(queue=known.lent.queue, since_ms=known.lent.since_ms, only=known.lent.only),
    )


def _offer(offer: OfferOnFloor) -> OfferRecord:
    return OfferRecord(
        offer=offer.offer,
        interaction=offer.interaction,
        agent=offer.agent,
        medium=offer.medium,
        phase=OfferPhase.PENDING,
        made_ms=offer.made_ms,
        expires_at_ms=offer.expires_at_ms,
        queue=offer.queue,
    )


def _handling(handling: HandlingOnFloor) -> HandlingRecord:
    return HandlingRecord(
        handling=handling.handling,
        interaction=handling.interaction,
        agent=handling.agent,
        queue=handling.queue,
        medium=handling.medium,
        offer=_NO_OFFER,
        phase=HandlingPhase.ACTIVE if handling.wrap_up_since_ms is None else HandlingPhase.WRAP_UP,
        started_ms=handling.started_ms,
        frees=handling.frees,
    )


_NO_OFFER = OfferId("")
"""By which offer somebody came to a handling is no matter here."""
