"""Hostile mail, read in a worker that may be killed: it becomes work that says so, and the next mail is read."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from channels.mail.messages import SENTENCES, Address, Automatic, Problem
from channels.mail.parsing import parse, read_headers
from channels.mail.reading import MailReader
from tests.channels.mail.center import until

FROM = b"From: Ann <ann@customer.example>\r\nSubject: hello\r\n"
NESTED = FROM + b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth) for depth in range(1500)
)
DEEP_BUT_PARSED = FROM + b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth) for depth in range(150)
)
MANY_PARTS = FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000
ENCODED_WORDS = b"From: ann@customer.example\r\nSubject: " + b"=?utf-8?q?aa?= " * 35_000 + b"\r\n\r\nhello"
HTML_BOMB = FROM + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"hello"


@pytest_asyncio.fixture
async def reader() -> AsyncIterator[MailReader]:
    made = MailReader()
    yield made
    await made.close()


async def test_a_plain_mail_is_read(reader: MailReader) -> None:
    mail = await reader.read(FROM + b"To: s@shop.example, T <t@shop.example>\r\n\r\nhi\r\n")
    assert mail.headers.sender == Address("Ann", "ann@customer.example")
    assert [each.address for each in mail.headers.to] == ["s@shop.example", "t@shop.example"]
    assert (mail.headers.subject, mail.text, mail.new_text, mail.unreadable) == ("hello", "hi", "hi", False)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [(NESTED, Problem.TOO_DEEP), (DEEP_BUT_PARSED, Problem.TOO_DEEP), (MANY_PARTS, Problem.TOO_MANY_PARTS)],
    ids=["nested", "deep", "parts"],
)
async def test_a_mail_past_its_limits_says_so_and_keeps_its_headers(
    reader: MailReader, raw: bytes, problem: Problem
) -> None:
    mail = await reader.read(raw)
    assert mail.unreadable and problem in mail.headers.problems and mail.text == SENTENCES[problem]
    assert mail.headers.subject == "hello" and mail.headers.sender is not None
    assert (await reader.read(FROM + b"\r\nnext")).text == "next"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (ENCODED_WORDS, "hello"),
        (HTML_BOMB, "hello"),
        (FROM + b"Content-Type: text/plain; charset=x-nope\r\n\r\nh\xe4llo", "hällo"),
        (b"From: a@[\r\nMessage-ID: <\r\n\r\nhello", "hello"),
        (FROM + b"Content-Type: text/plain; charset=\xff\xfe\r\n\r\nhello", "hello"),
        (FROM + b"Content-Type: multipart/mixed\r\n\r\nhello", "hello"),
        (FROM + b"Content-Type: multipart/alternative; boundary=x\r\n\r\nhello", "hello"),
        (FROM + b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8", "hello"),
        (b"\0" * 1000, ""),
        (b"", ""),
        (b"hello", "hello"),
        (FROM.replace(b"\r\n", b"\r") + b"\rhello", "hello"),
    ],
)
async def test_broken_mail_is_read_as_far_as_it_goes(reader: MailReader, raw: bytes, text: str) -> None:
    mail = await reader.read(raw)
    assert (mail.text.strip(), mail.unreadable) == (text, False)


async def test_a_worker_that_dies_or_hangs_costs_one_mail(reader: MailReader) -> None:
    await reader.read(FROM + b"\r\nfirst")
    first = reader.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    slow = MailReader(read_s=0.5)
    slow._worker, reader._worker = reader._worker, None  # the same worker, with less patience
    mail = await slow.read(FROM + b"\r\nlost on the way")
    assert mail.headers.problems == (Problem.TOO_MUCH_WORK,) and mail.headers.subject == "hello"
    again = await reader.read(FROM + b"\r\nsecond")
    assert again.text == "second" and reader.pid != first

    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    lost = await reader.read(FROM + b"\r\nlost")
    assert lost.unreadable or lost.text == "lost"
    assert (await reader.read(FROM + b"\r\nthird")).text == "third"
    await slow.close()


async def test_a_cancelled_reading_does_not_answer_the_next_one(reader: MailReader) -> None:
    await reader.read(FROM + b"\r\nfirst")
    task = asyncio.create_task(reader.read(HTML_BOMB * 20))
    await until(reader._turn.locked, 5, "the reading has begun")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await reader.read(FROM + b"\r\nsecond")).text == "second"


def test_html_is_sanitised_and_remote_pictures_are_gone() -> None:
    html = (
        b'<p onclick="x()" style="color:red;position:fixed">hi</p><script>alert(1)</script>'
        b'<img src="http://spy.example/x.gif"><a href="javascript:alert(1)">a</a><a href="https://x.example/">b</a>'
        b'<iframe src="http://x"></iframe><div style="background:url(http://spy.example/y)">z</div><form><input></form>'
    )
    mail = parse(FROM + b"Content-Type: text/html\r\n\r\n" + html)
    for bad in ("script", "onclick", "spy.example", "javascript", "iframe", "position", "<form", "<input", "<img"):
        assert bad not in mail.html, bad
    assert 'href="https://x.example/"' in mail.html and "color:red" in mail.html
    assert mail.text.startswith("hi")


def test_files_are_attachments_with_safe_names_and_attached_mails_are_not_opened() -> None:
    raw = (
        FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee files\r\n"
        b'--b\r\nContent-Type: text/plain; name="../../etc/passwd"\r\n\r\nroot\r\n'
        b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
        b"filename*=utf-8''%C3%BCber%0A.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner words\r\n--b--\r\n"
    )
    mail = parse(raw)
    assert mail.text == "see files"
    names = [each.name for each in mail.attachments]
    assert names == ["_.._etc_passwd", "über .pdf", "attached.eml"] or names[1:] == ["über .pdf", "attached.eml"]
    assert not any("/" in name for name in names)
    assert mail.attachments[1].data == b"ABC" and b"inner words" in mail.attachments[2].data


def test_more_attachments_than_shown_are_said_to_be_cut() -> None:
    part = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    mail = parse(FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 150)
    assert len(mail.attachments) == 100 and Problem.TOO_MANY_PARTS in mail.headers.problems


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        (b"Auto-Submitted: auto-replied (vacation)", Automatic.AUTO_SUBMITTED),
        (b"Auto-Submitted: no", None),
        (b"Precedence: bulk", Automatic.PRECEDENCE),
        (b"List-Id: <x>", Automatic.LIST),
        (b"X-Autoreply: yes", Automatic.AUTO_REPLY_HEADER),
        (b"Content-Type: multipart/report; boundary=x", Automatic.REPORT),
        (b"Return-Path: <>", Automatic.EMPTY_RETURN_PATH),
        (b"Return-Path: <ann@customer.example>", None),
        (b"Subject: nothing special", None),
    ],
)
def test_machines_are_known_by_their_marks(header: bytes, automatic: Automatic | None) -> None:
    assert read_headers(b"From: ann@customer.example\r\n" + header + b"\r\n\r\n").automatic is automatic


def test_robots_are_known_by_their_address() -> None:
    for address in (b"MAILER-DAEMON@x.example", b"no-reply@x.example", b"noreply+1@x.example", b"postmaster@x"):
        assert read_headers(b"From: " + address + b"\r\n\r\n").automatic is Automatic.ROBOT_SENDER


def test_a_delivery_report_tells_which_mail_it_is_about() -> None:
    mail = parse(
        b"From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n"
        b"Message-ID:\r\n <ours@shop.example>\r\n--b--\r\n"
    )
    assert mail.reported_ids == ("ours@shop.example",) and mail.text == "failed"


async def test_the_kernel_holds_the_worker_to_its_limits(reader: MailReader) -> None:
    await reader.read(FROM + b"\r\nfirst")
    pid = reader.pid
    assert pid is not None
    used = resource.prlimit(pid, resource.RLIMIT_CPU)
    assert used[0] != resource.RLIM_INFINITY and used[0] <= 12
    memory = resource.prlimit(pid, resource.RLIMIT_AS)
    assert memory == (512 * 1024 * 1024, 512 * 1024 * 1024)


async def test_a_mail_that_wants_more_memory_than_it_may_have_is_unreadable(reader: MailReader) -> None:
    await reader.read(FROM + b"\r\nfirst")
    pid = reader.pid
    assert pid is not None
    # Less memory than a large mail needs: the limit is the kernel's, what follows is what any broken limit does.
    resource.prlimit(pid, resource.RLIMIT_AS, (64 * 1024 * 1024, 512 * 1024 * 1024))
    mail = await reader.read(FROM + b"\r\n" + b"x" * 30_000_000)
    assert mail.unreadable and mail.headers.subject == "hello"
    assert (await reader.read(FROM + b"\r\nsecond")).text == "second"
