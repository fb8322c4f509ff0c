"""The outside checker: holds invariants I1 to I7 against what the API and the mailboxes show, never engine memory.

It knows what the people of a `World` did (its books) and asks the center what became of it.
"""

from collections import Counter
from email.parser import BytesParser
from email.policy import SMTP
from typing import Any

from agent_desktop.client import DesktopClient
from agent_desktop.errors import ClientError
from tests.bed.waiting import until
from tests.kill.definition import AGENT_OF, BOX, CHAT_AGENT, MAIL_AGENT, POST, QUEUE_OF, ROBOT
from tests.kill.world import HALF_AN_ANSWER, World

PEOPLE = (*AGENT_OF.values(), MAIL_AGENT, CHAT_AGENT, ROBOT)
QUIET_S = 15.0
ENDS = ("answered", "abandoned", "short_abandoned", "flowed_out", "waiting")


async def parts(client: DesktopClient, view: str) -> list[dict[str, Any]]:
    """The parts of a view by a fresh GET, as a stranger's program sees them."""
    shown: list[dict[str, Any]] = (await client.get(f"/api/views/{view}"))["parts"]
    return shown


def of_type(shown: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [part for part in shown if part["type"] == name]


class Checker:
    """`while_open` after each kill, `at_the_end` when everything was finished. Each returns the faults found."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._supervisor: DesktopClient | None = None
        self._agents: dict[str, DesktopClient] = {}
        self._arrived_ms: dict[str, int] = {}
        """When each interaction arrived, as first shown: its place in the queue."""

    async def __aenter__(self) -> "Checker":
        center = self._world.center
        self._supervisor = await center.client("sam")
        self._agents = {name: await center.client(name) for name in PEOPLE}
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in (self._supervisor, *self._agents.values()):
            if client is not None:
                await client.http.aclose()

    @property
    def supervisor(self) -> DesktopClient:
        assert self._supervisor is not None
        return self._supervisor

    async def _figures(self) -> dict[str, dict[str, Any]]:
        board = await parts(self.supervisor, "wallboard")
        return {part["queue"]: part for part in of_type(board, "queue_figures") if part["queue"] is not None}

    def _arrivals(self) -> dict[str, int]:
        """How many interactions came into each queue, by the people's own books."""
        calls = {QUEUE_OF[number]: count for number, count in self._world.calls.items()}
        return {**calls, "box": self._world.mails[BOX], "post": self._world.mails[POST], "chat": 1}

    async def while_open(self) -> list[str]:
        """I1 to I5 while work is open."""
        faults = await self._all_that_came_is_counted()
        owners: Counter[str] = Counter()
        for name, client in self._agents.items():
            desk = await parts(client, "desk")
            works, offers = of_type(desk, "work_item"), of_type(desk, "offer_card")
            for part in (*works, *offers):
                owners[part["interaction"]] += 1
                first = self._arrived_ms.setdefault(part["interaction"], part["arrived_ms"])
                if part["arrived_ms"] != first:
                    faults.append(f"I5: {part['interaction']} arrived at {first} and now at {part['arrived_ms']}")
            for chip in of_type(desk, "capacity_chip"):
                if chip["carried"] > chip["limit"]:
                    faults.append(f"I4: {name} carries {chip['carried']} of {chip['medium']}, over {chip['limit']}")
        faults += [f"I3: {interaction} is on {count} desks" for interaction, count in owners.items() if count > 1]
        waiting = (await self._figures())["wait"]["longest_waiting_since_ms"]
        first = self._arrived_ms.setdefault("the longest wait", waiting)
        if waiting != first:
            faults.append(f"I5: the longest wait began at {first} and now at {waiting}")
        return faults

    async def _all_that_came_is_counted(self) -> list[str]:
        """I1: what came in is open or has one end. Mails are read by and by, so it may take a moment."""
        arrivals = self._arrivals()
        seen: dict[str, dict[str, Any]] = {}

        async def agrees() -> bool:
            seen.update(await self._figures())
            return all(_offered(seen, queue) == count for queue, count in arrivals.items())

        try:
            await until(agrees, QUIET_S, "the figures agreeing")
        except AssertionError:
            counted = {queue: _offered(seen, queue) for queue in arrivals}
            return [f"I1: {arrivals} came in, {counted} were counted"]
        return []

    async def at_the_end(self) -> list[str]:
        """I1 to I7 when nothing is under way."""
        faults = await self._all_that_came_is_counted()
        await until(self._robot_is_idle, QUIET_S, "the robot's last wrap-up")
        for queue, figures in (await self._figures()).items():
            count = self._arrivals().get(queue, 0)
            ends = {end: figures[end] for end in ENDS if figures[end]}
            if ends != ({"answered": count} if count else {}):
                faults.append(f"I1: {count} came into {queue}, and these were counted: {ends}")
        for name, client in self._agents.items():
            left = [part for part in await parts(client, "desk") if part["type"] in ("work_item", "offer_card")]
            if left:
                faults.append(f"I2: {name} still has {left} though everybody has gone")
        return faults + await self._answers() + await self._chat()

    async def _robot_is_idle(self) -> bool:
        return not of_type(await parts(self._agents[ROBOT], "desk"), "work_item")

    async def _answers(self) -> list[str]:
        """I6, I7: each mail is there once with one answer, which left once or is shown as uncertain."""
        faults = []
        world = self._world
        if len(world.robots_mails) != world.mails[POST]:
            faults.append(f"I6: of {world.mails[POST]} mails the robot had {len(world.robots_mails)} in hand")
        uncertain = 0
        for conversation in world.robots_mails:
            states = await world.answers_of(conversation)
            uncertain += states == ["uncertain"]
            if states not in (["sent"], ["uncertain"]):
                faults.append(f"I7: the answers of {conversation} stand at {states}")
        for box, least in ((BOX, world.mails[BOX]), (POST, world.mails[POST] - uncertain)):
            raws = world.center.answers(box.partition("@")[0])
            answered = Counter(str(BytesParser(policy=SMTP).parsebytes(raw)["In-Reply-To"]) for raw in raws)
            if not least <= len(raws) <= world.mails[box] or max(answered.values(), default=1) != 1:
                faults.append(f"I7: {world.mails[box]} mails to {box} were answered so often: {dict(answered)}")
        (mine,) = world.center.answers("box")[:1] or (b"",)
        if HALF_AN_ANSWER.splitlines()[-1].encode() not in mine:
            faults.append("I7: the half-written answer is not what left")
        return faults

    async def _chat(self) -> list[str]:
        """I6: each chat line once and in order, at the visitor's and at the agent's."""
        world = self._world
        assert world.open.chat is not None
        said = Counter(world.lines)
        own = [line.text for line in world.visitor.shown if line.author == "visitor"]
        theirs = [line.text for line in world.visitor.shown if line.author == "agent"]
        faults = []
        if Counter([("visitor", text) for text in own] + [("agent", text) for text in theirs]) != said:
            faults.append(f"I6: the visitor's page shows {own} and {theirs}; said were {world.lines}")
        for who, shown in (("visitor", own), ("agent", theirs)):
            if shown != [text for author, text in world.lines if author == who]:
                faults.append(f"I6: the lines of the {who} are out of order: {shown}")
        try:
            view = await parts(self.supervisor, f"conversation/{world.open.chat.conversation}")
        except ClientError as error:
            return [*faults, f"I6: the chat cannot be read again: {error}"]
        texts = [part["text"] for part in of_type(view, "message_shown")]
        if texts != [line.text for line in world.visitor.shown]:
            faults.append(f"I6: the history has {texts}, the visitor's page {own} and {theirs}")
        return faults


def _offered(figures: dict[str, dict[str, Any]], queue: str) -> int:
    return int(figures[queue]["offered"]) if queue in figures else 0
