"""Whoever looks at a customer without having work with them is in the audit log; their own work is not."""

from pathlib import Path

import pytest

from agent_desktop import viewings as module
from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import MessageShown, OfferCard, WorkItem, WorkState
from agent_desktop.core.rights import Actor
from agent_desktop.viewings import SAME_LOOK_MS, Viewings
from history.core.customers import Act
from history.core.vocabulary import ConversationId, DispositionId, Presence, Role, UserId
from tests.agent_desktop.center import TestCenter, running_center
from tests.history.sample import HandClock


async def looks(center: TestCenter) -> list[tuple[str, str, str | None, str]]:
    """User, role, customer and what was looked at, oldest first, as an administrator reads it."""
    async with center.signed_in("ada") as ada:
        rows = await ada.get("/api/audit")
    return [
        (row["user"], row["role"], row["customer"], row["subject"])
        for row in reversed(rows)
        if row["act"] == Act.CUSTOMER_VIEWED
    ]


async def takes_the_offer(agent: DesktopClient) -> WorkItem:
    await agent.until(lambda: bool(agent.parts("desk", OfferCard)), 5, "an offer")
    await agent.ask(p.AcceptOffer, offer=agent.parts("desk", OfferCard)[0].offer)
    await agent.until(lambda: bool(agent.parts("desk", WorkItem)), 5, "work")
    return agent.parts("desk", WorkItem)[0]


async def test_ones_own_work_is_no_look_and_anybody_elses_is_one(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        maria = await center.maria()
        async with center.signed_in("ann") as ann, ann.connected():
            await ann.open("desk")
            await ann.ask(p.SetPresence, presence=Presence.READY)
            await center.chat_begins("c-1", "My chain broke.", maria)
            await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "an offer")
            await ann.open("conversation:c-1")  # the pop
            work = await takes_the_offer(ann)
            await ann.get("/api/views/conversation/c-1")
            assert await looks(center) == []

            # A supervisor who has nothing to do with Maria, by socket and by route; a second look is the same look.
            async with center.signed_in("sam") as sam, sam.connected():
                await sam.open("conversation:c-1")
                await sam.get("/api/views/conversation/c-1")
            seen = ("sam", "supervisor", maria, "conversation/c-1")
            assert await looks(center) == [seen]
            async with center.signed_in("crm") as crm:
                await crm.get("/api/views/conversation/c-1")
            assert await looks(center) == [seen, ("crm", "integrator", maria, "conversation/c-1")]

            # Work that is done is a customer like any other.
            await ann.close("conversation:c-1")
            await ann.ask(p.EndHandling, handling=work.handling)
            await ann.until(lambda: ann.parts("desk", WorkItem)[0].state is WorkState.WRAP_UP, 5, "wrap-up")
            await ann.open("conversation:c-1")
            assert len(await looks(center)) == 2
            await ann.ask(p.CompleteHandling, handling=work.handling, disposition=DispositionId("solved"))
            await ann.until(lambda: not ann.parts("desk", WorkItem), 5, "an empty desk")
            await ann.get("/api/views/conversation/c-1")
            assert (await looks(center))[2:] == [("ann", "agent", maria, "conversation/c-1")]


async def test_another_conversation_of_a_customer_at_work_is_the_same_work(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        maria = await center.maria()
        await center.chat_begins("c-1", "My chain broke.", maria)
        async with center.signed_in("ann") as ann, ann.connected():
            await ann.open("desk")
            await ann.ask(p.SetPresence, presence=Presence.READY)
            await takes_the_offer(ann)
            await center.mail_comes("m-1", "Invoice", "Once more, please.", b"<p>bill</p>")
            await center.chat_begins("c-2", "And my bell.", maria)
            await ann.get("/api/views/conversation/c-2")
            assert await looks(center) == []


async def test_a_file_is_a_look_and_what_is_refused_is_none(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        await center.mail_comes("m-1", "Invoice", "Once more, please.", b"<p>bill</p>")
        async with center.signed_in("ben") as ben:
            assert (await ben.http.get("/api/views/conversation/m-1")).status_code == 404
        async with center.signed_in("sam") as sam:
            assert (await sam.http.get("/api/files/m-1/nothing")).status_code == 404
            assert await looks(center) == []
            mail = await center.desk.views.snapshot(Actor(UserId("sam"), Role.SUPERVISOR), "conversation:m-1")
            [bill] = [file for part in mail.parts if isinstance(part, MessageShown) for file in part.attachments]
            assert (await sam.http.get(bill.address)).status_code == 303
        assert await looks(center) == [("sam", "supervisor", None, "conversation/m-1")]


async def test_a_look_after_a_while_is_a_new_one_and_few_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKS_KEPT", 1)
    async with running_center(tmp_path) as center:
        for name in ("c-1", "c-2"):
            await center.chat_begins(name, "Hello?")
        _, who = await center.desk.sign_in.sign_in("sam", center.passwords[UserId("sam")], "127.0.0.1")
        clock = HandClock()
        viewings = Viewings(center.store, clock, lambda: center.desk.views.floor)
        for name, wait_ms, expected in (
            ("c-1", 0, 1),
            ("c-1", SAME_LOOK_MS - 1, 1),
            ("c-1", 1, 2),
            ("c-1", 1, 2),
            ("c-2", 0, 3),
            ("c-1", 0, 4),  # forgotten by now: one row more, never one less
        ):
            clock.move(wait_ms)
            await viewings.record(who, ConversationId(name))
            assert len(await looks(center)) == expected
