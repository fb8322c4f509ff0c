"""Hold, consultation, transfer, conference and lost phones: rehearsal switch, voice channel and the real driver."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from history.core.call_words import CallAct, TransferKind
from history.core.routing import (
    HandlingStarted,
    InteractionClosed,
    InteractionQueued,
    OfferAccepted,
    OfferMade,
    WorkEnded,
    WorkStarted,
    WrapUpStarted,
)
from history.core.routing_calls import (
    ArrangementMade,
    ConsultBegan,
    ConsultEnded,
    HandlingTransferred,
    HoldBegan,
    HoldEnded,
    LegConnected,
    LegFound,
    LegLost,
)
from history.core.vocabulary import AgentId, EndedBy, HandlingId, QueueId
from router.core.call_inputs import CallHandedOver, CallSteered, ConsultAsked
from tests.bed.waiting import until
from tests.channels.voice_floor import PATIENCE_S, Floor, a_floor, interaction_of

ANN, BEN = AgentId("ann"), AgentId("ben")


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_floor(tmp_path) as made:
        yield made


async def ann_talks(floor: Floor) -> tuple[str, HandlingId]:
    """Ann has a caller."""
    await floor.ready("ann")
    call = floor.switch.caller_calls("100")
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    handling = (await floor.sees(HandlingStarted, agent=ANN)).handling
    return call, handling


async def ben_is_asked(floor: Floor, handling: HandlingId) -> None:
    """Ann consults Ben, who answers."""
    await floor.ready("ben")
    await floor.tell(ConsultAsked, agent=ANN, handling=handling, to_agent=BEN)
    await floor.rings("phone-ben")
    floor.switch.phone_answers("phone-ben")
    await floor.sees(LegConnected, agent=BEN)


async def test_hold_and_resume(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.HOLD)
    await floor.sees(HoldBegan, handling=handling)
    await until(lambda: floor.switch.caller_state(call) == "hold", PATIENCE_S, "the music")
    await floor.sees(ArrangementMade)
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.RESUME)
    await floor.sees(HoldEnded, handling=handling)
    await until(lambda: floor.switch.caller_state(call) == "talk", PATIENCE_S, "the conversation")
    floor.switch.phone_hangs_up("phone-ann")
    assert (await floor.sees(WrapUpStarted)).by is EndedBy.AGENT
    await until(lambda: floor.switch.caller_state(call) == "gone", PATIENCE_S, "the end of the call")


async def test_blind_to_another_queue(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    await floor.tell(CallHandedOver, agent=ANN, handling=handling, to_queue=QueueId("other"))
    transferred = await floor.sees(HandlingTransferred, handling=handling)
    assert (transferred.kind, transferred.to_queue) == (TransferKind.BLIND, QueueId("other"))
    await floor.sees(WrapUpStarted, agent=ANN)
    again = await floor.sees(InteractionQueued, times=2)
    assert (again.interaction, again.queue) == (interaction_of(call), QueueId("other"))
    await until(lambda: not floor.switch.phone_talking("phone-ann"), PATIENCE_S, "ann's phone falling silent")
    await floor.ready("ben")
    await floor.rings("phone-ben")
    floor.switch.phone_answers("phone-ben")
    await floor.sees(HandlingStarted, agent=BEN)
    assert floor.switch.caller_state(call) == "talking"


async def test_consult_and_complete(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    await ben_is_asked(floor, handling)
    assert (await floor.sees(ConsultBegan)).to_agent == BEN
    await until(lambda: floor.switch.caller_state(call) == "hold", PATIENCE_S, "the music")
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.SWAP)
    await until(lambda: floor.switch.caller_state(call) == "talk", PATIENCE_S, "the customer back with ann")
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.COMPLETE)
    await floor.sees(WorkEnded, agent=BEN)
    await floor.sees(HandlingStarted, agent=BEN)
    await until(lambda: not floor.switch.phone_talking("phone-ann"), PATIENCE_S, "ann's phone falling silent")
    assert floor.switch.caller_state(call) == "talk"
    assert floor.switch.phone_talking("phone-ben")
    floor.switch.phone_hangs_up("phone-ben")
    await until(lambda: floor.switch.caller_state(call) == "gone", PATIENCE_S, "the end of the call")
    assert [fact.by for fact in await floor.facts(WrapUpStarted)] == [EndedBy.AGENT, EndedBy.AGENT]


async def test_whoever_is_asked_declines(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    await floor.ready("ben")
    await floor.tell(ConsultAsked, agent=ANN, handling=handling, to_agent=BEN)
    await floor.rings("phone-ben")
    await floor.sees(WorkStarted, agent=BEN)
    floor.switch.phone_declines("phone-ben")
    await floor.sees(ConsultEnded)
    await floor.sees(WorkEnded, agent=BEN)
    await until(lambda: floor.switch.caller_state(call) == "talk", PATIENCE_S, "the customer back with ann")


async def test_three_talk_and_the_owner_leaves(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    await ben_is_asked(floor, handling)
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.JOIN)
    await until(lambda: floor.switch.caller_state(call) == "talk", PATIENCE_S, "the conference")
    floor.switch.phone_hangs_up("phone-ann")
    await floor.sees(HandlingStarted, agent=BEN)
    assert floor.switch.caller_state(call) == "talk"
    floor.switch.caller_hangs_up(call)
    await floor.sees(WrapUpStarted, agent=BEN, by=EndedBy.CUSTOMER)
    await until(lambda: not floor.switch.phone_talking("phone-ben"), PATIENCE_S, "ben's phone falling silent")


async def test_a_lost_phone_is_rung_again_and_nobody_is_queued(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    floor.switch.phone_breaks("phone-ann")
    await floor.sees(LegLost, handling=handling)
    await floor.rings("phone-ann")
    floor.switch.phone_answers("phone-ann")
    await floor.sees(LegFound, handling=handling)
    assert floor.switch.caller_state(call) == "talking"
    assert len(await floor.facts(InteractionQueued)) == 1
    assert len(await floor.facts(OfferMade)) == 1
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.HOLD)
    await until(lambda: floor.switch.caller_state(call) == "hold", PATIENCE_S, "the music")


async def test_the_phones_own_hold_counts(floor: Floor) -> None:
    _, handling = await ann_talks(floor)
    await floor.sees(OfferAccepted)
    floor.switch.phone_holds("phone-ann")
    await floor.sees(HoldBegan, handling=handling)
    floor.switch.phone_resumes("phone-ann")
    await floor.sees(HoldEnded, handling=handling)


async def test_the_caller_leaves_in_a_consultation(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    await ben_is_asked(floor, handling)
    floor.switch.caller_hangs_up(call)
    assert (await floor.sees(WrapUpStarted, agent=ANN)).by is EndedBy.CUSTOMER
    await floor.sees(ConsultEnded)
    assert floor.switch.phone_talking("phone-ben")
    floor.switch.phone_hangs_up("phone-ben")
    await floor.sees(WorkEnded, agent=BEN)
    await until(lambda: not floor.switch.phone_talking("phone-ann"), PATIENCE_S, "ann's phone falling silent")


async def test_an_arrangement_is_carried_out_after_the_link_was_cut(floor: Floor) -> None:
    call, handling = await ann_talks(floor)
    floor.switch.cut_links()
    await floor.tell(CallSteered, agent=ANN, handling=handling, act=CallAct.HOLD)
    await until(lambda: floor.switch.caller_state(call) == "hold", 10, "the music")
    made = await floor.sees(ArrangementMade)
    assert made.interaction == interaction_of(call)
    assert await floor.facts(InteractionClosed) == []
