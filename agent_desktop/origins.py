"""Which pages may talk to this server: by the Host they asked for and the Origin they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Origins:
    """`own` are the origins of the center itself (`http://127.0.0.1:8080`), `files` that of strangers' files, on a
    second host name."""

    own: frozenset[str]
    files: str | None = None

    def knows_host(self, host: str) -> bool:
        """Whether a request's Host header names us: a page that rebinds its own name to our address does not."""
        return host in {urlsplit(origin).netloc for origin in (*self.own, *((self.files,) if self.files else ()))}

    def is_files_host(self, host: str) -> bool:
        return self.files is not None and host == urlsplit(self.files).netloc

    def allows(self, origin: str | None, by_cookie: bool) -> bool:
        """Whether a request that changes something may come from there. A browser always says; a program with a
        token need not."""
        if origin is None:
            return not by_cookie
        return origin in self.own

    def allows_socket(self, headers: Mapping[str, str]) -> bool:
        """A browser always sends an Origin with a socket; a program sends none, and has a ticket."""
        origin = headers.get("origin")
        return self.knows_host(headers.get("host", "")) and (origin is None or origin in self.own)
