"""What happens in the kept center beside the work of the kill tests: each rule of routing acts, on real work.

People do it all: callers, a supervisor and agents, over the switch and the desktop's messages.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from agent_desktop.core import protocol as p
from agent_desktop.core.parts import OfferCard, WorkItem
from agent_desktop.core.queue_parts import QueueHead, WaitingRow
from agent_desktop.core.wallboard_parts import AgentRow
from config.settings import Secrets
from cti.rehearsal import RehearsalSwitch
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    InteractionId,
    NumberId,
    Presence,
    QueueId,
    ReasonCode,
)
from tests.bed.waiting import until
from tests.kill.center import MortalCenter
from tests.kill.definition import PHONES as PHONES_OF_OTHERS
from tests.kill.desks import Desk
from tests.kill.telephones import RehearsalTelephones
from tests.upgrades import one_mind_definition as named

CLOSING_S = 150.0
"""The hours end at most this long after the definition was written."""
SOON_S = 30.0
DRILL = 32
"""So many wait in one line: after thirty scores of what was expected the wait is told."""
DRILL_TALK_S = 2.0
"""How long the first of them talks. The others are done at once, so that nobody waits for longer than expected."""
COMES_AGAIN = 8
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
OF_TASKS = ("steps", "cargo", "buoys", "lamps", "nets", "ropes", "letters", "bells", "held")
OF_CALLS = ("deep", "again", "drill")


@asynccontextmanager
async def rehearsal_switch(folder: Path) -> AsyncIterator[tuple[RehearsalSwitch, RehearsalTelephones]]:
    """A switch with everybody's phones and one of the two destinations; it knows the center in `folder`."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    phones = (*PHONES_OF_OTHERS, *named.PHONES)
    async with RehearsalSwitch(Secrets(data).own("rehearsal"), phones=phones, destinations=[named.VOICEMAIL]) as switch:
        telephones = RehearsalTelephones(switch)
        watching = asyncio.create_task(telephones.watch())
        try:
            yield switch, telephones
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


def _number(caller: int) -> str:
    return f"+4420794602{caller:02}"


class OneMind:
    """The people of this part, and what they do."""

    def __init__(self, center: MortalCenter, switch: RehearsalSwitch, stack: AsyncExitStack) -> None:
        self._center, self._switch, self._stack = center, switch, stack
        self._desks: dict[str, Desk] = {}
        self._tasks = 0
        self.interactions: dict[str, str] = {}
        """By what is remembered of them."""

    def somebody_calls_before_closing(self) -> None:
        self._in_time = self._call(named.CLOSES, 1)

    async def come_in(self) -> None:
        for name in ("sam", *named.AGENTS):
            desk = Desk(await self._center.client(name), name)
            self._desks[name] = await self._stack.enter_async_context(desk)
        for queue in (*OF_TASKS, *OF_CALLS):
            await self._sam.client.open(p.QUEUE_VIEW_PREFIX + queue)
        await self._sam.client.open(p.WALLBOARD_VIEW)
        for name in ("max", "tom", "bea", "dora"):
            await self._away(name)

    async def happens(self) -> None:
        """All of it. What is left over stays as it is."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._closing())
            group.create_task(self._leaving())
            group.create_task(self._coming_again())
            group.create_task(self._drill())
            group.create_task(self._steps())
            group.create_task(self._lending())
            group.create_task(self._reserve())
            group.create_task(self._floor_and_share())
            group.create_task(self._held_and_steered())

    # -- calls ---------------------------------------------------------------------------------------------------

    async def _closing(self) -> None:
        """Who came in time waits till closing time is over, then goes to the voicemail; who comes late does at once."""
        await self._is_sent(self._in_time, CLOSING_S)
        await self._is_sent(self._call(named.CLOSES, 2))

    async def _leaving(self) -> None:
        """Three come to one queue by overflow and by themselves; a fourth cannot be sent on. All go in an emergency."""
        calls = [self._call(named.CLOSED, 3), self._call(named.FULL, 4), self._call(named.FROM_DEEP, 5)]
        await self._waiting("deep", 3)
        calls.append(self._call(named.FROM_DEEP, 6))
        await self._waiting("deep", 4)
        until_ms = round(time.time() * 1000) + HOUR_MS
        await self._sam.ask(p.DeclareEmergency, queue=QueueId("deep"), until_ms=until_ms)
        for call in calls:
            await until(lambda: self._switch.caller_state(call) == "gone", SOON_S, "the end of who was told")  # noqa: B023 - awaited at once
        await self._sam.ask(p.LiftEmergency, queue=QueueId("deep"))
        until_ms = round(time.time() * 1000) + 6 * DAY_MS
        await self._sam.ask(p.DeclareEmergency, number=NumberId("storms"), until_ms=until_ms)
        await self._is_sent(self._call(named.STORMS, 7))

    async def _coming_again(self) -> None:
        first = self._call(named.AGAIN, COMES_AGAIN)
        await self._waiting("again", 1)
        self._switch.caller_hangs_up(first)
        await self._waiting("again", 0)
        self.interactions["again"] = f"v-main-{self._call(named.AGAIN, COMES_AGAIN)}"
        await self._waiting("again", 1)

    async def _drill(self) -> None:
        """So many are served that the center says how long the wait will be."""
        await self._ready("ruth")
        self._call(named.DRILL, 9)
        await self._ruth_answers()
        await asyncio.sleep(DRILL_TALK_S)
        self._switch.phone_hangs_up("ruth")
        await until(lambda: not self._switch.phone_talking("ruth"), SOON_S, "the end of the first")
        await self._away("ruth")
        for caller in range(DRILL):
            self._call(named.DRILL, 10 + caller)
        await self._waiting("drill", DRILL)
        await self._ready("ruth")
        for _ in range(DRILL):
            await self._ruth_answers()
            self._switch.phone_hangs_up("ruth")
        view = p.QUEUE_VIEW_PREFIX + "drill"

        def is_told() -> bool:
            return any(head.expected_p50_ms is not None for head in self._sam.client.parts(view, QueueHead))

        await self._sam.until(is_told, "the expected wait", SOON_S)
        await self._rings_in_vain(declined=False)
        await self._rings_in_vain(declined=True)

    async def _rings_in_vain(self, *, declined: bool) -> None:
        """One more calls, rings and leaves; with `declined` Ruth declines on her page first."""
        call = self._call(named.DRILL, 99)
        await until(lambda: self._switch.phone_ringing("ruth"), SOON_S, "one more ring")
        if declined:
            offer = await self._offered("ruth", f"v-main-{call}")
            await self._desks["ruth"].ask(p.DeclineOffer, offer=offer.offer)
            await until(lambda: not self._switch.phone_ringing("ruth"), SOON_S, "the end of the ring")
        self._switch.caller_hangs_up(call)
        await self._waiting("drill", 0)

    async def _ruth_answers(self) -> None:
        await until(lambda: self._switch.phone_ringing("ruth"), SOON_S, "the drill's ring")
        self._switch.phone_answers("ruth")
        await until(lambda: self._switch.phone_talking("ruth"), SOON_S, "the drill's talk")

    def _call(self, number: str, caller: int) -> str:
        return self._switch.caller_calls(number, _number(caller), "")

    async def _is_sent(self, call: str, seconds: float = SOON_S) -> None:
        await until(lambda: self._switch.caller_state(call) == "sent", seconds, f"{call} being sent outside")
        self._switch.caller_hangs_up(call)

    # -- tasks and mails -----------------------------------------------------------------------------------------

    async def _steps(self) -> None:
        """Max, who could do it, is away: it is lowered in place to what Lou can do."""
        await self._ready("lou")
        self.interactions["relaxed"] = await self._takes("lou", await self._task("steps"))
        more = await self._task("steps")
        await self._row("steps", more)
        await self._sam.ask(p.PrioritiseWork, interaction=InteractionId(more), priority=3)

    async def _lending(self) -> None:
        """Yan is lent by a rule and kept by the supervisor, who lends Zoe, calls her back and lends her again."""
        await self._ready("yan")
        self.interactions["lent"] = await self._takes("yan", await self._task("cargo"))
        await self._sam.ask(p.KeepLent, agent=AgentId("yan"), kept=True)
        await self._ready("zoe")
        loan = {"agent": AgentId("zoe"), "to": QueueId("cargo")}
        await self._sam.ask(p.LendAgent, **loan)
        await self._sam.ask(p.RecallAgent, agent=AgentId("zoe"))
        await self._sam.ask(p.LendAgent, **loan, only=True)

        def both_are_lent() -> bool:
            rows = self._sam.client.parts(p.WALLBOARD_VIEW, AgentRow)
            return {row.agent for row in rows if row.lent is not None} >= {"yan", "zoe"}

        await self._sam.until(both_are_lent, "both loans")

    async def _reserve(self) -> None:
        """Of two the second is kept for lamps, until a lamp comes; then the buoy that waited is offered to her too."""
        for name in ("uma", "vic"):
            await self._ready(name)
        first = await self._task("buoys")
        taker, kept = await self._one_of(("uma", "vic"), first)
        await self._takes(taker, first)
        await self._away(taker)
        self.interactions["kept"] = second = await self._task("buoys")
        await self._row("buoys", second)
        lamp = await self._task("lamps")
        await self._takes(kept, lamp)
        work = await self._desks[kept].working(lamp)
        await self._offered(kept, second)
        await self._desks[kept].ask(p.EndHandling, handling=work.handling)
        await self._desks[kept].ask(p.ExtendWrapUp, handling=(await self._desks[kept].wraps_up(lamp)).handling)

    async def _floor_and_share(self) -> None:
        """Of three pieces Tom takes the youngest first, by the floor, then the middle one, by its share."""
        rope, net, letter = [await self._task(queue) for queue in ("ropes", "nets", "letters")]
        for queue, waits in (("ropes", rope), ("nets", net), ("letters", letter)):
            await self._row(queue, waits)
        await self._ready("tom")
        self.interactions["floor"] = await self._takes("tom", letter)
        await self._desks["tom"].ask(p.EndHandling, handling=(await self._desks["tom"].working(letter)).handling)
        self.interactions["share"] = await self._takes("tom", net)
        offer = await self._offered("tom", rope)
        await self._desks["tom"].ask(p.DeclineOffer, offer=offer.offer)
        planned = {"presence": Presence.NOT_READY, "reason": ReasonCode("break"), "after_work": True}
        await self._desks["tom"].ask(p.SetPresence, **planned)

    async def _held_and_steered(self) -> None:
        """Hal is held for a mail that is overdue and does not fit beside a task; the other tasks are steered."""
        await self._ready("hal")
        task = await self._task("bells")
        await self._takes("hal", task)
        self._write("held")
        await self._waiting("held", 1)
        (mail,) = self._rows("held")
        await until(lambda: time.time() * 1000 > mail.due_ms + 500, SOON_S, "the mail being overdue")
        passed = await self._task("bells")
        await self._row("bells", passed)
        hal = self._desks["hal"]
        await hal.ask(p.EndHandling, handling=(await hal.working(task)).handling)
        await hal.complete(await hal.wraps_up(task))
        self.interactions["held"] = await self._takes("hal", mail.interaction)
        await self._steered(passed)

    async def _steered(self, pulled: str) -> None:
        """One is given to Bea, one moved, one put aside and taken up again, one put aside for good."""
        moved, resumed, parked = [await self._task("bells") for _ in range(3)]
        for waits in (moved, resumed, parked):
            await self._row("bells", waits)
        sam = self._sam
        await sam.ask(p.PullWork, interaction=InteractionId(pulled), agent=AgentId("bea"))
        bea: WorkItem = await self._desks["bea"].working(pulled)
        await sam.ask(p.MoveWork, interaction=InteractionId(moved), to=QueueId("ropes"))
        until_ms = round(time.time() * 1000) + 30 * DAY_MS
        for interaction in (resumed, parked):
            await sam.ask(p.ParkWork, interaction=InteractionId(interaction), until_ms=until_ms)
        await sam.ask(p.ResumeWork, interaction=InteractionId(resumed))
        await self._desks["bea"].ask(p.EndHandling, handling=bea.handling)
        hung = await self._desks["bea"].wraps_up(pulled)
        await sam.ask(p.CloseWrapUp, handling=hung.handling)
        await sam.ask(p.ForcePresence, agent=AgentId("bea"), presence=Presence.SIGNED_OUT)
        self.interactions |= {"pulled": pulled, "moved": moved, "resumed": resumed, "parked": parked}

    # -- one by one ----------------------------------------------------------------------------------------------

    @property
    def _sam(self) -> Desk:
        return self._desks["sam"]

    async def _ready(self, name: str) -> None:
        await self._desks[name].ask(p.SetPresence, presence=Presence.READY)

    async def _away(self, name: str) -> None:
        await self._desks[name].ask(p.SetPresence, presence=Presence.NOT_READY, reason=ReasonCode("break"))

    async def _task(self, queue: str) -> str:
        self._tasks += 1
        key = ClientMessageId(f"one-mind-{self._tasks}")
        made = await self._sam.ask(p.CreateTask, client_message=key, queue=QueueId(queue), title=f"Of the {queue}")
        assert made.created is not None
        return made.created

    def _write(self, mailbox: str) -> None:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = "Eve <eve@customer.example>", f"{mailbox}@harbor.example", "Late"
        mail["Message-ID"] = f"<{time.time_ns()}@customer.example>"
        mail.set_content("Where does it stay?\n")
        self._center.mailbox(mailbox).write(mail.as_bytes())

    def _rows(self, queue: str) -> list[WaitingRow]:
        return self._sam.client.parts(p.QUEUE_VIEW_PREFIX + queue, WaitingRow)

    async def _waiting(self, queue: str, count: int) -> None:
        await self._sam.until(lambda: len(self._rows(queue)) == count, f"{count} waiting in {queue}", SOON_S)

    async def _row(self, queue: str, interaction: str) -> None:
        """Wait until it waits there."""
        await self._see(lambda: any(row.interaction == interaction for row in self._rows(queue)), interaction)

    async def _see(self, holds: Callable[[], bool], what: str) -> None:
        await self._sam.until(holds, f"{what} in a queue", SOON_S)

    async def _one_of(self, names: tuple[str, str], interaction: str) -> tuple[str, str]:
        """Wait until one of two is offered it; that one first."""

        def asked(name: str) -> bool:
            return any(offer.interaction == interaction for offer in self._desks[name].offers())

        first, second = names
        await until(lambda: asked(first) or asked(second), SOON_S, f"{interaction} being offered")
        return (first, second) if asked(first) else (second, first)

    async def _offered(self, name: str, interaction: str) -> OfferCard:
        desk = self._desks[name]

        def mine() -> list[OfferCard]:
            return [offer for offer in desk.offers() if offer.interaction == interaction]

        await desk.until(lambda: bool(mine()), f"the offer of {interaction}", SOON_S)
        return mine()[0]

    async def _takes(self, name: str, interaction: str) -> str:
        offer = await self._offered(name, interaction)
        await self._desks[name].ask(p.AcceptOffer, offer=offer.offer)
        await self._desks[name].working(interaction)
        return interaction
