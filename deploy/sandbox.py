"""`make sandbox`: the sample center on the real Asterisk of the tests, with soft phones in the browser.

Root on Debian. Mails, chats and the shop page are rehearsal as in `make run`; calls are real: SIPp places one now and
then, or whenever Enter is pressed, and any SIP program of this machine may call too.
"""

import argparse
import asyncio
import os
import random
import re
import secrets
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from config.rehearsal import PEOPLE
from config.serving import SAMPLE
from config.settings import variables
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.errors import BedError
from tests.bed.places import require_program
from tests.bed.sipp import Caller
from tests.bed.waiting import until
from tests.journeys.telephony import make_switch

ROOT = Path(__file__).parents[1]
AGENTS = ("ann", "ben", "carla")
NUMBERS = ("100", "200")
FIRST_CALL_S = 10.0
CALL_EVERY_S = (40.0, 90.0)
PATIENCE_S = (60.0, 240.0)
"""How long a caller stays, in the queue and in talk together, unless somebody hangs up."""
CALLERS_MAX = 3
LOOK_S = 0.5
LIVE_S = 120.0
STOP_S = 20.0


def sandbox_definition(sample: str, switch: Asterisk, shop_port: int) -> str:
    """The sample center with this switch in place of the rehearsal switch, and soft phones in place of its phones."""
    real = f'kind = "asterisk"\nport = {switch.ami_port}\nwebsocket_url = "{switch.websocket_url}"'
    text = _replaced(sample, r'(?<=\[\[switches\]\]\nid = "main"\n)kind = "rehearsal"', real)
    text = _replaced(text, r'(?<=phone = )(\{.*kind = )"rehearsal"', r'\1"softphone"')
    return _replaced(text, "localhost:8081", f"localhost:{shop_port}")


def _replaced(text: str, pattern: str, by: str) -> str:
    changed, count = re.subn(pattern, by, text)
    if not count:
        raise BedError(f"{SAMPLE.name} has no {pattern!r} any more: adapt deploy/sandbox.py to it.")
    return changed


class Callers:
    """People who call by SIPp, at most three at a time."""

    def __init__(self, switch: Asterisk, folder: Path) -> None:
        self._switch = switch
        self._folder = folder
        self._there: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Call now and then until cancelled; the calls end then."""
        try:
            await asyncio.sleep(FIRST_CALL_S)
            while True:
                self.call()
                await asyncio.sleep(random.uniform(*CALL_EVERY_S))
        finally:
            for one in self._there:
                one.cancel()
            await asyncio.gather(*self._there, return_exceptions=True)

    def call(self) -> None:
        """Let one more person call, unless three do already."""
        if len(self._there) >= CALLERS_MAX:
            print(f"{CALLERS_MAX} callers are there already.", flush=True)
            return
        task = asyncio.create_task(self._one())
        self._there.add(task)
        task.add_done_callback(self._there.discard)

    async def _one(self) -> None:
        person, number = random.choice(PEOPLE), random.choice(NUMBERS)
        print(f"{person.name} ({person.phone}) calls {number}.", flush=True)
        caller = Caller(
            self._folder, self._switch.sip_port, number, caller_number=person.phone, caller_name=person.name
        )
        async with caller:
            try:
                for _ in range(round(random.uniform(*PATIENCE_S) / LOOK_S)):
                    if caller.count("ended") or caller.count("refused"):
                        break
                    await asyncio.sleep(LOOK_S)
                await caller.leave()
            except AssertionError as late:
                print(f"{person.name} could not hang up: {late}", flush=True)


async def live(data: Path, port: int, shop_port: int) -> int:
    """The sandbox's life, until it is told to stop or the center ends; the center's exit status."""
    folder = data / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    require_program("sipp")
    phones = [Phone(agent, secret=secrets.token_urlsafe(16), browser=True) for agent in AGENTS]
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        print("Starting Asterisk ...", flush=True)
        switch = await stack.enter_async_context(make_switch(folder, phones))
        file = folder / "sandbox.toml"
        file.write_text(sandbox_definition(SAMPLE.read_text(encoding="utf-8"), switch, shop_port), encoding="utf-8")
        environment = {**os.environ, variables("ami", "main")[0]: switch.ami_secret}
        environment |= {variables("phone", phone.name)[0]: phone.secret or "" for phone in phones}
        command = [sys.executable, "-m", "config", "serve", str(file), "--rehearsal", "--data", str(data)]
        center = await asyncio.create_subprocess_exec(
            *command,
            *("--port", str(port), "--shop-port", str(shop_port)),
            env=environment,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        callers = Callers(switch, folder)
        calling = asyncio.create_task(_call(switch, callers))
        stopped = asyncio.create_task(stopping.wait())
        ended = asyncio.create_task(center.wait())
        await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        calling.cancel()
        await asyncio.gather(calling, stopped, return_exceptions=True)
        return await _ended(center)


async def _call(switch: Asterisk, callers: Callers) -> None:
    """Once the center follows the switch, say how to call, and let people call until cancelled."""

    async def followed() -> bool:
        return "SWITCHROOM_HEARTBEAT=" in await asyncio.to_thread(switch.cli, "dialplan show globals")

    await until(followed, LIVE_S, "the center following the switch")
    _tell(switch)
    _listen_for_enter(asyncio.get_running_loop(), callers)
    await callers.run()


async def _ended(center: asyncio.subprocess.Process) -> int:
    """Ask the center to stop, if it still runs; its exit status."""
    if center.returncode is None:
        center.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await center.wait()
        except TimeoutError:
            center.kill()
            await center.wait()
    return center.returncode or 0


def _tell(switch: Asterisk) -> None:
    agents = ", ".join(AGENTS[:-1])
    print(
        f"\n{switch.version()} is there. Sign in as {agents} or {AGENTS[-1]} in a browser and allow the microphone: "
        "the page is the telephone.\n"
        "Press Enter and somebody calls; somebody does now and then anyway.\n"
        f"Or call with a SIP program of this machine: sip:{NUMBERS[0]}@127.0.0.1:{switch.sip_port} (Sales), "
        f"sip:{NUMBERS[1]}@127.0.0.1:{switch.sip_port} (Workshop).",
        flush=True,
    )


def _listen_for_enter(loop: asyncio.AbstractEventLoop, callers: Callers) -> None:
    """Only at a terminal: elsewhere nobody presses anything."""
    if not sys.stdin.isatty():
        return

    def pressed() -> None:
        if sys.stdin.readline():
            callers.call()
        else:
            loop.remove_reader(sys.stdin)

    loop.add_reader(sys.stdin, pressed)


def main() -> int:
    """Live until Ctrl-C; what is missing is said in one sentence."""
    options = argparse.ArgumentParser(prog="make sandbox", description=__doc__)
    options.add_argument("--data", type=Path, default=Path("data-sandbox"), help="folder that holds everything")
    options.add_argument("--port", type=int, default=8080, help="port of the center")
    options.add_argument("--shop-port", type=int, default=8081, help="port of the shop page")
    given = options.parse_args()
    try:
        return asyncio.run(live(given.data.resolve(), given.port, given.shop_port))
    except BedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
