"""Debian's Chromium for a test, driven by playwright; its microphone is a tone, its network stays on this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests.bed.places import require_program
from tests.bed.tones import write_wav

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
)
LISTENING_MS = 700

# In the page: the strongest pitch of a stream, by an analyser, in Hz; 0 when it is silent.
PEAK_SCRIPT = """async ([stream, ms]) => {
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 16384;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
  await new Promise((done) => setTimeout(done, ms));
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  let best = 0;
  levels.forEach((level, bin) => { if (level > levels[best]) best = bin; });
  const hertz = levels[best] > -60 ? best * context.sampleRate / analyser.fftSize : 0;
  await context.close();
  return hertz;
}"""
MICROPHONE_SCRIPT = "() => navigator.mediaDevices.getUserMedia({audio: {echoCancellation: false, \
autoGainControl: false, noiseSuppression: false}})"


class Chromium:
    """One browser process; its microphone plays ``microphone_hz`` for ever."""

    def __init__(self, folder: Path, microphone_hz: int = 440) -> None:
        self._folder = folder
        self._microphone_hz = microphone_hz
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def start(self) -> None:
        """Launch it, headless."""
        program = require_program("chromium")
        microphone = self._folder / f"microphone-{self._microphone_hz}.wav"
        await asyncio.to_thread(write_wav, microphone, self._microphone_hz)
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=program, args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"]
        )

    async def stop(self) -> None:
        """Close it and all of its pages."""
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = None

    async def new_context(self) -> BrowserContext:
        """A person of their own: no cookies shared; microphone and notifications allowed."""
        assert self._browser is not None, "the browser is not started"
        return await self._browser.new_context(
            permissions=["microphone", "notifications"], viewport={"width": 1280, "height": 720}, locale="en-GB"
        )

    @asynccontextmanager
    async def page(self, url: str | None = None) -> AsyncIterator[Page]:
        """A page of a new person; what its scripts complain of fails nothing by itself, ask the page."""
        context = await self.new_context()
        try:
            page = await context.new_page()
            if url is not None:
                await page.goto(url)
            yield page
        finally:
            await context.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def microphone_peak_hz(page: Page, ms: int = LISTENING_MS) -> float:
    """The pitch of this page's own microphone."""
    stream = await page.evaluate_handle(MICROPHONE_SCRIPT)
    return float(await page.evaluate(PEAK_SCRIPT, [stream, ms]))


async def element_peak_hz(page: Page, selector: str = "audio", ms: int = LISTENING_MS) -> float:
    """The pitch of what an <audio> element with a stream plays: what the agent hears."""
    stream = await page.evaluate_handle("(selector) => document.querySelector(selector).srcObject", selector)
    return float(await page.evaluate(PEAK_SCRIPT, [stream, ms]))
