"""Files from strangers: fetched by a signed link from a second host name, as downloads, sandboxed."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.responses import Response

from agent_desktop.origins import Origins
from history.core.vocabulary import ContentId

LINK_MS = 60_000
SANDBOX = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Links are signed with a key of this process: a restart ends them, and the page asks again."""

    origins: Origins
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def make(self, content: ContentId, now_ms: int) -> str:
        """The address from which the file can be fetched for a minute."""
        said = f"{content}.{now_ms + LINK_MS}"
        return f"{self.origins.files or ''}/files/{said}.{self._sign(said)}"

    def read(self, link: str, now_ms: int) -> ContentId | None:
        said, _, signature = link.rpartition(".")
        content, _, expires_ms = said.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(said).encode()):
            return None
        return ContentId(content) if now_ms < int(expires_ms) else None

    def is_here(self, host: str) -> bool:
        """Whether files are given out under this host name; without a second one, under the only one."""
        return self.origins.files is None or self.origins.is_files_host(host)

    def _sign(self, said: str) -> str:
        return hmac.new(self.key, said.encode(), hashlib.sha256).hexdigest()


def as_download(name: str, media_type: str, body: bytes) -> Response:
    return Response(
        body,
        media_type=media_type if "\n" not in media_type and "\r" not in media_type else "application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "content-security-policy": SANDBOX,
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )
