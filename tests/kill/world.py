"""What is under way when the engine dies, what people go on doing meanwhile, and what they must not notice."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import OfferCard, WorkItem
from agent_desktop.errors import ClientError
from agent_desktop.headless import HeadlessAgent, Script
from channels.core.chat_protocol import Line
from history.core.vocabulary import ClientMessageId, HandlingId
from tests.bed.waiting import until
from tests.channels.webchat.widget_client import StubbornVisitor
from tests.kill.center import MortalCenter
from tests.kill.definition import (
    AGENT_OF,
    BOX,
    CHAT_AGENT,
    MAIL_AGENT,
    POST,
    PROBE,
    RING,
    ROBOT,
    STORY,
    TALK,
    WAIT,
    WRAP,
)
from tests.kill.desks import Desk
from tests.kill.telephones import Telephones

ROUTING_S = 5.0
"""How long after a kill an agent's phone rings again at the latest."""
SETTLE_S = 20.0
LOOK_S = 0.02
RING_S = 20.0
AGAIN_S = 50.0
"""Who has declined a call is not offered it again for half a minute."""
HALF_A_NOTE = "Wants the blue one, but"
HALF_AN_ANSWER = "Dear Ann,\n\nthe blue one is"
ROBOT_SAYS = "Thank you for your message. We have taken care of it."


@dataclass(slots=True)
class UnderWay:
    """The work that stays open over all kills."""

    talk: str = ""
    talk_leg: str = ""
    ring: str = ""
    waiting: list[str] = field(default_factory=list)
    wrap: WorkItem | None = None
    mail: WorkItem | None = None
    chat: WorkItem | None = None
    offer: OfferCard | None = None


class World:
    """One center, its people, and the books of what they did: `calls`, `mails` and `lines` are compared at the end."""

    def __init__(self, center: MortalCenter, telephones: Telephones, stack: AsyncExitStack) -> None:
        self.center = center
        self.telephones = telephones
        self.desks: dict[str, Desk] = {}
        self.open = UnderWay()
        self.calls: Counter[str] = Counter()
        self.mails: Counter[str] = Counter()
        self.lines: list[tuple[str, str]] = []
        """(author, text) of the one chat, in order."""
        self.robots_mails: dict[str, None] = {}
        """The conversations of the mails that the headless agent has had in hand, in order."""
        self.visitor = StubbornVisitor(center.origin, [])
        self.faults: list[str] = []
        self._supervisor = DesktopClient(center.origin)
        self._stack = stack

    async def begin(self, *, robot: bool = True) -> None:
        """Bring everybody in, and everything into its state; without its `robot` a part of the work just waits."""
        await self.come_in(robot=robot)
        await asyncio.gather(*(desk.ready() for desk in self.desks.values() if desk.name != AGENT_OF[WAIT]))
        await asyncio.gather(
            self._begin_talk(),
            self._begin_ring(),
            self._begin_wait(),
            self._begin_wrap_up(),
            self._begin_mail(),
            self._begin_chat(),
        )

    async def come_in(self, *, robot: bool) -> None:
        """Everybody at their desk, the visitor at the page."""
        for name in (*AGENT_OF.values(), MAIL_AGENT, CHAT_AGENT):
            desk = Desk(await self.center.client(name), name)
            self.desks[name] = await self._stack.enter_async_context(desk)
        self._supervisor = await self._stack.enter_async_context(await self.center.client("sam"))
        self._keep(self.visitor.run())
        if robot:
            await self._robot_comes_in()

    async def _robot_comes_in(self) -> None:
        robot = await self._stack.enter_async_context(await self.center.client(ROBOT))
        self._keep(HeadlessAgent(robot, Script(mail_answer=ROBOT_SAYS)).run())
        self._keep(self._watch(robot))

    def _keep(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life)
        self._stack.push_async_callback(_end, task)

    async def _watch(self, robot: DesktopClient) -> None:
        """Note which mails the robot has had in hand."""
        while True:
            for work in robot.parts(p.DESK_VIEW, WorkItem):
                self.robots_mails.setdefault(work.conversation)
            await asyncio.sleep(LOOK_S)

    async def answers_of(self, conversation: str) -> list[str]:
        """How each answer of this mail stands: `sent`, `uncertain`, or on its way."""
        shown = (await self._supervisor.get(f"/api/views/conversation/{conversation}"))["parts"]
        mine = [part for part in shown if part["type"] == "message_shown" and part["author"] == "agent"]
        return [str(part["send_state"]) for part in mine]

    async def call(self, number: str) -> str:
        self.calls[number] += 1
        return await self.telephones.call(number)

    async def _begin_talk(self) -> None:
        desk = self.desks[AGENT_OF[TALK]]
        self.open.talk = await self.call(TALK)
        offer = await desk.offered()
        self.open.talk_leg = offer.offer
        await self.telephones.rings(desk.name, 1)
        await self.telephones.answer(desk.name)
        await desk.working(offer.interaction)

    async def _begin_ring(self) -> None:
        self.open.ring = await self.call(RING)
        self.open.offer = await self.desks[AGENT_OF[RING]].offered()
        await self.telephones.rings(AGENT_OF[RING], 1)

    async def _begin_wait(self) -> None:
        for place in (1, 2):
            self.open.waiting.append(await self.call(WAIT))
            await self._until_waiting(place)

    async def _until_waiting(self, count: int) -> None:
        await until(lambda: self._waiting() == count, SETTLE_S, f"{count} waiting")

    def _waiting(self) -> int:
        glances = self.desks[AGENT_OF[WAIT]].glances()
        return glances["wait"].waiting if "wait" in glances else 0

    async def _begin_wrap_up(self) -> None:
        desk = self.desks[AGENT_OF[WRAP]]
        work = await self._talks(desk, WRAP)
        await desk.ask(p.SaveDraft, handling=work.handling, kind=p.DraftKind.NOTE, text=HALF_A_NOTE)
        self.open.wrap = work

    async def _begin_mail(self) -> None:
        self.write(BOX, "The blue one")
        work = await self.desks[MAIL_AGENT].accept()
        await self.desks[MAIL_AGENT].ask(
            p.SaveDraft, handling=work.handling, kind=p.DraftKind.ANSWER, text=HALF_AN_ANSWER
        )
        self.open.mail = work

    async def _begin_chat(self) -> None:
        await self.visitor_says("Is the blue one there?")
        desk = self.desks[CHAT_AGENT]
        self.open.chat = await desk.accept()
        await desk.ask(p.OpenView, view=p.CONVERSATION_VIEW_PREFIX + self.open.chat.conversation)
        await self.agent_says("I will have a look.")

    # -- what people do ------------------------------------------------------------------------------------------

    def write(self, to: str, subject: str) -> None:
        """A customer's mail is delivered."""
        self.mails[to] += 1
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = "Ann <ann@customer.example>", to, subject
        mail["Message-ID"] = f"<{self.mails[to]}.{time.time_ns()}@customer.example>"
        mail.set_content("Hello, is it there?\n")
        self.center.mailbox(to.partition("@")[0]).write(mail.as_bytes())

    async def visitor_says(self, text: str) -> None:
        acked = len(self.visitor.acked)
        self.visitor.unsent.append(Line(client_id=f"line-{len(self.lines):04d}", text=text))
        self.lines.append(("visitor", text))
        await until(lambda: len(self.visitor.acked) > acked, SETTLE_S, f"the line {text!r} being taken")

    async def agent_says(self, text: str) -> None:
        assert self.open.chat is not None
        key = ClientMessageId(f"answer-{len(self.lines):04d}")
        self.lines.append(("agent", text))
        await self.desks[CHAT_AGENT].ask(p.SendLine, handling=self.open.chat.handling, client_message=key, text=text)

    async def _talks(
        self, desk: Desk, number: str, since_s: float | None = None, *, declined: bool = False
    ) -> WorkItem:
        """A call comes, is answered and ends by the agent's hand; the wrap-up. With `since_s` it may not come late.

        `declined`: the agent declines the first offer on the page, while the phone rings, and answers the next.
        """
        times = self.telephones.rings_so_far(desk.name) + 1
        await self.call(number)
        if declined:
            offer = await desk.offered()
            await self.telephones.rings(desk.name, times)
            await desk.ask(p.DeclineOffer, offer=offer.offer)
            times += 1
        rang_s = await self.telephones.rings(desk.name, times, AGAIN_S if declined else RING_S)
        if since_s is not None and rang_s - since_s > ROUTING_S:
            self.faults.append(f"routing worked again only {rang_s - since_s:.2f} s after the kill")
        await self.telephones.answer(desk.name)
        await desk.until(lambda: any(work.state == "active" for work in desk.works()), "the call on the desk")
        interaction = desk.works()[0].interaction
        await self.telephones.hang_up(desk.name)
        return await desk.wraps_up(interaction)

    async def life_goes_on(self, round_number: int, *, declined: bool = False) -> None:
        """What happens around a kill: a call from ring to wrap-up, a mail answered, a line said and answered."""
        desk = self.desks[AGENT_OF[STORY]]
        mails = self.mails[POST]

        async def call() -> None:
            await desk.complete(await self._talks(desk, STORY, declined=declined), f"round {round_number}")

        async def mail() -> None:
            self.write(POST, f"Question {round_number}")
            await until(lambda: len(self.robots_mails) > mails, SETTLE_S, "the robot's taking the mail")
            conversation = list(self.robots_mails)[-1]

            async def is_answered() -> bool:
                try:
                    return bool({"sent", "uncertain"} & set(await self.answers_of(conversation)))
                except ClientError:
                    return False  # the engine is being started

            await until(is_answered, SETTLE_S, "the robot's answer")

        async def chat() -> None:
            await self.visitor_says(f"And now, {round_number}?")
            await self.agent_says(f"Still looking, {round_number}.")

        await asyncio.gather(call(), mail(), chat())

    async def routing_works(self, killed_s: float) -> None:
        """A caller who comes right after the kill is with an agent in time, and leaves."""
        desk = self.desks[AGENT_OF[PROBE]]
        await desk.complete(await self._talks(desk, PROBE, killed_s))

    # -- what people must not notice -----------------------------------------------------------------------------

    async def look(self, since_s: float, killed_s: float) -> None:
        """After a kill: everything that was under way is as it was. Adds to `faults`."""
        await asyncio.gather(*(desk.back_since(killed_s) for desk in self.desks.values()))
        telephones, under_way = self.telephones, self.open
        self.faults += telephones.talk_faults(under_way.talk, AGENT_OF[TALK], since_s)
        self.faults += telephones.ring_faults(under_way.ring, AGENT_OF[RING], 1, since_s)
        for caller in under_way.waiting:
            self.faults += telephones.wait_faults(caller, since_s)
        self._look_at_desks()

    def _look_at_desks(self) -> None:
        desks, under_way = self.desks, self.open
        assert under_way.wrap is not None and under_way.mail is not None and under_way.chat is not None
        for name, wanted in (
            (AGENT_OF[TALK], None),
            (AGENT_OF[WRAP], under_way.wrap.handling),
            (MAIL_AGENT, under_way.mail.handling),
            (CHAT_AGENT, under_way.chat.handling),
        ):
            works: list[HandlingId] = [work.handling for work in desks[name].works()]
            if len(works) != 1 or (wanted is not None and works != [wanted]):
                self.faults.append(f"{name}'s desk shows {works}, not {wanted}")
        offers = [offer.offer for offer in desks[AGENT_OF[RING]].offers()]
        assert under_way.offer is not None
        if offers != [under_way.offer.offer]:
            self.faults.append(f"{AGENT_OF[RING]}'s desk shows the offers {offers}, not {under_way.offer.offer}")
        for name, draft in ((AGENT_OF[WRAP], HALF_A_NOTE), (MAIL_AGENT, HALF_AN_ANSWER)):
            if desks[name].drafts() != [draft]:
                self.faults.append(f"{name}'s half-written text is {desks[name].drafts()}")
        if self._waiting() != len(under_way.waiting):
            self.faults.append(f"{self._waiting()} wait, not {len(under_way.waiting)}")

    async def finish(self) -> None:
        """Bring everything that is under way to its end, each by its own agent."""
        under_way, desks, telephones = self.open, self.desks, self.telephones
        assert under_way.wrap is not None and under_way.mail is not None and under_way.chat is not None
        assert under_way.offer is not None
        await desks[AGENT_OF[WRAP]].complete(under_way.wrap, HALF_A_NOTE + " not now.")
        await self._finish_waiting()
        for name, interaction in (
            (AGENT_OF[TALK], desks[AGENT_OF[TALK]].works()[0].interaction),
            (AGENT_OF[RING], under_way.offer.interaction),
        ):
            if name == AGENT_OF[RING]:
                await telephones.answer(name)
                await desks[name].working(interaction)
            await telephones.hang_up(name)
            await desks[name].complete(await desks[name].wraps_up(interaction))
        await self._finish_mail(desks[MAIL_AGENT], under_way.mail)
        chat = desks[CHAT_AGENT]
        await chat.ask(p.EndHandling, handling=under_way.chat.handling)
        await chat.complete(await chat.wraps_up(under_way.chat.interaction))
        for caller in (under_way.talk, under_way.ring, *under_way.waiting):
            await telephones.caller_is_gone(caller)

    async def _finish_waiting(self) -> None:
        """The agent of the waiting callers gets ready: who came first is first."""
        desk = self.desks[AGENT_OF[WAIT]]
        await desk.ready()
        for place, caller in enumerate(self.open.waiting, start=1):
            await self.telephones.rings(desk.name, place)
            await self.telephones.answer(desk.name)
            await desk.until(lambda: any(work.state == "active" for work in desk.works()), "the call on the desk")
            interaction = desk.works()[0].interaction
            if not await self.telephones.talk_together(caller, desk.name):
                self.faults.append(f"{caller} lost their place: {desk.name} talks with somebody else")
            await self.telephones.hang_up(desk.name)
            await desk.complete(await desk.wraps_up(interaction))

    async def _finish_mail(self, desk: Desk, work: WorkItem) -> None:
        answer = {"handling": work.handling, "client_message": ClientMessageId("the-answer"), "text": HALF_AN_ANSWER}
        await desk.ask(p.SendMail, **answer)
        await desk.ask(p.EndHandling, handling=work.handling)
        await desk.complete(await desk.wraps_up(work.interaction))
        await until(lambda: len(self.center.answers("box")) >= 1, SETTLE_S, "the answer leaving")


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    (ended,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


@asynccontextmanager
async def world(center: MortalCenter, telephones: Telephones) -> AsyncIterator[World]:
    """Everybody at work, everything under way."""
    async with AsyncExitStack() as stack:
        made = World(center, telephones, stack)
        await made.begin()
        yield made
