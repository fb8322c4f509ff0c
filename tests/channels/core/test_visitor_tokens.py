"""Who may say to be whom on a web site."""

from channels.core.visitor_tokens import (
    SignedVisitor,
    sign_visitor,
    signed_visitor,
    visitor_of_token,
    visitor_token,
    visitor_word,
)
from history.core.vocabulary import SiteId

KEY, SECRET = "a key of the server", "a secret of the shop"
HERE, THERE = SiteId("harbor"), SiteId("elsewhere")
VISITOR = "a-0123456789abcdefXYZ_-"


def test_a_token_names_its_visitor_on_its_own_site_alone() -> None:
    token = visitor_token(KEY, HERE, VISITOR)
    assert visitor_of_token(KEY, HERE, token) == VISITOR
    assert visitor_of_token(KEY, THERE, token) is None
    assert visitor_of_token("another key of it", HERE, token) is None
    assert visitor_of_token(KEY, HERE, token.replace("XYZ", "XYA")) is None
    assert visitor_of_token(KEY, HERE, token[:-1]) is None
    assert visitor_of_token(KEY, HERE, "") is None


def test_a_shops_statement_holds_with_its_own_secret_alone() -> None:
    statement = sign_visitor(SECRET, "shop.user@1001", 2_000_000_000)
    assert signed_visitor(SECRET, statement) == SignedVisitor("shop.user@1001", 2_000_000_000_000)
    assert signed_visitor("another secret of it", statement) is None
    assert signed_visitor(None, statement) is None
    assert signed_visitor("short", sign_visitor("short", "x", 1)) is None
    assert signed_visitor(SECRET, statement.replace("1001", "1002")) is None
    assert signed_visitor(SECRET, statement.replace("2000000000", "2000000001")) is None
    assert signed_visitor(SECRET, "no statement") is None


def test_a_signed_customer_is_the_same_visitor_everywhere_on_a_site() -> None:
    assert visitor_word(HERE, "shop-1001") == visitor_word(HERE, "shop-1001")
    assert (
        len({visitor_word(HERE, "shop-1001"), visitor_word(HERE, "shop-1002"), visitor_word(THERE, "shop-1001")}) == 3
    )
    assert visitor_of_token(KEY, HERE, visitor_token(KEY, HERE, visitor_word(HERE, "ü"))) == visitor_word(HERE, "ü")
