"""A call, from the customer's number to the closed interaction, over a real Asterisk and desk phones."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from agent_desktop.client import DesktopClient
from agent_desktop.core.parts import ConversationHead, NoteShown, OfferCard, PhoneState, WorkState
from agent_desktop.core.parts import Phone as PhonePart
from agent_desktop.core.protocol import SILENCE_MAX_MS
from agent_desktop.core.wallboard_parts import AgentActivity
from history.core.vocabulary import CloseReason, EndedBy, Medium
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.sipp import Caller, SippPhone
from tests.bed.waiting import until
from tests.cti.stages import ami_once
from tests.journeys import definitions as define
from tests.journeys.center import Desk, RunningCenter
from tests.journeys.telephony import (
    AGENT_HZ,
    CALLER_HZ,
    FIRST_WORD_S,
    GAP_MS,
    desk_phone,
    invited_at_s,
    invites,
    make_switch,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

AT_ONCE_S = 0.3
"""Less than the 350 ms for which a ring waits for a page."""

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

    @asynccontextmanager
    async def caller(self, number: str) -> AsyncIterator[Caller]:
        """Somebody whose call was answered: they hear the greeting. Gone at the end, however the test ends."""
        async with Caller(self.folder, self.switch.sip_port, number, caller_name="Nora", tone_hz=CALLER_HZ) as caller:
            await caller.until("answered")
            try:
                yield caller
            finally:
                await caller.leave()


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


async def test_the_agent_hangs_up_on_the_phone(place: Place) -> None:
    """The caller's line goes down with it; the wrap-up says who ended it."""
    async with place.center.desk("ann") as ann, place.caller("100") as caller:
        offer = await _offered(ann)
        await _talk(ann, offer, caller, place.ann)
        place.ann.hang_up()
        assert (await caller.until("ended")).detail == "far"
        work = await ann.work(offer, WorkState.WRAP_UP)
        assert work.ended_by is EndedBy.AGENT
        await ann.wrap_up(work)


async def test_the_agent_ends_the_call_on_the_desktop(place: Place) -> None:
    """End on the screen hangs up both lines."""
    async with place.center.desk("ann") as ann, place.caller("100") as caller:
        offer = await _offered(ann)
        ended = place.ann.count("ended")
        await _talk(ann, offer, caller, place.ann)
        work = await ann.end(await ann.work(offer, WorkState.ACTIVE))
        assert (await caller.until("ended")).detail == "far"
        await place.ann.until("ended", times=ended + 1)
        assert work.ended_by is EndedBy.AGENT
        await ann.wrap_up(work)
        await until(lambda: not place.switch.channels(), 5, "the switch being empty")


async def test_the_music_goes_on_after_a_ring_in_vain(place: Place) -> None:
    """Nobody answers: the caller keeps the place and the music; the agent is not ready, comes back, and answers."""
    async with place.center.desk("ann") as ann, place.caller("300") as caller:
        cancelled = place.ann.count("cancelled")
        answered = await caller.until("answered")
        first = await _offered(ann)
        await place.ann.until("cancelled", define.NOBODY_ANSWERS_S + 5, times=cancelled + 1)
        await ann.no_offer()
        again_s = time.time()
        await until(lambda: len(caller.rtp.music_positions_ms(again_s)) >= 3, 8, "music after the ring in vain")
        await ann.ready()
        offer = await ann.offer(Medium.VOICE)
        assert offer.interaction == first.interaction
        assert offer.arrived_ms == first.arrived_ms
        await ann.show(offer)
        first_word_s = await _talk(ann, offer, caller, place.ann)
        assert caller.rtp.longest_gap_ms(answered.seen_s + 0.2, first_word_s + 0.5) < GAP_MS
        positions = [position for _, position in caller.rtp.music_positions_ms(until_s=first_word_s)]
        assert positions == sorted(positions)
        assert positions[0] == 0
        assert positions[-1] >= 1_000 * define.NOBODY_ANSWERS_S
        await caller.leave()
        await ann.wrap_up(await ann.work(offer, WorkState.WRAP_UP))


async def test_a_caller_who_gives_up_is_an_abandon(place: Place) -> None:
    """Waiting, while nobody is ready; gone before anybody was."""
    async with place.center.board() as board, place.caller("100") as caller:
        before = await board.figures("sales")
        await caller.until("answered")
        await until(lambda: len(caller.rtp.music_positions_ms()) >= 6, 8, "more music than a short abandon hears")
        assert await _is_waiting(place, "sales") == 1
        await caller.leave()

        async def counted() -> bool:
            now = await board.figures("sales")
            return (now.waiting, now.abandoned) == (0, before.abandoned + 1)

        await until(counted, 5, "the abandon on the wallboard")
        assert (await board.figures("sales")).answered == before.answered


async def test_an_agent_on_an_outside_call_is_not_rung(place: Place) -> None:
    """The call did not come through us; the caller waits until it is over."""
    async with place.center.desk("ann") as ann, place.center.board() as board:
        turn, over = place.ann.count("invited") + 1, place.ann.count("ended") + 1
        originate = "Action: Originate\r\nChannel: PJSIP/ann\r\nApplication: Wait\r\nData: 60\r\nAsync: true\r\n"
        await ami_once(place.switch.ami_port, place.switch.ami_secret, originate)
        await place.ann.until("invited", times=turn)
        place.ann.answer()
        await until(lambda: _phone_of(ann) is PhoneState.BUSY, 5, "the phone being busy on the desk")
        await ann.ready()
        async with place.caller("100") as caller:
            await until(lambda: len(caller.rtp.music_positions_ms()) >= 6, 10, "music")
            assert (await board.figures("sales")).waiting == 1
            assert not ann.parts(OfferCard)
            assert place.ann.count("invited") == turn
            place.ann.hang_up()
            await place.ann.until("ended", times=over)
            offer = await ann.offer(Medium.VOICE)
            await ann.show(offer)
            await _talk(ann, offer, caller, place.ann)
            await caller.leave()
            await ann.wrap_up(await ann.work(offer, WorkState.WRAP_UP))


async def test_an_agent_with_a_desk_phone_alone_works(place: Place) -> None:
    """Ready by a token and no desktop: the phone rings at once, and the wrap-up ends by itself."""
    async with place.center.signed_in("dora") as client:
        token = (await client.post("/api/tokens", {"label": "counter"}))["token"]
    async with DesktopClient(place.center.origin, token=token) as counter, place.center.board() as board:
        await counter.post("/api/presence", {"presence": "ready"})

        async def is_alone() -> bool:
            return not (await board.agent("dora")).desktop_connected

        await until(is_alone, SILENCE_MAX_MS / 1_000 + 5, "the desktop of the token's request being over")
        turn = invites(place.switch, "dora") + 1
        async with place.caller("400") as caller:
            row = await board.until_agent("dora", AgentActivity.OFFERED)
            assert await invited_at_s(place.switch, "dora", turn) - row.since_ms / 1_000 < AT_ONCE_S
            await place.dora.until("invited")
            place.dora.answer()
            talk = await place.dora.until("answered")
            assert await caller.rtp.until_heard(AGENT_HZ, since_s=talk.seen_s - 1) - talk.seen_s < FIRST_WORD_S
            await board.until_agent("dora", AgentActivity.TALKING)
            place.dora.hang_up()
            await caller.until("ended")
            await board.until_agent("dora", AgentActivity.WRAP_UP)
            await board.until_agent("dora", AgentActivity.READY)


async def _offered(agent: Desk) -> OfferCard:
    """The agent gets ready and has the record of the waiting caller on the screen."""
    await agent.ready()
    offer = await agent.offer(Medium.VOICE)
    await agent.show(offer)
    return offer


def _phone_of(agent: Desk) -> PhoneState | None:
    return next((part.state for part in agent.parts(PhonePart)), None)


async def _talk(ann: Desk, offer: OfferCard, caller: Caller, phone: SippPhone) -> float:
    """The phone answers; both hear the first word within 300 ms; until half a second of talk. When it began."""
    over = sum(map(phone.count, ("ended", "cancelled", "refused")))
    await phone.until("invited", times=over + 1)
    turn = phone.count("answered") + 1
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
