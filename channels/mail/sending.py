"""The port through which a mail leaves, and its adapter over SMTP by aiosmtplib 5.1.

The guards: one connection carries one mail and is closed whatever happens, since a cancelled send leaves the library's
connection out of step; each step has a deadline; TLS or STARTTLS unless the server is this very machine. What became of
a mail is said exactly: after the first byte of the DATA command only the server's own word makes it known.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import aiosmtplib

from channels.mail.imap_source import is_this_machine
from channels.mail.settings import Pace, ServerSettings


class Outcome(Enum):
    """What became of one try."""

    TAKEN = "taken"  # the server has it and said so
    LATER = "later"  # it has it not, and another try may do
    REFUSED = "refused"  # it has it not and never will
    UNKNOWN = "unknown"  # the link was lost when it might have had it


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    said: str
    """One sentence for people: what the server said, or what failed, and where."""


BeforeData = Callable[[], Awaitable[None]]
"""Awaited when all is ready and nothing of the mail was sent: whoever keeps the outbox writes down that it begins."""


class MailSender(Protocol):
    async def send(self, sender: str, recipient: str, raw: bytes, before_data: BeforeData) -> Result:
        """Try once. Never raises for what the server or the network does."""
        ...


class SmtpSender:
    """Sends through one server."""

    def __init__(self, server: ServerSettings, pace: Pace) -> None:
        self._server = server
        self._pace = pace

    async def send(self, sender: str, recipient: str, raw: bytes, before_data: BeforeData) -> Result:
        server = self._server
        if not (server.tls or server.starttls or is_this_machine(server.host)):
            return Result(
                Outcome.LATER,
                f"The mail server {server.place} is set up without TLS, which would send the password in clear: "
                "set tls or starttls.",
            )
        client = self._client(sender)
        try:
            early = await self._introduce(client, sender, recipient)
            if early is not None:
                return early
            await before_data()
            return await self._hand_over(client, raw)
        finally:
            client.close()

    def _client(self, sender: str) -> aiosmtplib.SMTP:
        server = self._server
        context = None
        if server.tls or server.starttls:
            context = ssl.create_default_context(cafile=server.certificate_file)
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            use_tls=server.tls,
            start_tls=server.starttls,
            tls_context=context,
            timeout=self._pace.send_s,
            local_hostname=sender.rpartition("@")[2] or "localhost",
        )

    async def _introduce(self, client: aiosmtplib.SMTP, sender: str, recipient: str) -> Result | None:
        """Connect and name sender and recipient: a failure here is known to have sent nothing."""
        place = self._server.place
        try:
            async with asyncio.timeout(self._pace.send_s):
                await client.connect()
                await client.mail(sender)
                await client.rcpt(recipient)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused) as error:
            outcome = Outcome.REFUSED if error.code >= 500 else Outcome.LATER
            return Result(outcome, f"The mail server {place} refuses {recipient}: {_said(error)}.")
        except aiosmtplib.SMTPAuthenticationError as error:
            return Result(
                Outcome.LATER,
                f"The mail server {place} refuses the user {self._server.username} ({_said(error)}): "
                "check user name and password.",
            )
        except aiosmtplib.SMTPResponseException as error:
            return Result(Outcome.LATER, f"The mail server {place} takes no mail now: {_said(error)}.")
        except TimeoutError:
            return Result(Outcome.LATER, f"The mail server {place} fell silent before it took the mail.")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            what = str(error)[:200] or type(error).__name__
            return Result(
                Outcome.LATER, f"The mail server {place} cannot be reached ({what}); check host, port and TLS."
            )
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> Result:
        place = self._server.place
        try:
            async with asyncio.timeout(self._pace.send_s):
                response = await client.data(raw)
        except aiosmtplib.SMTPResponseException as error:
            if error.code < 400:
                return Result(Outcome.UNKNOWN, f"The mail server {place} gave a strange answer: {_said(error)}.")
            outcome = Outcome.REFUSED if error.code >= 500 else Outcome.LATER
            return Result(outcome, f"The mail server {place} refuses the mail: {_said(error)}.")
        except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
            what = str(error)[:200] or type(error).__name__
            return Result(
                Outcome.UNKNOWN, f"The link to {place} was lost when the mail may already have been taken ({what})."
            )
        with suppress(aiosmtplib.SMTPException, TimeoutError, OSError):
            async with asyncio.timeout(2.0):
                await client.quit()
        return Result(Outcome.TAKEN, f"{response.code} {response.message}"[:200])


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return " ".join(f"{error.code} {error.message}".split())[:200]
