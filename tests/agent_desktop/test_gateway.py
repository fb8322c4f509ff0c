"""The socket as a browser uses it, over real uvicorn, the real engine and a real database."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import (
    CapacityChip,
    Center,
    ConversationHead,
    CustomerShown,
    DraftShown,
    Me,
    MessageShown,
    NoteShown,
    OfferCard,
    TaskShown,
    TimelineRow,
    WorkItem,
    WorkState,
)
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.wallboard_parts import AgentRow, QueueFigures
from agent_desktop.errors import ClientError
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    DispositionId,
    Medium,
    OfferId,
    Presence,
    ReasonCode,
    Role,
    UserId,
)
from router.core import inputs
from tests.agent_desktop.center import running_center, say
from tests.bed.waiting import until


async def ready(client: DesktopClient) -> None:
    await client.open("desk")
    await client.ask(p.SetPresence, presence=Presence.READY)
    await client.until(lambda: client.parts("desk", Me)[0].presence is Presence.READY, 5, "ready")


async def test_a_chat_from_sign_in_to_wrap_up(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await ready(ann)
        maria = await center.maria()
        await center.chat_begins("c-1", "My chain broke.", maria)
        await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "an offer")
        offer = ann.parts("desk", OfferCard)[0]
        assert (offer.who, offer.why, offer.queue_name) == ("Maria Lopez", "My chain broke.", "Chat")
        assert offer.acceptable_here
        await ann.ask(p.PopShown, offer=offer.offer)
        await ann.ask(p.AcceptOffer, offer=offer.offer)
        await ann.until(lambda: bool(ann.parts("desk", WorkItem)), 5, "work")
        work = ann.parts("desk", WorkItem)[0]
        assert (work.state, work.unread, work.who) == (WorkState.ACTIVE, 1, "Maria Lopez")
        assert {chip.medium: chip.carried for chip in ann.parts("desk", CapacityChip)}[Medium.CHAT] == 1

        await ann.open("conversation:c-1")
        first = await ann.ask(p.SendLine, handling=work.handling, client_message="one", text="Hello Maria!")
        again = await ann.ask(p.SendLine, handling=work.handling, client_message="one", text="Hello Maria!")
        assert first.created == again.created
        await ann.until(lambda: len(ann.parts("conversation:c-1", MessageShown)) == 2, 5, "both lines")
        await say(center.store, "c-1", "Can you mend it?")
        await ann.until(lambda: len(ann.parts("conversation:c-1", MessageShown)) == 3, 5, "the third line")
        assert [line.text for line in ann.parts("conversation:c-1", MessageShown)] == [
            "My chain broke.",
            "Hello Maria!",
            "Can you mend it?",
        ]
        await ann.until(lambda: ann.parts("desk", WorkItem)[0].unread == 1, 5, "an unread line")
        await ann.ask(p.MarkRead, handling=work.handling, number=4)
        await ann.until(lambda: ann.parts("desk", WorkItem)[0].unread == 0, 5, "everything read")
        shown = ann.parts("conversation:c-1", CustomerShown)[0]
        assert shown.name == "Maria Lopez"
        assert shown.identities[0].value == "shop-1001"

        await ann.ask(p.EndHandling, handling=work.handling)
        await ann.ask(p.SaveDraft, handling=work.handling, kind=p.DraftKind.NOTE, text="Half a no")
        await ann.until(lambda: bool(ann.parts("desk", DraftShown)), 5, "the draft")
        refused = await ann.request(p.CompleteHandling(id=ann.next_id(), handling=work.handling))
        assert isinstance(refused, p.Refused)
        assert refused.reason is RefusalReason.DISPOSITION_MISSING
        await ann.ask(
            p.CompleteHandling, handling=work.handling, disposition=DispositionId("solved"), note="Mended the chain."
        )
        await ann.until(lambda: not ann.parts("desk", WorkItem), 5, "an empty desk")
        assert not ann.parts("desk", DraftShown)
        await ann.until(lambda: bool(ann.parts("conversation:c-1", NoteShown)), 5, "the note")
        await ann.until(
            lambda: [row.state for row in ann.parts("conversation:c-1", TimelineRow)] == ["handled"], 5, "the timeline"
        )
        assert ann.gaps == 0


async def test_a_mail_shows_where_the_answer_goes(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await ready(ann)
        await center.mail_comes("m-1", "Broken lamp", "It does not light.")
        await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "an offer")
        offer = ann.parts("desk", OfferCard)[0]
        assert (offer.why, offer.who) == ("Broken lamp", "maria.lopez@example.com")
        await ann.ask(p.AcceptOffer, offer=offer.offer)
        await ann.until(lambda: bool(ann.parts("desk", WorkItem)), 5, "work")
        await ann.open("conversation:m-1")
        head = ann.parts("conversation:m-1", ConversationHead)[0]
        assert (head.reply_to, head.reply_from) == ("maria.lopez@example.com", "help@harbor-bikes.example")
        mail = ann.parts("conversation:m-1", MessageShown)[0]
        assert (mail.text, mail.quoted) == ("It does not light.", "> earlier words")
        work = ann.parts("desk", WorkItem)[0]
        await ann.ask(p.SaveDraft, handling=work.handling, kind=p.DraftKind.ANSWER, text="Dear Ma")
        await ann.ask(p.SendMail, handling=work.handling, client_message="a", text="Dear Maria, …")
        assert center.mail.answers == ["Dear Maria, …"]
        await ann.until(lambda: not ann.parts("desk", DraftShown), 5, "the draft to be gone")
        refused = await ann.request(
            p.SendLine(id=ann.next_id(), handling=work.handling, client_message=ClientMessageId("b"), text="no chat")
        )
        assert isinstance(refused, p.Refused)
        assert refused.reason is RefusalReason.WRONG_MEDIUM


async def test_a_returning_page_resumes_where_it_stood(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann:
        async with ann.connected():
            await ready(ann)
            before = ann.numbers["desk"]
        await center.chat_begins("c-1", "Hello?")
        async with ann.connected():
            await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "the offer made meanwhile")
            assert ann.numbers["desk"] > before
            fresh = await ann.get("/api/views/desk")
            assert {part["key"] for part in fresh["parts"]} == set(ann.views["desk"])
            ann.numbers["desk"] = 5
            await ann.open("desk")
            assert ann.numbers["desk"] == fresh["number"]


async def test_a_resent_request_counts_once_also_over_a_restart(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        passwords = center.passwords
        await ready(ann)
        away = p.SetPresence(id=ann.next_id(), presence=Presence.NOT_READY, reason=ReasonCode("lunch"))
        assert isinstance(await ann.request(away), p.Answer)
        await ann.ask(p.SetPresence, presence=Presence.READY)
        assert isinstance(await ann.request(away), p.Answer | p.Refused)
        tab = ann.tab
    async with running_center(tmp_path, passwords) as center, DesktopClient(center.address, tab=tab) as ann:
        await ann.sign_in("ann", passwords[UserId("ann")])
        async with ann.connected():
            await ann.request(away)
            await ann.open("desk")
            assert ann.parts("desk", Me)[0].presence is Presence.READY


async def test_what_is_anothers_is_answered_like_what_is_not_there(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        center = await stack.enter_async_context(running_center(tmp_path))
        ann, ben = [await stack.enter_async_context(center.signed_in(name)) for name in ("ann", "ben")]
        for client in (ann, ben):
            await stack.enter_async_context(client.connected())
        await ready(ann)
        await center.chat_begins("c-1", "Hello?")
        await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "the offer")
        offer = ann.parts("desk", OfferCard)[0].offer
        foreign = await ben.request(p.AcceptOffer(id=ben.next_id(), offer=offer))
        missing = await ben.request(p.AcceptOffer(id=ben.next_id(), offer=OfferId(offer + "9")))
        seen = await ben.request(p.OpenView(id=ben.next_id(), view="conversation:c-1"))
        nowhere = await ben.request(p.OpenView(id=ben.next_id(), view="conversation:c-2"))
        board = await ben.request(p.OpenView(id=ben.next_id(), view="wallboard"))
        for reply in (foreign, missing, seen, nowhere, board):
            assert isinstance(reply, p.Refused)
            assert reply.reason is RefusalReason.NOT_ALLOWED
        unknown = await ben.request(p.OpenView(id=ben.next_id(), view="kitchen"))
        assert isinstance(unknown, p.Refused)
        assert unknown.reason is RefusalReason.UNKNOWN_VIEW


async def test_the_wallboard_counts(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        center = await stack.enter_async_context(running_center(tmp_path))
        ann, sam = [await stack.enter_async_context(center.signed_in(name)) for name in ("ann", "sam")]
        for client in (ann, sam):
            await stack.enter_async_context(client.connected())
        await sam.open("wallboard")
        await center.chat_begins("c-1", "Hello?")

        def chat() -> QueueFigures:
            return next(row for row in sam.parts("wallboard", QueueFigures) if row.queue == "chat")

        await sam.until(lambda: chat().waiting == 1, 5, "somebody waiting")
        await ready(ann)
        await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "the offer")
        await ann.ask(p.AcceptOffer, offer=ann.parts("desk", OfferCard)[0].offer)
        await sam.until(lambda: chat().answered == 1, 5, "an answered chat")
        assert (chat().waiting, chat().level_met, chat().level_of, chat().level_percent) == (0, 1, 1, 100.0)
        rows = {row.agent: row for row in sam.parts("wallboard", AgentRow)}
        assert rows[AgentId("ann")].activity == "talking"
        assert rows[AgentId("ben")].activity == "signed_out"


async def test_desktops_are_told_to_the_router(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await until(
            lambda: any(isinstance(given, inputs.DesktopAttached) for given in center.router.inputs),
            seconds=5,
            what="the desktop to be told",
        )


async def test_a_task_is_made_once_and_shown(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await ready(ann)
        wish = {"client_message": "k1", "queue": "tasks", "title": "Call back", "fields": {"number": "0101"}}
        made = await ann.ask(p.CreateTask, **wish)
        assert (await ann.ask(p.CreateTask, **wish)).created == made.created
        await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "the offer")
        assert ann.parts("desk", OfferCard)[0].why == "Call back"
        await ann.open(f"conversation:{made.created}")
        task = ann.parts(f"conversation:{made.created}", TaskShown)[0]
        assert [(item.name, item.value) for item in task.fields] == [("number", "0101")]
        with pytest.raises(ClientError, match="no queue nowhere"):
            await ann.ask(p.CreateTask, client_message="k2", queue="nowhere", title="x")


async def test_rehearsal_phones_and_typing_reach_their_channels(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await ready(ann)
        assert ann.parts("desk", Center)[0].rehearsal
        await ann.ask(p.AnswerRehearsalPhone)
        await ann.ask(p.DeclineRehearsalPhone)
        assert center.phones.done == [("answer", "ann"), ("decline", "ann")]
        with pytest.raises(ClientError, match="not in a call"):
            await ann.ask(p.HangUpRehearsalPhone)


async def test_a_router_that_is_away_asks_to_try_again(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await ann.open("desk")
        wish = p.SetPresence(id=ann.next_id(), presence=Presence.READY)
        center.router.down = True
        reply = await ann.request(wish)
        assert isinstance(reply, p.Refused)
        assert reply.reason is RefusalReason.TRY_AGAIN
        center.router.down = False
        assert isinstance(await ann.request(wish), p.Answer)


async def test_a_role_taken_away_cuts_the_socket(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam, sam.connected():
        await sam.open("wallboard")
        now = center.settings[0]
        users = tuple(
            type(user)(user.user, user.name, Role.AGENT, user.teams) if user.user == "sam" else user
            for user in now.users
        )
        center.settings[0] = replace(now, users=users)
        await sam.until(lambda: not sam.is_connected, 8, "the socket to be cut")
        assert sam.farewell is p.FarewellReason.SIGNED_OUT
        with pytest.raises(ClientError):
            await sam.get("/api/views/wallboard")


async def test_tickets_are_good_once_and_for_our_own_pages(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann:
        ticket = (await ann.post("/api/ticket"))["ticket"]
        url = f"ws{center.address.removeprefix('http')}/api/socket?ticket={ticket}&tab=12345678&protocol=1"
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers={"origin": "http://evil.example"}, proxy=None)
        async with connect(url, proxy=None) as socket:
            assert "welcome" in str(await socket.recv())
            await socket.send("{no json")
            while "malformed" not in (said := str(await asyncio.wait_for(socket.recv(), 5))):
                assert "heartbeat" in said
        with pytest.raises(InvalidStatus):
            await connect(url, proxy=None)


async def test_an_old_page_is_told_to_reload(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann:
        ticket = (await ann.post("/api/ticket"))["ticket"]
        url = f"ws{center.address.removeprefix('http')}/api/socket?ticket={ticket}&tab=12345678&protocol=0"
        async with connect(url, proxy=None) as socket:
            assert "old_page" in str(await socket.recv())


async def test_an_agent_works_by_http_alone(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann:
        token = (await ann.post("/api/tokens", {"label": "script"}))["token"]
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=center.address, headers=headers) as http:
            assert (await http.post("/api/presence", json={"presence": "ready"})).status_code == 200
            await center.chat_begins("c-1", "Hello?")
            parts: list[dict[str, object]] = []

            async def offered() -> str:
                while True:
                    parts[:] = (await http.get("/api/views/desk")).json()["parts"]
                    for part in parts:
                        if part["type"] == "offer_card":
                            return str(part["offer"])
                    await asyncio.sleep(0.05)

            offer = await asyncio.wait_for(offered(), 5)
            assert (await http.post(f"/api/offers/{offer}/accept")).status_code == 200
            parts[:] = []
            while not (work := [part for part in parts if part["type"] == "work_item"]):
                parts[:] = (await http.get("/api/views/desk")).json()["parts"]
            handling = work[0]["handling"]
            line = {"client_message": "1", "text": "Hi"}
            said = await http.post(f"/api/handlings/{handling}/lines", json=line)
            assert said.json()["created"]
            assert (await http.post(f"/api/handlings/{handling}/complete", json={})).status_code == 409
            assert (await http.post(f"/api/handlings/{handling}/end")).status_code == 200
            counted = {"switchroom-tab": "script-12345", "switchroom-request": "1"}
            body = {"disposition": "solved", "note": "By script"}
            for _ in range(2):
                done = await http.post(f"/api/handlings/{handling}/complete", json=body, headers=counted)
                assert done.status_code == 200
            shown = (await http.get("/api/views/conversation/c-1")).json()["parts"]
            assert [part["text"] for part in shown if part["type"] == "note_shown"] == ["By script"]
