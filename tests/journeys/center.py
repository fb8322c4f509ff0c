"""A whole center for a test: `switchroom serve` as a process of its own, and the people who work in it."""

import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.part import Part
from agent_desktop.core.parts import AnyPart, OfferCard, WorkItem, WorkState
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.wallboard_parts import AgentActivity, AgentRow, QueueFigures
from agent_desktop.errors import ClientError
from history.core.vocabulary import ConversationId, DispositionId, Medium, Presence, ReasonCode
from tests.bed.ports import free_port
from tests.bed.process import Child
from tests.bed.waiting import until

ROOT = Path(__file__).parents[2]
LIVE_S = 60.0
STOP_S = 15.0
PATIENCE_S = 10.0
"""For what happens at once where nothing is broken; long only because other work may share the machine."""

_PASSWORD = re.compile(r"^ {4}(\S+) +(\S+)$", re.MULTILINE)

PartType = TypeVar("PartType", bound=Part)


class RunningCenter:
    """`secrets` are environment variables, as an operator sets them."""

    def __init__(self, folder: Path, definition: str, secrets: Mapping[str, str] | None = None) -> None:
        """Nothing starts yet; data and logs are kept in ``folder``."""
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.passwords: dict[str, str] = {}
        self._folder = folder
        self._definition = definition
        self._secrets = dict(secrets or {})
        self._child: Child | None = None

    @property
    def log(self) -> Path:
        return self._folder / "center.log"

    @property
    def file(self) -> Path:
        """The definition that it is started with."""
        return self._folder / "center.toml"

    @property
    def child(self) -> Child:
        """The process of `switchroom serve`, while it runs."""
        assert self._child is not None, "the center is not served"
        return self._child

    async def start(self) -> None:
        """Start it, wait until it says that it is live, and note the passwords that it prints."""
        self.file.write_text(self._definition, encoding="utf-8")
        command = (sys.executable, "-m", "config", "serve", self.file, "--data", self.data, "--port", str(self.port))
        environment = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **self._secrets}
        child = self._child = Child("switchroom serve", command, self.log, env=environment, cwd=ROOT)
        before = self.log.stat().st_size

        def live() -> bool:
            child.require_running()
            return "Ctrl-C stops it" in self.log.read_text()[before:]

        try:
            await until(live, LIVE_S, "switchroom serve being live")
        except BaseException:
            child.kill()  # nobody else would end it: the context has not begun
            self._child = None
            raise
        self.passwords.update(_PASSWORD.findall(self.log.read_text()))

    def stop(self) -> None:
        """Ask it to stop as Ctrl-C does; it must end by itself and content."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.stop(seconds=STOP_S)
        said = self.log.read_text()
        assert child.exit_code == 0, f"switchroom serve ended with {child.exit_code}: {said}"
        assert "Traceback" not in said, said

    @asynccontextmanager
    async def signed_in(self, user: str) -> AsyncIterator[DesktopClient]:
        """Somebody with a session and no socket."""
        async with DesktopClient(self.origin) as client:
            await client.sign_in(user, self.passwords[user])
            yield client

    @asynccontextmanager
    async def desk(self, user: str) -> AsyncIterator["Desk"]:
        """An agent at an open desktop; not ready again when they leave."""
        async with self.signed_in(user) as client, client.connected():
            await client.open(p.DESK_VIEW)
            desk = Desk(client)
            try:
                yield desk
            finally:
                await desk.leave()

    @asynccontextmanager
    async def board(self, user: str = "sam") -> AsyncIterator["Board"]:
        """A supervisor who looks at the wallboard."""
        async with self.signed_in(user) as client:
            yield Board(client)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Desk:
    """One agent's desk, worked by the API's messages."""

    def __init__(self, client: DesktopClient) -> None:
        self.client = client

    def parts(self, kind: type[PartType]) -> list[PartType]:
        return self.client.parts(p.DESK_VIEW, kind)

    async def ready(self) -> None:
        await self.client.ask(p.SetPresence, presence=Presence.READY)

    async def leave(self) -> None:
        """Take no more work, for whatever reason that is possible."""
        try:
            await self.client.ask(p.SetPresence, presence=Presence.NOT_READY, reason=ReasonCode("break"))
        except ClientError as error:
            if error.reason != RefusalReason.NO_CHANGE:
                raise

    async def offer(self, medium: Medium, seconds: float = PATIENCE_S) -> OfferCard:
        """The offer of this medium, when it comes."""
        return await self._one(OfferCard, lambda card: card.medium is medium, seconds, f"an offer of {medium}")

    async def no_offer(self) -> None:
        await self.client.until(lambda: not self.parts(OfferCard), PATIENCE_S, "the end of all offers")

    async def show(self, offer: OfferCard) -> None:
        """Say that the customer's record is on the screen."""
        await self.client.ask(p.PopShown, offer=offer.offer)

    async def accept(self, medium: Medium) -> WorkItem:
        """Take the offered mail, chat or task."""
        offer = await self.offer(medium)
        await self.show(offer)
        await self.client.ask(p.AcceptOffer, offer=offer.offer)
        return await self.work(offer, WorkState.ACTIVE)

    async def work(self, which: OfferCard | WorkItem, state: WorkState) -> WorkItem:
        """The work on this interaction, when it is in this state."""
        wanted = which.interaction
        return await self._one(
            WorkItem, lambda item: item.interaction == wanted and item.state is state, PATIENCE_S, f"work {state}"
        )

    async def end(self, work: WorkItem) -> WorkItem:
        """End my part; what is in wrap-up then."""
        await self.client.ask(p.EndHandling, handling=work.handling)
        return await self.work(work, WorkState.WRAP_UP)

    async def wrap_up(self, work: WorkItem, disposition: str = "solved", note: str = "") -> None:
        """Complete the wrap-up; the work leaves the desk."""
        await self.client.ask(
            p.CompleteHandling, handling=work.handling, disposition=DispositionId(disposition), note=note
        )
        gone = work.handling
        await self.client.until(
            lambda: all(item.handling != gone for item in self.parts(WorkItem)), PATIENCE_S, "the work leaving the desk"
        )

    async def conversation(self, conversation: ConversationId, kind: type[PartType]) -> list[PartType]:
        """The parts of one kind of a conversation, read by the API."""
        return of_kind(await self.client.get(f"/api/views/conversation/{conversation}"), kind)

    async def until_conversation(
        self, conversation: ConversationId, kind: type[PartType], holds: Callable[[list[PartType]], Any], what: str
    ) -> list[PartType]:
        """Read a conversation until its parts of one kind are as wished."""

        async def looked() -> list[PartType] | None:
            parts = await self.conversation(conversation, kind)
            return parts if holds(parts) else None

        found = await until(looked, PATIENCE_S, what)
        assert found is not None
        return found

    async def _one(
        self, kind: type[PartType], which: Callable[[PartType], bool], seconds: float, what: str
    ) -> PartType:
        await self.client.until(lambda: any(map(which, self.parts(kind))), seconds, what)
        return next(part for part in self.parts(kind) if which(part))


class Board:
    """The wallboard, read by the API."""

    def __init__(self, client: DesktopClient) -> None:
        self._client = client

    async def figures(self, queue: str) -> QueueFigures:
        """Today's figures of a queue."""
        found = await self._parts(QueueFigures)
        return next(row for row in found if row.queue == queue)

    async def agent(self, agent: str) -> AgentRow:
        return next(row for row in await self._parts(AgentRow) if row.agent == agent)

    async def until_agent(self, agent: str, activity: AgentActivity, seconds: float = PATIENCE_S) -> AgentRow:
        """The agent's row, once it shows this activity."""

        async def looked() -> AgentRow | None:
            row = await self.agent(agent)
            return row if row.activity is activity else None

        row = await until(looked, seconds, f"{agent} being {activity}")
        assert row is not None
        return row

    async def _parts(self, kind: type[PartType]) -> list[PartType]:
        return of_kind(await self._client.get("/api/views/wallboard"), kind)


def of_kind(snapshot: Any, kind: type[PartType]) -> list[PartType]:
    """The parts of one kind of a view that the API answered."""
    parts = msgspec.convert(snapshot["parts"], tuple[AnyPart, ...])
    return [part for part in parts if isinstance(part, kind)]
