"""The views' pure core: a view equals a fresh fold after any facts, and changes lead where a snapshot is."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_desktop.core.desk import LookedUp, desk_parts
from agent_desktop.core.desk_words import About, unknown_who
from agent_desktop.core.floor import Floor
from agent_desktop.core.numbering import CHANGES_KEPT, NumberedView
from agent_desktop.core.on_floor import Touched
from agent_desktop.core.parts import (
    AnyPart,
    CapacityChip,
    ChannelDown,
    Phone,
    PhoneKind,
    PhoneState,
    QueueGlance,
    TodayCount,
    WorkItem,
)
from agent_desktop.core.protocol import Snapshot
from agent_desktop.core.settings import CenterSettings, PhoneSettings, UserSettings
from history.core import routing as facts
from history.core.call_words import WorkKind
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    BackOffBecause,
    CloseReason,
    EndedBy,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    Presence,
    QueueId,
    ReasonCode,
    Requirement,
    Role,
    UserId,
    VisitId,
    WithdrawnBecause,
    WorkId,
)
from tests.agent_desktop.center import center_settings, routing_settings

AGENTS = [AgentId("ann"), AgentId("ben")]
WORK = [(InteractionId(f"c-{number}"), number) for number in range(4)]
MEDIA = [Medium.CHAT, Medium.VOICE, Medium.MAIL, Medium.TASK]
QUEUES = [QueueId(name) for name in ("chat", "sales", "mail", "tasks")]


def any_fact(kind: int, work: int, agent: int) -> Fact:
    """One of all facts that the floor knows, about one of four interactions and two agents."""
    interaction, number = WORK[work]
    who, medium, queue = AGENTS[agent], MEDIA[work], QUEUES[work]
    offer, handling = OfferId(f"o-{number}"), HandlingId(f"h-{number}")
    ended: dict[str, Any] = {"offer": offer, "interaction": interaction, "agent": who}
    visit: dict[str, Any] = {
        "visit": VisitId(f"v-{number}"),
        "interaction": interaction,
        "queue": queue,
        "medium": medium,
    }
    made = [
        facts.PresenceChanged(agent=who, presence=Presence.READY),
        facts.PresenceChanged(agent=who, presence=Presence.NOT_READY, reason=ReasonCode("lunch")),
        facts.DesktopConnected(agent=who),
        facts.DesktopDisconnected(agent=who),
        facts.PhoneBecameReachable(agent=who),
        facts.PhoneBecameUnreachable(agent=who),
        facts.PhoneBecameBusy(agent=who),
        facts.PhoneBecameFree(agent=who),
        facts.AgentBackedOff(agent=who, until_ms=9, because=BackOffBecause.BUSY),
        facts.InteractionQueued(**visit, arrived_ms=number, due_ms=number + 5),
        facts.InteractionAttributed(interaction=interaction),
        facts.OfferMade(**visit, offer=offer, agent=who, waited_ms=1, expires_at_ms=20, idle_ms=0, candidates=1),
        facts.RingOrdered(offer=offer, pop_was_late=False, expires_at_ms=30),
        facts.PhoneRang(offer=offer),
        facts.OfferAccepted(**ended),
        facts.OfferDeclined(**ended, not_again_before_ms=1),
        facts.OfferExpired(**ended, misses=1),
        facts.OfferWithdrawn(**ended, because=WithdrawnBecause.CUSTOMER_LEFT),
        facts.VisitAnswered(**visit, wait_ms=5),
        facts.VisitAbandoned(**visit, wait_ms=5, short=False),
        facts.HandlingStarted(
            handling=handling, interaction=interaction, agent=who, queue=queue, medium=medium, offer=offer
        ),
        facts.WrapUpStarted(
            handling=handling, interaction=interaction, agent=who, by=EndedBy.AGENT, active_ms=3, ends_at_ms=99
        ),
        facts.WrapUpCompleted(handling=handling, interaction=interaction, agent=who, wrap_up_ms=2),
        facts.CustomerLegEnded(interaction=interaction),
        facts.InteractionClosed(interaction=interaction, reason=CloseReason.HANDLED),
        facts.RoutingDefined(settings=routing_settings()),
        facts.RingingStopped(offer=offer),
        facts.PresencePlanned(agent=who, presence=Presence.NOT_READY, reason=ReasonCode("lunch")),
        facts.PresencePlanned(agent=who),
        facts.ReasonOverrun(agent=who, reason=ReasonCode("lunch")),
        facts.WrapUpStarted(
            handling=handling, interaction=interaction, agent=who, by=EndedBy.AGENT, active_ms=3, frees=True
        ),
        facts.WrapUpExtended(
            handling=handling, interaction=interaction, agent=who, ends_at_ms=199, extensions=number + 1
        ),
        facts.WorkStarted(work=WorkId(f"w-{number}"), agent=who, medium=medium, kind=WorkKind.OTHER),
        facts.WorkEnded(work=WorkId(f"w-{number}"), agent=who),
        facts.InteractionPrioritised(interaction=interaction, priority=number - 2, due_ms=number),
        facts.InteractionParked(interaction=interaction, until_ms=number + 50),
        facts.InteractionResumed(interaction=interaction),
        facts.RequirementRelaxed(interaction=interaction, step=1, requirement=Requirement("bikes")),
        facts.VisitMoved(**visit, wait_ms=5, to=QueueId("other")),
    ]
    return made[kind % len(made)]


KINDS = 39
SEQUENCES = st.lists(st.tuples(st.integers(0, KINDS - 1), st.integers(0, 3), st.integers(0, 1)), max_size=60)


def user(center: CenterSettings, name: str) -> UserSettings:
    found = center.user(name)
    assert found is not None
    return found


@settings(max_examples=150, deadline=None)
@given(SEQUENCES)
def test_each_desk_equals_a_fresh_fold_after_any_facts(sequence: list[tuple[int, int, int]]) -> None:
    center = center_settings()
    floor, views = Floor(), {name: NumberedView("desk", 1_000) for name in ("ann", "ben")}
    shown: dict[str, dict[str, AnyPart]] = {name: {} for name in views}
    made = [facts.RoutingDefined(settings=routing_settings()), *(any_fact(*item) for item in sequence)]
    for at_ms, fact in enumerate(made):
        touched = floor.fold(fact, at_ms)
        for name, view in views.items():
            if not (touched.everything or touched.queues or name in touched.agents):
                continue
            change = view.publish(desk_parts(floor, center, user(center, name), LookedUp()), at_ms)
            if change is not None:
                shown[name] = {key: part for key, part in shown[name].items() if key not in change.removed}
                shown[name] |= {part.key: part for part in change.put}
    fresh = Floor()
    for at_ms, fact in enumerate(made):
        fresh.fold(fact, at_ms)
    assert fresh == floor
    for name in views:
        expected = desk_parts(fresh, center, user(center, name), LookedUp())
        assert shown[name] == {part.key: part for part in expected}
        assert len({part.key for part in expected}) == len(expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.integers(0, 200))
def test_whoever_returns_is_led_to_the_same_parts(steps: list[int], left_at: int) -> None:
    view = NumberedView("desk", 5_000)
    seen: dict[int, dict[str, AnyPart]] = {5_000: {}}
    for at_ms, count in enumerate(steps):
        view.publish([glance(number, at_ms) for number in range(count)], at_ms)
        seen[view.number] = view.parts
    stood = sorted(seen)[left_at % len(seen)]
    missing = view.since(stood, 1)
    if isinstance(missing, Snapshot):
        assert view.number - stood > CHANGES_KEPT
        return
    parts = dict(seen[stood])
    for change in missing:
        assert change.from_number == stood
        for key in change.removed:
            del parts[key]
        parts |= {part.key: part for part in change.put}
        stood = change.number
    assert (stood, parts) == (view.number, view.parts)


def glance(number: int, waiting: int) -> QueueGlance:
    return QueueGlance(
        key=f"queue/{number}",
        queue=QueueId(str(number)),
        name="",
        medium=Medium.CHAT,
        waiting=waiting,
        longest_waiting_since_ms=None,
        may_pull=True,
    )


@pytest.mark.parametrize("stood", [None, 4_999, 5_002, 1])
def test_whoever_stands_elsewhere_gets_a_snapshot(stood: int | None) -> None:
    view = NumberedView("desk", 5_000)
    view.publish([glance(1, 1)], 7)
    assert view.publish([glance(1, 1)], 8) is None
    given = view.since(stood, 9)
    assert isinstance(given, Snapshot)
    assert (given.number, given.server_ms, given.parts) == (5_001, 9, (glance(1, 1),))
    assert view.since(5_001, 9) == []


def test_a_closed_interaction_leaves_nothing_on_the_floor() -> None:
    floor = Floor()
    for kind in (9, 11, 20, 24):
        floor.fold(any_fact(kind, 0, 0), 1)
    assert (floor.interactions, floor.offers, floor.handlings) == ({}, {}, {})


def test_what_was_touched_adds_up() -> None:
    touched = Touched(agents={AgentId("ann")})
    touched.add(Touched(queues={QueueId("chat")}, interactions={InteractionId("c-1")}, everything=True))
    assert touched == Touched({AgentId("ann")}, {QueueId("chat")}, {InteractionId("c-1")}, True)


def phone_after(*kinds: int) -> Phone:
    floor = Floor()
    floor.fold(facts.RoutingDefined(settings=routing_settings()), 0)
    for kind in kinds:
        floor.fold(any_fact(kind, 1, 0), 1)
    secret = PhoneSettings(PhoneKind.SOFTPHONE, "ws://127.0.0.1:8088/ws", "sip:ann@127.0.0.1", "secret")
    ann = UserSettings(UserId("ann"), "Ann", Role.AGENT, is_agent=True, phone=secret)
    return next(part for part in desk_parts(floor, center_settings(), ann, LookedUp()) if isinstance(part, Phone))


def test_a_phone_is_shown_as_the_switch_sees_it() -> None:
    assert phone_after().state is PhoneState.UNREACHABLE
    assert phone_after(4).state is PhoneState.FREE
    assert phone_after(4, 9, 11, 12).state is PhoneState.RINGING
    assert phone_after(4, 9, 11, 12, 6).state is PhoneState.RINGING  # a switch calls a ringing phone busy
    assert phone_after(4, 6).state is PhoneState.BUSY
    assert phone_after().password == "secret"


def test_a_supervisor_who_is_no_agent_has_no_work_on_the_desk() -> None:
    center = center_settings()
    floor = Floor()
    floor.fold(facts.RoutingDefined(settings=routing_settings()), 0)
    down = ChannelDown(key="channel/mail", name="mail", medium=Medium.MAIL, sentence="No answer.", since_ms=1)
    parts = desk_parts(floor, center, user(center, "sam"), LookedUp(channels_down=(down,)))
    assert [part.key for part in parts] == ["center", "me", "channel/mail"]


def test_a_card_shows_what_was_looked_up() -> None:
    center, floor = center_settings(), Floor()
    for kind in (25, 9, 11, 14, 18, 20):
        floor.fold(any_fact(kind, 0, 0), 10)
    handling = HandlingId("h-0")
    looked_up = LookedUp(
        about={InteractionId("c-0"): About(who="Maria", why="Chain", unread=2, last_line="Hi", last_line_ms=3)},
        drafts={(handling, "note"): "half", (HandlingId("h-9"), "note"): "of other work"},
    )
    parts = desk_parts(floor, center, user(center, "ann"), looked_up)
    work = next(part for part in parts if isinstance(part, WorkItem))
    assert (work.who, work.why, work.unread, work.last_line) == ("Maria", "Chain", 2, "Hi")
    assert [part.key for part in parts if part.key.startswith("draft/")] == ["draft/h-0/note"]


@pytest.mark.parametrize(("answered", "due_ms"), [(False, 5), (True, None)])
def test_nothing_is_due_of_a_mail_that_is_answered(answered: bool, due_ms: int | None) -> None:
    center, floor = center_settings(), Floor()
    for kind in (25, 9, 11, 14, 18, 20):
        floor.fold(any_fact(kind, 0, 0), 10)
    looked_up = LookedUp(about={InteractionId("c-0"): About(answered=answered)})
    parts = desk_parts(floor, center, user(center, "ann"), looked_up)
    assert [part.due_ms for part in parts if isinstance(part, WorkItem)] == [due_ms]


def test_somebody_without_a_name_is_told_from_the_others() -> None:
    called = [unknown_who(medium, InteractionId("c-12ab")) for medium in Medium]
    assert called == ["Number withheld", "Unknown sender", "Visitor 12AB", "No customer"]


def test_an_agents_day_counts_what_was_completed_since_midnight() -> None:
    center, floor = center_settings(), Floor()
    floor.fold(facts.RoutingDefined(settings=routing_settings()), 0)
    for began_ms, wrapped_ms in ((10, 90), (100, 150), (200, 270)):
        floor.fold(any_fact(20, 0, 0), began_ms)
        floor.fold(any_fact(22, 0, 0), wrapped_ms)
    parts = desk_parts(floor, center, user(center, "ann"), LookedUp(day_began_ms=100))
    today = {part.medium: (part.handled, part.handle_ms) for part in parts if isinstance(part, TodayCount)}
    assert today == {medium: (2, 120) if medium is Medium.CHAT else (0, 0) for medium in center.media}


def test_an_agent_whom_the_router_does_not_know_yet_has_an_empty_desk() -> None:
    center, floor = center_settings(), Floor()
    carla = UserSettings(UserId("carla"), "Carla", Role.AGENT, is_agent=True)
    before = [part.key for part in desk_parts(floor, center, carla, LookedUp())]
    floor.fold(facts.RoutingDefined(settings=routing_settings()), 0)
    assert [part.key for part in desk_parts(floor, center, carla, LookedUp())] == before == ["center", "me", "phone"]


def test_a_center_without_calls_has_no_phone_on_any_desk() -> None:
    center = replace(center_settings(), media=(Medium.CHAT,))
    assert "phone" not in [part.key for part in desk_parts(Floor(), center, user(center, "ann"), LookedUp())]


def test_a_desk_shows_capacity_of_the_centers_own_media_alone() -> None:
    center, floor = center_settings(), Floor()
    floor.fold(facts.RoutingDefined(settings=routing_settings()), 0)
    small = replace(center, media=(Medium.CHAT,))

    def chips(of: CenterSettings) -> list[Medium]:
        parts = desk_parts(floor, of, user(of, "ann"), LookedUp())
        return [part.medium for part in parts if isinstance(part, CapacityChip)]

    assert set(chips(center)) > set(chips(small)) == {Medium.CHAT}


def test_names_that_are_not_known_any_more_are_shown_as_ids() -> None:
    center = center_settings()
    assert (center.user_name("gone"), center.queue_name("gone")) == ("gone", "gone")
    assert (center.reason_name("lunch"), center.reason_name("gone"), center.reason_name(None)) == ("Lunch", "gone", "")
    assert (center.disposition_name("solved"), center.disposition_name(None)) == ("Solved", "")


def test_a_queue_whose_skill_an_agent_lacks_is_not_glanced_at() -> None:
    routing = routing_settings()
    queues = (msgspec.structs.replace(routing.queues[0], requirement=Requirement("repairs")), *routing.queues[1:])
    floor, center = Floor(), center_settings()
    floor.fold(facts.RoutingDefined(settings=msgspec.structs.replace(routing, queues=queues)), 0)
    parts = desk_parts(floor, center, user(center, "ann"), LookedUp())
    glanced = [part.queue for part in parts if isinstance(part, QueueGlance)]
    assert glanced == [queue.queue for queue in routing.queues[1:]]
