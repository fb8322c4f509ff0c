"""`MailboxSource` over IMAP by aioimaplib 2.0.3, which knows neither a lost connection nor a silent one; this does.

The guards: the end of a connection wakes every waiter; at most 100 mails a command, since the library recurses per
line; no ENVELOPE, which it garbles; deadlines of our own, and its logger at WARNING, since it logs passwords; TLS from
the first byte unless the server is this very machine; folder names in modified UTF-7 and quoted; SELECT with
BODY.PEEK; IDLE renewed and followed by a NOOP; one owner a connection, and any timeout closes it.
"""

import asyncio
import base64
import calendar
import ipaddress
import logging
import re
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import aioimaplib

from channels.mail.errors import MailboxDown, SignInRefused
from channels.mail.settings import MailboxSettings, Pace, ServerSettings
from channels.mail.source import Fetched, Waiting

CHUNK = 100
BEGINNING_BYTES = 256 * 1024
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_INTERNAL_DATE = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FETCH_LINE = re.compile(rb"\d+ FETCH \(")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_./-]+")

# The library writes passwords and whole mails into its DEBUG log.
logging.getLogger("aioimaplib").setLevel(logging.WARNING)


class ImapSource:
    """Opens connections to one mailbox."""

    def __init__(self, settings: MailboxSettings, pace: Pace) -> None:
        self._settings = settings
        self._pace = pace

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ImapSession"]:
        """Connect, sign in, select; the connection is cut when the block ends, however it ends.

        Raises:
            SignInRefused: wrong user name or password.
            MailboxDown: anything else; the sentence names host and port.
        """
        line = _Line(self._settings.imap, self._pace)
        try:
            yield await _signed_in(line, self._settings, self._pace)
        finally:
            await line.cut()


class _Line:
    """The connection: runs one command at a time, each against its deadline and against the connection's end."""

    def __init__(self, server: ServerSettings, pace: Pace) -> None:
        self.place = server.place
        self._pace = pace
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.client = self._client(server)
        self.client.protocol.conn_lost_cb = self._on_lost
        self._greet = self.client.protocol.welcome
        self.client.protocol.welcome = self._welcome
        self._strange_greeting = ""

    def _client(self, server: ServerSettings) -> Any:
        if server.tls:
            context = ssl.create_default_context(cafile=server.certificate_file)
            return aioimaplib.IMAP4_SSL(server.host, server.port, timeout=self._pace.command_s, ssl_context=context)
        if not is_this_machine(server.host):
            raise MailboxDown(
                f"The mailbox at {self.place} is set up without TLS, which would send the password in clear: "
                "set tls = true and port 993."
            )
        return aioimaplib.IMAP4(server.host, server.port, timeout=self._pace.command_s)

    async def _welcome(self, line: bytes) -> None:
        """Take the greeting; one that is no IMAP ends the line instead of an orphaned task of the library."""
        try:
            await self._greet(line)
        except (aioimaplib.AioImapException, TimeoutError, ValueError, IndexError) as error:
            self._strange_greeting = str(error)[:100] or "nothing"
            self._on_lost(None)

    def _on_lost(self, error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)

    async def run(self, command: Coroutine[Any, Any, Any], within_s: float, doing: str) -> Any:
        """Return the command's answer. On the connection's end or the deadline the connection is of no further use."""
        work = asyncio.ensure_future(command)
        try:
            await asyncio.wait({work, self._lost}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
        except (aioimaplib.AioImapException, TimeoutError, OSError, ssl.SSLError) as error:
            raise MailboxDown(self._sentence(doing, error)) from error
        finally:
            if not work.done():
                work.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await work
        if self._strange_greeting:
            raise MailboxDown(
                f"What answers at {self.place} is no IMAP server (it says: {self._strange_greeting}): "
                "check host and port."
            )
        if self._lost.done():
            raise MailboxDown(f"The mail server {self.place} closed the connection while {doing}; trying again.")
        raise MailboxDown(f"The mail server {self.place} fell silent while {doing}; trying again.")

    def _sentence(self, doing: str, error: BaseException) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            return (
                f"The mail server {self.place} shows a certificate that cannot be trusted ({error.verify_message}): "
                "check the host's name, or name its certificate."
            )
        what = str(error) or type(error).__name__
        return f"The mail server {self.place} cannot be used ({doing}: {what[:200]}); check host, port and TLS."

    async def cut(self) -> None:
        """Close the socket at once and wait until the library has noticed."""
        client = self.client
        connecting = client._client_task  # the library offers no other way to end a connection attempt
        if not connecting.done():
            connecting.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await connecting
        transport = client.protocol.transport
        if transport is not None:
            transport.abort()
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await asyncio.shield(self._lost)
        for task in [*client.tasks, *client.protocol.tasks]:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


class ImapSession:
    """See `channels.mail.source.MailboxSession`."""

    def __init__(self, line: _Line, pace: Pace, uid_validity: int, uid_next: int | None) -> None:
        self._line = line
        self._pace = pace
        self.uid_validity = uid_validity
        self.uid_next = uid_next

    async def waiting(self, after_uid: int) -> list[Waiting]:
        command = self._line.client.uid_search(f"UID {after_uid + 1}:*", charset=None)
        answer = await self._asked(command, "looking for new mail")
        # `n:*` names the newest mail even where its uid is lower than n (RFC 3501 section 6.4.8).
        found = sorted({int(word) for word in _numbers(answer.lines)} - set(range(after_uid + 1)))[:CHUNK]
        if not found:
            return []
        wanted = ",".join(str(uid) for uid in found)
        command = self._line.client.uid("FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)")
        answer = await self._asked(command, "looking at new mail")
        lines = [bytes(line) for line in answer.lines if _FETCH_LINE.match(bytes(line))]
        return sorted((mail for line in lines if (mail := _waiting(line)) is not None), key=lambda mail: mail.uid)

    async def fetch(self, mail: Waiting, size_max: int) -> Fetched | None:
        whole = mail.size <= size_max
        part = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{BEGINNING_BYTES}>"
        answer = await self._asked(self._line.client.uid("FETCH", str(mail.uid), f"(UID {part})"), "fetching a mail")
        for before, line in zip(answer.lines, answer.lines[1:], strict=False):
            # A literal comes as a bytearray, right behind the line that names its mail.
            if isinstance(line, bytearray) and b"BODY[" in bytes(before):
                return Fetched(mail.uid, mail.received_ms, bytes(line), whole)
        return None

    async def news(self, within_s: float) -> None:
        client = self._line.client
        if client.has_capability("IDLE"):
            idling = await self._line.run(client.idle_start(within_s + 60.0), self._pace.command_s, "starting IDLE")
            with suppress(TimeoutError):
                await self._line.run(_pushed(client, within_s), within_s + 5.0, "waiting for mail")
            client.idle_done()
            await self._line.run(_done(idling), self._pace.noop_s, "ending IDLE")
        else:
            await self._line.run(asyncio.sleep(within_s), within_s + 5.0, "waiting for mail")
        await self._line.run(client.noop(), self._pace.noop_s, "asking whether it is alive")

    async def _asked(self, command: Coroutine[Any, Any, Any], doing: str) -> Any:
        answer = await self._line.run(command, self._pace.command_s, doing)
        if answer.result != "OK":
            raise MailboxDown(f"The mail server {self._line.place} refused while {doing}: {_said(answer)}.")
        return answer


async def _signed_in(line: _Line, settings: MailboxSettings, pace: Pace) -> ImapSession:
    server = settings.imap
    await line.run(line.client.wait_hello_from_server(), pace.connect_s, "connecting")
    login = line.client.login(_quoted(server.username), server.password)
    answer = await line.run(login, pace.command_s, "signing in")
    if answer.result != "OK":
        raise SignInRefused(
            f"The mail server {server.place} refuses the user {server.username} ({_said(answer)}): "
            f"check user name and password of the mailbox {settings.id}."
        )
    answer = await line.run(line.client.select(folder_name(settings.folder)), pace.command_s, "opening the folder")
    if answer.result != "OK":
        raise MailboxDown(
            f"The mail server {server.place} has no folder {settings.folder} for {server.username} ({_said(answer)}): "
            f"check the folder of the mailbox {settings.id}."
        )
    text = b"\n".join(bytes(each) for each in answer.lines)
    validity, upcoming = re.search(rb"UIDVALIDITY (\d+)", text), re.search(rb"UIDNEXT (\d+)", text)
    if validity is None:
        raise MailboxDown(f"The mail server {server.place} numbers no mail (no UIDVALIDITY): it cannot be used.")
    return ImapSession(line, pace, int(validity[1]), int(upcoming[1]) if upcoming else None)


async def _pushed(client: Any, within_s: float) -> None:
    with suppress(TimeoutError):
        await client.wait_server_push(timeout=within_s)


async def _done(idling: asyncio.Future[Any]) -> None:
    await asyncio.shield(idling)


def is_this_machine(host: str) -> bool:
    """Say whether the host is the loopback, where a password in clear crosses no wire."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def folder_name(name: str) -> str:
    """Return a folder's name as IMAP writes it: modified UTF-7 (RFC 3501 section 5.1.3), quoted where need be."""
    out: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if run.isascii():
            out.append(run.replace("&", "&-"))
        else:
            code = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            out.append(f"&{code}-")
    encoded = "".join(out)
    return encoded if _PLAIN_NAME.fullmatch(encoded) else _quoted(encoded)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _numbers(lines: list[Any]) -> list[bytes]:
    return [word for line in lines for word in bytes(line).split() if word.isdigit()]


def _waiting(line: bytes) -> Waiting | None:
    uid, size = _UID.search(line), _SIZE.search(line)
    if uid is None or size is None:
        return None
    return Waiting(int(uid[1]), int(size[1]), internal_ms(line))


def internal_ms(line: bytes) -> int:
    """Return the INTERNALDATE of a FETCH line in UTC milliseconds, or 0 where there is none that makes sense."""
    found = _INTERNAL_DATE.search(line)
    month = _MONTHS.get(found[2].decode("ascii", "replace").capitalize(), 0) if found else 0
    if found is None or not month:
        return 0
    moment = calendar.timegm((int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), int(found[6])))
    offset_s = (int(found[8]) * 60 + int(found[9])) * 60
    return (moment - offset_s if found[7] == b"+" else moment + offset_s) * 1000


def _said(answer: Any) -> str:
    last = bytes(answer.lines[-1]).decode("utf-8", "replace") if answer.lines else ""
    return last[:200] or str(answer.result)
