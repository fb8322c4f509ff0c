"""What keeps waiting work away from an agent, on their own desk: the same as the engine itself would say."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.desk import LookedUp, desk_parts
from agent_desktop.core.floor import Floor
from agent_desktop.core.parts import WorkKeptAway
from agent_desktop.core.seating import Seating
from agent_desktop.core.settings import CenterSettings, QueueShown, UserSettings
from history.core.routing_blending import Floor as FloorRule
from history.core.routing_blending import Reserve
from history.core.routing_settings import MediumCapacity
from history.core.vocabulary import (
    AgentId,
    InteractionId,
    Medium,
    Presence,
    QueueId,
    Requirement,
    ReservationId,
    Role,
    RuleId,
    UserId,
)
from router.core import inputs
from router.core.explain import WhyNot
from router.core.kept_away import what_keeps_away
from tests.agent_desktop.center import routing_settings, running_center
from tests.router.test_walk import Walk
from tests.specs.center import Center, a_queue, an_agent

NAMES = {"sales": "Sales", "billing": "Billing", "mail": "Letters", "chat": "Chat", "office": "Office"}
QUEUES = (
    a_queue("sales", Medium.VOICE, "selling"),
    a_queue("billing", Medium.VOICE, "bills"),
    a_queue("mail", Medium.MAIL, "bills", target_s=3_600),
    a_queue("chat", Medium.CHAT, "bills", target_s=600),
    a_queue("office", Medium.TASK, "bills"),
)
SERVES = ("bills",)
CHATS = tuple(
    MediumCapacity(medium=medium, weight=weight, limit=3, interruptible=False)
    for medium, weight in ((Medium.VOICE, 50), (Medium.CHAT, 33), (Medium.MAIL, 33), (Medium.TASK, 33))
)


class Screens:
    """A center, and the desks of its agents."""

    def __init__(
        self,
        *names: str,
        away: tuple[str, ...] = (),
        capacities: Any = CHATS,
        skills: tuple[str, ...] = SERVES,
        **rules: Any,
    ) -> None:
        more = {} if capacities is None else {"capacities": capacities}
        agents = tuple(an_agent(name, *skills, teams=("blue",), **more) for name in (*names, *away))
        self.center = Center(agents=agents, queues=QUEUES, rules=rules)
        self.floor, self.seating, self._folded = Floor(), Seating(), 0
        for name in names:
            self.center.signs_in(name)
            self.center.after(seconds=1)

    def follow(self) -> None:
        journal = self.center.journal
        for at_ms, fact in journal[self._folded :]:
            self.seating.note(self.floor.fold(fact, at_ms))
        self._folded = len(journal)
        self.seating.refresh(self.floor)

    def line(self, agent: str) -> str:
        """What stands on an agent's desk, or nothing."""
        self.follow()
        queues = tuple(QueueShown(each.queue, NAMES[each.queue], each.medium) for each in QUEUES)
        center = CenterSettings(name="Harbor", zone="UTC", media=tuple(Medium), users=(), queues=queues)
        user = UserSettings(UserId(agent), agent.title(), Role.AGENT, is_agent=True)
        parts = desk_parts(self.floor, center, user, LookedUp(), self.seating)
        lines = [part.line for part in parts if isinstance(part, WorkKeptAway)]
        assert len(lines) < 2
        return lines[0] if lines else ""

    def takes(self, agent: str, *queues: str) -> None:
        for queue in queues:
            self.center.arrives(queue)
            self.center.takes(agent)


def test_chats_that_fill_an_agent() -> None:
    screens = Screens("ann")
    screens.takes("ann", "chat", "chat", "chat")
    assert screens.line("ann") == ""
    letter = screens.center.arrives("mail")
    assert screens.line("ann") == "3 chats fill you: e-mail waits"
    screens.center.arrives("chat")
    screens.center.arrives("billing")
    assert screens.line("ann") == "3 chats fill you: calls, e-mail and chats wait"
    screens.center.tell(inputs.WorkParked, interaction=letter, until_ms=screens.center.now_ms + 99_000, by=UserId("s"))
    assert screens.line("ann") == "3 chats fill you: calls and chats wait"
    screens.center.chooses("ann", Presence.NOT_READY, "break")
    assert screens.line("ann") == "", "why nothing comes is said already"


def test_a_call_and_what_else_is_in_hand() -> None:
    screens = Screens("ann", capacities=None)
    screens.takes("ann", "billing")
    screens.center.arrives("chat")
    assert screens.line("ann") == "A call fills you: chats wait"
    two = Screens("ann")
    two.takes("ann", "billing", "mail")
    two.center.arrives("office")
    assert two.line("ann") == "A call and an e-mail fill you: tasks wait"


def test_nothing_is_said_of_what_is_offered_to_somebody_or_not_theirs_or_of_an_offer_that_stands() -> None:
    screens = Screens("ann", away=("ben",))
    screens.takes("ann", "chat", "chat", "chat")
    screens.center.signs_in("ben")
    screens.center.arrives("mail")
    screens.center.offer_of("ben")
    assert screens.line("ann") == "", "it is offered to ben"
    screens.center.arrives("sales")
    assert screens.line("ann") == "", "nobody here sells"
    screens.center.arrives("chat")
    assert screens.line("ben") == "", "the offer comes first"
    assert screens.line("ann") == "3 chats fill you: chats wait"


def test_held_for_something_overdue() -> None:
    screens = Screens("ann")
    screens.takes("ann", "chat", "chat")
    screens.center.arrives("billing")
    screens.center.after(seconds=30)
    screens.center.arrives("chat")
    assert screens.line("ann") == "Held for an overdue call: nothing else is offered"
    screens.center.ends("ann", screens.center.handling_of("ann"))
    screens.center.wraps_up("ann", screens.center.handling_of("ann"))
    screens.center.takes("ann")
    assert screens.line("ann") == "A call and a chat fill you: chats wait"


def test_lent_to_one_queue_alone_and_lent_at_all() -> None:
    screens = Screens("ann")
    loan = {"agent": AgentId("ann"), "to": QueueId("sales"), "by": UserId("sam")}
    screens.center.tell(inputs.AgentLentOut, **loan, only=True)
    assert screens.line("ann") == ""
    screens.center.arrives("mail")
    assert screens.line("ann") == "Lent to Sales: nothing else is offered"
    screens.center.tell(inputs.AgentLentOut, **loan, only=False)
    screens.center.takes("ann")
    assert screens.line("ann") == ""
    screens.takes("ann", "sales")
    screens.center.arrives("sales")
    assert screens.line("ann") == "A call and an e-mail fill you: calls wait", "of the queue that they help in as well"
    alone = Screens("ann")
    alone.center.tell(inputs.AgentLentOut, **loan, only=True)
    alone.takes("ann", "sales", "sales")
    alone.center.arrives("sales")
    assert alone.line("ann") == "2 calls fill you: calls wait"


def test_kept_by_a_reserve_which_is_a_matter_of_what_others_do() -> None:
    reserve = Reserve(rule=RuleId("calm"), agents=Requirement("team:blue"), queues=(QueueId("sales"),), keep=1)
    screens = Screens("ann", "ben", reserves=(reserve,), skills=("bills", "selling"))
    screens.takes("ann", "mail", "mail", "mail")
    assert "ben" in kept_by_others_doing(screens)
    screens.center.arrives("chat")
    assert screens.line("ben") == "Kept free for Sales: chats wait"
    screens.center.ends("ann", screens.center.handling_of("ann"))
    assert screens.line("ben") == "Kept free for Sales: chats wait", "ann is still at work"
    screens.center.arrives("sales")
    screens.center.takes("ben")
    assert "ben" in kept_by_others_doing(screens)
    assert "Kept free" not in screens.line("ben")


def kept_by_others_doing(screens: Screens) -> set[str]:
    screens.follow()
    return set(screens.seating.take_changed())


def test_kept_by_a_floor() -> None:
    rule = FloorRule(rule=RuleId("ink"), agents=Requirement("team:blue"), queues=(QueueId("mail"),), agents_min=1)
    screens = Screens("ann", "ben", floors=(rule,))
    screens.takes("ann", "mail")
    screens.takes("ben", "chat", "chat", "chat")
    screens.center.arrives("chat")
    assert screens.line("ann") == "Kept free for Letters: chats wait"
    assert screens.line("ben") == "3 chats fill you: chats wait"


def test_kept_for_an_outgoing_call_and_a_phone_in_use() -> None:
    screens = Screens("ann", capacities=None)
    screens.center.tell(
        inputs.ReservationAsked,
        reservation=ReservationId("r1"),
        agents=Requirement("anyone"),
        medium=Medium.VOICE,
        until_ms=screens.center.now_ms + 60_000,
    )
    screens.center.arrives("chat")
    assert screens.line("ann") == "Kept free for an outgoing call: chats wait"
    busy = Screens("ann", capacities=None)
    busy.center.tell(inputs.PhoneBusy, agent=AgentId("ann"))
    busy.center.arrives("billing")
    assert busy.line("ann") == "Your phone is busy: calls wait"


async def test_the_line_comes_and_goes_on_an_open_desk_by_what_others_do(tmp_path: Path) -> None:
    reserve = Reserve(rule=RuleId("calm"), agents=Requirement("anyone"), queues=(QueueId("chat"),), keep=1)
    async with (
        running_center(tmp_path) as center,
        center.signed_in("ann") as ann,
        center.signed_in("ben") as ben,
        ann.connected(),
        ben.connected(),
    ):
        await center.defines(replace(routing_settings(), definition_version=2, reserves=(reserve,)))
        for desk in (ann, ben):
            await desk.open("desk")
        await ann.ask(p.SetPresence, presence=Presence.READY)
        await center.arrives("t-1", "tasks")
        await ann.until(lambda: lines(ann) == ["Kept free for Chat: tasks wait"], 5, "the line")
        await ben.ask(p.SetPresence, presence=Presence.READY)
        await ann.until(lambda: lines(ann) == [], 5, "the line's end")
        assert lines(ben) == []


def lines(desk: DesktopClient) -> list[str]:
    return [part.line for part in desk.parts("desk", WorkKeptAway)]


SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_screen_says_what_the_engine_itself_would_say_after_every_step_of_a_random_day(seed: int) -> None:
    day(seed)


def test_these_days_bring_up_every_reason() -> None:
    """Else the test above would say little."""
    assert {because for seed in SEEDS for because in day(seed)} == {
        WhyNot.HELD_FOR_ANOTHER,
        WhyNot.LENT_ELSEWHERE,
        WhyNot.KEPT_FOR_OTHERS,
        WhyNot.RESERVED,
        WhyNot.PHONE_BUSY,
        WhyNot.FULLY_LOADED,
        WhyNot.LIMIT_REACHED,
    }


def day(seed: int) -> set[WhyNot]:
    """Compare what is folded for the screens with the engine's own state after each step; the reasons that came up."""
    walk = Walk(seed)
    floor, seating, folded, said = Floor(), Seating(), 0, set[WhyNot]()
    for _ in range(200):
        walk.step()
        journal = walk.center.journal
        for at_ms, fact in journal[folded:]:
            seating.note(floor.fold(fact, at_ms))
        folded = len(journal)
        seating.refresh(floor)
        state = walk.center.engine.state
        state.seats.refresh()
        held = {each.interaction: agent for agent, each in floor.held.items()}
        assert held == state.held_for
        waits = {queue: bool(state.waiting.in_queue.get(queue)) for queue in state.queue_settings}
        assert {queue: floor.has_to_offer(queue) for queue in state.queue_settings} == waits
        everything = {queue: each.medium for queue, each in state.queue_settings.items()}
        for seat in state.seats.numbered:
            kept = what_keeps_away(state.seats, seat, everything)
            assert seating.keeps_away(seat.agent, everything) == kept
            said |= {kept.because} if kept is not None else set()
    return said


def test_a_definition_that_is_applied_anew_is_followed() -> None:
    screens = Screens("ann")
    screens.takes("ann", "chat", "chat", "chat")
    screens.center.arrives("mail")
    assert screens.line("ann")
    wide = tuple(MediumCapacity(medium=each.medium, weight=10, limit=9, interruptible=False) for each in CHATS)
    screens.center.apply_definition(agents=(an_agent("ann", *SERVES, capacities=wide), an_agent("eve", *SERVES)))
    screens.center.takes("ann")
    assert screens.line("ann") == ""
    assert screens.line("eve") == screens.line("nobody") == ""
    assert InteractionId("") not in screens.floor.interactions
