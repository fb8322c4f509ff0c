"""The shop's page that carries the chat widget, on an origin of its own (`localhost` beside `127.0.0.1`)."""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from playwright.async_api import FrameLocator, Page

from channels.webchat.sample_shop import sample_shop
from history.clock import SystemClock
from history.core.vocabulary import SiteId
from tests.bed.ports import free_port
from tests.bed.waiting import until
from tests.journeys.definitions import SITE

SIGNING_SECRET = "the-shop-and-the-center-know-it"
START_S = 5.0


class Shop:
    """Serves the sample shop from a thread. `/` is Maria Lopez, signed in; `/guest` is nobody in particular."""

    def __init__(self) -> None:
        """Takes a port; `serve` needs to know where the center is."""
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def serve(self, chat_origin: str) -> None:
        """Serve the page with the widget of this center."""
        app = sample_shop(chat_origin, SiteId(SITE), SIGNING_SECRET, SystemClock())
        listening = socket.create_server(("127.0.0.1", self.port))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="shop")
        self._thread.start()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is None or self._thread is None:
            return
        server = self._server
        await until(lambda: server.started, START_S, "the shop being there")
        server.should_exit = True
        await asyncio.to_thread(self._thread.join, START_S)


async def open_chat(page: Page, address: str) -> FrameLocator:
    """Open a page of the shop and its chat window; what the visitor sees in it."""
    await page.goto(address)
    await page.locator("switchroom-chat .launcher").click()
    return chat_of(page)


def chat_of(page: Page) -> FrameLocator:
    """The chat window of a page, wherever it stands."""
    return page.frame_locator("switchroom-chat iframe")


async def say(chat: FrameLocator, text: str) -> None:
    """Write a line as the visitor."""
    composer = chat.get_by_label("Write a message")
    await composer.fill(text)
    await composer.press("Enter")
