"""One customer, four media, one timeline."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from agent_desktop.core import protocol as p
from agent_desktop.core.parts import CustomerShown, OfferCard, TimelineRow, WorkItem, WorkState
from channels.webchat.sample_shop import VISITOR_ID
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.customers import IdentityKind
from history.core.vocabulary import ClientMessageId, CustomerId, Medium, Trust
from history.customers import create_customer, link_identity
from history.store import Store
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.chromium import Chromium
from tests.bed.dovecot import CUSTOMER, SERVICE_SECRET
from tests.bed.sipp import Caller, SippPhone
from tests.journeys import definitions as define
from tests.journeys.center import Desk, RunningCenter
from tests.journeys.correspondence import Correspondent
from tests.journeys.pages import person
from tests.journeys.shop import SIGNING_SECRET, Shop, open_chat, say
from tests.journeys.telephony import desk_phone, make_switch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "+4930123456"
NAME = "Maria Lopez"
PEOPLE = (define.Person("ann", "Ann Archer", phone="desk"),)


@dataclass(frozen=True, slots=True)
class Place:
    """A whole center that knows one customer."""

    center: RunningCenter
    switch: Asterisk
    phone: SippPhone
    shop: Shop
    customer: CustomerId
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, correspondent: Correspondent) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("history")
    async with AsyncExitStack() as stack:
        switch = await stack.enter_async_context(make_switch(folder, [Phone("ann")]))
        phone = await stack.enter_async_context(desk_phone(switch, folder, "ann"))
        shop = await stack.enter_async_context(Shop())
        channels = (
            define.voice(switch, counter=False),
            define.mail(correspondent.dovecot, correspondent.smtp),
            define.chat(shop.port),
            define.tasks(),
        )
        secrets = {
            "SWITCHROOM_AMI_SECRET": switch.ami_secret,
            "SWITCHROOM_MAIL_SECRET_SERVICE": SERVICE_SECRET,
            "SWITCHROOM_SITE_SECRET_SHOP": SIGNING_SECRET,
        }
        running = RunningCenter(folder, define.definition(PEOPLE, *channels), secrets)
        customer = await _known_customer(running.data)
        center = await stack.enter_async_context(running)
        shop.serve(center.origin)
        yield Place(center, switch, phone, shop, customer, folder)


async def _known_customer(data: Path) -> CustomerId:
    """A customer with a number, an address and the shop's word for them, known before the first contact."""
    bus = LocalBus()
    store = await Store.open(f"sqlite+aiosqlite:///{data / 'switchroom.sqlite'}", clock=SystemClock(), bus=bus)
    try:
        customer = await create_customer(store, NAME)
        for kind, key in (
            (IdentityKind.PHONE, NUMBER),
            (IdentityKind.MAIL, CUSTOMER),
            (IdentityKind.CHAT, VISITOR_ID),
        ):
            await link_identity(store, customer, kind, key, Trust.VERIFIED)
    finally:
        await store.close()
        await bus.close()
    return customer


async def test_a_call_a_mail_a_chat_and_a_task_stand_in_one_timeline(
    place: Place, browser: Chromium, correspondent: Correspondent
) -> None:
    """Each is known as the same customer when it is offered, and sees the ones before it."""
    async with place.center.desk("ann") as ann, person(browser) as visitor:
        await ann.ready()
        async with Caller(place.folder, place.switch.sip_port, "100", caller_number=NUMBER) as caller:
            await caller.until("answered")
            offer = await ann.offer(Medium.VOICE)
            assert (offer.customer, offer.who) == (place.customer, NAME)
            await ann.show(offer)
            await place.phone.until("invited")
            place.phone.answer()
            work = await ann.work(offer, WorkState.ACTIVE)
            await caller.leave()
        await ann.wrap_up(await ann.work(work, WorkState.WRAP_UP), note="asked for a price")
        assert await _timeline(ann, work) == [Medium.VOICE]

        await correspondent.write("The price", "You told me a price on the phone.\n")
        work = await ann.accept(Medium.MAIL)
        assert await _timeline(ann, work) == [Medium.MAIL, Medium.VOICE]
        summaries = [row.summary for row in await ann.conversation(work.conversation, TimelineRow)]
        assert "asked for a price" in summaries
        await _is_maria(ann, work, place.customer)
        await ann.wrap_up(await ann.end(work))

        chat = await open_chat(visitor, place.shop.origin)
        await say(chat, "Did my mail arrive?")
        work = await ann.accept(Medium.CHAT)
        await _is_maria(ann, work, place.customer)
        line = ClientMessageId("line-0001")
        await ann.client.ask(p.SendLine, handling=work.handling, client_message=line, text="It did.")
        await expect(chat.get_by_role("log")).to_contain_text("It did.")

        wish = {"client_message": ClientMessageId("task-1"), "queue": "office", "title": "Send the offer"}
        await ann.client.ask(p.CreateTask, **wish, customer=place.customer)
        task = await ann.accept(Medium.TASK)
        assert await _timeline(ann, task) == [Medium.TASK, Medium.CHAT, Medium.MAIL, Medium.VOICE]
        for each in (task, work):
            await ann.wrap_up(await ann.end(each))
        rows = await ann.until_conversation(
            task.conversation,
            TimelineRow,
            lambda found: all(row.state == "handled" for row in found),
            "all four being handled in the timeline",
        )
        assert {row.agent_name for row in rows} == {"Ann Archer"}
        assert not ann.parts(OfferCard)


async def _is_maria(ann: Desk, work: WorkItem, customer: CustomerId) -> None:
    shown = (await ann.conversation(work.conversation, CustomerShown))[0]
    assert (shown.customer, shown.name) == (customer, NAME)
    known = {(identity.kind, identity.value) for identity in shown.identities}
    assert known == {(IdentityKind.PHONE, NUMBER), (IdentityKind.MAIL, CUSTOMER), (IdentityKind.CHAT, VISITOR_ID)}


async def _timeline(ann: Desk, work: WorkItem) -> list[Medium]:
    """The media of the customer's timeline as this work shows it, the newest first."""
    rows = await ann.conversation(work.conversation, TimelineRow)
    return [row.medium for row in sorted(rows, key=lambda row: -row.began_ms)]
