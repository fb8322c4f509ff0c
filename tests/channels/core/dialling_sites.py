"""Sites for tests of dialling: one place, an agent who may call out from it and a colleague with an extension."""

from channels.core.dialling import CallerIds, Dialler, DiallingSettings, Person
from channels.core.dialling_caps import Caps
from channels.core.dialling_rules import DialRule
from channels.core.emergency_numbers import EmergencyDialling, Place, PlaceId, numbers_of
from history.core.vocabulary import TeamId, UserId

ANN, BOB, SAM = UserId("ann"), UserId("bob"), UserId("sam")
SALES = TeamId("sales")
HERE = PlaceId("here")
MAIN = "+442079460100"


def place(country: str, id_: str = "here", caller_id: str = MAIN) -> Place:
    return Place(PlaceId(id_), "Office", country, "1 High Street", caller_id, numbers_of(country))


def site(
    country: str,
    rules: tuple[DialRule, ...] = (),
    caps: Caps | None = None,
    ids: CallerIds | None = None,
    direct_number: str | None = None,
) -> DiallingSettings:
    """Ann may call out, Bob has the extension 204, Sam may only call colleagues."""
    return DiallingSettings(
        emergency=EmergencyDialling((place(country),), country=country),
        people={
            ANN: Person((SALES,), HERE, calls_out=True, direct_number=direct_number),
            SAM: Person(place=HERE),
        },
        extensions={"204": BOB},
        rules=rules,
        caps=caps or Caps(),
        caller_ids=ids or CallerIds(MAIN),
    )


DIALLER = Dialler(ANN)
