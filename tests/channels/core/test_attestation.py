"""What a trunk says about a caller's number, read from text that a stranger may have written."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.attestation import (
    IDENTITY_MAX,
    Attestation,
    Passport,
    Reported,
    indicator,
    passport,
    reported,
    verstat,
)

HEADER = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": "https://cert.example/a.pem"}
CLAIMS: dict[str, Any] = {
    "attest": "A",
    "dest": {"tn": ["12155551213"]},
    "iat": 1_443_208_345,
    "orig": {"tn": "12155551212"},
    "origid": "123e4567-e89b-12d3-a456-426655440000",
}


def packed(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def identity(claims: object = CLAIMS, header: object = HEADER) -> str:
    return f"{packed(header)}.{packed(claims)}.c2ln;info=<https://cert.example/a.pem>;alg=ES256;ppt=shaken"


def test_the_claims_of_a_passport_are_read() -> None:
    assert passport(identity()) == Passport(Attestation.FULL, "12155551212", 1_443_208_345)
    assert passport(identity({"attest": "C"})) == Passport(Attestation.GATEWAY, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..c2ln;info=<https://cert.example/a.pem>;alg=ES256",
        identity({"attest": "D"}),
        identity({"attest": 1}),
        identity({}),
        identity([]),
        identity(b"\xff\xfe"),
        identity(b"[" * 2_000),
        identity(b'{"attest":"A","x":' + b"[" * 2_000),
        identity({**CLAIMS, "orig": {"tn": "1\r\nAction: Originate"}}),
        identity({**CLAIMS, "orig": {"tn": "9" * 40}}),
        identity(header={**HEADER, "ppt": "div"}),
        identity(header={"typ": "passport"}),
        identity() + ";x" * IDENTITY_MAX,
        "a.b.c",
        "====.====.====",
        "x" * 100_000,
    ],
)
def test_what_is_no_passport_of_that_kind_is_none(text: str) -> None:
    assert passport(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<sip:+12155551212;verstat=TN-Validation-Passed@ims.example;user=phone>", Attestation.PASSED),
        ("<tel:+12155551212;verstat=TN-Validation-Passed>", Attestation.PASSED),
        ('"Ann" <sip:+12155551212@ims.example;verstat=tn-validation-passed-a>', Attestation.FULL),
        ("<sip:+1@x;verstat=TN-Validation-Passed-B>", Attestation.PARTIAL),
        ("<sip:+1@x>;verstat=TN-Validation-Passed-C", Attestation.GATEWAY),
        ("<sip:+1;verstat=TN-Validation-Failed@x>", Attestation.FAILED),
        ("<sip:+1;verstat=TN-Validation-Failed-A@x>", Attestation.FAILED),
        ("<sip:+1;verstat=No-TN-Validation@x>", Attestation.NONE),
        ("<sip:+1;verstat=Perhaps@x>", None),
        ("<sip:+1;verstat=TN-Validation-PassedX@x>", None),
        ("<sip:+1;averstat=TN-Validation-Passed@x>", None),
        ("<sip:+1;verstat=TN-Validation-Passed;verstat=TN-Validation-Failed@x>", None),
        ("<sip:+1@x>", None),
        ("", None),
        ("x" * 5_000 + ";verstat=TN-Validation-Passed", None),
    ],
)
def test_verstat_is_read(text: str, found: Attestation | None) -> None:
    assert verstat(text) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A", Attestation.FULL),
        (" b ", Attestation.PARTIAL),
        ("C", Attestation.GATEWAY),
        ("D", None),
        ("AA", None),
        ("", None),
        ("A" * 9_999, None),
    ],
)
def test_the_indicator_is_read(text: str, found: Attestation | None) -> None:
    assert indicator(text) is found


PASSED = "<sip:+1;verstat=TN-Validation-Passed@x>"
FAILED = "<sip:+1;verstat=TN-Validation-Failed@x>"
LEVEL_B = "<sip:+1;verstat=TN-Validation-Passed-B@x>"


@pytest.mark.parametrize(
    ("indicators", "asserted", "identities", "found"),
    [
        ((), (), (), Reported()),
        (("A",), (), (), Reported(Attestation.FULL)),
        (("A", "C"), (), (), Reported(Attestation.GATEWAY)),
        ((), (PASSED,), (), Reported(Attestation.PASSED)),
        (("B",), (PASSED,), (), Reported(Attestation.PARTIAL)),
        (("A",), (LEVEL_B,), (), Reported(Attestation.PARTIAL)),
        (("A",), (FAILED, PASSED), (), Reported(Attestation.FAILED)),
        (("x",), ("y",), ("z",), Reported()),
        # Anybody can write an Identity header: it is a claim and no attestation.
        ((), (), (identity(),), Reported(Attestation.NONE, Attestation.FULL)),
        ((), (FAILED,), (identity(),), Reported(Attestation.FAILED, Attestation.FULL)),
        (("B",), (), ("junk", identity()), Reported(Attestation.PARTIAL, Attestation.FULL)),
        ((), (), ("junk",) * 9 + (identity(),), Reported()),
    ],
)
def test_what_the_trunk_verified_counts_before_what_anybody_claims(
    indicators: tuple[str, ...], asserted: tuple[str, ...], identities: tuple[str, ...], found: Reported
) -> None:
    assert reported(indicators, asserted, identities) == found


TEXTS = st.lists(
    st.one_of(st.text(max_size=60), st.text("ABC;verstat=TN-ValidationPassedFailed.<>@", max_size=80)), max_size=3
)


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_gives_an_attestation_and_never_an_exception(one: list[str], two: list[str], three: list[str]) -> None:
    assert isinstance(reported(one, two, three).attestation, Attestation)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_as_header_and_claims_are_read_or_none(header: bytes, claims: bytes) -> None:
    found = passport(f"{packed(header)}.{packed(claims)}.c2ln")
    assert found is None or isinstance(found.attest, Attestation)
