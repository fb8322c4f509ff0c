"""A dovecot of the test's own: IMAP and IMAPS with passwords, LMTP for what is delivered; works as root and not."""

import asyncio
import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bed.places import require_program
from tests.bed.ports import free_port
from tests.bed.process import Child, await_answer

START_S = 15.0
# The two people of the mail tests.
CUSTOMER, CUSTOMER_SECRET = "ann@customer.example", "customer-secret"
SERVICE, SERVICE_SECRET = "service@shop.example", "service-secret"
MAILBOXES = {CUSTOMER: CUSTOMER_SECRET, SERVICE: SERVICE_SECRET}


class Dovecot:
    """IMAP at ``imap_port`` (plain), ``imaps_port`` (TLS, certificate ``certificate``), LMTP at ``lmtp_port``."""

    def __init__(self, folder: Path, mailboxes: Mapping[str, str]) -> None:
        """``mailboxes``: address to password. The mail lies in a short temporary folder (socket paths are limited)."""
        self.mailboxes = dict(mailboxes)
        self.imap_port, self.imaps_port, self.lmtp_port = free_port(), free_port(), free_port()
        self._keep = folder
        self._base: Path | None = None
        self._child: Child | None = None

    @property
    def certificate(self) -> Path:
        """The certificate for 127.0.0.1 and localhost, to be trusted by whoever tests TLS."""
        assert self._base is not None
        return self._base / "cert.pem"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    def maildir(self, address: str) -> Path:
        """Where the mail of an address lies."""
        assert self._base is not None
        return self._base / "mail" / address

    def start(self) -> None:
        """Start it, or start it again with the mail it had; wait until IMAP and LMTP answer."""
        if self._base is None:
            self._prepare()
        assert self._base is not None
        command = (require_program("dovecot"), "-F", "-c", self._base / "dovecot.conf")
        self._child = Child("dovecot", command, self._keep / f"dovecot-{self.imap_port}.log")
        await_answer(self._child, lambda: _greets(self.imap_port, b"* OK") and _greets(self.lmtp_port, b"220"), START_S)

    def deliver(self, message: bytes, recipients: list[str], sender: str = "") -> None:
        """Hand a message over by LMTP, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as line:
            line.sendmail(sender, recipients, message)

    def kill(self) -> None:
        """End it and its helpers as a power cut does; the mail stays for ``start``."""
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        """End it and remove its mail."""
        if self._child is not None:
            self._child.stop()
        self._child = None
        if self._base is not None:
            shutil.rmtree(self._base, ignore_errors=True)
            self._base = None

    def _prepare(self) -> None:
        self._base = base = Path(tempfile.mkdtemp(prefix="sr-dovecot-"))
        base.chmod(0o755)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", str(base / "key.pem"))
        names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        line = ("openssl", "req", "-x509", *key, "-nodes", "-days", "30", "-out", str(base / "cert.pem"), *names)
        subprocess.run(line, check=True, capture_output=True, timeout=30)
        owner = _mail_owner()
        users = "".join(
            f"{address}:{{PLAIN}}{secret}:{owner.pw_uid}:{owner.pw_gid}::{base}/mail/{address}::\n"
            for address, secret in self.mailboxes.items()
        )
        (base / "users").write_text(users)
        for address in self.mailboxes:
            box = self.maildir(address)
            box.mkdir(parents=True)
            os.chown(box, owner.pw_uid, owner.pw_gid)
        (base / "dovecot.conf").write_text(self._configuration(base, owner))

    def _configuration(self, base: Path, owner: pwd.struct_passwd) -> str:
        as_root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(me.pw_gid).gr_name
        # Without root dovecot cannot change users: then all of its parts run as whoever started it.
        users = "" if as_root else f"default_internal_user = {me.pw_name}\ndefault_login_user = {me.pw_name}\n"
        users += "" if as_root else f"default_internal_group = {group}\n"
        cage = "" if as_root else "chroot =\n"
        return f"""base_dir = {base}/run
state_dir = {base}/state
instance_name = bed{self.imap_port}
log_path = /dev/stderr
protocols = imap lmtp
listen = 127.0.0.1
{users}first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:~/Maildir
auth_mechanisms = plain login
lmtp_rcpt_check_quota = no
mail_max_userip_connections = 100
postmaster_address = postmaster@example.org
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = username_format=%u {base}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {base}/users
}}
service anvil {{
  {cage}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {cage}
}}
service imap-login {{
  {cage}
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.lmtp_port}
  }}
}}
"""

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


def _mail_owner() -> pwd.struct_passwd:
    """Mail belongs to whoever runs the tests; root's mail to nobody, since dovecot refuses to serve root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _greets(port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as line:
            return line.recv(64).startswith(greeting)
    except OSError:
        return False
