"""Who is looking at a chat right now: the visitors' open pages of this process, and how to wake them.

Nothing here is kept: a page that is gone comes back with its token and its last number.
"""

import asyncio
from collections.abc import Iterator

from channels.core.visitor_tokens import SignedVisitor
from channels.identification import Known
from channels.webchat.chats import VisitorKey
from channels.webchat.settings import SiteSettings
from history.core.vocabulary import ConversationId


class Page:
    """One open socket of a visitor."""

    def __init__(self, site: SiteSettings, key: VisitorKey, token: str, signed: SignedVisitor | None) -> None:
        self.site = site
        self.key = key
        self.token = token
        self.signed = signed
        self.known: Known | None = None
        self.news = asyncio.Event()
        self.agent_types = False
        self.conversation: ConversationId | None = None

    def wake(self, *, agent_types: bool = False) -> None:
        """Something may have changed; the page's writer looks."""
        self.agent_types = self.agent_types or agent_types
        self.news.set()


class OpenPages:
    """All pages, by visitor and by conversation."""

    def __init__(self) -> None:
        self._by_visitor: dict[VisitorKey, set[Page]] = {}
        self._by_conversation: dict[ConversationId, set[Page]] = {}

    def add(self, page: Page) -> None:
        self._by_visitor.setdefault(page.key, set()).add(page)

    def remove(self, page: Page) -> None:
        self.watch(page, None)
        pages = self._by_visitor.get(page.key, set())
        pages.discard(page)
        if not pages:
            self._by_visitor.pop(page.key, None)

    def watch(self, page: Page, conversation: ConversationId | None) -> None:
        """From now on this is the page's conversation."""
        if page.conversation is not None and page.conversation != conversation:
            watching = self._by_conversation.get(page.conversation, set())
            watching.discard(page)
            if not watching:
                self._by_conversation.pop(page.conversation, None)
        page.conversation = conversation
        if conversation is not None:
            self._by_conversation.setdefault(conversation, set()).add(page)

    def has(self, key: VisitorKey) -> bool:
        return key in self._by_visitor

    def conversations(self) -> list[ConversationId]:
        return list(self._by_conversation)

    def of_visitor(self, key: VisitorKey) -> Iterator[Page]:
        return iter(tuple(self._by_visitor.get(key, ())))

    def of_conversation(self, conversation: ConversationId) -> Iterator[Page]:
        return iter(tuple(self._by_conversation.get(conversation, ())))

    def wake_all(self) -> None:
        for pages in tuple(self._by_visitor.values()):
            for page in pages:
                page.wake()
