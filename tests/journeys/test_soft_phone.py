"""The browser as the telephone: the built desktop in Chromium, registered over WebSocket to a real Asterisk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.bed.asterisk import Asterisk, Phone
from tests.bed.chromium import Chromium
from tests.bed.sipp import Caller
from tests.bed.waiting import until
from tests.journeys import definitions as define
from tests.journeys.center import RunningCenter
from tests.journeys.pages import look_away, person, sign_in, witness, wrap_up
from tests.journeys.telephony import (
    AGENT_HZ,
    CALLER_HZ,
    FIRST_WORD_S,
    GAP_MS,
    answered_at_s,
    invited_at_s,
    invites,
    make_switch,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

PHONE_SECRET = "the-phone-of-ann"
CLICKS_MAX = 5
PEOPLE = (define.Person("ann", "Ann Archer", phone="softphone"),)


@dataclass(frozen=True, slots=True)
class Place:
    """What the journeys of this module share."""

    center: RunningCenter
    switch: Asterisk
    folder: Path

    @asynccontextmanager
    async def caller(self) -> AsyncIterator[Caller]:
        """Somebody whose call was answered: they hear the greeting. Gone at the end, however the test ends."""
        async with Caller(self.folder, self.switch.sip_port, "100", caller_name="Nora", tone_hz=CALLER_HZ) as caller:
            await caller.until("answered")
            try:
                yield caller
            finally:
                await caller.leave()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """A center with calls alone, whose one agent has the browser's phone."""
    folder = tmp_path_factory.mktemp("softphone")
    async with AsyncExitStack() as stack:
        phones = [Phone("ann", secret=PHONE_SECRET, browser=True)]
        switch = await stack.enter_async_context(make_switch(folder, phones))
        secrets = {"SWITCHROOM_AMI_SECRET_MAIN": switch.ami_secret, "SWITCHROOM_PHONE_SECRET_ANN": PHONE_SECRET}
        definition = define.definition(PEOPLE, define.voice(switch, counter=False))
        center = await stack.enter_async_context(RunningCenter(folder, definition, secrets))
        yield Place(center, switch, folder)


async def test_from_sign_in_to_the_first_wrapped_up_call_in_five_clicks(place: Place, browser: Chromium) -> None:
    """The record is painted before the phone is called, both hear the first word, and the caller no gap."""
    async with person(browser) as agent, place.caller() as caller:
        turn = invites(place.switch, "ann") + 1
        await sign_in(agent, place.center, "ann")
        await agent.get_by_role("button", name="Answer").click()
        await _talk(place, agent, caller, turn)
        assert await witness(agent, "painted_ms") / 1_000 < await invited_at_s(place.switch, "ann", turn) + 0.001
        await agent.get_by_role("button", name="Hang up").click()
        assert (await caller.until("ended")).detail == "far"
        await wrap_up(agent, "Sale")
        assert await witness(agent, "clicks") <= CLICKS_MAX
        answered = await caller.until("answered")
        ended = await caller.until("ended")
        assert caller.rtp.longest_gap_ms(answered.seen_s + 0.2, ended.seen_s - 0.2) < GAP_MS


async def test_by_keys_alone_and_the_caller_hangs_up(place: Place, browser: Chromium) -> None:
    """Alt+A answers, a digit chooses the disposition, Ctrl+Enter completes."""
    async with person(browser) as agent:
        await sign_in(agent, place.center, "ann")
        async with place.caller() as caller:
            turn = invites(place.switch, "ann") + 1
            await expect(agent.get_by_label("Offer: Call")).to_be_visible()
            await agent.keyboard.press("Alt+a")
            await _talk(place, agent, caller, turn)
            await caller.leave()
        await expect(agent.get_by_role("region", name="Wrap-up")).to_be_visible()
        await agent.keyboard.press("1")
        await agent.keyboard.press("Control+Enter")
        await expect(agent.get_by_text("No work in hand.")).to_be_visible()
        assert await witness(agent, "clicks") == 1


async def test_a_hidden_tab_rings_and_notifies(place: Place, browser: Chromium) -> None:
    """The agent looks at another tab: the desktop's tab sounds, and the system shows a notification."""
    async with person(browser) as agent:
        await sign_in(agent, place.center, "ann")
        await expect(agent.get_by_text("Phone ready")).to_be_visible()
        await look_away(agent)
        rings = await witness(agent, "rings")
        async with place.caller() as caller:

            async def notified() -> bool:
                return bool(await witness(agent, "notifications"))

            await until(notified, 10, "a notification")
            (note,) = await witness(agent, "notifications")
            assert note["hidden"]
            assert "Call" in note["title"] and "Nora" in note["title"]
            assert "Sales" in note["body"]
            assert await witness(agent, "rings") > rings
            await agent.keyboard.press("Alt+a")
            await caller.rtp.until_heard(AGENT_HZ)
        await wrap_up(agent, "Solved")


async def _talk(place: Place, agent: Page, caller: Caller, turn: int) -> None:
    """Both hear the first word within 300 ms of the answer, as the switch heard it."""
    answered_s = await answered_at_s(place.switch, "ann", turn)
    assert await caller.rtp.until_heard(AGENT_HZ) - answered_s < FIRST_WORD_S

    async def heard_ms() -> int | None:
        heard: dict[str, int] = await witness(agent, "heard_ms")
        return heard.get(str(CALLER_HZ))

    first_ms = await until(heard_ms, 5, "the agent hearing the caller")
    assert first_ms is not None
    assert first_ms / 1_000 - answered_s < FIRST_WORD_S
    await expect(agent.get_by_text("Talking", exact=True)).to_be_visible()
