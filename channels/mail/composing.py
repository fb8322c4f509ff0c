"""Makes the mail that answers a customer: whom to, from which address, in which thread. No I/O.

Only `EmailMessage` writes headers, which refuses line ends in them. Nothing is quoted: the customer has their own
words, and so no note, no Bcc and no other customer's word can slip into an answer.
"""

import email.headerregistry
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.core.mail_text import clean_line, clean_text
from channels.core.mail_threading import references_of_answer, subject_of_answer
from channels.core.matching import mail_key
from channels.mail.errors import AnswerRefused
from channels.mail.messages import Address, MailHeaders
from channels.mail.settings import MailboxSettings

ANSWER_LENGTH_MAX = 500_000


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail as it goes out. `sender` and `recipient` are the envelope's."""

    raw: bytes
    headers: MailHeaders
    sender: str
    recipient: str


def compose(box: MailboxSettings, answered: MailHeaders, message_id: str, text: str, now_ms: int) -> Composed:
    """Return the answer to a mail.

    Raises:
        AnswerRefused: there is nobody to answer, or nothing to say.
    """
    words = clean_text(text)
    if not words.strip():
        raise AnswerRefused("The answer is empty; write something first.")
    if len(text) > ANSWER_LENGTH_MAX:
        raise AnswerRefused(f"The answer is longer than {ANSWER_LENGTH_MAX:,} characters; shorten it.")
    recipient = _recipient(answered)
    sender = written_to(box, answered)
    subject = subject_of_answer(answered.subject)
    references = references_of_answer(answered.references, answered.message_id)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    try:
        message["From"] = _address(box.from_name, sender)
        message["To"] = _address(recipient.name, recipient.address)
        message["Subject"] = subject
        message["Date"] = format_datetime(datetime.fromtimestamp(now_ms // 1000, UTC))
        message["Message-ID"] = f"<{message_id}>"
        if answered.message_id:
            message["In-Reply-To"] = f"<{answered.message_id}>"
        if references:
            message["References"] = " ".join(f"<{each}>" for each in references)
        message.set_content(words + "\n", charset="utf-8")
        raw = message.as_bytes()
    except (ValueError, IndexError, AttributeError, LookupError) as error:
        raise AnswerRefused(f"An answer to {recipient.address} cannot be written: {error}.") from error
    return Composed(
        raw=raw,
        headers=MailHeaders(
            sender=Address(box.from_name, sender),
            to=(recipient,),
            subject=subject,
            date=str(message["Date"]),
            message_id=message_id,
            in_reply_to=(answered.message_id,) if answered.message_id else (),
            references=references,
        ),
        sender=sender,
        recipient=recipient.address,
    )


def written_to(box: MailboxSettings, answered: MailHeaders) -> str:
    """Return the one of our addresses that the customer wrote to; the mailbox's own where none is named (Bcc)."""
    for each in (*answered.to, *answered.cc):
        if each.address.lower() in box.addresses:
            return each.address.lower()
    return box.address


def _recipient(answered: MailHeaders) -> Address:
    """Reply-To before From, but not that of a machine: a robot's Reply-To may lead anywhere."""
    candidates = [] if answered.automatic is not None else list(answered.reply_to)
    if answered.sender is not None:
        candidates.append(answered.sender)
    for each in candidates:
        key = mail_key(each.address)
        if key is not None and each.address.isascii():
            return Address(clean_line(each.name)[:200], each.address)
    raise AnswerRefused("This mail names no address that can be answered; call the customer, or write a new mail.")


def _address(name: str, address: str) -> email.headerregistry.Address:
    return email.headerregistry.Address(display_name=clean_line(name), addr_spec=address)
