"""The one encoder: any text in any field is either refused or read back as exactly our headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.asterisk.link import packet_of, rendered
from cti.asterisk.packet import VALUE_BYTES_MAX, AmiPacket, action
from cti.errors import UnencodableError

NASTY = st.text(alphabet=st.sampled_from("ab,:\r\n\t \x00\x85\u2028\ud800é&|${}*"), max_size=20)


@given(st.one_of(st.text(max_size=40), NASTY), st.one_of(st.text(max_size=40), NASTY))
async def test_any_text_gives_exactly_our_headers(first: str, second: str) -> None:
    try:
        made = action("Redirect", ("Channel", first), ("Exten", second))
    except UnencodableError:
        return
    action_id, _, data = rendered(made)
    assert data.endswith(b"\r\n\r\n")
    assert data.count(b"\r\n\r\n") == 1
    lines = data.decode().removesuffix("\r\n\r\n").split("\r\n")
    assert sorted(lines) == sorted(
        ["Action: Redirect", f"ActionID: {action_id}", f"Channel: {first}", f"Exten: {second}"]
    )


@pytest.mark.parametrize(
    "value", ["a\r\nAction: Logoff", "a\nb", "\0", "\x7f", "\x85", " a", "a ", "\ud800", "ä" * 300]
)
def test_what_is_refused(value: str) -> None:
    with pytest.raises(UnencodableError, match="AMI header Channel"):
        action("Redirect", ("Channel", value))


@pytest.mark.parametrize("name", ["", "A b", "A:", "Ä", "X\r\nY"])
def test_a_name_is_letters_only(name: str) -> None:
    with pytest.raises(UnencodableError, match="no name"):
        action("Ping", (name, "1"))


def test_the_longest_value_passes() -> None:
    assert action("Ping", ("A", "x" * VALUE_BYTES_MAX)).headers == (("A", "x" * VALUE_BYTES_MAX),)


def test_names_are_found_without_regard_to_case_and_all_values_kept() -> None:
    packet = AmiPacket((("Variable", "a=1"), ("variable", "b=2"), ("Response", "Success")))
    assert packet.get("VARIABLE") == "a=1"
    assert packet.last("variable") == "b=2"
    assert packet.all("Variable") == ("a=1", "b=2")
    assert packet.get("none") == packet.last("none") == ""
    assert packet.succeeded
    assert not AmiPacket((("Response", "Error"),)).succeeded


def test_an_empty_value_stays_a_value() -> None:
    packet = packet_of("Response: Success\r\nVariable: X\r\nValue: \r\nno header\r\nOther:1: 2")
    assert packet is not None
    assert packet.headers == (("Response", "Success"), ("Variable", "X"), ("Value", ""), ("Other", "1: 2"))
    assert packet_of("Foo: bar") is None
    assert packet_of("") is None
