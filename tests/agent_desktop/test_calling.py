"""Hold, consultation and transfer on the desks of two agents: nobody has to ask the customer twice."""

from pathlib import Path
from typing import Any

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.call_on_floor import Talking
from agent_desktop.core.call_parts import CallShown, ColleagueShown, ConsultCard, QueueTarget
from agent_desktop.core.parts import CustomerShown, NoteShown, OfferCard, WorkItem
from agent_desktop.core.refusal_reasons import RefusalReason
from history.core.call_words import CallAct, PartyAt
from history.core.conversations import ConversationBegan
from history.core.vocabulary import (
    ConversationId,
    CustomerId,
    InteractionId,
    LegId,
    Medium,
    OfferId,
    Presence,
    QueueId,
    SourceId,
    Trust,
)
from router.core import call_inputs, inputs
from tests.agent_desktop.center import TestCenter, running_center

CALL = InteractionId("v-s1-17.1")
WHOLE_NOTE = "Wants the blue frame, 54 cm, by Friday."


class Switch:
    """Tells the router what a switch would."""

    def __init__(self, center: TestCenter) -> None:
        self._center = center
        self._sent = 0

    async def says(self, kind: Any, **what: Any) -> None:
        self._sent += 1
        given = kind(source=SourceId("switch/s1"), source_epoch=1, source_number=self._sent, **what)
        await self._center.router.submit(given)

    async def arranged(self, number: int) -> None:
        await self.says(call_inputs.CallArranged, interaction=CALL, arrangement=number)


async def at_desk(center: TestCenter, client: DesktopClient, switch: Switch, user: str) -> None:
    await switch.says(inputs.PhoneReachable, agent=user)
    await client.open("desk")
    await client.ask(p.SetPresence, presence=Presence.READY)


async def maria_calls(center: TestCenter, switch: Switch, ann: DesktopClient) -> WorkItem:
    """Maria's call is on Ann's phone."""
    customer = await center.maria()
    async with center.store.writing("test") as writing:
        dialled = await writing.put_text(customer, "+442079460100")
        began = ConversationBegan(
            conversation=ConversationId(CALL),
            interaction=CALL,
            medium=Medium.VOICE,
            queue=QueueId("sales"),
            dialled=dialled,
            customer=customer,
            trust=Trust.VERIFIED,
        )
        await writing.append(f"conversation/{CALL}", [began])
    await switch.says(
        inputs.InteractionArrived,
        interaction=CALL,
        medium=Medium.VOICE,
        queue=QueueId("sales"),
        arrived_ms=center.store.clock.now_ms(),
        switch="s1",
        customer=customer,
        trust=Trust.VERIFIED,
    )
    await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "the offer")
    offer = ann.parts("desk", OfferCard)[0].offer
    await ann.ask(p.PopShown, offer=offer)
    await switch.says(inputs.AgentAnswered, offer=offer, interaction=CALL, agent="ann")
    await ann.until(lambda: bool(ann.parts("desk", WorkItem)), 5, "the work")
    return ann.parts("desk", WorkItem)[0]


def call_of(client: DesktopClient) -> CallShown | None:
    return next(iter(client.parts("desk", CallShown)), None)


async def test_hold_is_shown_from_the_wish_to_the_word_of_the_switch(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        switch = Switch(center)
        await at_desk(center, ann, switch, "ann")
        work = await maria_calls(center, switch, ann)
        assert call_of(ann) is None
        await ann.ask(p.SteerCall, handling=work.handling, act=CallAct.HOLD)
        await ann.until(lambda: call_of(ann) is not None, 5, "the hold")
        held = call_of(ann)
        assert held is not None
        assert (held.doing, held.customer, held.own, held.settled) == (
            Talking.ON_HOLD,
            PartyAt.HOLD,
            PartyAt.TALK,
            False,
        )
        await switch.arranged(1)
        await ann.until(lambda: (now := call_of(ann)) is not None and now.settled, 5, "the word of the switch")
        refused = await ann.request(p.SteerCall(id=ann.next_id(), handling=work.handling, act=CallAct.SWAP))
        assert isinstance(refused, p.Refused)
        assert (refused.reason, refused.sentence) == (RefusalReason.NO_CONSULT, "You are asking nobody.")
        await ann.ask(p.SteerCall, handling=work.handling, act=CallAct.RESUME)
        await ann.until(lambda: (now := call_of(ann)) is not None and now.held_since_ms is None, 5, "the talk")


async def test_who_is_asked_and_who_takes_over_know_what_is_known(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        ann.connected(),
        center.signed_in("ben") as ben,
        ben.connected(),
    ):
        switch = Switch(center)
        await at_desk(center, ann, switch, "ann")
        work = await maria_calls(center, switch, ann)
        await at_desk(center, ben, switch, "ben")
        await ann.ask(p.SaveDraft, handling=work.handling, kind="note", text="Wants the blue frame, 54 cm.")
        await ann.open("directory")
        await ann.until(lambda: bool(ann.parts("directory", ColleagueShown)), 5, "the directory")
        colleagues = ann.parts("directory", ColleagueShown)
        free = {shown.agent: (shown.takes_calls, shown.may_be_asked) for shown in colleagues}
        assert free == {"ann": (False, True), "ben": (True, True)}
        assert [target.name for target in ann.parts("directory", QueueTarget)] == ["Sales"]
        await ann.ask(p.AskConsult, handling=work.handling, to_agent="ben")
        await ben.until(lambda: bool(ben.parts("desk", ConsultCard)), 5, "the card")
        card = ben.parts("desk", ConsultCard)[0]
        assert (card.from_name, card.who, card.trust, card.why) == (
            "Ann Archer",
            "Maria Lopez",
            Trust.VERIFIED,
            "Called +442079460100",
        )
        view = f"conversation:{CALL}"
        await ben.open(view)
        await ben.until(lambda: bool(ben.parts(view, NoteShown)), 5, "the note so far")
        note = ben.parts(view, NoteShown)[0]
        assert (note.text, note.who, note.so_far) == ("Wants the blue frame, 54 cm.", "Ann Archer", True)
        shown = ben.parts(view, CustomerShown)[0]
        assert (shown.customer, shown.trust) == (work.customer, Trust.VERIFIED)
        await ben.ask(p.PopShown, offer=OfferId(card.leg))
        await switch.says(call_inputs.PartyAnswered, leg=card.leg, interaction=CALL, agent="ben")
        await switch.arranged(1)
        await ann.until(lambda: (now := call_of(ann)) is not None and now.doing is Talking.CONSULTING, 5, "the asking")
        asking = call_of(ann)
        assert asking is not None
        assert [(party.name, party.asked) for party in asking.parties] == [("Ben Baker", True)]
        await ann.ask(p.SaveDraft, handling=work.handling, kind="note", text=WHOLE_NOTE)
        await ben.until(
            lambda: any(shown.text.endswith("by Friday.") for shown in ben.parts(view, NoteShown)),
            5,
            "more of the note",
        )
        await ann.ask(p.SteerCall, handling=work.handling, act=CallAct.COMPLETE)
        await ben.until(lambda: bool(ben.parts("desk", WorkItem)), 5, "the work")
        taken = ben.parts("desk", WorkItem)[0]
        assert (taken.who, taken.customer, taken.trust, taken.queue_name) == (
            "Maria Lopez",
            CustomerId(work.customer or ""),
            Trust.VERIFIED,
            "Sales",
        )
        assert ben.parts("desk", ConsultCard) == []
        await ann.ask(
            p.CompleteHandling,
            handling=work.handling,
            disposition="solved",
            note=WHOLE_NOTE,
        )
        await ben.until(lambda: any(not shown.so_far for shown in ben.parts(view, NoteShown)), 5, "the finished note")


async def test_a_call_of_somebody_else_is_nobody_elses_to_steer(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        ann.connected(),
        center.signed_in("ben") as ben,
        ben.connected(),
    ):
        switch = Switch(center)
        await at_desk(center, ann, switch, "ann")
        work = await maria_calls(center, switch, ann)
        await at_desk(center, ben, switch, "ben")
        for request in (
            p.SteerCall(id=ben.next_id(), handling=work.handling, act=CallAct.HOLD),
            p.HandOverCall(id=ben.next_id(), handling=work.handling, to_queue=QueueId("sales")),
            p.AskConsult(id=ben.next_id(), handling=work.handling, to_queue=QueueId("sales")),
            p.DropParty(id=ben.next_id(), handling=work.handling, leg=LegId("o1")),
        ):
            reply = await ben.request(request)
            assert isinstance(reply, p.Refused)
            assert reply.reason is RefusalReason.NOT_ALLOWED
