"""IMAP against a real dovecot: mail comes by IDLE, dead and silent lines are noticed, nothing is lost or doubled."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from channels.mail.errors import MailboxDown, SignInRefused
from channels.mail.imap_source import ImapSource, folder_name, internal_ms
from channels.mail.service import MailChannel
from channels.mail.settings import Backlog, MailboxSettings, ServerSettings
from channels.mail.source import Waiting
from tests.bed.dovecot import MAILBOXES, SERVICE, SERVICE_SECRET, Dovecot
from tests.bed.ports import free_port
from tests.channels.mail.center import (
    QUEUE,
    QUICK,
    all_mails,
    arrivals,
    at_work,
    deliver,
    letter,
    mailbox,
    open_store,
    pending,
    raw_mails,
    until,
)

pytestmark = pytest.mark.real


def family(pid: int) -> Iterator[int]:
    """A process and all that came from it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return  # it has ended meanwhile
    for child in children:
        yield from family(int(child))


def is_up(channel: MailChannel) -> bool:
    return all(health.up for health in channel.health())


async def test_mail_that_comes_while_idle_is_announced_within_three_seconds(tmp_path: Path, dovecot: Dovecot) -> None:
    async with open_store(tmp_path) as store, at_work(store, mailbox(dovecot.imap_port)) as channel:
        await until(lambda: is_up(channel), 10, "the mailbox is up")
        for number in range(3):
            began = time.monotonic()
            await asyncio.to_thread(deliver, dovecot, letter(f"mail {number}"))

            async def is_announced(wanted: int = number + 1) -> bool:
                return len(await arrivals(store)) == wanted

            await until(is_announced, 3, "the mail is announced")
            assert time.monotonic() - began < 3


async def test_flags_are_no_work_list_and_stay_as_they_were(tmp_path: Path, dovecot: Dovecot) -> None:
    await asyncio.to_thread(deliver, dovecot, letter())
    box = dovecot.maildir(SERVICE) / "Maildir"
    fresh = next((box / "new").iterdir())
    seen = box / "cur" / f"{fresh.name}:2,S"
    fresh.rename(seen)  # somebody has read it already
    async with open_store(tmp_path) as store, at_work(store, mailbox(dovecot.imap_port)):
        await until(lambda: arrivals(store), 10, "the mail is announced")
    assert [each.name for each in (box / "cur").iterdir()] == [seen.name]


async def test_a_new_uidvalidity_loses_and_doubles_nothing(tmp_path: Path, dovecot: Dovecot) -> None:
    async with open_store(tmp_path) as store, at_work(store, mailbox(dovecot.imap_port)) as channel:
        for number in range(5):
            await asyncio.to_thread(deliver, dovecot, letter(f"mail {number}"))

        async def there(wanted: int) -> bool:
            return len(await arrivals(store)) == wanted and await pending(store) == 0

        await until(lambda: there(5), 10, "five mails")
        async with ImapSource(mailbox(dovecot.imap_port), QUICK).open() as session:
            before = session.uid_validity
        for pid in reversed(list(family(dovecot.pid or 0))[1:]):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(dovecot.kill)
        await until(lambda: not is_up(channel), 15, "the lost server is noticed")
        # The new number is the second in which the folder is numbered anew.
        await until(lambda: time.time() > before + 1, 3, "the next second")
        for known in (dovecot.maildir(SERVICE) / "Maildir").glob("dovecot*"):
            known.unlink(missing_ok=True)
        await asyncio.to_thread(dovecot.start)
        await asyncio.to_thread(deliver, dovecot, letter("after"))
        await until(lambda: there(6), 15, "the sixth mail")
        async with ImapSource(mailbox(dovecot.imap_port), QUICK).open() as session:
            assert session.uid_validity != before
        assert len(await raw_mails(store)) == len(await all_mails(store)) == 6


async def test_a_server_that_falls_silent_is_noticed_and_harms_no_other_mailbox(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    other = Dovecot(tmp_path, MAILBOXES)
    await asyncio.to_thread(other.start)
    silent: list[int] = []
    try:
        boxes = (mailbox(dovecot.imap_port), mailbox(other.imap_port, name="other"))
        async with open_store(tmp_path) as store, at_work(store, *boxes) as channel:
            await until(lambda: is_up(channel), 10, "both mailboxes are up")
            silent = list(family(dovecot.pid or 0))
            for pid in silent:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            await asyncio.to_thread(deliver, other, letter("to the other"))
            await until(lambda: arrivals(store), 3, "the other's mail is announced")
            await until(lambda: not channel.health()[0].up, 10, "the silence is noticed")
            assert f"127.0.0.1:{dovecot.imap_port}" in channel.health()[0].sentence
            assert channel.health()[1].up
            for pid in silent:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            await asyncio.to_thread(deliver, dovecot, letter("after the silence"))

            async def both() -> bool:
                return len(await arrivals(store)) == 2

            await until(both, 20, "the mailbox has caught up")
            await until(lambda: is_up(channel), 10, "both are up again")
    finally:
        for pid in silent:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        await asyncio.to_thread(other.stop)


async def test_what_lay_there_before_is_left_unless_it_is_asked_for(tmp_path: Path, dovecot: Dovecot) -> None:
    await asyncio.to_thread(deliver, dovecot, letter("old"))
    box = mailbox(dovecot.imap_port, backlog=Backlog.LEAVE)
    async with open_store(tmp_path) as store, at_work(store, box) as channel:
        await until(lambda: is_up(channel), 10, "the mailbox is up")
        await asyncio.to_thread(deliver, dovecot, letter("new"))
        await until(lambda: arrivals(store), 5, "the new mail is announced")
        assert len(await raw_mails(store)) == 1


async def test_two_hundred_and_fifty_mails_and_a_large_one_are_all_taken(tmp_path: Path, dovecot: Dovecot) -> None:
    def fill() -> None:
        for number in range(250):
            deliver(dovecot, letter(f"mail {number}"))
        deliver(dovecot, letter("large", "words ) { * \n" * 200_000))
        deliver(dovecot, letter("too large", "x\n" * 300_000))

    await asyncio.to_thread(fill)
    box = mailbox(dovecot.imap_port, size_max=3_000_000)
    async with ImapSource(box, QUICK).open() as session:
        first = await session.waiting(0)
        assert len(first) == 100 and [mail.uid for mail in first] == list(range(1, 101))
        rest = [*await session.waiting(100), *await session.waiting(200), *await session.waiting(252)]
        assert len(rest) == 152
        large = await session.fetch(rest[-2], 5_000_000)
        assert large is not None and large.whole and len(large.raw) == rest[-2].size
        cut = await session.fetch(rest[-1], 100_000)
        assert cut is not None and not cut.whole and len(cut.raw) < rest[-1].size
        assert await session.fetch(Waiting(9_999, 10, 0), 100) is None
        assert all(abs(mail.received_ms / 1000 - time.time()) < 300 for mail in first)


def server(port: int, password: str = SERVICE_SECRET, **more: object) -> MailboxSettings:
    made = ServerSettings("127.0.0.1", port, SERVICE, password, tls=bool(more.get("tls")))
    folder = str(more.get("folder", "INBOX"))
    return MailboxSettings(id=mailbox().id, address=SERVICE, queue=QUEUE, imap=made, smtp=made, folder=folder)


async def refusal(box: MailboxSettings) -> MailboxDown:
    with pytest.raises(MailboxDown) as caught:
        async with ImapSource(box, QUICK).open():
            pass
    return caught.value


async def test_each_misfortune_has_a_sentence_that_names_the_server_and_the_way_out(dovecot: Dovecot) -> None:
    closed = free_port()
    wrong = await refusal(server(dovecot.imap_port, 'wrong " \\'))
    assert isinstance(wrong, SignInRefused) and "check user name and password of the mailbox service" in str(wrong)
    for box, part in (
        (server(closed), "check host, port and TLS"),
        (server(dovecot.imaps_port, tls=True), "certificate"),
        (server(dovecot.imap_port, tls=True), "check host, port and TLS"),
        (server(dovecot.lmtp_port), "is no IMAP server"),
        (server(dovecot.imap_port, folder="Größe & Co"), "check the folder"),
    ):
        said = str(await refusal(box))
        assert part in said and f"127.0.0.1:{box.imap.port}" in said and "\n" not in said
    clear = ServerSettings("imap.example.org", 143, SERVICE, SERVICE_SECRET, tls=False)
    assert "without TLS" in str(await refusal(MailboxSettings(mailbox().id, SERVICE, QUEUE, clear, clear)))


async def test_a_mailbox_that_refuses_the_sign_in_stops_no_other(tmp_path: Path, dovecot: Dovecot) -> None:
    bad = server(dovecot.imap_port, "wrong")
    good = mailbox(dovecot.imap_port, name="good")
    async with open_store(tmp_path) as store, at_work(store, bad, good) as channel:
        await asyncio.to_thread(deliver, dovecot, letter())
        await until(lambda: arrivals(store), 10, "the good mailbox's mail is announced")
        await until(lambda: "refuses the user" in channel.health()[0].sentence, 10, "the bad one says why")
        assert not channel.health()[0].up


async def test_tls_with_a_named_certificate_works(dovecot: Dovecot) -> None:
    made = ServerSettings(
        "localhost", dovecot.imaps_port, SERVICE, SERVICE_SECRET, certificate_file=str(dovecot.certificate)
    )
    async with ImapSource(MailboxSettings(mailbox().id, SERVICE, QUEUE, made, made), QUICK).open() as session:
        assert await session.waiting(0) == []


async def test_no_password_and_no_mail_is_ever_logged(dovecot: Dovecot, caplog: pytest.LogCaptureFixture) -> None:
    await asyncio.to_thread(deliver, dovecot, letter(text="secret words"))
    with caplog.at_level(logging.DEBUG):
        async with ImapSource(mailbox(dovecot.imap_port), QUICK).open() as session:
            (mail,) = await session.waiting(0)
            await session.fetch(mail, 10_000)
        await refusal(server(dovecot.imap_port, 'pass"word'))
    assert SERVICE_SECRET not in caplog.text and "secret words" not in caplog.text and "pass" not in caplog.text


@pytest.mark.parametrize(
    ("name", "written"),
    [("INBOX", "INBOX"), ("Two words", '"Two words"'), ("Größe & Co", '"Gr&APYA3w-e &- Co"'), ("日本", '"&ZeVnLA-"')],
)
def test_folder_names_are_written_as_imap_wants_them(name: str, written: str) -> None:
    assert folder_name(name) == written


def test_the_servers_date_is_read_in_its_zone_or_not_at_all() -> None:
    assert internal_ms(b'1 FETCH (UID 1 INTERNALDATE " 1-Jan-1970 01:00:01 +0100")') == 1_000
    assert internal_ms(b'1 FETCH (UID 1 INTERNALDATE "01-Jan-1970 00:00:01 -0130")') == 5_401_000
    assert internal_ms(b'1 FETCH (UID 1 INTERNALDATE "01-Foo-1970 00:00:01 -0130")') == 0
    assert internal_ms(b"1 FETCH (UID 1)") == 0
