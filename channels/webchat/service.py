"""The web chat: what visitors and agents do, committed first and then shown to whoever is looking.

Lines are announced by the database alone; the bus and `wake` only say that there is something to read. The router's
facts tell who has a chat and when it is over; they are followed from the oldest number that an open chat was told.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from channels.core.chat_protocol import (
    Ended,
    Hello,
    Line,
    Phase,
    RefusalReason,
    Refused,
    cleaned,
    line_refusal,
)
from channels.core.visitor_tokens import SignedVisitor, signed_visitor, visitor_of_token, visitor_token, visitor_word
from channels.identification import Known, who_is_this
from channels.webchat import chats, ledger
from channels.webchat.chats import ChatView, Committed, VisitorKey
from channels.webchat.pages import OpenPages, Page
from channels.webchat.settings import ChatSettings, SiteSettings
from history.bus import Message
from history.clock import Clock
from history.core.customers import IdentityKind
from history.core.entries import Entry, Fact, Kind
from history.core.routing import CustomerLegEnded, HandlingStarted, InteractionClosed, VisitFlowedOut, WrapUpStarted
from history.core.vocabulary import AgentId, ConversationId, EndedBy, HandlingId, InteractionId, Medium, Trust
from history.customers import find_or_create
from history.errors import AlreadyThere, StoreUnavailable, SubscriptionCut, WriteConflict
from history.feed import Feed
from history.store import Store

LOG = logging.getLogger("channels.webchat")
VISITOR_TYPES = "chat-typing/visitor/"
"""Topic prefix on the bus; the conversation's id follows. Carried, never kept."""
AGENT_TYPES = "chat-typing/agent/"
Result = TypeVar("Result")
_TOLD_BY = frozenset(
    fact.__name__ for fact in (HandlingStarted, WrapUpStarted, VisitFlowedOut, CustomerLegEnded, InteractionClosed)
)
_TRIES = 4
_TRY_AGAIN_S = 0.02
_HANDLING_WITHIN_S = 2.0
_HANDLING_LOOK_S = 0.05
_AWAY_LOOK_S = 5.0
_MAKE_CUSTOMER_S = 1.0
_BUS_WAIT_S = 30.0
_AFTER_FAILURE_S = 1.0
_CONVERSATIONS_A_LOOK = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """How a visitor's chat stands, with the agent's name as visitors see it."""

    view: ChatView
    agent: str | None


class ChatChannel:
    """All sites' chats of one process. `run` follows the router and the visitors' absence until it is cancelled."""

    def __init__(
        self,
        store: Store,
        feed: Feed,
        settings: ChatSettings,
        clock: Clock,
        agent_name: Callable[[AgentId], str],
        reached: Callable[[str], None] = lambda point: None,
    ) -> None:
        """`reached` is told at each named point at which a test may kill the process."""
        self._reached = reached
        self.settings = settings
        self.clock = clock
        self._store = store
        self._feed = feed
        self._agent_name = agent_name
        self._pages = OpenPages()
        self._routing_number = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._for_ever("the router's facts", self._follow_routing))
            group.create_task(self._for_ever("visitors away", self._watch_absence))
            group.create_task(self._for_ever("lines", lambda: self._wake_by("conversation/c-", agent_types=False)))
            group.create_task(self._for_ever("typing", lambda: self._wake_by(AGENT_TYPES, agent_types=True)))

    # -- The visitor's side

    async def arrive(self, site: SiteSettings, hello: Hello) -> Page | Refused:
        """Find out who says hello and open a page for them; `depart` must follow."""
        now_ms = self.clock.now_ms()
        ours = visitor_of_token(self.settings.token_key, site.site, hello.token) if hello.token else None
        if hello.token and ours is None:
            return Refused(
                reason=RefusalReason.FORGED_TOKEN,
                sentence="This page's token was not made by this site; it begins anew without one.",
            )
        signed = signed_visitor(site.identity_secret, hello.visitor) if hello.visitor else None
        if hello.visitor and (signed is None or not _is_current(site, signed, ours, now_ms)):
            return Refused(
                reason=RefusalReason.VISITOR_REFUSED,
                sentence="The shop's statement about its customer is forged or expired; the page goes on without it.",
            )
        if signed is not None:
            visitor = visitor_word(site.site, signed.visitor_id)
        elif ours is not None and not ours.startswith("s-"):
            visitor = ours
        else:
            visitor = f"a-{secrets.token_urlsafe(18)}"
        token = visitor_token(self.settings.token_key, site.site, visitor)
        page = Page(site, VisitorKey(site.site, visitor), token, signed)
        if signed is not None and ours is not None and ours.startswith("a-"):
            await self._sign_in(VisitorKey(site.site, ours), page)
        self._pages.add(page)
        try:
            view = await self.look(page)
            if view is not None and view.view.phase in (Phase.WAITING, Phase.TALKING):
                await ledger.mark_away(self._store, view.view.conversation, None)
        except BaseException:
            self._pages.remove(page)
            raise
        return page

    async def depart(self, page: Page) -> None:
        """The socket is gone; with a visitor's last one their absence begins."""
        conversation = page.conversation
        self._pages.remove(page)
        if conversation is None or self._pages.has(page.key):
            return
        try:
            await ledger.mark_away(self._store, conversation, self.clock.now_ms())
        except StoreUnavailable as error:
            LOG.warning("chat %s: could not note that its visitor is away: %s", conversation, error)

    async def look(self, page: Page) -> Standing | None:
        """Return the visitor's newest conversation as it stands now."""
        view = await chats.current(self._store, page.key)
        self._pages.watch(page, None if view is None else view.conversation)
        if view is None:
            return None
        return Standing(view, None if view.agent is None else self._agent_name(view.agent))

    async def lines(self, conversation: ConversationId, after_seq: int, limit: int) -> list[chats.StoredLine]:
        return await chats.lines_after(self._store, conversation, after_seq, limit)

    def name_of(self, agent: AgentId) -> str:
        """The agent's name as visitors see it."""
        return self._agent_name(agent)

    async def write(self, page: Page, line: Line) -> Committed:
        """Commit a visitor's line, with the beginning of a conversation where none is open.

        Raises:
            StoreUnavailable: nothing was written, or nobody knows; the same line may be sent again.
        """
        if page.known is None and page.signed is not None:
            page.known = await self._know(page.signed)
        said = (line.client_id, line.text)
        committed = await _tried(
            lambda: ledger.write_visitor_line(
                self._store, page.site, page.key.visitor, page.known, said, self._routing_number
            )
        )
        self._reached("chat.line_kept")
        for other in self._pages.of_visitor(page.key):
            if not committed.repeated:  # a repeated line may belong to an earlier conversation
                self._pages.watch(other, committed.conversation)
            other.wake()
        return committed

    async def leave(self, page: Page) -> bool:
        """The visitor ends the conversation; False if it had ended."""
        view = await chats.current(self._store, page.key)
        if view is None:
            return False
        left = await ledger.leave(self._store, view.conversation, Ended.BY_VISITOR)
        self._wake(view.conversation)
        return left

    def visitor_types(self, page: Page) -> None:
        if page.conversation is not None:
            self._store.bus.publish([Message(VISITOR_TYPES + page.conversation, b"")])

    # -- The agent's side, used by the desktop; whether the agent may is asked by the desktop before

    async def say(
        self, interaction: InteractionId, handling: HandlingId, agent: AgentId, client_id: str, text: str
    ) -> Committed | Refused:
        """Commit an agent's line; the same client id of the same agent is the same line.

        A handling that began this instant is waited for, at most 2 s.

        Raises:
            StoreUnavailable: nothing was written, or nobody knows; the same line may be sent again.
        """
        said = cleaned(text)
        if (refused := line_refusal(client_id, said)) is not None:
            return refused
        conversation = ConversationId(interaction)
        await self._until_known(conversation, handling)
        result = await _tried(
            lambda: ledger.write_agent_line(self._store, conversation, handling, agent, client_id, said)
        )
        self._reached("chat.answer_kept")
        self._wake(conversation)
        return result

    async def end(self, interaction: InteractionId, handling: HandlingId, agent: AgentId) -> bool:
        """Tell the visitor at once that the agent has ended the chat. The router has to be told by the desktop
        (`AgentEndedHandling`); its fact ends the chat too. False if it had ended or is not theirs."""
        ended = await ledger.end_now(self._store, ConversationId(interaction), handling, agent)
        self._wake(ConversationId(interaction))
        return ended

    def agent_types(self, interaction: InteractionId) -> None:
        """The agent is writing: shown to the visitor for a few seconds."""
        self._store.bus.publish([Message(AGENT_TYPES + interaction, b"")])

    # -- What goes on by itself

    async def _follow_routing(self) -> None:
        stream = f"routing/{self._store.domain}"
        newest = await self._feed.last_number(stream)
        oldest = await chats.open_since(self._store)
        self._routing_number = newest if oldest is None else min(newest, oldest)
        async with aclosing(self._feed.follow(stream, self._routing_number)) as entries:
            async for entry in entries:
                if entry.kind is Kind.FACT and entry.type in _TOLD_BY:
                    await self._told(entry, self._store.registry.fact(entry))
                self._routing_number = entry.number

    async def _told(self, entry: Entry, fact: Fact) -> None:
        values: dict[str, str | None]
        match fact:
            case HandlingStarted(medium=Medium.CHAT):
                values = {"phase": Phase.TALKING.value, "agent": fact.agent, "handling": fact.handling}
            case WrapUpStarted(by=EndedBy.AGENT) | CustomerLegEnded():
                values = {"phase": Phase.ENDED.value, "ended": Ended.BY_AGENT.value}
            case VisitFlowedOut(medium=Medium.CHAT, announcement=announcement) if announcement is not None:
                await self._turn_away(fact.interaction, entry.number, self.settings.announcements.get(announcement))
                return
            case InteractionClosed():
                values = {"phase": Phase.ENDED.value, "ended": Ended.BY_SYSTEM.value}
            case _:
                return
        interaction = fact.interaction
        if not interaction.startswith("c-"):
            return
        conversation = ConversationId(interaction)
        if await ledger.change_phase(self._store, conversation, entry.number, **values):
            self._wake(conversation)

    async def _turn_away(self, interaction: InteractionId, number: int, text: str | None) -> None:
        """The visitor reads why nobody comes. Where a new definition has no such text, the chat just ends."""
        conversation = ConversationId(interaction)
        if text is not None and await ledger.turn_away(self._store, conversation, number, text):
            self._wake(conversation)

    async def _watch_absence(self) -> None:
        await ledger.mark_all_away(self._store, self.clock.now_ms())
        shortest_ms = min((site.away_ms for site in self.settings.sites), default=int(_AWAY_LOOK_S * 1000))
        look_s = max(0.05, min(_AWAY_LOOK_S, shortest_ms / 4000))
        while True:
            here = self._pages.conversations()
            for start in range(0, len(here), _CONVERSATIONS_A_LOOK):
                part = here[start : start + _CONVERSATIONS_A_LOOK]
                for conversation in await chats.wrongly_away(self._store, part):
                    await ledger.mark_away(self._store, conversation, None)
            for site in self.settings.sites:
                before_ms = self.clock.now_ms() - site.away_ms
                for conversation in await chats.long_away(self._store, site.site, before_ms):
                    if await ledger.leave(self._store, conversation, Ended.AWAY, before_ms):
                        self._wake(conversation)
            await asyncio.sleep(look_s)

    async def _wake_by(self, prefix: str, *, agent_types: bool) -> None:
        subscription = self._store.bus.subscribe(prefix)
        try:
            while True:
                message = await subscription.next(_BUS_WAIT_S)
                if message is not None:
                    self._wake(ConversationId(message.topic.rpartition("/")[2]), agent_types=agent_types)
        except SubscriptionCut:
            self._pages.wake_all()
        finally:
            subscription.close()

    async def _for_ever(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except StoreUnavailable as error:
                LOG.warning("web chat: %s: %s", what, error)
                await asyncio.sleep(_AFTER_FAILURE_S)

    def _wake(self, conversation: ConversationId, *, agent_types: bool = False) -> None:
        for page in self._pages.of_conversation(conversation):
            page.wake(agent_types=agent_types)

    async def _until_known(self, conversation: ConversationId, handling: HandlingId) -> None:
        for _ in range(int(_HANDLING_WITHIN_S / _HANDLING_LOOK_S)):
            view = await chats.view_of(self._store, conversation)
            if view is None or view.handling == handling or view.phase is Phase.ENDED:
                return
            await asyncio.sleep(_HANDLING_LOOK_S)

    async def _sign_in(self, anonymous: VisitorKey, page: Page) -> None:
        if page.signed is None:
            return
        earlier = await chats.current(self._store, anonymous)
        if earlier is None or earlier.phase is Phase.ENDED:
            return
        page.known = await self._know(page.signed)
        if await ledger.adopt(self._store, anonymous, page.key, page.known) is not None:
            for other in self._pages.of_visitor(anonymous):
                other.wake()

    async def _know(self, signed: SignedVisitor) -> Known | None:
        """Return the shop's customer, made now if this is their first contact; None if the history is slow."""
        known = await who_is_this(self._store, IdentityKind.CHAT, signed.visitor_id, self.clock)
        if known is not None:
            return msgspec.structs.replace(known, trust=Trust.VERIFIED)
        try:
            async with asyncio.timeout(_MAKE_CUSTOMER_S):
                found = await find_or_create(self._store, IdentityKind.CHAT, signed.visitor_id, Trust.VERIFIED)
        except (TimeoutError, StoreUnavailable):
            return None
        return Known(found.customer, found.identity, Trust.VERIFIED)


def _is_current(site: SiteSettings, signed: SignedVisitor, ours: str | None, now_ms: int) -> bool:
    """Not expired; or the page of the same customer goes on, which was opened while it was not."""
    return now_ms < signed.expires_ms or ours == visitor_word(site.site, signed.visitor_id)


async def _tried(wish: Callable[[], Awaitable[Result]]) -> Result:
    """Ask again when two wishes met: the second time it finds what the other wrote."""
    for _ in range(_TRIES - 1):
        try:
            return await wish()
        except (AlreadyThere, WriteConflict):
            await asyncio.sleep(_TRY_AGAIN_S)
    return await wish()
