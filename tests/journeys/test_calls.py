"""A call, from the customer's number to the closed interaction, over a real Asterisk and desk phones."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from agent_desktop.core.parts import AgentActivity, ConversationHead, NoteShown, OfferCard, WorkState
from history.core.vocabulary import CloseReason, EndedBy, Medium
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.sipp import Caller, SippPhone
from tests.bed.waiting import until
from tests.cti.stages import ami_once
from tests.journeys import definitions as define
from tests.journeys.center import Board, Desk, RunningCenter
from tests.journeys.telephony import AGENT_HZ, CALLER_HZ, FIRST_WORD_S, GAP_MS, desk_phone, invited_at_s, invites
from tests.journeys.telephony import make_switch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (
    define.Person("ann", "Ann Archer", phone="desk"),
    define.Person("dora", "Dora Lund", phone="desk", skills=("desk",)),
    define.Person("sam", "Sam Whitfield", role="supervisor"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """What the journeys of this module share."""

    center: RunningCenter
    switch: Asterisk
    ann: SippPhone
    dora: SippPhone
    folder: Path

    def caller(self, number: str, name: str = "Nora") -> Caller:
        return Caller(self.folder, self.switch.sip_port, number, caller_name=name, tone_hz=CALLER_HZ)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("calls")
    async with AsyncExitStack() as stack:
        switch = await stack.enter_async_context(make_switch(folder, [Phone("ann"), Phone("dora")]))
        ann = await stack.enter_async_context(desk_phone(switch, folder, "ann"))
        dora = await stack.enter_async_context(desk_phone(switch, folder, "dora"))
        definition = define.definition(PEOPLE, define.voice(switch))
        secrets = {"SWITCHROOM_AMI_SECRET_MAIN": switch.ami_secret}
        center = await stack.enter_async_context(RunningCenter(folder, definition, secrets))
        yield Place(center, switch, ann, dora, folder)


async def test_a_call_reaches_the_screen_then_the_phone_and_both_hear_each_other(place: Place) -> None:
    """Greeting, music, pop, ring, talk, the caller's hang-up, wrap-up with a disposition: closed, and without a gap."""
    async with place.center.desk("ann") as ann, place.caller("100") as caller:
        answered = await caller.until("answered")
        await caller.rtp.until_heard(880, since_s=answered.seen_s - 1)
        await until(lambda: len(caller.rtp.music_positions_ms()) >= 3, 8, "music")
        assert await _is_waiting(place, "sales") == 1
        turn = invites(place.switch, "ann") + 1
        await ann.ready()
        offer = await ann.offer(Medium.VOICE)
        painted_s = time.time()
        assert "Nora" in offer.who or "Nora" in offer.why
        await ann.show(offer)
        assert await invited_at_s(place.switch, "ann", turn) > painted_s - 0.001
        first_word_s = await _talk(ann, offer, caller, place.ann)
        assert caller.rtp.longest_gap_ms(answered.seen_s + 0.2, first_word_s + 0.5) < GAP_MS
        caller.hang_up()
        work = await ann.work(offer, WorkState.WRAP_UP)
        assert work.ended_by is EndedBy.CUSTOMER
        await ann.wrap_up(work, "sale", "wants a **bell**")
        heads = await ann.until_conversation(
            work.conversation, ConversationHead, lambda parts: parts and parts[0].closed, "the end of the call"
        )
        assert heads[0].closed is CloseReason.HANDLED
        notes = await ann.conversation(work.conversation, NoteShown)
        assert [(note.text, note.disposition) for note in notes] == [("wants a **bell**", "sale")]


async def _talk(ann: Desk, offer: OfferCard, caller: Caller, phone: SippPhone) -> float:
    """The phone answers; both hear the first word within 300 ms; until half a second of talk. When it began."""
    turn = phone.count("answered") + 1
    await phone.until("invited", times=turn)
    phone.answer()
    talk = await phone.until("answered", times=turn)
    agent_heard_s = await caller.rtp.until_heard(AGENT_HZ, since_s=talk.seen_s - 1)
    assert agent_heard_s - talk.seen_s < FIRST_WORD_S
    assert await phone.rtp.until_heard(CALLER_HZ, since_s=talk.seen_s - 1) - talk.seen_s < FIRST_WORD_S
    await ann.work(offer, WorkState.ACTIVE)
    await until(lambda: time.time() > agent_heard_s + 0.6, 2, "half a second of talk")
    return agent_heard_s


async def _is_waiting(place: Place, queue: str) -> int:
    async with place.center.board() as board:
        return (await board.figures(queue)).waiting


__all__ = ["AgentActivity", "Board", "ami_once"]
