"""A center with one medium is a whole center: it starts, works, and no screen says a word of the others."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.bed.asterisk import Phone
from tests.bed.chromium import Chromium
from tests.bed.dovecot import SERVICE_SECRET
from tests.bed.sipp import Caller
from tests.journeys import definitions as define
from tests.journeys.center import RunningCenter
from tests.journeys.correspondence import Correspondent
from tests.journeys.pages import person, sign_in, text_of, wrap_up
from tests.journeys.shop import SIGNING_SECRET, Shop, open_chat, say
from tests.journeys.telephony import desk_phone, make_switch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

SUPERVISOR = define.Person("sam", "Sam Whitfield", role="supervisor")
AGENT = define.Person("ann", "Ann Archer")

VOICE = r"calls?|callers?|(tele)?phones?|hang up|mute|rings?|ringing|switch"
CHAT = r"chats?|widget|visitors?"
MAIL = r"e-?mails?|mailbox(es)?"
TASK = r"tasks?"


@dataclass(frozen=True, slots=True)
class Small:
    """A running center of one medium, and how a customer comes to it and an agent takes them."""

    center: RunningCenter
    arrive: Callable[[], Awaitable[None]]
    take: Callable[[Page], Awaitable[None]]


async def test_calls_alone(tmp_path: Path, browser: Chromium) -> None:
    """A switch and nothing else."""
    async with _calls(tmp_path) as small:
        await _shift(small, browser, "|".join((CHAT, MAIL, TASK)))


async def test_mail_alone(tmp_path: Path, browser: Chromium, correspondent: Correspondent) -> None:
    """A mailbox and nothing else."""
    definition = define.definition((AGENT, SUPERVISOR), define.mail(correspondent.dovecot, correspondent.smtp))
    async with RunningCenter(tmp_path, definition, {"SWITCHROOM_MAIL_SECRET_SERVICE": SERVICE_SECRET}) as center:

        async def arrive() -> None:
            await correspondent.write("Opening hours", "When do you open?\n")

        await _shift(Small(center, arrive, _accept), browser, "|".join((VOICE, CHAT, TASK)))


async def test_chat_alone(tmp_path: Path, browser: Chromium) -> None:
    """A site and nothing else."""
    async with Shop() as shop, person(browser) as visitor:
        definition = define.definition((AGENT, SUPERVISOR), define.chat(shop.port))
        async with RunningCenter(tmp_path, definition, {"SWITCHROOM_SITE_SECRET_SHOP": SIGNING_SECRET}) as center:
            shop.serve(center.origin)

            async def arrive() -> None:
                await say(await open_chat(visitor, f"{shop.origin}/guest"), "When do you open?")

            await _shift(Small(center, arrive, _accept), browser, "|".join((VOICE, MAIL, TASK)))


@asynccontextmanager
async def _calls(folder: Path) -> AsyncIterator[Small]:
    async with AsyncExitStack() as stack:
        switch = await stack.enter_async_context(make_switch(folder, [Phone("ann")]))
        phone = await stack.enter_async_context(desk_phone(switch, folder, "ann"))
        people = (define.Person("ann", "Ann Archer", phone="desk"), SUPERVISOR)
        definition = define.definition(people, define.voice(switch, counter=False))
        secrets = {"SWITCHROOM_AMI_SECRET_MAIN": switch.ami_secret}
        center = await stack.enter_async_context(RunningCenter(folder, definition, secrets))

        async def arrive() -> None:
            caller = await stack.enter_async_context(Caller(folder, switch.sip_port, "100"))
            stack.push_async_callback(caller.leave)
            await caller.until("answered")

        async def take(_page: Page) -> None:
            await phone.until("invited")
            phone.answer()

        yield Small(center, arrive, take)


async def _accept(page: Page) -> None:
    await page.get_by_role("button", name="Accept").click()


async def _shift(small: Small, browser: Chromium, others: str) -> None:
    """One piece of work from its arrival to its end, looking at every screen on the way."""
    others = rf"(?i)\b({others})\b"
    async with person(browser) as page:
        await sign_in(page, small.center, "ann", ready=False)
        await expect(page.locator(".empty-desk")).to_be_visible()
        await _says_nothing(page, others)
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await _says_nothing(page, others)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.keyboard.press("Alt+r")
        await small.arrive()
        await expect(page.locator(".offer")).to_be_visible()
        await _says_nothing(page, others)
        await small.take(page)
        await expect(page.get_by_role("heading", name=re.compile("Active"))).to_be_visible()
        await _says_nothing(page, others)
        await page.keyboard.press("Alt+Shift+X")
        await expect(page.get_by_role("region", name="Wrap-up")).to_be_visible()
        await _says_nothing(page, others)
        await wrap_up(page, "Solved")
    async with person(browser) as page:
        await sign_in(page, small.center, "sam", ready=False)
        await expect(page.locator("main").get_by_text("Ann Archer")).to_be_visible()
        await _says_nothing(page, others)


async def _says_nothing(page: Page, others: str) -> None:
    said = await text_of(page)
    found = sorted({match[0] for match in re.finditer(others, said)})
    assert not found, f"the page speaks of {found}:\n{said}"
