"""A headless agent: signs in, gets ready, shows pops, accepts, answers chat and mail by script, and wraps up.

It uses the same messages as the browser. A call is answered on the agent's phone (a SIP phone, or the rehearsal phone
when `rehearsal` is set); the agent here only shows the pop, and wraps up when the call has ended.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import Center, MessageShown, OfferCard, WorkItem, WorkState
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.errors import ClientError
from history.core.conversations import Author
from history.core.vocabulary import DispositionId, HandlingId, Medium, OfferId, Presence

LOG = logging.getLogger("agent_desktop.headless")

RECONNECT_MIN_S = 0.2
RECONNECT_MAX_S = 5.0
LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Script:
    """What the agent does with each kind of work. Times in seconds; `disposition` none takes the center's first."""

    chat_answer: str = "Thank you for writing to us. How can I help?"
    chat_answers_max: int = 1
    """After so many lines of the customer were answered, the agent ends the chat."""
    mail_answer: str = "Thank you for your message. We have taken care of it."
    work_s: float = 0.0
    """How long a task is worked on."""
    wrap_up_s: float = 0.0
    note: str = ""
    disposition: DispositionId | None = None
    end_chats: bool = True
    rehearsal: bool = False
    """Answer calls on the rehearsal switch's phone."""


@dataclass(slots=True)
class Done:
    """What the agent has done so far, for whoever watches."""

    offers_shown: int = 0
    accepted: int = 0
    answered: int = 0
    wrapped_up: list[tuple[Medium, HandlingId]] = field(default_factory=list)


class HeadlessAgent:
    def __init__(
        self,
        client: DesktopClient,
        script: Script | None = None,
        said: Callable[[str], None] = LOG.info,
    ) -> None:
        self.done = Done()
        self._client = client
        self._script = script or Script()
        self._said = said
        self._shown: set[OfferId] = set()
        self._accepted: set[OfferId] = set()
        self._seen_ms: dict[tuple[HandlingId, WorkState], float] = {}
        self._answered: dict[HandlingId, int] = {}
        self._sent: set[HandlingId] = set()
        self._ended: set[HandlingId] = set()

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Work until `stop` is set (or for ever); reconnect with backoff whenever the server goes away.

        Raises:
            ClientError: the server refused the sign-in for good (signed out, another protocol).
        """
        pause_s = RECONNECT_MIN_S
        while stop is None or not stop.is_set():
            try:
                async with self._client.connected():
                    pause_s = RECONNECT_MIN_S
                    await self._shift(stop)
            except ClientError as error:
                if self._client.farewell in (p.FarewellReason.SIGNED_OUT, p.FarewellReason.OLD_PAGE):
                    raise
                if error.reason == RefusalReason.NOT_ALLOWED:
                    raise
                self._said(f"connection lost ({error}); again in {pause_s:.1f} s")
            if stop is not None and stop.is_set():
                return
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(RECONNECT_MAX_S, pause_s * 2)

    async def _shift(self, stop: asyncio.Event | None) -> None:
        client = self._client
        await client.open(p.DESK_VIEW)
        await client.ask(p.SetPresence, presence=Presence.READY)
        self._said("ready")
        while client.is_connected and not (stop is not None and stop.is_set()):
            await self._look()
            await client.changed(LOOK_S)

    async def _look(self) -> None:
        for offer in self._client.parts(p.DESK_VIEW, OfferCard):
            await self._take(offer)
        for work in self._client.parts(p.DESK_VIEW, WorkItem):
            await self._do(work)

    async def _try(self, kind: Callable[..., p.Request], /, **fields: object) -> bool:
        """Ask; a refusal (the offer has ended meanwhile) is no fault of the agent's.

        Raises:
            ClientError: nothing was decided, or nobody knows: after the reconnect it is asked again.
        """
        try:
            await self._client.ask(kind, **fields)
        except ClientError as error:
            if error.reason in (None, RefusalReason.TRY_AGAIN):
                raise
            self._said(f"{kind.__name__}: {error}")
            return False
        return True

    async def _take(self, offer: OfferCard) -> None:
        if offer.offer not in self._shown:
            self._shown.add(offer.offer)
            self.done.offers_shown += 1
            self._said(f"offer {offer.offer}: {offer.medium} from {offer.who} in {offer.queue_name}")
            await self._try(p.PopShown, offer=offer.offer)
        if offer.offer in self._accepted:
            return
        if offer.acceptable_here:
            self.done.accepted += await self._try(p.AcceptOffer, offer=offer.offer)
            self._accepted.add(offer.offer)
        elif self._script.rehearsal and offer.ringing:
            self.done.accepted += await self._try(p.AnswerRehearsalPhone)
            self._accepted.add(offer.offer)

    def _for_s(self, work: WorkItem) -> float:
        """How long this work has been in its state, as seen from here."""
        now = asyncio.get_running_loop().time()
        return now - self._seen_ms.setdefault((work.handling, work.state), now)

    async def _do(self, work: WorkItem) -> None:
        if work.state is WorkState.WRAP_UP:
            if self._for_s(work) >= self._script.wrap_up_s:
                await self._wrap_up(work)
            return
        match work.medium:
            case Medium.CHAT:
                await self._chat(work)
            case Medium.MAIL:
                if work.handling not in self._answered:
                    text, key = self._script.mail_answer, f"headless-{work.handling}-1"
                    sent = await self._try(p.SendMail, handling=work.handling, client_message=key, text=text)
                    self._answered[work.handling] = 1
                    self.done.answered += sent
                    self._sent |= {work.handling} if sent else set()
                if work.handling in self._sent:
                    await self._end(work)
            case Medium.TASK:
                if self._for_s(work) >= self._script.work_s:
                    await self._end(work)
            case Medium.VOICE:
                pass

    async def _chat(self, work: WorkItem) -> None:
        view = p.CONVERSATION_VIEW_PREFIX + work.conversation
        if view not in self._client.views:
            await self._client.open(view)
        messages = self._client.parts(view, MessageShown)
        written = sum(1 for message in messages if message.author is Author.CUSTOMER)
        own = max(
            sum(1 for message in messages if message.author is Author.AGENT), self._answered.get(work.handling, 0)
        )
        if written > own and own < self._script.chat_answers_max:
            key = f"headless-{work.handling}-{own + 1}"
            answer = {"handling": work.handling, "client_message": key, "text": self._script.chat_answer}
            if await self._try(p.SendLine, **answer):
                self._answered[work.handling] = own + 1
                self.done.answered += 1
                own += 1
        if work.customer_gone or (self._script.end_chats and own >= self._script.chat_answers_max):
            await self._client.close(view)
            await self._end(work)

    async def _end(self, work: WorkItem) -> None:
        if work.handling not in self._ended:
            await self._try(p.EndHandling, handling=work.handling)
            self._ended.add(work.handling)

    async def _wrap_up(self, work: WorkItem) -> None:
        centers = self._client.parts(p.DESK_VIEW, Center)
        choices = centers[0].dispositions if centers else ()
        disposition = self._script.disposition or (DispositionId(choices[0].id) if choices else None)
        wish = {"handling": work.handling, "disposition": disposition, "note": self._script.note}
        if await self._try(p.CompleteHandling, **wish):
            self.done.wrapped_up.append((work.medium, work.handling))
            self._said(f"wrapped up {work.medium} {work.handling}")
            view, handling = p.DESK_VIEW, work.handling
            await self._client.until(
                lambda: all(item.handling != handling for item in self._client.parts(view, WorkItem)),
                5,
                "the end of the wrap-up on the desk",
            )
