"""What the views show of planned and forced presence, of wrap-ups, and of what waits in a queue."""

from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import msgspec
import pytest

from agent_desktop.core import protocol as p
from agent_desktop.core.board import board_parts
from agent_desktop.core.desk import LookedUp, desk_parts
from agent_desktop.core.desk_words import About
from agent_desktop.core.figures import BoardAgent, BoardFigures
from agent_desktop.core.floor import Floor
from agent_desktop.core.parts import AnyPart, CapacityChip, Me, QueueGlance, WorkItem
from agent_desktop.core.queue_parts import QueueHead, WaitingRow
from agent_desktop.core.queue_view import QUEUE_ROWS_MAX, may_pull_from, queue_parts
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.settings import UserSettings
from agent_desktop.core.wallboard_parts import AgentRow, WrapUpShown
from agent_desktop.sentences import sentence_of
from history.core import routing as facts
from history.core.call_words import WorkKind
from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    Requirement,
    Role,
    UserId,
    VisitId,
    WorkId,
)
from tests.agent_desktop.center import center_settings, routing_settings

ANN = AgentId("ann")
LUNCH = ReasonCode("lunch")
MAIL = QueueId("mail")
HANDLING = HandlingId("h-1")
CHAT = InteractionId("c-1")


def floor_of(*made: Fact, settings: RoutingSettings | None = None) -> Floor:
    floor = Floor()
    for at_ms, fact in enumerate((facts.RoutingDefined(settings=settings or routing_settings()), *made)):
        floor.fold(fact, at_ms * 100)
    return floor


def desk_of(floor: Floor) -> list[AnyPart]:
    ann = UserSettings(UserId("ann"), "Ann", Role.AGENT, is_agent=True)
    return desk_parts(floor, center_settings(), ann, LookedUp())


def me_of(*made: Fact) -> Me:
    return next(part for part in desk_of(floor_of(*made)) if isinstance(part, Me))


def at_lunch(**more: object) -> Fact:
    given: dict[str, object] = {"agent": ANN, "presence": Presence.NOT_READY, "reason": LUNCH, **more}
    return msgspec.convert(given, facts.PresenceChanged)


CHAT_TAKEN = facts.HandlingStarted(
    handling=HANDLING,
    interaction=CHAT,
    agent=ANN,
    queue=QueueId("chat"),
    medium=Medium.CHAT,
    offer=OfferId("o-1"),
)


def wrap_up(**more: object) -> facts.WrapUpStarted:
    given: dict[str, object] = {
        "handling": HANDLING,
        "interaction": CHAT,
        "agent": ANN,
        "by": EndedBy.AGENT,
        "active_ms": 5,
    }
    return msgspec.convert({**given, **more}, facts.WrapUpStarted)


def waits(name: str, arrived_ms: int, **more: object) -> facts.InteractionQueued:
    given: dict[str, object] = {
        "interaction": name,
        "visit": f"v-{name}",
        "medium": Medium.MAIL,
        "queue": MAIL,
        "arrived_ms": arrived_ms,
        "due_ms": arrived_ms + 1_000,
    }
    return msgspec.convert({**given, **more}, facts.InteractionQueued)


# ---- presence


def test_a_planned_presence_is_shown_until_it_comes_or_is_dropped() -> None:
    planned = facts.PresencePlanned(agent=ANN, presence=Presence.NOT_READY, reason=LUNCH)
    me = me_of(CHAT_TAKEN, planned)
    assert (me.work_in_hand, me.planned, me.planned_reason) == (True, Presence.NOT_READY, LUNCH)
    assert me_of(planned, facts.PresencePlanned(agent=ANN)).planned is None
    after = me_of(planned, at_lunch())
    assert (after.planned, after.planned_reason, after.reason) == (None, None, LUNCH)


def test_a_forced_presence_says_by_whom_until_the_agent_chooses_again() -> None:
    forced = at_lunch(by=PresenceBy.SUPERVISOR, supervisor="sam")
    assert (me_of(forced).by, me_of(forced).forced_by_name) == (PresenceBy.SUPERVISOR, "Sam Stone")
    assert me_of(forced, facts.PresenceChanged(agent=ANN, presence=Presence.READY)).forced_by_name == ""


def test_an_overrun_counts_from_the_end_of_the_reasons_time_to_the_next_presence() -> None:
    over = (at_lunch(), facts.ReasonOverrun(agent=ANN, reason=LUNCH))
    assert me_of(*over).overrun_since_ms == 200
    assert me_of(*over, at_lunch()).overrun_since_ms is None


def test_work_that_was_not_offered_is_in_hand_and_counts_against_capacity() -> None:
    begun = facts.WorkStarted(work=WorkId("w"), agent=ANN, medium=Medium.VOICE, kind=WorkKind.OTHER)
    floor = floor_of(begun)
    assert me_of(begun).work_in_hand
    assert carried(floor)[Medium.VOICE] == 1
    floor.fold(facts.WorkEnded(work=WorkId("w"), agent=ANN), 1)
    assert carried(floor)[Medium.VOICE] == 0


def carried(floor: Floor) -> dict[Medium, int]:
    return {part.medium: part.carried for part in desk_of(floor) if isinstance(part, CapacityChip)}


# ---- wrap-up


def work_of(floor: Floor) -> WorkItem:
    return next(part for part in desk_of(floor) if isinstance(part, WorkItem))


def test_an_optional_wrap_up_leaves_the_agent_free() -> None:
    held = floor_of(CHAT_TAKEN, wrap_up())
    freed = floor_of(CHAT_TAKEN, wrap_up(frees=True, ends_at_ms=9_000))
    assert (work_of(held).wrap_up_optional, carried(held)[Medium.CHAT]) == (False, 1)
    assert (work_of(freed).wrap_up_optional, carried(freed)[Medium.CHAT]) == (True, 0)
    assert not next(part for part in desk_of(freed) if isinstance(part, Me)).work_in_hand


def test_a_timed_wrap_up_shows_its_end_and_the_extensions_that_are_left() -> None:
    routing = routing_settings()
    queues = tuple(msgspec.structs.replace(queue, extension_ms=20_000, extensions_max=2) for queue in routing.queues)
    settings = msgspec.structs.replace(routing, queues=queues)
    floor = floor_of(CHAT_TAKEN, wrap_up(timed=True, ends_at_ms=30_000), settings=settings)
    work = work_of(floor)
    assert (work.wrap_up_timed, work.wrap_up_ends_at_ms) == (True, 30_000)
    assert (work.extension_ms, work.extensions_left) == (20_000, 2)
    for extensions, left in ((1, 1), (2, 0)):
        ends_at_ms = 30_000 + 20_000 * extensions
        floor.fold(
            facts.WrapUpExtended(
                handling=HANDLING, interaction=CHAT, agent=ANN, ends_at_ms=ends_at_ms, extensions=extensions
            ),
            1,
        )
        assert (work_of(floor).wrap_up_ends_at_ms, work_of(floor).extensions_left) == (ends_at_ms, left)


def test_a_wrap_up_that_is_not_timed_has_no_extensions() -> None:
    routing = routing_settings()
    queues = tuple(msgspec.structs.replace(queue, extension_ms=20_000, extensions_max=2) for queue in routing.queues)
    floor = floor_of(CHAT_TAKEN, wrap_up(), settings=msgspec.structs.replace(routing, queues=queues))
    assert work_of(floor).extensions_left == 0


# ---- what waits


def rows_of(floor: Floor, named: bool = True) -> list[WaitingRow]:
    about = {InteractionId("m-1"): About(who="Maria Lopez", why="A bill")}
    parts = queue_parts(floor, center_settings(), MAIL, about, named)
    return [part for part in parts if isinstance(part, WaitingRow)]


def test_a_queue_shows_what_waits_the_oldest_first() -> None:
    floor = floor_of(waits("m-2", 50), waits("m-1", 20), waits("m-3", 90), waits("c", 1, queue="chat"))
    assert [row.interaction for row in rows_of(floor)] == ["m-1", "m-2", "m-3"]
    assert (rows_of(floor)[0].who, rows_of(floor)[0].why) == ("Maria Lopez", "A bill")
    floor.fold(
        facts.VisitAnswered(
            visit=VisitId("v-m-1"), interaction=InteractionId("m-1"), queue=MAIL, medium=Medium.MAIL, wait_ms=1
        ),
        500,
    )
    assert [row.interaction for row in rows_of(floor)] == ["m-2", "m-3"]


def test_a_queue_tells_how_many_wait_and_shows_no_more_than_its_limit() -> None:
    floor = floor_of(*(waits(f"m-{number:04}", number) for number in range(QUEUE_ROWS_MAX + 5)))
    head, *rows = queue_parts(floor, center_settings(), MAIL, {}, named=True)
    assert isinstance(head, QueueHead)
    assert (head.waiting, head.medium, head.name, len(rows)) == (205, Medium.MAIL, "Mail", QUEUE_ROWS_MAX)
    assert rows[-1].key == "waiting/m-0199"


def test_who_waits_is_told_only_to_those_who_may_see_it() -> None:
    floor = floor_of(waits("m-1", 20, customer="k-1"))
    named, plain = rows_of(floor)[0], rows_of(floor, named=False)[0]
    assert (named.who, named.customer) == ("Maria Lopez", "k-1")
    assert (plain.who, plain.customer, plain.why) == ("", None, "A bill")


def test_each_way_of_steering_shows_in_the_row_and_touches_the_line_alone() -> None:
    interaction = InteractionId("m-1")
    floor = floor_of(waits("m-1", 20, priority=1, requirement="bikes", next_step_ms=700))
    row = rows_of(floor)[0]
    assert (row.priority, row.requirement, row.step, row.next_step_ms) == (1, "bikes", 0, 700)
    made: list[tuple[Fact, str, object]] = [
        (facts.InteractionPrioritised(interaction=interaction, priority=5, due_ms=3), "priority", 5),
        (facts.InteractionPrioritised(interaction=interaction, priority=6, due_ms=2), "due_ms", 2),
        (facts.InteractionParked(interaction=interaction, until_ms=9_000), "parked_until_ms", 9_000),
        (facts.InteractionResumed(interaction=interaction), "parked_until_ms", None),
        (facts.RequirementRelaxed(interaction=interaction, step=1, requirement=Requirement("anyone")), "step", 1),
    ]
    for fact, name, expected in made:
        touched = floor.fold(fact, 1_000)
        assert (touched.lines, touched.queues) == ({MAIL}, set())
        assert getattr(rows_of(floor)[0], name) == expected


def test_an_offer_shows_to_whom_and_is_gone_with_its_end() -> None:
    floor = floor_of(waits("m-1", 20))
    made = facts.OfferMade(
        visit=VisitId("v-m-1"),
        interaction=InteractionId("m-1"),
        queue=MAIL,
        medium=Medium.MAIL,
        offer=OfferId("o-1"),
        agent=ANN,
        waited_ms=1,
        expires_at_ms=9,
        idle_ms=0,
        candidates=1,
    )
    assert floor.fold(made, 1).lines == {MAIL}
    assert (rows_of(floor)[0].offered_to, rows_of(floor)[0].offered_name) == ("ann", "Ann Archer")
    ended = facts.OfferExpired(offer=OfferId("o-1"), interaction=InteractionId("m-1"), agent=ANN, misses=1)
    assert floor.fold(ended, 2).lines == {MAIL}
    assert rows_of(floor)[0].offered_to is None


@pytest.mark.parametrize(("queue", "open_to_ann"), [("mail", True), ("tasks", True), ("chat", False), ("sales", False)])
def test_agents_take_mail_and_tasks_of_their_own_queues_alone(queue: str, open_to_ann: bool) -> None:
    floor = floor_of()
    assert may_pull_from(floor, QueueId(queue), ANN) is open_to_ann
    glances = {part.queue: part.may_pull for part in desk_of(floor) if isinstance(part, QueueGlance)}
    assert glances[QueueId(queue)] is open_to_ann
    assert not may_pull_from(floor, QueueId(queue), AgentId("stranger"))
    assert not may_pull_from(floor, QueueId("none"), ANN)


def test_a_queue_whose_requirement_an_agent_does_not_meet_is_not_theirs_to_take_from() -> None:
    routing = routing_settings()
    queues = tuple(msgspec.structs.replace(queue, requirement=Requirement("repairs")) for queue in routing.queues)
    floor = floor_of(settings=msgspec.structs.replace(routing, queues=queues))
    assert not may_pull_from(floor, MAIL, ANN)


# ---- the board


def test_the_board_shows_what_a_supervisor_may_have_to_act_on() -> None:
    forced = at_lunch(by=PresenceBy.SUPERVISOR, supervisor="sam")
    floor = floor_of(
        CHAT_TAKEN,
        wrap_up(ends_at_ms=77_000),
        forced,
        facts.ReasonOverrun(agent=ANN, reason=LUNCH),
        facts.PresencePlanned(agent=ANN, presence=Presence.SIGNED_OUT),
    )
    row = next(part for part in board_parts(figures(), floor, center_settings(), ()) if isinstance(part, AgentRow))
    assert (row.forced_by_name, row.overrun_since_ms, row.planned) == ("Sam Stone", 400, Presence.SIGNED_OUT)
    assert row.wrap_ups == (WrapUpShown(handling=HANDLING, medium=Medium.CHAT, since_ms=200, ends_at_ms=77_000),)
    nobody = next(part for part in board_parts(figures(), Floor(), center_settings(), ()) if isinstance(part, AgentRow))
    assert (nobody.forced_by_name, nobody.wrap_ups) == ("", ())


def figures() -> BoardFigures:
    """Of one agent; the figures of queues have their own tests."""
    agent: BoardAgent = SimpleNamespace(
        presence="not_ready",
        reason="lunch",
        activity="not_ready",
        since_ms=5,
        carries=(),
        desktop_connected=True,
        phone_reachable=True,
    )
    activities = ("signed_out", "not_ready", "ready", "offered", "talking", "wrap_up")
    return SimpleNamespace(
        day_began_ms=0,
        queues=(),
        totals=(),
        agents={ANN: agent},
        by_activity=dict.fromkeys(activities, 0),
        definitions=(),
    )


# ---- words


def test_every_refusal_has_one_clear_sentence_for_every_request() -> None:
    for request in get_args(p.AnyRequest):
        for reason in RefusalReason:
            sentence = sentence_of(reason, request)
            assert sentence.endswith(".")
            assert sentence[0].isupper()


def test_what_supervisors_ask_is_refused_in_words_for_supervisors() -> None:
    unknown = RefusalReason.UNKNOWN_AGENT
    assert sentence_of(unknown, p.ForcePresence) == "There is no such agent; choose one of the list."
    assert "31 days" in sentence_of(RefusalReason.OUT_OF_RANGE, p.ParkWork)
    assert "You do not work" in sentence_of(unknown, p.SetPresence)


def test_a_name_that_is_not_known_any_more_is_shown_as_its_id() -> None:
    center = replace(center_settings(), users=())
    forced = at_lunch(by=PresenceBy.SUPERVISOR, supervisor="sam")
    ann = UserSettings(UserId("ann"), "Ann", Role.AGENT, is_agent=True)
    parts = desk_parts(floor_of(forced), center, ann, LookedUp())
    assert next(part for part in parts if isinstance(part, Me)).forced_by_name == "sam"
