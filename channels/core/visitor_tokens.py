"""Who a visitor of a web site is: our own random token, and the shop's signed statement about its customer.

Our token keeps one browser's conversation together and says nothing about the person. It is bound to the site: a copy
does not work on another one. The shop's statement is `<visitor id>.<expiry, s>.<hex of HMAC-SHA256>` over
`<visitor id>.<expiry, s>` with the site's secret; whoever holds a valid one is that customer until the expiry.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from history.core.vocabulary import SiteId

_TOKEN = re.compile(r"v1\.([0-9A-Za-z_-]{16,80})\.([0-9A-Za-z_-]{43})")
_STATEMENT = re.compile(r"([!-~]{1,128})\.([0-9]{1,12})\.([0-9a-f]{64})")
_SECRET_CHARACTERS_MIN = 16


@dataclass(frozen=True, slots=True)
class SignedVisitor:
    """A customer of the shop, as the shop itself vouches."""

    visitor_id: str
    expires_ms: int


def visitor_token(key: str, site: SiteId, visitor: str) -> str:
    """Return the token of this visitor (a random word of A-Z, a-z, 0-9, - and _) on this site."""
    return f"v1.{visitor}.{_signature(key, site, visitor)}"


def visitor_of_token(key: str, site: SiteId, token: str) -> str | None:
    """Return the visitor whom this token names, or None if we did not make it for this site."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], _signature(key, site, found[1])):
        return None
    return found[1]


def sign_visitor(secret: str, visitor_id: str, expires_s: int) -> str:
    """Return what a shop's page passes to the widget for its signed-in customer."""
    statement = f"{visitor_id}.{expires_s}"
    return f"{statement}.{_statement_mac(secret, statement)}"


def signed_visitor(secret: str | None, statement: str) -> SignedVisitor | None:
    """Return the customer the shop vouches for, and until when; None if it is forged or the site has no secret."""
    found = _STATEMENT.fullmatch(statement)
    if found is None or secret is None or len(secret) < _SECRET_CHARACTERS_MIN:
        return None
    if not hmac.compare_digest(found[3], _statement_mac(secret, f"{found[1]}.{found[2]}")):
        return None
    return SignedVisitor(found[1], int(found[2]) * 1000)


def visitor_word(site: SiteId, visitor_id: str) -> str:
    """Return the visitor of our tables for a signed one: the same on each page and device of that customer."""
    digest = hashlib.sha256(f"{site}\n{visitor_id}".encode()).digest()
    return "s-" + base64.urlsafe_b64encode(digest[:24]).decode()


def _signature(key: str, site: SiteId, visitor: str) -> str:
    mac = hmac.new(key.encode(), f"visitor\n{site}\n{visitor}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _statement_mac(secret: str, statement: str) -> str:
    return hmac.new(secret.encode(), statement.encode(), hashlib.sha256).hexdigest()
