"""Calls as interactions: the rehearsal switch, the voice channel, the real driver and a real store in one process."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from history.audit import audit_log
from history.core.customers import Act
from history.core.routing import (
    AgentBackedOff,
    CustomerLegEnded,
    EmergencyBegan,
    EmergencyEnded,
    InteractionClosed,
    InteractionQueued,
    LegFound,
    LegLost,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferFailed,
    OfferMade,
    PhoneBecameBusy,
    PhoneBecameFree,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
    PhoneRang,
    RingingStopped,
    SendingFailed,
    VisitAbandoned,
    WrapUpStarted,
)
from history.core.vocabulary import AgentId, CloseReason, EndedBy, LegFailure, NumberId, QueueId, UserId
from history.feed import Feed
from router.core import inputs
from tests.bed.waiting import until
from tests.channels.voice_floor import PATIENCE_S, Floor, a_floor, interaction_of

ANN, BEN = AgentId("ann"), AgentId("ben")


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_floor(tmp_path) as made:
        yield made


# -- a call's way


async def test_ring_answer_and_hang_up_by_the_agent_end_the_call(floor: Floor) -> None:
    await floor.ready("ann")
    call = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    await floor.sees(PhoneRang)
    floor.switch.phone_answers("phone-ann")
    await floor.sees(OfferAccepted, agent=ANN)
    assert floor.switch.caller_state(call) == "talking"
    floor.switch.phone_hangs_up("phone-ann")
    ended = await floor.sees(WrapUpStarted)
    assert ended.by is EndedBy.AGENT
    # The engine hangs up at once; the dialplan alone would wait 5 s for it.
    await until(lambda: floor.switch.caller_state(call) == "gone", 4.0, "the end of the call")
    await floor.sees(CustomerLegEnded, interaction=interaction_of(call))


async def test_the_caller_hangs_up_in_talk(floor: Floor) -> None:
    await floor.ready("ann")
    call = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    await floor.sees(OfferAccepted)
    floor.switch.caller_hangs_up(call)
    assert (await floor.sees(WrapUpStarted)).by is EndedBy.CUSTOMER


async def test_an_agent_whose_leg_is_lost_is_rung_again_and_goes_on_with_the_caller(floor: Floor) -> None:
    await floor.ready("ann")
    call = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    await floor.sees(OfferAccepted)
    floor.switch.phone_breaks("phone-ann")
    assert (await floor.sees(LegLost)).interaction == interaction_of(call)
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    found = await floor.sees(LegFound)
    assert (found.agent, found.handling) == ("ann", "h1")
    floor.switch.phone_hangs_up("phone-ann")
    await floor.sees(WrapUpStarted)


async def test_a_caller_whose_agent_declines_to_come_back_waits_in_their_place(floor: Floor) -> None:
    await floor.ready("ann")
    call = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    await floor.sees(OfferAccepted)
    first = await floor.sees(InteractionQueued)
    floor.switch.phone_breaks("phone-ann")
    await floor.rings("phone-ann")
    floor.switch.phone_declines("phone-ann")
    again = await floor.sees(InteractionQueued, times=2)
    assert (again.interaction, again.due_ms) == (interaction_of(call), first.due_ms)


async def test_the_caller_gives_up_while_waiting_and_while_it_rings(floor: Floor) -> None:
    waiting = floor.switch.caller_calls("100")
    await floor.sees(InteractionQueued)
    floor.switch.caller_hangs_up(waiting)
    assert (await floor.sees(VisitAbandoned)).interaction == interaction_of(waiting)
    await floor.ready("ann")
    ringing = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.caller_hangs_up(ringing)
    assert (await floor.sees(VisitAbandoned, times=2)).interaction == interaction_of(ringing)
    await until(lambda: not floor.switch.phone_ringing("phone-ann"), PATIENCE_S, "the end of the ring")


# -- rings that fail


async def test_a_declined_ring_gives_the_call_to_the_next(floor: Floor) -> None:
    await floor.ready("ann", "ben")
    floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.phone_declines("phone-ann")
    assert (await floor.sees(OfferDeclined)).agent == ANN
    await floor.rings("phone-ben")


async def test_an_unreachable_phone_fails_the_offer_and_takes_the_agent_out(floor: Floor) -> None:
    await floor.ready("ann")
    await floor.up()
    floor.switch._phones["phone-ann"].reachable = False  # unregistered without the switch having told it
    floor.switch.caller_calls("100")
    failed = await floor.sees(OfferFailed)
    assert (failed.agent, failed.cause) == (ANN, LegFailure.UNREACHABLE)


async def test_an_agent_in_an_outside_call_is_not_rung_until_it_is_over(floor: Floor) -> None:
    await floor.ready("ann")
    await floor.up()
    floor.switch.phone_calls_outside("phone-ann")
    await floor.sees(PhoneBecameBusy, agent=ANN)
    floor.switch.caller_calls("100")
    await floor.sees(InteractionQueued)
    assert await floor.facts(OfferMade) == []
    floor.switch.phone_ends_outside("phone-ann")
    await floor.sees(PhoneBecameFree, agent=ANN)
    await floor.rings("phone-ann")


async def test_no_answer_is_a_miss_and_the_next_phone_rings_without_a_refusal(tmp_path: Path) -> None:
    async with a_floor(tmp_path, offer_ms=1_500) as floor:
        await floor.ready("ann", "ben")
        call = floor.switch.caller_calls("100")
        await floor.rings("phone-ann")
        assert (await floor.sees(OfferExpired)).agent == ANN
        await floor.rings("phone-ben")
        assert not floor.switch.phone_ringing("phone-ann")
        assert await floor.facts(OfferFailed) == []
        assert floor.switch.caller_state(call) == "ringing"


async def test_a_stopped_ring_is_over_on_the_switch_before_the_next_phone_rings(floor: Floor) -> None:
    await floor.ready("ann", "ben")
    floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    await floor.sees(PhoneRang)
    offer = (await floor.facts(OfferMade))[0].offer
    await floor.tell(inputs.AgentDeclinedOffer, agent=ANN, offer=offer)
    await floor.rings("phone-ben")
    await floor.sees(RingingStopped, offer=offer)
    assert not floor.switch.phone_ringing("phone-ann")
    assert await floor.facts(OfferFailed) == []


# -- the link is lost, the engine dies


async def test_a_lost_link_makes_the_phones_unreachable_until_it_is_back(floor: Floor) -> None:
    await floor.sees(PhoneBecameReachable, agent=ANN)
    floor.switch.cut_links()
    await floor.sees(PhoneBecameUnreachable, agent=ANN)
    await floor.sees(PhoneBecameReachable, times=2, agent=ANN)


async def test_a_switch_that_is_away_at_the_next_start_makes_its_phones_unreachable_again(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        await floor.sees(PhoneBecameReachable, agent=ANN)
        await floor.engine_dies()
        await floor.switch._ami.stop()
        await floor.engine_starts()
        await floor.sees(PhoneBecameUnreachable, agent=ANN)
        await floor.ready("ann")
        assert await floor.facts(OfferMade) == []


async def test_a_ring_ordered_while_the_link_is_down_is_begun_when_it_is_back(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await floor.up()
    call = floor.switch.caller_calls("100")
    await floor.sees(InteractionQueued)
    refused = asyncio.Event()
    ring = floor.port.ring

    async def ring_on_a_cut_link(*what: Any) -> Any:
        if not refused.is_set():
            refused.set()
            floor.switch.cut_links()
            await until(lambda: not floor.port.health().up, PATIENCE_S, "the cut")
        return await ring(*what)

    monkeypatch.setattr(floor.port, "ring", ring_on_a_cut_link)
    await floor.ready("ann")
    await floor.rings("phone-ann")
    assert refused.is_set()
    assert await floor.facts(OfferFailed) == []
    assert floor.switch.caller_state(call) == "ringing"


async def test_the_next_engine_adopts_a_waiting_a_ringing_and_a_talking_call(floor: Floor) -> None:
    await floor.ready("ann", "ben")
    talking = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    await floor.sees(OfferAccepted)
    ringing = floor.switch.caller_calls("100")
    await floor.rings("phone-ben")
    waiting = floor.switch.caller_calls("100")
    gone = floor.switch.caller_calls("100")
    await floor.sees(InteractionQueued, times=4)
    await floor.engine_dies()
    floor.switch.caller_hangs_up(gone)
    late = floor.switch.caller_calls("100")
    await floor.engine_starts()
    assert (await floor.sees(VisitAbandoned)).interaction == interaction_of(gone)
    await floor.sees(InteractionQueued, interaction=interaction_of(late))
    assert len(await floor.facts(InteractionQueued)) == 5
    floor.switch.phone_answers("phone-ben")
    assert (await floor.sees(OfferAccepted, times=2)).interaction == interaction_of(ringing)
    floor.switch.phone_hangs_up("phone-ann")
    await floor.caller_is("gone", talking)
    assert floor.switch.caller_state(waiting) == "waiting"
    assert await floor.facts(OfferFailed) == []


async def test_an_answer_and_a_hang_up_during_the_gap_are_learnt_afterwards(floor: Floor) -> None:
    await floor.ready("ann", "ben")
    first, second = floor.switch.caller_calls("100"), floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    await floor.rings("phone-ben")
    await floor.sees(PhoneRang, times=2)
    await floor.engine_dies()
    floor.switch.phone_answers("phone-ann")
    floor.switch.phone_answers("phone-ben")
    await until(lambda: floor.switch.phone_talking("phone-ben"), PATIENCE_S, "the talk")
    floor.switch.phone_hangs_up("phone-ben")
    await floor.engine_starts()
    await floor.sees(OfferAccepted, times=2)
    states = {floor.switch.caller_state(first), floor.switch.caller_state(second)}
    assert "talking" in states
    assert (await floor.sees(WrapUpStarted)).by is EndedBy.AGENT
    await floor.sees(CustomerLegEnded)


async def test_a_phone_that_rings_for_an_offer_that_has_ended_is_stopped(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        await floor.ready("ann")
        call = floor.switch.caller_calls("100")
        await floor.rings("phone-ann")
        await floor.sees(PhoneRang)
        offer = (await floor.facts(OfferMade))[0].offer
        await floor.up()
        # The switch is told nothing of the end: its commands are cut off first.
        floor.port._may_write = lambda: False
        await floor.tell(inputs.AgentLegFailed, offer=offer, cause=LegFailure.BUSY)
        await floor.sees(AgentBackedOff)
        assert floor.switch.phone_ringing("phone-ann")
        floor.port._may_write = floor.lease.may_write
        floor.switch.cut_links()
        await until(lambda: not floor.switch.phone_ringing("phone-ann"), PATIENCE_S, "the end of the ring")
        assert floor.switch.caller_state(call) in ("waiting", "ringing")


# -- effects for calls that are gone, and too much


async def test_a_ring_for_a_call_that_is_gone_ends_the_offer_as_abandoned(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await floor.up()
    call = floor.switch.caller_calls("100")
    await floor.sees(InteractionQueued)
    ring = floor.port.ring

    async def gone_just_before(*what: Any) -> Any:
        floor.switch.caller_hangs_up(call)
        await until(lambda: floor.port._correlator.call(what[0]) is None, PATIENCE_S, "the end")
        return await ring(*what)

    monkeypatch.setattr(floor.port, "ring", gone_just_before)
    await floor.ready("ann")
    assert (await floor.sees(VisitAbandoned)).interaction == interaction_of(call)
    await floor.sees(InteractionClosed, interaction=interaction_of(call))
    assert not floor.switch.phone_ringing("phone-ann")


async def test_more_than_the_buffer_holds_is_dropped_and_the_switch_is_read_anew(floor: Floor) -> None:
    await floor.up()
    calls = [floor.switch.caller_calls("300") for _ in range(3)]
    await floor.sees(InteractionQueued, times=3)
    floor.channel._sender._buffer_max = 0
    lost = floor.switch.caller_calls("300")
    await until(lambda: floor.channel._sender._buffer_max == 0 and not floor.port.health().up, PATIENCE_S, "the break")
    floor.channel._sender._buffer_max = 1_000
    await floor.sees(InteractionQueued, interaction=interaction_of(lost))
    for call in calls:
        floor.switch.caller_hangs_up(call)
    await floor.sees(VisitAbandoned, times=3)
    seen = await floor.inputs_of(inputs.SwitchSeen)
    assert seen[-1].source_epoch > seen[0].source_epoch


async def test_a_conversation_is_begun_once_however_often_the_call_is_seen(floor: Floor) -> None:
    call = floor.switch.caller_calls("100", "+442079460155")
    await floor.sees(InteractionQueued)
    floor.switch.cut_links()
    await floor.sees(PhoneBecameUnreachable, agent=BEN)
    await floor.sees(PhoneBecameReachable, times=2, agent=BEN)
    assert await Feed(floor.store).last_number(f"conversation/{interaction_of(call)}") == 1
    assert len(await floor.facts(InteractionQueued)) == 1


# -- outside


async def test_in_an_emergency_who_waits_and_who_calls_is_sent_outside(floor: Floor) -> None:
    waiting = floor.switch.caller_calls("300")
    await floor.sees(InteractionQueued, interaction=interaction_of(waiting), called="hotline")
    until_ms = floor.store.clock.now_ms() + 60_000
    await floor.tell(inputs.EmergencyDeclared, number=NumberId("hotline"), until_ms=until_ms, by=UserId("max"))
    later = floor.switch.caller_calls("300")
    for caller in (waiting, later):
        await floor.caller_is("sent", caller)
        await floor.sees(InteractionClosed, interaction=interaction_of(caller), reason=CloseReason.SENT_OUTSIDE)
    floor.switch.caller_hangs_up(waiting)
    await floor.caller_is("gone", waiting)


async def test_a_full_queue_plays_its_word_and_hangs_up(floor: Floor) -> None:
    floor.switch.caller_calls("400")
    await floor.sees(InteractionQueued, queue=QueueId("full"))
    refused = floor.switch.caller_calls("400")
    await floor.sees(InteractionClosed, interaction=interaction_of(refused), reason=CloseReason.TURNED_AWAY)
    await floor.caller_is("gone", refused)


async def test_a_destination_that_is_not_there_costs_nobody_their_place(floor: Floor) -> None:
    caller = floor.switch.caller_calls("500")
    await floor.sees(SendingFailed, interaction=interaction_of(caller))
    await floor.ready("ann")
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    await floor.sees(OfferAccepted, interaction=interaction_of(caller))


async def test_an_engine_that_dies_before_the_switch_was_asked_asks_it_after_its_recovery(floor: Floor) -> None:
    caller = floor.switch.caller_calls("300")
    await floor.sees(InteractionQueued, interaction=interaction_of(caller))
    floor.switch.cut_links()
    until_ms = floor.store.clock.now_ms() + 60_000
    await floor.tell(inputs.EmergencyDeclared, queue=QueueId("nobody"), until_ms=until_ms)
    await floor.engine_dies()
    await floor.engine_starts()
    await floor.sees(InteractionClosed, interaction=interaction_of(caller), reason=CloseReason.SENT_OUTSIDE)
    await floor.caller_is("sent", caller)


async def test_a_supervisor_declares_an_emergency_by_phone_and_ends_it(floor: Floor) -> None:
    waiting = floor.switch.caller_calls("300")
    await floor.sees(InteractionQueued, interaction=interaction_of(waiting))
    assert await floor.switch.emergency_call("246810", "11", "1")
    await floor.caller_is("sent", waiting)
    began = await floor.sees(EmergencyBegan, number="hotline", by="max")
    assert 50_000 < began.until_ms - floor.store.clock.now_ms() <= 60_000
    assert await floor.switch.emergency_call("246810", "11", "0")
    await floor.sees(EmergencyEnded, number="hotline", by="max")
    assert await floor.switch.emergency_call("246810", "11", "0"), "what is so already is no mistake"

    async def acts() -> list[Act]:
        return [row.accessed.act for row in await audit_log(floor.store)]

    async def logged() -> bool:
        return await acts() == [Act.EMERGENCY_LIFTED, Act.EMERGENCY_DECLARED]

    await until(logged, PATIENCE_S, "both acts in the audit log")


async def test_a_wrong_pin_or_code_does_nothing_and_after_five_nobody_is_believed(floor: Floor) -> None:
    assert not await floor.switch.emergency_call("246810", "99", "1")
    for pin in ("", "1", "24681", "2468100", "135791"):
        assert not await floor.switch.emergency_call(pin, "11", "1")
    assert not await floor.switch.emergency_call("246810", "11", "1")
    assert not await floor.facts(EmergencyBegan)
