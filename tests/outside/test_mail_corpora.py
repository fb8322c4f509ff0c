"""Mails of other projects' test suites, which are not part of this one: each becomes readable work.

The folder is `../shared/mail` beside the repository, or what SWITCHROOM_SHARED names. Where it is not there, these
tests are skipped and say so; nowhere else does a test of Switchroom skip.
"""

import os
from pathlib import Path

import pytest

from channels.mail.messages import UNREADABLE
from channels.mail.reading import MailReader

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("SWITCHROOM_SHARED") or REPOSITORY.parent / "shared") / "mail"
BARE_TEXTS = ("github-email_reply_parser", "zapier-email-reply-parser")
"""Suites of bodies without headers."""
NO_MAILS = ("SOURCE.md", ".gitattributes")
HEAD = b"From: customer@example.org\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"

EMPTY = {
    # These have a structure, or headers alone, and no words and no file at all.
    "bad_date_header.eml",
    "must_supply_encoding.eml",
    "sample_output_multipart",
    "msg_18.txt",
    "missing_body.eml",
    "bad_date_header2.eml",
    "empty_in_reply_to.eml",
}


def mails() -> list[Path]:
    if not FOLDER.is_dir():
        return []
    return sorted(each for each in FOLDER.rglob("*") if each.is_file() and each.name not in NO_MAILS)


@pytest.fixture(autouse=True)
def there() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the outside mails are not there ({FOLDER}); SWITCHROOM_SHARED may name their parent")


def bytes_of(path: Path) -> bytes:
    raw = path.read_bytes()
    return HEAD + raw if path.relative_to(FOLDER).parts[0] in BARE_TEXTS else raw


async def test_each_outside_mail_is_read_within_its_limits() -> None:
    reader = MailReader()
    unread, empty = [], []
    found = mails()
    for path in found:
        mail = await reader.read(bytes_of(path))
        if mail.unreadable or UNREADABLE & set(mail.headers.problems):
            unread.append(path.name)
        if not mail.text.strip() and not mail.attachments:
            empty.append(path.name)
    await reader.close()
    assert len(found) >= 200
    assert unread == []
    assert set(empty) <= EMPTY


async def test_no_outside_text_loses_a_word_and_the_new_part_is_never_empty() -> None:
    reader = MailReader()
    for path in mails():
        mail = await reader.read(bytes_of(path))
        words = set(mail.text.split())
        assert set(mail.new_text.split()) <= words, path.name
        assert bool(mail.new_text.strip()) == bool(mail.text.strip()), path.name
    await reader.close()
