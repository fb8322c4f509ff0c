"""Charsets, encoded words, HTML to text, and the new part of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.mail_text import (
    TEXT_LENGTH_MAX,
    clean_line,
    clean_text,
    decode,
    decode_words,
    html_to_text,
    new_part,
)
from channels.mail.parsing import first_reply


@pytest.mark.parametrize(
    ("data", "charset", "text", "guessed"),
    [
        (b"abc", None, "abc", False),
        ("Größe".encode(), None, "Größe", False),
        ("Größe".encode(), "utf-8", "Größe", False),
        ("Größe".encode("cp1252"), None, "Größe", True),
        (b"\x93quoted\x94 \x80", "iso-8859-1", "\u201cquoted\u201d \u20ac", False),
        ("Größe".encode(), "us-ascii", "Größe", False),
        ("привет".encode("koi8-r"), "koi8-r", "привет", False),
        ("テスト".encode("shift_jis"), "Shift_JIS", "テスト", False),
        ("テスト".encode("iso2022_jp"), "iso-2022-jp", "テスト", False),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국", False),
        (b"h\xe4", "x-unknown", "hä", True),
        (b"6869", "hex", "6869", True),
        (b"\\x41", "unicode_escape", "\\x41", True),
        (b"a\x81", "utf-8", "a\x81", True),
        (b"x", "a\0b", "x", True),
    ],
)
def test_bytes_are_read_by_what_they_declare_or_by_the_best_guess(
    data: bytes, charset: str | None, text: str, guessed: bool
) -> None:
    assert decode(data, charset) == (text, guessed)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=B6=C3=9Fe?= 42", "Größe 42"),
        ("=?utf-8?b?R3LDtsOfZQ==?=", "Größe"),
        ("a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?R3LD?= =?utf-8?b?tsOfZQ==?=", "Größe"),  # one character cut in two
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E4?=", "aä"),
        ("=?utf-8*de?q?a_b?=", "a b"),
        ("=?x-nope?q?=E4?=", "ä"),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),  # no base64 has five bits
    ],
)
def test_encoded_words_are_decoded_and_joined(value: str, text: str) -> None:
    assert decode_words(value) == text


def test_half_a_megabyte_of_encoded_words_is_read_at_once() -> None:
    assert decode_words("=?utf-8?q?aa?= " * 35_000).strip() == "aa" * 35_000


def test_control_characters_and_strange_line_ends_are_cleaned_away() -> None:
    assert clean_text("\n\na\r\nb\rc\x00\x1b[0m\u2028d\n") == "a\nb\nc[0m\nd"
    assert clean_line(" a\r\n\tb\x07 ") == "a b"
    assert len(clean_text("x" * (TEXT_LENGTH_MAX + 5))) == TEXT_LENGTH_MAX


def test_html_becomes_lines_with_quotes_marked() -> None:
    html = (
        "<head><title>no</title></head><p>Hello<br>you</p><ul><li>one</li><li>two</li></ul>"
        "<table><tr><td>a</td><td>b</td></tr></table><img alt='logo'><img>"
        "<blockquote><p>old</p><br></blockquote>after<script>x</script></div></blockquote>"
    )
    assert html_to_text(html) == "Hello\nyou\n\n- one\n- two\n\na b\n\n[logo]\n> old\n>\n>\nafter"


ANSWERS = [
    ("Yes please.\n\nOn Mon, 2 Nov 2026, Ben wrote:\n> shall we?\n", "Yes please."),
    ("Ja bitte.\n\nAm Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Ben <ben@x.example>:\n\n> sollen wir?", "Ja bitte."),
    ("Yes.\n-- \nAnn\nHarbor Street", "Yes."),
    ("> shall we?\nyes\n> when?\nnow", "> shall we?\nyes\n> when?\nnow"),
    ("See below.\n\nOn Mon, 2 Nov 2026, Ben wrote:\n> when?\ntoday\n> where?\nhere", None),
    ("On Mon, 2 Nov 2026, Ben wrote:\n> when?\n\ntoday", None),
    ("- one\n- two\n- three", "- one\n- two\n- three"),
    ("\n--\nonly a signature", None),
    ("", ""),
]


@pytest.mark.parametrize(("text", "new"), ANSWERS)
def test_the_new_part_never_hides_new_words(text: str, new: str | None) -> None:
    assert new_part(text, first_reply) == (text.strip() if new is None else new)


def test_where_the_search_finds_nothing_or_something_else_the_whole_text_is_new() -> None:
    assert new_part("a\nb", lambda text: None) == "a\nb"
    assert new_part("a\nb", lambda text: "something else") == "a\nb"
    long_signature = "a\n--\n" + "line\n" * 30
    assert new_part(long_signature, lambda text: text) == long_signature.strip()


@given(st.text(max_size=300))
def test_no_text_makes_these_fail(text: str) -> None:
    whole = clean_text(text)
    assert new_part(whole, lambda given: given).strip() in whole
    html_to_text(text)
    decode_words(text)
    assert "\n" not in clean_line(text)
