"""Desks that stay: a desktop client that reconnects by itself and sends an unanswered request again."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import DraftShown, Me, MessageShown, OfferCard, QueueGlance, WorkItem
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.errors import ClientError
from history.core.vocabulary import DispositionId, Presence

PATIENCE_S = 20.0
AGAIN_S = 0.1


class Desk:
    """One agent's page. `views` hold what it shows; `connections` counts how often it has come to the server."""

    def __init__(self, client: DesktopClient, name: str) -> None:
        self.client = client
        self.name = name
        self.connections = 0
        self.connected_s = 0.0
        self._staying: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._staying = asyncio.create_task(self._stay())
        await self.until(lambda: bool(self.client.parts(p.DESK_VIEW, Me)), "its desk")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._staying is not None:
            self._staying.cancel()
            await asyncio.gather(self._staying, return_exceptions=True)
        await self.client.http.aclose()

    async def _stay(self) -> None:
        while True:
            with suppress(ClientError):
                async with self.client.connected():
                    if p.DESK_VIEW not in self.client.views:
                        await self.client.open(p.DESK_VIEW)
                    self.connections += 1
                    self.connected_s = time.time()
                    while self.client.is_connected:
                        await self.client.changed(0.25)
            await asyncio.sleep(AGAIN_S)

    async def ask(self, kind: Callable[..., p.Request], /, **fields: object) -> p.Answer:
        """One wish, sent until it is answered: the same id over reconnects, so it counts once."""
        request = kind(id=self.client.next_id(), **fields)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                reply = await self.client.request(request)
            except ClientError as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{self.name}: {kind.__name__} stayed unanswered: {error}") from error
            else:
                if isinstance(reply, p.Answer):
                    return reply
                if reply.reason is not RefusalReason.TRY_AGAIN or time.monotonic() > deadline:
                    raise AssertionError(f"{self.name}: {request} was refused: {reply.sentence}")
            await asyncio.sleep(AGAIN_S)

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        try:
            await self.client.until(condition, seconds, what)
        except ClientError as late:
            shown = list(self.client.views.get(p.DESK_VIEW, {}).values())
            raise AssertionError(f"{self.name}: {late}; the desk shows {shown}") from None

    async def back_since(self, since_s: float) -> None:
        """Wait until the page is connected again after that instant."""
        await self.until(lambda: self.connected_s > since_s and self.client.is_connected, "its reconnect")

    # -- what it shows -------------------------------------------------------------------------------------------

    def offers(self) -> list[OfferCard]:
        return self.client.parts(p.DESK_VIEW, OfferCard)

    def works(self) -> list[WorkItem]:
        return self.client.parts(p.DESK_VIEW, WorkItem)

    def glances(self) -> dict[str, QueueGlance]:
        """This agent's queues by id."""
        return {str(glance.queue): glance for glance in self.client.parts(p.DESK_VIEW, QueueGlance)}

    def drafts(self) -> list[str]:
        return [draft.text for draft in self.client.parts(p.DESK_VIEW, DraftShown)]

    def messages(self, conversation: str) -> list[MessageShown]:
        return self.client.parts(p.CONVERSATION_VIEW_PREFIX + conversation, MessageShown)

    # -- what an agent does --------------------------------------------------------------------------------------

    async def ready(self) -> None:
        await self.ask(p.SetPresence, presence=Presence.READY)

    async def offered(self) -> OfferCard:
        """Wait for an offer and paint it."""
        await self.until(lambda: bool(self.offers()), "an offer")
        offer = self.offers()[0]
        await self.ask(p.PopShown, offer=offer.offer)
        return offer

    async def accept(self) -> WorkItem:
        """Wait for an offer of a mail, chat or task, and take it."""
        offer = await self.offered()
        await self.ask(p.AcceptOffer, offer=offer.offer)
        return await self.working(offer.interaction)

    async def working(self, interaction: str) -> WorkItem:
        """Wait until this interaction is this agent's."""
        await self.until(lambda: any(work.interaction == interaction for work in self.works()), f"work {interaction}")
        return next(work for work in self.works() if work.interaction == interaction)

    async def wraps_up(self, interaction: str) -> WorkItem:
        """Wait until this agent's part in it is in wrap-up."""

        def found() -> list[WorkItem]:
            return [work for work in self.works() if work.interaction == interaction and work.state == "wrap_up"]

        await self.until(lambda: bool(found()), f"the wrap-up of {interaction}")
        return found()[0]

    async def complete(self, work: WorkItem, note: str = "") -> None:
        wish = {"handling": work.handling, "disposition": DispositionId("solved"), "note": note}
        await self.ask(p.CompleteHandling, **wish)
        await self.until(lambda: all(item.handling != work.handling for item in self.works()), "the wrap-up's end")
