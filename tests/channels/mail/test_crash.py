"""kill -9 at each step: a mail is stored, shown and announced exactly once, an answer never sent twice by itself."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.bed.dovecot import Dovecot
from tests.bed.smtp import SmtpServer
from tests.channels.mail.center import (
    all_mails,
    arrivals,
    at_work,
    deliver,
    letter,
    mailbox,
    mails_of,
    open_store,
    outbox_states,
    pending,
    raw_mails,
    until,
)

pytestmark = pytest.mark.real
MAILS = 3


async def killed_at(folder: Path, imap_port: int, smtp_port: int, point: str, *more: str) -> None:
    """Run a center until it kills itself there."""
    command = ["-m", "tests.channels.mail.crashing_center", str(folder), str(imap_port), str(smtp_port), point, *more]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env=environment)
    try:
        async with asyncio.timeout(30):
            assert await process.wait() == -signal.SIGKILL, f"it did not come to {point}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    "point", ["mail.fetched", "mail.keeping", "mail.kept", "mail.read", "mail.placing", "mail.placed"]
)
async def test_mails_survive_a_kill_at_each_step_once(
    tmp_path: Path, dovecot: Dovecot, smtp_server: SmtpServer, point: str
) -> None:
    for number in range(MAILS):
        await asyncio.to_thread(deliver, dovecot, letter(f"mail {number}", message_id=f"{number}@x.example"))
    await killed_at(tmp_path, dovecot.imap_port, smtp_server.port, point)
    async with open_store(tmp_path) as store, at_work(store, mailbox(dovecot.imap_port, smtp_server.port)):

        async def all_there() -> bool:
            return len(await arrivals(store)) >= MAILS and await pending(store) == 0

        await until(all_there, 15, "all mails are announced")
        assert len(await raw_mails(store)) == len(await all_mails(store)) == len(await arrivals(store)) == MAILS
        assert sorted(each.source_number for each in await arrivals(store)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("point", "state", "sent_before"),
    [
        ("outbox.queued", "sent", False),
        ("outbox.sending", "sent", False),
        ("outbox.data", "uncertain", False),
        ("outbox.answered", "uncertain", True),
        ("outbox.judged", "sent", True),
    ],
)
async def test_an_answer_survives_a_kill_at_each_step_and_is_never_doubled(
    tmp_path: Path, dovecot: Dovecot, smtp_server: SmtpServer, point: str, state: str, sent_before: bool
) -> None:
    await asyncio.to_thread(deliver, dovecot, letter(message_id="a@x.example"))
    await killed_at(tmp_path, dovecot.imap_port, smtp_server.port, point, "answer")
    assert len(smtp_server.kept) == sent_before
    async with open_store(tmp_path) as store, at_work(store, mailbox(dovecot.imap_port, smtp_server.port)):

        async def is_judged() -> bool:
            return await outbox_states(store) == [state]

        await until(is_judged, 15, f"the answer is {state}")
        (arrived,) = await arrivals(store)
        answer = (await mails_of(store, arrived.interaction))[-1]
        assert answer.send_state == state and (answer.send_detail is not None) == (state == "uncertain")
        assert len(smtp_server.kept) == (1 if state == "sent" else sent_before)
