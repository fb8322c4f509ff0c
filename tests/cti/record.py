"""Makes `tests/recordings/*.txt`: what a real Asterisk says during each call story. `python -m tests.cti.record`.

Run it when the dialplan fragment or the contract stories change; the fast replay needs no Asterisk then.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.cti import test_switch_contract as contract
from tests.cti.engine import Engine
from tests.cti.proxy import Proxy
from tests.cti.stages import Stage, asterisk_stage

RECORDINGS = Path(__file__).parents[1] / "recordings"
Story = Callable[[Stage, Engine], Awaitable[None]]
STORIES: dict[str, Story] = {
    "caller-hangs-up": contract.test_answer_and_the_caller_hangs_up,
    "agent-hangs-up": contract.test_answer_and_the_agent_hangs_up,
    "agent-hangs-up-no-word": contract.test_without_the_engines_word_the_dialplan_ends_a_call_whose_agent_hung_up,
    "leg-lost": contract.test_a_lost_leg_is_rung_again,
    "busy": contract.test_a_busy_phone,
    "declined": contract.test_a_declining_phone,
    "no-answer": contract.test_nobody_answers_and_the_next_ring_works,
    "unreachable": contract.test_a_phone_that_does_not_exist_is_unreachable,
    "caller-gone-ringing": contract.test_the_caller_leaves_while_it_rings,
    "ringing-stopped": contract.test_ringing_is_stopped_and_the_caller_waits_on,
    "heartbeat-old": contract.test_a_waiting_caller_falls_back_when_the_heartbeat_is_old,
    "outside-call": contract.test_an_outside_call_makes_a_phone_busy,
}


async def record(name: str, story: Story) -> None:
    """One story on an Asterisk of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with asterisk_stage(Path(folder)) as stage, Proxy(stage.ami_port) as line:
            async with Engine(line.port, stage.secret) as engine:
                await story(stage, engine)
            version = await asyncio.to_thread(stage.asterisk.version)
    text = bytes(line.recorded).decode().replace("\r\n", "\n")
    (RECORDINGS / f"{name}.txt").write_text(f"# {name}: {version}, our dialplan, to the engine only\n\n{text}")


def main() -> None:
    """All, or those named."""
    RECORDINGS.mkdir(exist_ok=True)
    for name in sys.argv[1:] or STORIES:
        asyncio.run(record(name, STORIES[name]))


if __name__ == "__main__":
    main()
