"""Steering over the socket and by HTTP: what agents plan and take, what supervisors do, what is refused and logged."""

from pathlib import Path

import httpx
import msgspec
import pytest

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import CapacityChip, Me, OfferCard, WorkItem, WorkState
from agent_desktop.core.queue_parts import QueueHead, WaitingRow
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.rights import Actor
from agent_desktop.core.wallboard_parts import AgentRow
from agent_desktop.errors import ClientError
from agent_desktop.steering_log import AuditedSteering
from history.audit import audit_log
from history.core.customers import Act
from history.core.routing_settings import Route
from history.core.vocabulary import (
    InteractionId,
    Medium,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    Role,
    SourceId,
    UserId,
    WrapUp,
)
from router.core import inputs
from tests.agent_desktop.center import TestCenter, routing_settings, running_center

LUNCH = ReasonCode("lunch")
MAIL_LINE = "queue:mail"


def me(client: DesktopClient) -> Me:
    return client.parts("desk", Me)[0]


async def at_desk(client: DesktopClient, presence: Presence = Presence.READY) -> None:
    await client.open("desk")
    reason = LUNCH if presence is Presence.NOT_READY else None
    await client.ask(p.SetPresence, presence=presence, reason=reason)
    await client.until(lambda: me(client).presence is presence, 5, presence)


async def in_hand(center: TestCenter, agent: DesktopClient, interaction: str) -> WorkItem:
    """A chat that the agent has taken."""
    await center.chat_begins(interaction, "Hello?")
    await agent.until(lambda: bool(agent.parts("desk", OfferCard)), 5, "an offer")
    await agent.ask(p.AcceptOffer, offer=agent.parts("desk", OfferCard)[0].offer)
    await agent.until(lambda: bool(agent.parts("desk", WorkItem)), 5, "work")
    return agent.parts("desk", WorkItem)[0]


async def wraps_up(agent: DesktopClient, work: WorkItem) -> None:
    await agent.ask(p.EndHandling, handling=work.handling)
    await agent.until(
        lambda: any(one.state is WorkState.WRAP_UP for one in agent.parts("desk", WorkItem)), 5, "wrap-up"
    )


async def refusal(client: DesktopClient, kind: type[p.Request], **fields: object) -> p.Refused:
    reply = await client.request(kind(id=client.next_id(), **fields))
    assert isinstance(reply, p.Refused)
    return reply


# ---- agents


async def test_a_break_after_this_comes_with_the_end_of_the_work_and_can_be_dropped(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await at_desk(ann)
        work = await in_hand(center, ann, "c-1")
        assert me(ann).work_in_hand
        await ann.ask(p.SetPresence, presence=Presence.NOT_READY, reason=LUNCH, after_work=True)
        await ann.until(lambda: me(ann).planned is Presence.NOT_READY, 5, "the plan")
        assert (me(ann).presence, me(ann).planned_reason) == (Presence.READY, LUNCH)
        await ann.ask(p.SetPresence, presence=Presence.READY)
        await ann.until(lambda: me(ann).planned is None, 5, "no plan")
        await ann.ask(p.SetPresence, presence=Presence.NOT_READY, reason=LUNCH, after_work=True)
        await wraps_up(ann, work)
        assert me(ann).presence is Presence.READY
        await ann.ask(p.CompleteHandling, handling=work.handling, disposition="solved")
        await ann.until(lambda: me(ann).presence is Presence.NOT_READY, 5, "lunch")
        assert (me(ann).reason, me(ann).planned, me(ann).work_in_hand) == (LUNCH, None, False)


async def test_a_timed_wrap_up_is_extended_as_often_as_its_queue_allows(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await in_wrap_up_mode(center, WrapUp.TIMED, extension_ms=20_000, extensions_max=1)
        await at_desk(ann)
        work = await in_hand(center, ann, "c-1")
        talking = await refusal(ann, p.ExtendWrapUp, handling=work.handling)
        assert talking.reason is RefusalReason.STILL_TALKING
        await wraps_up(ann, work)
        ends_at_ms = ann.parts("desk", WorkItem)[0].wrap_up_ends_at_ms
        assert ends_at_ms is not None
        await ann.ask(p.ExtendWrapUp, handling=work.handling)
        await ann.until(lambda: ann.parts("desk", WorkItem)[0].extensions_left == 0, 5, "the extension")
        assert ann.parts("desk", WorkItem)[0].wrap_up_ends_at_ms == ends_at_ms + 20_000
        again = await refusal(ann, p.ExtendWrapUp, handling=work.handling)
        assert (again.reason, again.sentence) == (
            RefusalReason.NO_EXTENSION_LEFT,
            "This wrap-up cannot be extended any more.",
        )


async def in_wrap_up_mode(center: TestCenter, mode: WrapUp, **more: int) -> None:
    routing = routing_settings()
    queues = tuple(msgspec.structs.replace(queue, wrap_up=mode, **more) for queue in routing.queues)
    await center.defines(msgspec.structs.replace(routing, queues=queues))


async def test_an_optional_wrap_up_does_not_count_against_capacity(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await in_wrap_up_mode(center, WrapUp.OPTIONAL)
        await at_desk(ann)
        await wraps_up(ann, await in_hand(center, ann, "c-1"))
        assert ann.parts("desk", WorkItem)[0].wrap_up_optional
        chips = {chip.medium: chip.carried for chip in ann.parts("desk", CapacityChip)}
        assert (chips[Medium.CHAT], me(ann).work_in_hand) == (0, False)


async def test_an_agent_takes_waiting_mail_of_their_queue_once_without_being_told_who_wrote(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await at_desk(ann, Presence.NOT_READY)
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        await ann.open(MAIL_LINE)
        await ann.until(lambda: bool(ann.parts(MAIL_LINE, WaitingRow)), 5, "the mail")
        row = ann.parts(MAIL_LINE, WaitingRow)[0]
        assert (row.who, row.why, row.customer) == ("", "A bill", None)
        pull = p.PullWork(id=ann.next_id(), interaction=row.interaction)
        assert isinstance(await ann.request(pull), p.Answer)
        await ann.until(lambda: bool(ann.parts("desk", WorkItem)), 5, "the work")
        await ann.until(lambda: not ann.parts(MAIL_LINE, WaitingRow), 5, "an empty line")
        assert isinstance(await ann.request(pull), p.Answer), "the same request again counts once"
        assert len(ann.parts("desk", WorkItem)) == 1
        assert center.steered.rows == [], "an agent's own work is no privileged act"


async def test_what_agents_may_not_take_or_steer_is_answered_like_what_is_not_there(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        await at_desk(ann, Presence.NOT_READY)
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        await center.chat_begins("c-1", "Hello?")
        asked: list[tuple[type[p.Request], dict[str, object]]] = [
            (p.PullWork, {"interaction": "c-1"}),
            (p.PullWork, {"interaction": "m-none"}),
            (p.PullWork, {"interaction": "m-1", "agent": "ben"}),
            (p.ForcePresence, {"agent": "ann", "presence": Presence.READY}),
            (p.ForcePresence, {"agent": "ben", "presence": Presence.READY}),
            (p.LendAgent, {"agent": "ann", "to": "mail"}),
            (p.RecallAgent, {"agent": "ann"}),
            (p.KeepLent, {"agent": "ann", "kept": True}),
            (p.CloseWrapUp, {"handling": "h1"}),
            (p.PrioritiseWork, {"interaction": "m-1", "priority": 5}),
            (p.MoveWork, {"interaction": "m-1", "to": "mail"}),
            (p.ParkWork, {"interaction": "m-1", "until_ms": 9}),
            (p.ResumeWork, {"interaction": "m-1"}),
            (p.OpenView, {"view": "queue:chat"}),
            (p.OpenView, {"view": "queue:sales"}),
            (p.OpenView, {"view": "queue:none"}),
        ]
        inputs_before = len(center.router.inputs)
        for kind, fields in asked:
            reply = await refusal(ann, kind, **fields)
            assert (reply.reason, reply.sentence) == (
                RefusalReason.NOT_ALLOWED,
                "There is no such thing, or you may not do this.",
            ), (kind, fields)
        assert len(center.router.inputs) == inputs_before
        assert center.steered.rows == []


# ---- supervisors


async def test_a_supervisor_sets_a_presence_and_the_agent_sees_by_whom(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        center.signed_in("sam") as sam,
        ann.connected(),
        sam.connected(),
    ):
        await at_desk(ann)
        await sam.open("wallboard")
        await sam.ask(p.ForcePresence, agent="ann", presence=Presence.NOT_READY, reason=LUNCH)
        await ann.until(lambda: me(ann).presence is Presence.NOT_READY, 5, "not ready")
        assert (me(ann).by, me(ann).forced_by_name, me(ann).reason) == (PresenceBy.SUPERVISOR, "Sam Stone", LUNCH)
        await sam.until(lambda: row_of(sam, "ann").forced_by_name == "Sam Stone", 5, "the board")
        await sam.ask(p.ForcePresence, agent="ann", presence=Presence.SIGNED_OUT)
        await ann.until(lambda: me(ann).presence is Presence.SIGNED_OUT, 5, "signed out")
        unknown = await refusal(sam, p.ForcePresence, agent="nobody", presence=Presence.READY)
        assert unknown.sentence == "There is no such agent; choose one of the list."
    assert center.steered.rows == [
        (Act.PRESENCE_FORCED, "sam", "ann not_ready lunch", None),
        (Act.PRESENCE_FORCED, "sam", "ann signed_out", None),
    ]


def row_of(client: DesktopClient, agent: str) -> AgentRow:
    return next(row for row in client.parts("wallboard", AgentRow) if row.agent == agent)


async def test_a_supervisor_lends_an_agent_and_calls_them_back(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        center.signed_in("sam") as sam,
        ann.connected(),
        sam.connected(),
    ):
        away = await refusal(sam, p.LendAgent, agent="ann", to="mail")
        assert away.sentence == "This agent is signed out; lend somebody who is there."
        await at_desk(ann)
        await sam.open("wallboard")
        await sam.ask(p.LendAgent, agent="ann", to="mail", only=True)
        await sam.until(lambda: row_of(sam, "ann").lent is not None, 5, "the board")
        lent = row_of(sam, "ann").lent
        assert lent is not None
        assert (lent.queue, lent.by_name, lent.only, lent.kept) == ("mail", "Sam Stone", True, False)
        nowhere = await refusal(sam, p.LendAgent, agent="ann", to="none")
        assert nowhere.reason is RefusalReason.UNKNOWN_QUEUE
        await sam.ask(p.RecallAgent, agent="ann")
        await sam.until(lambda: row_of(sam, "ann").lent is None, 5, "the board")
        back = await refusal(sam, p.RecallAgent, agent="ann")
        assert back.sentence == "This agent helps in no other queue now."
        kept = await refusal(sam, p.KeepLent, agent="ann", kept=True)
        assert kept.reason is RefusalReason.NOT_LENT
    assert center.steered.rows == [
        (Act.AGENT_LENT, "sam", "ann to mail alone", None),
        (Act.AGENT_RECALLED, "sam", "ann", None),
    ]


async def test_a_supervisor_closes_a_wrap_up_that_hangs_and_no_conversation(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        center.signed_in("sam") as sam,
        ann.connected(),
        sam.connected(),
    ):
        await at_desk(ann)
        work = await in_hand(center, ann, "c-1")
        talking = await refusal(sam, p.CloseWrapUp, handling=work.handling)
        assert talking.sentence == "The agent is still with the customer; only a wrap-up can be closed."
        out = await refusal(sam, p.ForcePresence, agent="ann", presence=Presence.SIGNED_OUT)
        assert out.sentence == "This agent is with a customer; sign them out when that has ended."
        await wraps_up(ann, work)
        await sam.open("wallboard")
        await sam.until(lambda: bool(row_of(sam, "ann").wrap_ups), 5, "the wrap-up on the board")
        assert row_of(sam, "ann").wrap_ups[0].handling == work.handling
        await sam.ask(p.CloseWrapUp, handling=row_of(sam, "ann").wrap_ups[0].handling)
        await ann.until(lambda: not ann.parts("desk", WorkItem), 5, "no work")
    assert center.steered.rows == [(Act.WRAP_UP_CLOSED, "sam", f"{work.handling} of ann", None)]


async def test_a_supervisor_steers_what_waits(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam, sam.connected():
        maria = await center.maria()
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        await center.arrives("m-2", "mail", maria)
        await sam.open(MAIL_LINE)
        await sam.until(lambda: len(sam.parts(MAIL_LINE, WaitingRow)) == 2, 5, "both")
        rows = {row.interaction: row for row in sam.parts(MAIL_LINE, WaitingRow)}
        assert rows[InteractionId("m-1")].who == "maria.lopez@example.com"
        assert (rows[InteractionId("m-2")].who, rows[InteractionId("m-2")].customer) == ("Maria Lopez", maria)
        assert sam.parts(MAIL_LINE, QueueHead)[0].named

        def second() -> WaitingRow:
            return next(row for row in sam.parts(MAIL_LINE, WaitingRow) if row.interaction == "m-2")

        until_ms = center.clock.now_ms() + 60_000
        await sam.ask(p.PrioritiseWork, interaction="m-2", priority=7)
        await sam.until(lambda: second().priority == 7, 5, "the priority")
        await sam.ask(p.ParkWork, interaction="m-2", until_ms=until_ms)
        await sam.until(lambda: second().parked_until_ms == until_ms, 5, "parked")
        await sam.ask(p.ResumeWork, interaction="m-2")
        await sam.until(lambda: second().parked_until_ms is None, 5, "resumed")
        high = await refusal(sam, p.PrioritiseWork, interaction="m-2", priority=11)
        assert high.sentence == "A priority is from -10 to 10."
        past = await refusal(sam, p.ParkWork, interaction="m-2", until_ms=1)
        assert past.sentence == "Choose a time to come, at most 31 days from now."
        other = await refusal(sam, p.MoveWork, interaction="m-2", to="chat")
        assert (other.reason, other.sentence) == (
            RefusalReason.WRONG_MEDIUM,
            "Choose a queue of the same medium.",
        )
    assert center.steered.rows == [
        (Act.WORK_PRIORITISED, "sam", "m-2 to 7", maria),
        (Act.WORK_PARKED, "sam", f"m-2 until {until_ms}", maria),
        (Act.WORK_RESUMED, "sam", "m-2", maria),
    ]


async def test_who_waits_is_looked_up_again_when_more_is_learnt(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam, sam.connected():
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        await sam.open(MAIL_LINE)
        await sam.until(lambda: bool(sam.parts(MAIL_LINE, WaitingRow)), 5, "the mail")
        assert sam.parts(MAIL_LINE, WaitingRow)[0].who == "maria.lopez@example.com"
        learnt = inputs.InteractionLearnt(
            source=SourceId("test/learnt"),
            source_epoch=1,
            source_number=1,
            interaction=InteractionId("m-1"),
            customer=await center.maria(),
        )
        assert (await center.router.submit(learnt)).outcome == "accepted"
        await sam.until(lambda: sam.parts(MAIL_LINE, WaitingRow)[0].who == "Maria Lopez", 5, "the name")


async def test_a_supervisor_moves_work_to_a_queue_of_its_medium(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam, sam.connected():
        routing = routing_settings()
        second = msgspec.structs.replace(routing.queues[1], queue=QueueId("mail-2"))
        await center.defines(msgspec.structs.replace(routing, queues=(*routing.queues, second)))
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        await sam.open(MAIL_LINE)
        await sam.until(lambda: bool(sam.parts(MAIL_LINE, WaitingRow)), 5, "the mail")
        await sam.ask(p.MoveWork, interaction="m-1", to="mail-2")
        await sam.until(lambda: not sam.parts(MAIL_LINE, WaitingRow), 5, "an empty line")
        moved = center.desk.views.floor.line_of(QueueId("mail-2"), 5)
        assert [item.interaction for item in moved] == ["m-1"]
    assert center.steered.rows == [(Act.WORK_MOVED, "sam", "m-1 to mail-2", None)]


async def test_a_supervisor_declares_an_emergency_and_lifts_it_and_the_board_says_so(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam, sam.connected():
        routing = routing_settings()
        mail = msgspec.structs.replace(routing.queues[1], emergency=Route(to=QueueId("mail-2")))
        second = msgspec.structs.replace(routing.queues[1], queue=QueueId("mail-2"))
        others = [queue for queue in routing.queues if queue.queue != mail.queue]
        await center.defines(msgspec.structs.replace(routing, queues=(*others, mail, second)))
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        await sam.open("wallboard")
        until_ms = center.store.clock.now_ms() + 60_000
        await sam.ask(p.DeclareEmergency, queue="mail", until_ms=until_ms)
        await center.mail_comes("m-2", "Another", "And another.")
        moved = center.desk.views.floor.line_of(QueueId("mail-2"), 5)
        assert [item.interaction for item in moved] == ["m-1", "m-2"]
        (now,) = center.desk.views.floor.emergencies.values()
        assert (now.queue, now.until_ms, now.by) == ("mail", until_ms, "sam")
        for queue, sentence in (("chat", "No emergency route"), ("nowhere", "Name a queue or a number")):
            refused = await refusal(sam, p.DeclareEmergency, queue=queue, until_ms=until_ms)
            assert refused.sentence.startswith(sentence)
        late = await refusal(sam, p.DeclareEmergency, queue="mail", until_ms=5)
        assert late.sentence == "Choose a time to come, at most 7 days from now."
        await sam.ask(p.LiftEmergency, queue="mail")
        assert not center.desk.views.floor.emergencies
    assert [row[:3] for row in center.steered.rows] == [
        (Act.EMERGENCY_DECLARED, "sam", f"queue mail until {until_ms}"),
        (Act.EMERGENCY_LIFTED, "sam", "queue mail"),
    ]


async def test_an_agent_may_not_declare_an_emergency(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as ann, ann.connected():
        refused = await refusal(ann, p.DeclareEmergency, queue="mail", until_ms=5)
        assert refused.reason is RefusalReason.NOT_ALLOWED


async def test_a_supervisor_gives_waiting_work_to_an_agent(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        center.signed_in("sam") as sam,
        ann.connected(),
        sam.connected(),
    ):
        await at_desk(ann, Presence.NOT_READY)
        await center.chat_begins("c-1", "Hello?")
        away = await refusal(sam, p.PullWork, interaction="c-1", agent="ben")
        assert away.sentence.startswith("It cannot reach this agent now")
        await sam.ask(p.PullWork, interaction="c-1", agent="ann")
        await ann.until(lambda: bool(ann.parts("desk", WorkItem)), 5, "the work")
        again = await refusal(sam, p.PullWork, interaction="c-1", agent="ann")
        assert again.reason is RefusalReason.NOT_WAITING
    assert center.steered.rows == [(Act.WORK_GIVEN, "sam", "c-1 to ann", None)]


async def test_an_act_that_could_not_be_logged_is_asked_again_and_done_once(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam, sam.connected():
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        request = p.PrioritiseWork(id=sam.next_id(), interaction=InteractionId("m-1"), priority=3)
        center.steered.down = True
        reply = await sam.request(request)
        assert isinstance(reply, p.Refused)
        assert reply.reason is RefusalReason.TRY_AGAIN
        center.steered.down = False
        assert isinstance(await sam.request(request), p.Answer)
        assert [row[2] for row in center.steered.rows] == ["m-1 to 3"]


async def test_programs_steer_by_http_like_the_desktop(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        await center.mail_comes("m-1", "A bill", "Please see the bill.")
        token = await center.desk.sign_in.make_token(UserId("sam"), "test")
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=center.address, headers=headers) as http:
            raised = await http.post("/api/interactions/m-1/prioritise", json={"priority": 4})
            assert raised.json()["type"] == "answer"
            parked = await http.post("/api/interactions/m-1/park", json={"until_ms": 5})
            assert (parked.status_code, parked.json()["reason"]) == (409, "out_of_range")
            line = (await http.get("/api/views/queue/mail")).json()
            assert {part["key"] for part in line["parts"]} == {"head", "waiting/m-1"}
            assert (await http.get("/api/views/queue/none")).status_code == 404
            lifted = await http.request("DELETE", "/api/queues/mail/emergency")
            assert (lifted.status_code, lifted.json()["type"]) == (200, "answer")
            unknown = await http.post("/api/numbers/none/emergency", json={"until_ms": 5})
            assert (unknown.status_code, unknown.json()["reason"]) == (409, "unknown_number")
            forced = await http.post("/api/agents/ann/presence", json={"presence": "ready"})
            assert forced.json()["type"] == "answer"
    assert [row[0] for row in center.steered.rows] == [Act.WORK_PRIORITISED, Act.PRESENCE_FORCED]


async def test_an_integrator_steers_nothing_and_sees_no_line(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("crm") as crm:
        with pytest.raises(ClientError) as refused:
            await crm.post("/api/agents/ann/presence", {"presence": "ready"})
        assert refused.value.reason == "not_allowed"
        with pytest.raises(ClientError):
            await crm.get("/api/views/queue/mail")


STEERING = [
    Act.AGENT_LENT,
    Act.AGENT_RECALLED,
    Act.LENDING_KEPT,
    Act.PRESENCE_FORCED,
    Act.WRAP_UP_CLOSED,
    Act.WORK_GIVEN,
]
STEERING += [
    Act.EMERGENCY_DECLARED,
    Act.EMERGENCY_LIFTED,
    Act.WORK_PRIORITISED,
    Act.WORK_MOVED,
    Act.WORK_PARKED,
    Act.WORK_RESUMED,
]


@pytest.mark.parametrize("act", STEERING)
async def test_a_steering_act_is_in_the_audit_log(act: Act, tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        sam = Actor(UserId("sam"), Role.SUPERVISOR)
        await AuditedSteering(center.store).steered(act, sam, subject="ann ready", customer=None)
        (newest,) = (await audit_log(center.store, limit=1))[:1]
        assert (newest.accessed.act, newest.accessed.user) == (act, "sam")
