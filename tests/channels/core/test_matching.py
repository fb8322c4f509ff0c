"""Derived ids, and keys that mean the same person."""

import pytest

from channels.core.matching import (
    chat_interaction,
    conversation_of,
    mail_interaction,
    mail_key,
    phone_key,
    task_interaction,
    voice_interaction,
)
from history.core.vocabulary import InteractionId


def test_the_same_arrival_gets_the_same_id_and_another_one_another() -> None:
    assert voice_interaction("pbx-1-1700000000.42") == "v-pbx-1-1700000000.42"
    assert chat_interaction("0123456789abcdef") == "c-0123456789abcdef"
    assert mail_interaction("box\nabc") == mail_interaction("box\nabc") != mail_interaction("box\nabd")
    assert task_interaction("k") != mail_interaction("k")
    assert len(mail_interaction("x")) == len("m-") + 24
    assert conversation_of(InteractionId("m-1")) == "m-1"


@pytest.mark.parametrize(
    ("number", "region", "key"),
    [
        ("+44 20 7946 0101", None, "+442079460101"),
        ("020 7946 0101", "GB", "+442079460101"),
        ("0044 20 7946 0101", "GB", "+442079460101"),
        ("(030) 12 34 56-7", "DE", "+49301234567"),
        ("020 7946 0101", None, None),
        ("101", "GB", None),
        ("anonymous", "GB", None),
        ("", "GB", None),
        ("+" + "4" * 300, "GB", None),
    ],
)
def test_phone_numbers_are_known_in_e164_or_not_at_all(number: str, region: str | None, key: str | None) -> None:
    assert phone_key(number, region) == key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("Maria.Lopez@Example.COM", "maria.lopez@example.com"),
        ("Maria Lopez <maria.lopez@example.com>", "maria.lopez@example.com"),
        ('"Lopez, Maria" <maria@example.com> ', "maria@example.com"),
        ("maria+shop@example.com.", "maria+shop@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("anna@b\u00fccher.example", "anna@xn--bcher-kva.example"),
        ("no address", None),
        ("@example.com", None),
        ("maria@", None),
        ("ma ria@example.com", None),
        ("a@b@exa,mple.com", None),
        ("maria@.example..com", None),
        ("x" * 250 + "@example.com", None),
    ],
)
def test_mail_addresses_are_known_in_one_form_or_not_at_all(address: str, key: str | None) -> None:
    assert mail_key(address) == key
