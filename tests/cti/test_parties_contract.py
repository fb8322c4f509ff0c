"""What every switch promises of calls whose parties stand on their own: hold, consultation, transfer, conference."""

import pytest

from cti.core.commands import CallGone, Done, Outside, Refused
from cti.core.events import (
    Apart,
    CallArranged,
    CallEnded,
    CallId,
    CallSent,
    EndedBy,
    LegAnswered,
    LegEnded,
    LegEndedBy,
    LegFailed,
    LegFailure,
    LegHeld,
    LegKey,
    LegRang,
    LegResumed,
    LegSeen,
    PhoneFree,
    SwitchResynchronised,
    Waiting,
)
from cti.core.parties import Arrangement
from history.core.call_words import PartyAt
from history.core.vocabulary import DestinationId, PhoneName
from tests.bed.waiting import until
from tests.cti.engine import Engine
from tests.cti.stages import Stage
from tests.cti.test_switch_contract import AGENT1, KEY1, arrives, engine, rings, stage, talks

__all__ = ["engine", "stage"]

AGENT2 = PhoneName("agent2")
TALK, CONSULT, HOLD, QUEUE = PartyAt.TALK, PartyAt.CONSULT, PartyAt.HOLD, PartyAt.QUEUE
SECOND = LegKey("l1")


class Talks:
    """A call and its arrangements."""

    def __init__(self, engine: Engine, call_id: CallId) -> None:
        self.engine, self.call_id, self.number = engine, call_id, 0

    async def arrange(self, customer: PartyAt, **legs: PartyAt) -> None:
        """Keys with `_` for `-`; waits until all stand so."""
        self.number += 1
        wanted = {LegKey(key.replace("_", "-")): at for key, at in legs.items()}
        arrangement = Arrangement(self.number, customer, wanted)
        assert await self.engine.switch.arrange(self.call_id, arrangement) == Done()
        await self.engine.sees(CallArranged, call_id=self.call_id, arrangement=self.number)

    async def consults(self, stage: Stage) -> None:
        """agent2 is rung apart and answers; agent1 is with them, the customer is held."""
        await self.invites(stage)
        await self.arrange(HOLD, offer_1=CONSULT, l1=CONSULT)
        await stage.phone_answers("agent2")
        await self.engine.sees(LegAnswered, call_id=self.call_id, leg_key=SECOND, phone=AGENT2)

    async def invites(self, stage: Stage, ring_ms: int = 8_000) -> None:
        """agent2 rings."""
        assert await self.engine.switch.invite(self.call_id, SECOND, AGENT2, CONSULT, ring_ms) == Done()
        await stage.phone_rings("agent2")
        await self.engine.sees(LegRang, call_id=self.call_id, leg_key=SECOND, phone=AGENT2)


async def talking(stage: Stage, engine: Engine) -> tuple[str, Talks]:
    """agent1 talks with a caller."""
    caller, call_id = await arrives(stage, engine)
    await talks(stage, engine, call_id)
    return caller, Talks(engine, call_id)


async def test_hold_and_resume(stage: Stage, engine: Engine) -> None:
    caller, call = await talking(stage, engine)
    await call.arrange(HOLD, offer_1=TALK)
    await call.arrange(TALK, offer_1=TALK)
    await call.arrange(HOLD, offer_1=TALK)
    assert not engine.all(LegEnded)
    await call.arrange(TALK, offer_1=TALK)
    await stage.caller_hangs_up(caller)
    assert (await engine.sees(CallEnded, call_id=call.call_id)).by is EndedBy.CALLER
    await stage.phone_hangs_up("agent1")
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.AGENT
    await engine.sees(PhoneFree, phone=AGENT1)


async def test_an_arrangement_that_stands_is_told_again(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.arrange(TALK, offer_1=TALK)
    await call.arrange(HOLD, offer_1=TALK)
    await call.arrange(HOLD, offer_1=TALK)
    assert engine.switch.health().up


async def test_back_to_the_queue_drops_the_phone(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.arrange(QUEUE)
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.ENGINE
    await engine.sees(PhoneFree, phone=AGENT1)
    await rings(stage, engine, call.call_id, LegKey("offer-9"))
    await stage.phone_answers("agent1")
    await engine.sees(LegAnswered, leg_key=LegKey("offer-9"))


async def test_back_to_the_queue_out_of_a_hold(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.arrange(HOLD, offer_1=TALK)
    await call.arrange(QUEUE)
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.ENGINE
    await rings(stage, engine, call.call_id, LegKey("offer-9"))


async def test_consult_swap_and_complete(stage: Stage, engine: Engine) -> None:
    caller, call = await talking(stage, engine)
    await call.consults(stage)
    await call.arrange(TALK, offer_1=TALK, l1=HOLD)
    await call.arrange(HOLD, offer_1=CONSULT, l1=CONSULT)
    await call.arrange(TALK, l1=TALK)
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.ENGINE
    await engine.sees(PhoneFree, phone=AGENT1)
    await stage.phone_hangs_up("agent2")
    assert (await engine.sees(LegEnded, leg_key=SECOND)).by is LegEndedBy.AGENT
    assert not engine.all(CallEnded)
    assert await engine.switch.hang_up(call.call_id) == Done()
    assert (await engine.sees(CallEnded, call_id=call.call_id)).by is EndedBy.ENGINE
    await stage.caller_is_gone(caller)


async def test_complete_while_the_second_phone_rings(stage: Stage, engine: Engine) -> None:
    caller, call = await talking(stage, engine)
    await call.invites(stage)
    await call.arrange(HOLD, offer_1=CONSULT, l1=CONSULT)
    await call.arrange(HOLD, l1=TALK)
    await engine.sees(PhoneFree, phone=AGENT1)
    await stage.phone_answers("agent2")
    await engine.sees(LegAnswered, leg_key=SECOND)
    await call.arrange(TALK, l1=TALK)
    await stage.caller_hangs_up(caller)
    await engine.sees(CallEnded, call_id=call.call_id)


async def test_three_talk_and_the_first_leaves(stage: Stage, engine: Engine) -> None:
    caller, call = await talking(stage, engine)
    await call.consults(stage)
    await call.arrange(TALK, offer_1=TALK, l1=TALK)
    await stage.phone_hangs_up("agent1")
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.AGENT
    assert not engine.all(CallEnded)
    await stage.caller_hangs_up(caller)
    assert (await engine.sees(CallEnded, call_id=call.call_id)).by is EndedBy.CALLER


@pytest.mark.parametrize(
    ("does", "failure"),
    [("declines", LegFailure.DECLINED), ("busy", LegFailure.BUSY), ("nothing", LegFailure.NO_ANSWER)],
)
async def test_a_consultation_in_vain(stage: Stage, engine: Engine, does: str, failure: LegFailure) -> None:
    _, call = await talking(stage, engine)
    if does == "busy":
        await stage.phone_is_busy("agent2")
    assert await engine.switch.invite(call.call_id, SECOND, AGENT2, CONSULT, 1_000) == Done()
    if does == "declines":
        await stage.phone_rings("agent2")
        await stage.phone_declines("agent2")
    assert (await engine.sees(LegFailed, leg_key=SECOND)).cause is failure
    assert isinstance(await engine.switch.invite(call.call_id, SECOND, AGENT2, CONSULT, 1_000), Refused)
    await call.arrange(TALK, offer_1=TALK)


async def test_a_phone_that_is_none_is_unreachable(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    answer = await engine.switch.invite(call.call_id, SECOND, PhoneName("nobody"), CONSULT, 2_000)
    if answer == Done():
        assert (await engine.sees(LegFailed, leg_key=SECOND)).cause is LegFailure.UNREACHABLE
    else:
        assert isinstance(answer, Refused)


async def test_a_destination_outside_is_asked_and_gets_the_call(stage: Stage, engine: Engine) -> None:
    caller, call = await talking(stage, engine)
    outside = Outside(DestinationId("answers"))
    assert await engine.switch.invite(call.call_id, SECOND, outside, CONSULT, 8_000) == Done()
    await call.arrange(HOLD, offer_1=CONSULT, l1=CONSULT)
    await engine.sees(LegAnswered, leg_key=SECOND)
    await call.arrange(TALK, l1=TALK)
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.ENGINE
    await stage.caller_hangs_up(caller)
    await engine.sees(CallEnded, call_id=call.call_id)
    await call.arrange(TALK)
    await engine.sees(LegEnded, leg_key=SECOND)


async def test_a_caller_is_sent_outside_from_a_talk_and_the_phones_are_dropped(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    assert await engine.switch.send_out(call.call_id, None, DestinationId("voicemail")) == Done()
    await engine.sees(CallSent, call_id=call.call_id)
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.ENGINE
    await engine.sees(PhoneFree, phone=AGENT1)


async def test_a_caller_is_sent_outside_from_a_conference_and_the_phones_are_dropped(
    stage: Stage, engine: Engine
) -> None:
    _, call = await talking(stage, engine)
    await call.consults(stage)
    await call.arrange(TALK, offer_1=TALK, l1=TALK)
    assert await engine.switch.send_out(call.call_id, None, DestinationId("voicemail")) == Done()
    await engine.sees(CallSent, call_id=call.call_id)
    await engine.sees(PhoneFree, phone=AGENT1)
    await engine.sees(PhoneFree, phone=AGENT2)


async def test_a_phone_that_is_named_and_that_nobody_has_is_told_as_lost(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.arrange(TALK, offer_1=TALK, l7=TALK)
    lost = await engine.sees(LegEnded, leg_key=LegKey("l7"))
    assert lost.by is LegEndedBy.LOST
    assert not engine.all(LegEnded, leg_key=KEY1)


async def test_a_phone_of_a_call_is_let_go_alone(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.consults(stage)
    assert await engine.switch.drop(call.call_id, SECOND) == Done()
    await engine.sees(LegEnded, leg_key=SECOND)
    await engine.sees(PhoneFree, phone=AGENT2)
    assert await engine.switch.drop(call.call_id, SECOND) == Done()
    await call.arrange(TALK, offer_1=TALK)


async def test_a_lost_phone_is_rung_again_for_the_same_caller(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await stage.phone_breaks("agent1")
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.LOST
    assert await engine.switch.invite(call.call_id, SECOND, AGENT1, TALK, 8_000) == Done()
    await stage.phone_rings("agent1", 2)
    await stage.phone_answers("agent1")
    await engine.sees(LegAnswered, leg_key=SECOND, phone=AGENT1)
    await call.arrange(HOLD, l1=TALK)
    await call.arrange(TALK, l1=TALK)


async def test_the_phones_own_hold_is_told(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await stage.phone_holds("agent1")
    await engine.sees(LegHeld, call_id=call.call_id, leg_key=KEY1)
    await stage.phone_resumes("agent1")
    await engine.sees(LegResumed, call_id=call.call_id, leg_key=KEY1)


async def test_an_invitation_is_taken_back(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.invites(stage)
    await call.arrange(HOLD, offer_1=CONSULT, l1=CONSULT)
    await call.arrange(TALK, offer_1=TALK)
    assert (await engine.sees(LegFailed, leg_key=SECOND)).cause is LegFailure.WITHDRAWN
    await stage.phone_stops("agent2")


async def test_an_invitation_is_never_sent_twice(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.invites(stage)
    assert await engine.switch.invite(call.call_id, SECOND, AGENT2, CONSULT, 8_000) == Done()
    async with Engine(stage.ami_port, stage.secret, epoch=2) as second:
        assert await second.switch.invite(call.call_id, SECOND, AGENT2, CONSULT, 8_000) == Done()
        await stage.phone_answers("agent2")
        await second.sees(LegAnswered, leg_key=SECOND)
    assert len(engine.all(LegRang, leg_key=SECOND)) == 1


async def test_a_phone_is_lost_in_a_consultation(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.consults(stage)
    await stage.phone_breaks("agent1")
    assert (await engine.sees(LegEnded, leg_key=KEY1)).by is LegEndedBy.LOST
    again = LegKey("l2")
    assert await engine.switch.invite(call.call_id, again, AGENT1, CONSULT, 8_000) == Done()
    await engine.sees(LegRang, leg_key=again)
    await stage.phone_rings("agent1", 2)
    await stage.phone_answers("agent1")
    await engine.sees(LegAnswered, leg_key=again)
    await call.arrange(TALK, l2=TALK, l1=TALK)
    assert not engine.all(CallEnded)


async def test_the_caller_leaves_while_held(stage: Stage, engine: Engine) -> None:
    caller, call = await talking(stage, engine)
    await call.consults(stage)
    await stage.caller_hangs_up(caller)
    assert (await engine.sees(CallEnded, call_id=call.call_id)).by is EndedBy.CALLER
    assert not engine.all(LegEnded)
    await call.arrange(TALK)
    assert {event.leg_key for event in engine.all(LegEnded)} == {KEY1, SECOND}
    await engine.sees(PhoneFree, phone=AGENT2)
    assert await engine.switch.arrange(call.call_id, Arrangement(9, TALK, {})) == CallGone()


async def test_a_new_engine_finds_who_stands_where(stage: Stage) -> None:
    async with Engine(stage.ami_port, stage.secret) as first:
        caller, call = await talking(stage, first)
        await call.consults(stage)
    async with Engine(stage.ami_port, stage.secret, epoch=2) as second:
        (seen,) = second.all(SwitchResynchronised)[0].calls
        legs = (LegSeen(SECOND, AGENT2, CONSULT, True), LegSeen(KEY1, AGENT1, CONSULT, True))
        assert seen.state == Apart(HOLD, legs)
        later = Talks(second, call.call_id)
        await later.arrange(TALK, offer_1=TALK, l1=HOLD)
        await later.arrange(TALK, l1=TALK)
        ended = await second.sees(LegEnded, leg_key=KEY1)
        assert ended.by is LegEndedBy.ENGINE
        assert abs(ended.talk_ms - (ended.at_ms - first.all(LegAnswered, leg_key=KEY1)[0].at_ms)) < 300
        await stage.caller_hangs_up(caller)
        await second.sees(CallEnded, call_id=call.call_id)


async def test_without_an_engine_the_held_caller_comes_back(stage: Stage, engine: Engine) -> None:
    _, call = await talking(stage, engine)
    await call.arrange(HOLD, offer_1=TALK)
    engine.lease.holds = False
    await stage.engine_seems_dead()
    await until(lambda: _stands(engine, call.call_id) is TALK, 5, "the held caller coming back")


async def test_an_old_engine_arranges_nothing(stage: Stage) -> None:
    async with Engine(stage.ami_port, stage.secret, epoch=1) as old:
        _, call = await talking(stage, old)
        await call.arrange(HOLD, offer_1=TALK)
        async with Engine(stage.ami_port, stage.secret, epoch=2) as new:
            answer = await old.switch.arrange(call.call_id, Arrangement(7, QUEUE, {}))
            assert isinstance(answer, Done | Refused)
            await until(lambda: _stands(new, call.call_id) in (TALK, HOLD), 3, "the caller standing still")
            assert not new.all(CallEnded)
            assert new.switch.health().up
            assert Waiting() not in [seen.state for seen in new.all(SwitchResynchronised)[0].calls]


def _stands(engine: Engine, call_id: CallId) -> PartyAt | None:
    gathering = engine.switch._correlator.gatherings.of(call_id)
    return None if gathering is None else gathering.customer_at
