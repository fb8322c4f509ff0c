"""Web chat and half-written texts, between two people with a browser each."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from agent_desktop.core.parts import DraftShown
from tests.bed.chromium import Chromium
from tests.bed.dovecot import SERVICE_SECRET
from tests.bed.waiting import until
from tests.journeys import definitions as define
from tests.journeys.center import RunningCenter, of_kind
from tests.journeys.correspondence import Correspondent
from tests.journeys.pages import person, sign_in, wrap_up
from tests.journeys.shop import SIGNING_SECRET, Shop, chat_of, open_chat, say

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (define.Person("ann", "Ann Archer"),)


@dataclass(frozen=True, slots=True)
class Place:
    """What the journeys of this module share."""

    center: RunningCenter
    shop: Shop


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, correspondent: Correspondent) -> AsyncIterator[Place]:
    """A center with chat, mail and tasks, and the shop."""
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(Shop())
        channels = (define.chat(shop.port), define.mail(correspondent.dovecot, correspondent.smtp), define.tasks())
        secrets = {"SWITCHROOM_MAIL_SECRET_SERVICE": SERVICE_SECRET, "SWITCHROOM_SITE_SECRET_SHOP": SIGNING_SECRET}
        folder = tmp_path_factory.mktemp("chat")
        center = await stack.enter_async_context(RunningCenter(folder, define.definition(PEOPLE, *channels), secrets))
        shop.serve(center.origin)
        yield Place(center, shop)


async def test_a_chat_goes_both_ways_and_survives_reloads_of_both_pages(place: Place, browser: Chromium) -> None:
    """From the visitor's first line to the agent's wrap-up; nothing is lost and nothing comes twice."""
    async with person(browser) as visitor, person(browser) as agent:
        await sign_in(agent, place.center, "ann")
        chat = await open_chat(visitor, f"{place.shop.origin}/guest")
        await say(chat, "Is the Lantern in stock?")
        await agent.get_by_role("button", name="Accept").click()
        log = agent.get_by_role("log")
        await expect(log).to_contain_text("Is the Lantern in stock?")
        composer = agent.get_by_label("in the chat")
        await composer.fill("Yes, in blue.")
        await composer.press("Enter")
        await expect(chat.get_by_role("log")).to_contain_text("Yes, in blue.")

        await visitor.reload()
        chat = chat_of(visitor)
        await expect(chat.get_by_role("log")).to_contain_text("Yes, in blue.")
        await say(chat, "And in red?")
        await expect(log).to_contain_text("And in red?")

        await composer.fill("In red only in")
        await _is_kept(place.center, "In red only in")
        await agent.reload()
        await expect(composer).to_have_value("In red only in")
        await expect(agent.get_by_role("log")).to_contain_text("And in red?")
        await composer.fill("In red only in May.")
        await composer.press("Enter")
        await expect(chat.get_by_role("log")).to_contain_text("In red only in May.")
        whole = ["Is the Lantern in stock?", "Yes, in blue.", "And in red?", "In red only in May."]
        await expect(agent.locator(".bubble-text")).to_have_text(whole)

        await chat.get_by_role("button", name="End chat").first.click()
        await chat.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
        await expect(chat.get_by_text("You have ended the chat.")).to_be_visible()
        await wrap_up(agent, "Solved")


async def test_half_an_answer_and_half_a_note_survive_a_reload(
    place: Place, browser: Chromium, correspondent: Correspondent
) -> None:
    """A mail half answered; then, in wrap-up, half a note. The answer that is sent at last is the whole one."""
    async with person(browser) as agent:
        await sign_in(agent, place.center, "ann")
        await correspondent.write("Invoice", "Please send the invoice once more.\n")
        await agent.get_by_role("button", name="Accept").click()
        composer = agent.get_by_label("Reply by e-mail to")
        await composer.fill("Dear Ann, here")
        await _is_kept(place.center, "Dear Ann, here")
        await agent.reload()
        await expect(composer).to_have_value("Dear Ann, here")
        await composer.fill("Dear Ann, here it is.")
        await agent.get_by_role("button", name="Send and finish").click()
        assert "Dear Ann, here it is." in (await correspondent.received(1)).get_content()

        note = agent.get_by_label("Internal note")
        await note.fill("asked for invoice 47")
        await _is_kept(place.center, "asked for invoice 47")
        await agent.reload()
        await expect(note).to_have_value("asked for invoice 47")
        await wrap_up(agent, "Sale")


async def test_a_task_made_in_the_dialog_is_offered_and_done(place: Place, browser: Chromium) -> None:
    """With its due time on the sheet."""
    async with person(browser) as agent:
        await sign_in(agent, place.center, "ann")
        await agent.get_by_role("button", name="Make a task").click()
        dialog = agent.get_by_role("dialog")
        await dialog.get_by_label("What is to be done").fill("Order bells")
        await dialog.get_by_label("Details").fill("Ten of the brass ones")
        await dialog.get_by_role("button", name="Make task").click()
        await agent.get_by_role("button", name="Accept").click()
        sheet = agent.locator(".task-sheet")
        await expect(sheet).to_contain_text("Order bells")
        await expect(sheet).to_contain_text("Ten of the brass ones")
        await expect(sheet.get_by_text("Due", exact=True)).to_be_visible()
        # The sheet stood already beside the offer: only this says that the task is theirs.
        await expect(agent.get_by_role("button", name="Finish task")).to_be_visible()
        await agent.keyboard.press("Alt+Shift+X")
        await wrap_up(agent, "Solved")


async def _is_kept(center: RunningCenter, text: str) -> None:
    """Wait until the server holds this half-written text, as the agent's own API shows it."""
    async with center.signed_in("ann") as ann:

        async def looked() -> bool:
            drafts = of_kind(await ann.get("/api/views/desk"), DraftShown)
            return any(draft.text == text for draft in drafts)

        await until(looked, 10, f"the draft {text!r} being kept")
