"""What an agent does in the browser, and what a page must not show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Page, expect

from tests.bed.chromium import Chromium
from tests.bed.waiting import until
from tests.journeys.center import RunningCenter

# The page's own marks of what nobody could ask it afterwards: clicks, what was shown, what sounded, what was heard.
WITNESS = """
window.witness = { clicks: 0, notifications: [], rings: 0, painted_ms: null, heard_ms: {} };
addEventListener("click", (event) => { if (event.isTrusted) window.witness.clicks += 1; }, true);
const shown = class extends Notification {
  constructor(title, options) {
    super(title, options);
    window.witness.notifications.push({ title, body: options?.body ?? "", hidden: document.hidden });
  }
};
Object.defineProperty(window, "Notification", { value: shown });
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  if (this.context.state === "running") window.witness.rings += 1;
  return start.apply(this, when);
};
new MutationObserver(() => {
  if (document.querySelector(".offer") !== null) window.witness.painted_ms ??= Date.now();
}).observe(document, { childList: true, subtree: true });
const listen = (stream) => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const look = () => {
    analyser.getFloatFrequencyData(levels);
    const best = levels.indexOf(Math.max(...levels));
    const hertz = Math.round(best * context.sampleRate / analyser.fftSize / 20) * 20;
    if (levels[best] > -50) window.witness.heard_ms[hertz] ??= Date.now();
    if (stream.active) setTimeout(look, 10);
    else void context.close();
  };
  look();
};
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  listen(this.srcObject);
  return play.call(this);
};
"""


@asynccontextmanager
async def person(browser: Chromium) -> AsyncIterator[Page]:
    """A page of somebody with a browser of their own; an error that its scripts do not catch fails the test."""
    context = await browser.new_context()
    faults: list[str] = []
    try:
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.add_init_script(WITNESS)
        yield page
    finally:
        await context.close()
    assert not faults, faults


async def sign_in(page: Page, center: RunningCenter, user: str, *, ready: bool = True) -> None:
    """Sign in by hand: two fields and one click."""
    await page.goto(center.origin)
    await page.get_by_label("Name").fill(user)
    await page.get_by_label("Password", exact=True).fill(center.passwords[user])
    await page.get_by_role("button", name="Sign in and get ready" if ready else "Sign in", exact=True).click()
    await page.locator(".top-bar").wait_for()


async def witness(page: Page, what: str) -> Any:
    """One of the marks of WITNESS."""
    return await page.evaluate("(what) => window.witness[what]", what)


async def wrap_up(page: Page, disposition: str) -> None:
    """Choose what came of it; the work leaves the desk."""
    await page.locator(".disposition", has_text=disposition).click()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("No work in hand.")).to_be_visible()


async def look_away(page: Page) -> None:
    """Bring another tab to the front, and let the page know what a headless browser keeps from it: it is hidden.

    A hidden page paints nothing, so that it is called for no frame.
    """
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = await page.context.new_page()
    await other.bring_to_front()
    await until(lambda: page.evaluate("!document.hasFocus()"), 5, "the other tab being in front")
    await page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
          Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
          window.requestAnimationFrame = () => 0;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )


async def text_of(page: Page) -> str:
    """All words of the page, also those for screen readers and tool tips."""
    said: str = await page.evaluate(
        """() => [document.title, document.body.innerText,
                  ...[...document.querySelectorAll("[aria-label],[title],[placeholder]")].map((one) =>
                    ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name) ?? "").join(" "))
                 ].join("\\n")"""
    )
    return said
