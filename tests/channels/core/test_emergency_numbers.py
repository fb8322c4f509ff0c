"""Emergency numbers: which they are, how they are recognised, and what goes with the call."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.dialling import Dialler, DiallingSettings, Person, plan
from channels.core.dialling_caps import Cap, Caps, Usage, Used
from channels.core.dialling_rules import DialRule
from channels.core.emergency_numbers import (
    EUROPE,
    Emergency,
    EmergencyDialling,
    Place,
    PlaceId,
    emergency,
    every_number,
    forms,
    is_emergency_number,
    numbers_of,
)
from history.core.vocabulary import UserId
from tests.channels.core.dialling_sites import ANN, HERE, MAIN, place, site


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        ("GB", {"112", "999"}),
        ("US", {"911"}),
        ("CA", {"911"}),
        ("DE", {"110", "112"}),
        ("FR", {"112", "15", "17", "18"}),
        ("IT", {"112", "113", "115", "118"}),
        ("CH", {"112", "117", "118", "144"}),
        ("AU", {"000", "112"}),
        ("NZ", {"111"}),
        ("JP", {"110", "119"}),
        ("CN", {"110", "119", "120"}),
        ("KR", {"112", "119"}),
        ("BR", {"190", "192", "193"}),
        ("AR", {"100", "101", "107", "911"}),
        ("IN", {"100", "101", "102", "112"}),
        ("ZA", {"10111", "10177", "112"}),
        ("MX", {"911"}),
    ],
)
def test_the_numbers_of_a_country_are_known(country: str, numbers: set[str]) -> None:
    assert numbers <= set(numbers_of(country))
    assert all(number.isascii() and number.isdigit() and 2 <= len(number) <= 6 for number in numbers_of(country))


def test_112_is_an_emergency_number_in_every_country_of_europe() -> None:
    assert set(phonenumbers.SUPPORTED_REGIONS) >= EUROPE
    assert all("112" in numbers_of(country) for country in EUROPE)


def test_only_a_few_territories_have_no_known_number() -> None:
    without = {country for country in phonenumbers.SUPPORTED_REGIONS if not numbers_of(country)}
    assert without == {"GN", "GQ", "IO", "TA", "TK"}


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("GB", "112", "112"),
        ("GB", "999", "999"),
        ("GB", "1 1 2", "112"),
        ("GB", " 1-1-2 ", "112"),
        ("GB", "1.1.2", "112"),
        ("GB", "(112)", "112"),
        ("GB", "112#", "112"),
        ("GB", "112\r\n", "112"),
        ("GB", "1\t1\t2", "112"),
        ("GB", "tel:112", "112"),
        ("GB", "tel:112;phone-context=+44", "112"),
        ("GB", "sip:112@pbx.example;user=phone", "112"),
        ("GB", "urn:service:sos", "112"),
        ("GB", "URN:service:sos.police", "112"),
        ("US", "urn:service:sos", "911"),
        ("JP", "urn:service:sos", "110"),
        ("GB", "+112", "112"),
        ("GB", "+44 112", "112"),
        ("GB", "+44999", "999"),
        ("GB", "9999", "999"),
        ("GB", "9112", "112"),
        ("GB", "0 112", "112"),
        ("US", "911", "911"),
        ("US", "9-911", "911"),
        ("US", "+1911", "911"),
        ("DE", "110", "110"),
        ("DE", "0112", "112"),
        ("DE", "0-110", "110"),
        ("FR", "15", "15"),
        ("FR", "0 18", "18"),
        ("AU", "000", "000"),
        ("AU", "0000", "000"),
        ("IT", "118", "118"),
        ("BR", "190", "190"),
        ("ZA", "10111", "10111"),
        ("AR", "\u0661\u0660\u0667", "107"),
        ("GB", "\uff11\uff11\uff12", "112"),
        # A number that every phone knows is sent as the one that is answered here.
        ("GB", "911", "112"),
        ("AU", "911", "000"),
        ("NZ", "112", "111"),
    ],
)
def test_an_emergency_number_is_recognised_however_it_is_dialled(country: str, text: str, number: str) -> None:
    found = plan(text, site(country), Dialler(ANN), 0)
    assert found == Emergency(number, HERE, MAIN, "1 High Street")


@pytest.mark.parametrize(
    "text", ["1120", "0 0 112", "112112", "11", "112*", "112&PJSIP/x", "112,5", "a112", "112@", ""]
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert emergency(text, site("GB").emergency, HERE) is None


def test_it_goes_past_rights_rules_caps_night_and_extensions_in_every_state() -> None:
    found = site(
        "GB",
        (DialRule(False, "GB"), DialRule(False, "+1")),
        Caps(agent=Cap(at_once=1, an_hour=1, night_min=0), center=Cap(at_once=1), working=()),
    )
    full = Usage(agent=Used(9, 9, 9), center=Used(9, 9, 9))
    hidden = DiallingSettings(
        found.emergency, {}, {"112": UserId("bob"), "9112": UserId("bob")}, found.rules, found.caps
    )
    for text in ("112", "9112", "999", "911"):
        for user in (ANN, UserId("stranger")):
            assert isinstance(plan(text, found, Dialler(user, usage=full), 0), Emergency)
            assert isinstance(plan(text, hidden, Dialler(user, usage=full), 0), Emergency)


LONDON = place("GB", "london", "+442079460101")
MUNICH = place("DE", "munich", "+49891234567")
TOKYO = place("JP", "tokyo", "+81312345678")
THREE = EmergencyDialling((LONDON, MUNICH, TOKYO))


@pytest.mark.parametrize(
    ("at", "text", "number", "caller_id"),
    [
        ("london", "999", "999", "+442079460101"),
        ("munich", "110", "110", "+49891234567"),
        # Dialled out of habit from elsewhere: the general number of the place.
        ("london", "110", "112", "+442079460101"),
        ("munich", "999", "112", "+49891234567"),
        # Japan has no number for every service, so it goes out as dialled.
        ("tokyo", "112", "112", "+81312345678"),
        ("tokyo", "119", "119", "+81312345678"),
    ],
)
def test_each_place_has_its_own_numbers_and_its_own_number_to_call_back(
    at: str, text: str, number: str, caller_id: str
) -> None:
    found = emergency(text, THREE, PlaceId(at))
    assert found is not None
    assert (found.number, found.place, found.caller_id) == (number, at, caller_id)


@pytest.mark.parametrize(
    ("text", "number"), [("999", "999"), ("110", "110"), ("911", "911"), ("urn:service:sos", "112")]
)
def test_from_no_known_place_it_goes_out_as_it_was_dialled(text: str, number: str) -> None:
    for at in (None, PlaceId("gone")):
        assert emergency(text, THREE, at) == Emergency(number)


def test_without_any_definition_112_and_911_are_known() -> None:
    nothing = EmergencyDialling()
    assert emergency("112", nothing, None) == Emergency("112")
    assert emergency("9 911", nothing, None) == Emergency("911")
    assert emergency("999", EmergencyDialling(country="GB"), None) == Emergency("999")
    assert plan("112", DiallingSettings(people={ANN: Person()}), Dialler(ANN), 0) == Emergency("112")


def test_a_place_may_have_numbers_of_its_own_and_prefixes_of_its_own() -> None:
    island = Place(PlaceId("island"), "Island", "TA", "Main Street", "+29081234", ("222",))
    dialling = EmergencyDialling((island,), outside_prefixes=("77",))
    assert emergency("77222", dialling, PlaceId("island")) == Emergency(
        "222", PlaceId("island"), "+29081234", "Main Street"
    )
    assert emergency("0222", dialling, PlaceId("island")) is None
    nothing_known = EmergencyDialling((Place(PlaceId("x"), "X", "TA", "", "+29081234", ()),))
    assert emergency("112", nothing_known, PlaceId("x")) is not None


@pytest.mark.parametrize(
    "text", ["112", "911", "999", "9 110", "119", "+44 999", "+81119", "tel:110", "urn:service:sos"]
)
def test_no_machine_may_dial_the_emergency_number_of_any_place(text: str) -> None:
    assert is_emergency_number(text, THREE)
    assert not is_emergency_number("+442079460101", THREE)


@given(st.sampled_from(["london", "munich", "tokyo", None]), st.data())
def test_every_form_of_every_number_is_recognised_with_separators_anywhere(at: str | None, data: st.DataObject) -> None:
    known = forms(THREE, None if at is None else PlaceId(at))
    dialled = data.draw(st.sampled_from(sorted(known)))
    text = "".join(character + data.draw(st.sampled_from(["", " ", "-", ".", "\u00a0"])) for character in dialled)
    found = emergency(text, THREE, None if at is None else PlaceId(at))
    assert found is not None and found.number == known[dialled]
    assert set(every_number(THREE)) <= set(known)


@given(st.text(max_size=80))
def test_any_text_is_an_emergency_number_or_not_and_never_an_exception(text: str) -> None:
    found = emergency(text, THREE, PlaceId("london"))
    assert found is None or found.number in every_number(THREE)
