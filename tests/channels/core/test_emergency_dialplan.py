"""The dialplan of emergency calls as text; `tests/channels/test_emergency_calls_out.py` places calls through it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.emergency_dialplan import dialplan_of
from channels.core.emergency_numbers import EmergencyDialling, Place, PlaceId, every_number
from history.core.vocabulary import PhoneName
from tests.channels.core.dialling_sites import place

LONDON = place("GB", "london", "+442079460101")
NEW_YORK = place("US", "new.york", "+12125550123")
PHONES = {PhoneName("agent-1"): PlaceId("london"), PhoneName("0100"): PlaceId("new.york")}
BOTH = EmergencyDialling((LONDON, NEW_YORK), PHONES)
NUMBER = re.compile(r"exten => (\+?[0-9]+),1,Gosub\(switchroom-emergency-call,s,1\(([0-9]+)\)\)")


def section(text: str, name: str) -> list[str]:
    _, _, after = text.partition(f"\n[{name}]\n")
    return [line for line in after.split("\n\n")[0].splitlines() if not line.startswith(";")]


def test_every_number_of_every_place_is_in_it_with_and_without_prefix() -> None:
    found = dict(NUMBER.findall(dialplan_of(BOTH)))
    for number in every_number(BOTH):
        for prefix in ("", "0", "9", "+", "+44", "+1"):
            assert found[prefix + number] == number
    assert len(section(dialplan_of(BOTH), "switchroom-emergency-numbers")) == len(found) == 18


def test_each_phone_has_its_place_and_each_place_its_caller_id_number_and_trunk() -> None:
    lines = section(dialplan_of(BOTH), "switchroom-emergency-call")
    assert ' same => n,GotoIf($["p${phone}" = "pagent-1"]?place1)' in lines
    assert ' same => n,GotoIf($["p${phone}" = "p0100"]?place2)' in lines
    london = lines[lines.index(" same => n(place1),Set(place=london)") :]
    assert london[:5] == [
        " same => n(place1),Set(place=london)",
        " same => n,Set(callback=+442079460101)",
        " same => n,Set(trunk=${GLOBAL(SWITCHROOM_EMERGENCY_TRUNK_LONDON)})",
        ' same => n,ExecIf($["${ARG1}" = "911"]?Set(number=112))',
        " same => n,Goto(out)",
    ]
    assert " same => n,Set(trunk=${GLOBAL(SWITCHROOM_EMERGENCY_TRUNK_NEW_YORK)})" in lines
    assert ' same => n,ExecIf($["${ARG1}" = "999"]?Set(number=911))' in lines


def test_nothing_in_its_path_waits_for_the_engine_or_asks_it() -> None:
    text = dialplan_of(BOTH)
    assert "HEARTBEAT" not in text and "switchroom-alive" not in text and "EPOCH" not in text
    [event] = [line for line in text.splitlines() if "UserEvent" in line]
    assert event == " same => n,UserEvent(SwitchroomEmergencyCall,Place: ${place},Phone: ${phone})"


def test_every_jump_leads_to_a_label_and_no_address_is_in_it() -> None:
    text = dialplan_of(BOTH)
    labels = set(re.findall(r"=> n\((\w+)\)", text))
    goals = set(re.findall(r"\?(\w+)\)$|Goto\((\w+)\)$", text, re.MULTILINE))
    assert {one or other for one, other in goals} <= labels
    assert "High Street" not in text


@pytest.mark.parametrize(
    ("dialling", "sentence"),
    [
        (EmergencyDialling((LONDON,), {PhoneName("a b"): PlaceId("london")}), "the phone 'a b' cannot stand"),
        (EmergencyDialling((LONDON,), {PhoneName("a)\n"): PlaceId("london")}), "the phone"),
        (EmergencyDialling((LONDON,), {PhoneName("a"): PlaceId("x")}), "there is no place 'x'"),
        (EmergencyDialling((LONDON,), outside_prefixes=("_X.",)), "the outside prefix '_X.' cannot stand"),
        (EmergencyDialling((Place(PlaceId("x"), "X", "GB", "", "+44", ("112",)),)), "the number to call back '+44'"),
        (EmergencyDialling((Place(PlaceId("X"), "X", "GB", "", LONDON.caller_id, ("112",)),)), "the place 'X' cannot"),
        (
            EmergencyDialling((Place(PlaceId("x"), "X", "GB", "", LONDON.caller_id, ("1,Hangup()",)),)),
            "the emergency number '1,Hangup()' cannot",
        ),
    ],
)
def test_what_would_mean_something_else_in_a_dialplan_is_refused(dialling: EmergencyDialling, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        dialplan_of(dialling)


@given(
    st.dictionaries(st.text("abcAB019._+-[]);,$\n ", min_size=1, max_size=8), st.sampled_from(["london", "new.york"])),
    st.text(max_size=12),
    st.text(max_size=200),
)
def test_no_name_changes_what_the_text_does(phones: dict[str, str], name: str, address: str) -> None:
    named = Place(PlaceId("london"), name, "GB", address, "+442079460101", LONDON.numbers)
    dialling = EmergencyDialling((named, NEW_YORK), {PhoneName(phone): PlaceId(at) for phone, at in phones.items()})
    try:
        text = dialplan_of(dialling)
    except ValueError:
        return
    plain = dialplan_of(EmergencyDialling((LONDON, NEW_YORK)))
    more = [line for line in text.splitlines() if line not in plain.splitlines()]
    assert len(more) == len(phones)
    assert all(
        re.fullmatch(r' same => n,GotoIf\(\$\["p\$\{phone\}" = "p[A-Za-z0-9._+-]+"\]\?place[12]\)', line)
        for line in more
    )
