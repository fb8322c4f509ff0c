"""The mail side of a journey: a customer with a mailbox at their provider, who writes and reads."""

import asyncio
import imaplib
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import formataddr, make_msgid

from tests.bed.dovecot import CUSTOMER, CUSTOMER_SECRET, SERVICE, Dovecot
from tests.bed.smtp import SmtpServer
from tests.bed.waiting import until

DELIVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Correspondent:
    """The customer of the bed, under the name Ann Miller."""

    dovecot: Dovecot
    smtp: SmtpServer

    async def write(self, subject: str, text: str, answering: EmailMessage | None = None) -> EmailMessage:
        """Send a mail to the service; what was sent."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr(("Ann Miller", CUSTOMER))
        mail["To"] = SERVICE
        mail["Subject"] = subject
        mail["Message-ID"] = make_msgid(domain="customer.example")
        if answering is not None:
            mail["In-Reply-To"] = answering["Message-ID"]
            mail["References"] = f"{answering.get('References', '')} {answering['Message-ID']}".strip()
        mail.set_content(text)
        await asyncio.to_thread(_send, self.smtp.port, mail)
        return mail

    async def received(self, number: int) -> EmailMessage:
        """The ``number``-th mail in the mailbox, once it is there."""

        async def looked() -> list[bytes]:
            mails = await asyncio.to_thread(_inbox, self.dovecot)
            return mails if len(mails) >= number else []

        mails = await until(looked, DELIVERY_S, f"mail {number} in the customer's mailbox")
        return BytesParser(EmailMessage, policy=SMTP).parsebytes(mails[number - 1])

    async def count(self) -> int:
        """How many mails the mailbox holds."""
        return len(await asyncio.to_thread(_inbox, self.dovecot))


def _send(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as line:
        line.send_message(mail)


def _inbox(dovecot: Dovecot) -> list[bytes]:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap_port, timeout=5) as line:
        line.login(CUSTOMER, CUSTOMER_SECRET)
        line.select("INBOX", readonly=True)
        numbers = line.search(None, "ALL")[1][0].split()
        found = [line.fetch(number.decode(), "(BODY.PEEK[])")[1] for number in numbers]
        return [part[1] for answer in found for part in answer if isinstance(part, tuple)]
