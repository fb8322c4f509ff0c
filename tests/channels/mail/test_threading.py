"""Message-IDs, digests and references out of hostile bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.mail_threading import (
    REFERENCES_MAX,
    answered_ids,
    dedupe_key,
    header_fields,
    header_text,
    mail_digest,
    message_id_of,
    message_ids,
    own_message_id,
    references_of_answer,
    split_header,
    subject_of_answer,
)
from history.core.vocabulary import DigestHex, MailboxId

MAIL = b"From: a@b.example\r\nMessage-ID: <one@b.example>\r\nSubject: hello\r\n there\r\n\r\nbody\r\n"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_headers_end_at_the_first_blank_line_whatever_the_line_end(end: bytes) -> None:
    raw = MAIL.replace(b"\r\n", end)
    head, at = split_header(raw)
    assert head.startswith(b"From:") and raw[at:] == b"body" + end
    assert header_text(raw, "subject") == "hello there"
    assert message_id_of(raw) == "one@b.example"


def test_a_mail_without_a_body_is_all_header() -> None:
    assert split_header(b"From: a@b") == (b"From: a@b", 9)


def test_lines_that_are_no_field_are_left_out() -> None:
    assert list(header_fields(b" stray\nnonsense\nA: 1\n 2\nrubbish\n 3\nB: 4\n\n")) == [(b"a", b"1 2"), (b"b", b"4")]
    assert header_text(b"A: 1\n\n", "b") == ""
    assert message_id_of(b"Message-ID: <\n\n") == ""


def test_ids_are_kept_once_in_order_and_at_most_fifty() -> None:
    assert message_ids("<a@x> junk <b@x>\t<a@x>") == ("a@x", "b@x")
    assert message_ids("bare@x.example, other@x.example") == ("bare@x.example", "other@x.example")
    assert message_ids("nothing") == ()
    many = message_ids(" ".join(f"<{number}@x>" for number in range(500)))
    assert len(many) == 50 and many[0] == "0@x" and many[-1] == "499@x"


def test_references_are_looked_at_newest_first_then_in_reply_to() -> None:
    assert answered_ids(["a", "b"], ["b", "c"]) == ("b", "a", "c")


def test_copies_that_travelled_differently_have_one_digest() -> None:
    other_road = b"Received: from x\r\n by y\r\nDelivered-To: z\r\nX-Spam: no\r\nReturn-Path: <>\r\n" + MAIL
    assert mail_digest(other_road) == mail_digest(MAIL)
    assert mail_digest(MAIL + b"more") != mail_digest(MAIL)
    assert mail_digest(MAIL.replace(b"hello", b"other")) != mail_digest(MAIL)


def test_the_key_tells_mailboxes_digests_and_ids_apart() -> None:
    digest, other = DigestHex("0" * 64), DigestHex("1" * 64)
    keys = {
        dedupe_key(MailboxId(box), each, message_id)
        for box in ("a", "b")
        for each in (digest, other)
        for message_id in ("", "x", "\udcff")
    }
    assert len(keys) == 12


def test_the_references_of_an_answer_are_at_most_twenty_first_and_last_kept() -> None:
    assert references_of_answer([], "a") == ("a",)
    assert references_of_answer(["a", "b"], "a") == ("b", "a")
    assert references_of_answer(["a"], "") == ("a",)
    long = references_of_answer([str(number) for number in range(100)], "last")
    assert len(long) == REFERENCES_MAX and long[0] == "0" and long[-1] == "last"


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Bell", "Re: Bell"),
        ("Re: Bell", "Re: Bell"),
        ("AW: Bell", "AW: Bell"),
        ("re[2]: Bell", "re[2]: Bell"),
        ("", "Re:"),
        ("a\r\nBcc: b@x", "Re: a Bcc: b@x"),
    ],
)
def test_an_answers_subject_is_one_line_with_one_prefix(subject: str, answered: str) -> None:
    assert subject_of_answer(subject) == answered


def test_our_message_id_lies_in_the_domain_we_write_from() -> None:
    assert own_message_id("abc", "service@shop.example") == "switchroom.abc@shop.example"
    assert own_message_id("abc", "nowhere") == "switchroom.abc@nowhere"
    assert own_message_id("abc", "nowhere@") == "switchroom.abc@localhost"


@given(st.binary(max_size=400))
def test_no_bytes_make_these_fail(raw: bytes) -> None:
    message_id_of(raw)
    head, at = split_header(raw)
    assert len(head) <= at <= len(raw)
    assert len(mail_digest(raw)) == 64
