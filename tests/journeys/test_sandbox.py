"""`make sandbox`: the sample center on a real Asterisk, whose callers an agent answers in the browser."""

import re
import sys
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from config.check import problems_of
from config.definition import parse
from config.serving import SAMPLE
from deploy.sandbox import sandbox_definition
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.chromium import Chromium
from tests.bed.ports import free_port
from tests.bed.process import Child
from tests.bed.waiting import until
from tests.journeys.center import ROOT
from tests.journeys.pages import person

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

LIVE_S = 40.0
CALL_S = 60.0


async def test_the_sandbox_is_called_and_answered_in_the_browser(tmp_path: Path, browser: Chromium) -> None:
    """From a start with nothing there to a real call in the browser's phone, and to a clean stop."""
    port, log = free_port(), tmp_path / "sandbox.log"
    command = (sys.executable, "-m", "deploy.sandbox", "--data", tmp_path / "data")
    options = ("--port", str(port), "--shop-port", str(free_port()))
    sandbox = Child("sandbox", (*command, *options), log, env={"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    try:

        def live() -> bool:
            sandbox.require_running()
            return "Ctrl-C stops it" in log.read_text()

        await until(live, LIVE_S, "the sandbox being live")
        password = re.search(r"^ +ann +(\S+)$", log.read_text(), re.MULTILINE)
        assert password is not None
        async with person(browser) as agent:
            await agent.goto(f"http://127.0.0.1:{port}")
            await agent.get_by_label("Name").fill("ann")
            await agent.get_by_label("Password", exact=True).fill(password[1])
            await agent.get_by_role("button", name="Sign in and get ready").click()
            await _answer(agent)
            await expect(agent.get_by_role("button", name="Mute")).to_be_enabled()
            await expect(agent.get_by_text("Rehearsal: no real calls")).to_have_count(0)
            await agent.get_by_role("button", name="Hang up").click()
            await expect(agent.get_by_role("region", name="Wrap-up")).to_be_visible()
    finally:
        sandbox.stop(seconds=20)
    assert sandbox.exit_code == 0, log.read_text()
    assert "Traceback" not in log.read_text()


async def _answer(agent: Page) -> None:
    """Answer the first call; chats and mails of the rehearsal customers, which may come before it, are declined."""
    answer = agent.get_by_role("button", name="Answer")

    async def answered() -> bool:
        if await answer.count():
            await answer.click()
            return True
        for button in await agent.get_by_role("button", name="Decline").all():
            await button.click()
        return False

    await until(answered, CALL_S, "a call")


async def test_the_sandbox_has_the_sample_center_with_soft_phones(tmp_path: Path) -> None:
    """No rehearsal phone is left in it, and the definition passes its check."""
    switch = Asterisk(tmp_path, "", [Phone("ann")])
    made = parse(sandbox_definition(SAMPLE.read_text(), switch, 9_999))
    assert not list(problems_of(made))
    assert {user.phone.kind for user in made.users if user.phone} == {"softphone"}
    assert not made.is_rehearsal
    assert made.sites[0].origins == ("http://localhost:9999",)
