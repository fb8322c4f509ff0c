"""What a definition says of dialling, in the words of `channels`."""

from channels.core.attestation import Attestation
from channels.core.callers import Block, Divert, Slow, caller_of, decide
from channels.core.dialling import Dialled, Dialler, PurposeId, plan
from channels.core.dialling_caps import Cap, is_night
from channels.core.dialling_rules import DialRule, NumberKind
from channels.core.emergency_numbers import Emergency, PlaceId
from config.definition import parse
from config.translating_dialling import caller_rules, dialling_settings, emergency_dialling, protected_callers
from history.core.vocabulary import AnnouncementId, DestinationId, QueueId, TeamId, UserId
from tests.config.dialling_samples import DIALLING
from tests.config.samples import NOON_MS, ONLY_MAIL

DEFINITION = parse(DIALLING)
SETTINGS = dialling_settings(DEFINITION, NOON_MS)
ANN, GERDA, SAM = UserId("ann"), UserId("gerda"), UserId("sam")


def test_people_places_and_extensions() -> None:
    assert SETTINGS.extensions == {"204": ANN}
    assert {user: person.calls_out for user, person in SETTINGS.people.items()} == {ANN: True, GERDA: False, SAM: False}
    assert SETTINGS.people[ANN].direct_number == "+442079460104"
    london, munich = SETTINGS.emergency.places
    assert (london.numbers, munich.numbers) == (("112", "999"), ("110", "112", "19222"))
    assert SETTINGS.emergency.phones == {"ann-1": "london", "gerda": "munich.home"}
    assert SETTINGS.emergency.outside_prefixes == ("0", "9")
    assert emergency_dialling(DEFINITION, "other").phones == {}


def test_rules_caps_and_caller_ids() -> None:
    sales = frozenset({TeamId("sales")})
    assert SETTINGS.rules == (
        DialRule(True, "FR"),
        DialRule(True, "+3906"),
        DialRule(False, "+448"),
        DialRule(True, "+44844", sales, frozenset({NumberKind.PREMIUM_RATE})),
    )
    assert (SETTINGS.caps.agent, SETTINGS.caps.center) == (Cap(at_once=3), Cap(20, 600, 60))
    assert SETTINGS.caps.teams == {TeamId("sales"): Cap(at_once=10)}
    assert SETTINGS.caps.night_abroad
    assert not is_night(SETTINGS.caps, NOON_MS)
    assert is_night(SETTINGS.caps, NOON_MS + 7 * 3_600_000)
    assert SETTINGS.caller_ids.by_purpose == {PurposeId("survey"): "+442079460103"}


def test_what_the_definition_says_is_what_may_be_dialled() -> None:
    assert plan("020 7946 0555", SETTINGS, Dialler(ANN, QueueId("sales")), NOON_MS) == Dialled(
        "+442079460555", caller_id="+442079460102", country="GB"
    )
    assert plan("112", SETTINGS, Dialler(GERDA), NOON_MS) == Emergency(
        "112", PlaceId("munich.home"), "+49891234567", "Hauptstr. 1, Munich"
    )


def test_without_any_of_it_nobody_calls_out_and_emergency_numbers_are_known() -> None:
    bare = dialling_settings(parse(ONLY_MAIL), NOON_MS)
    assert not any(person.calls_out for person in bare.people.values())
    assert plan("112", bare, Dialler(ANN), NOON_MS) == Emergency("112")
    assert emergency_dialling(parse(ONLY_MAIL)).outside_prefixes == ("0", "9")
    assert caller_rules(parse(ONLY_MAIL)) == ()


def test_callers() -> None:
    scam, personal, unsigned, hidden = caller_rules(DEFINITION)
    assert scam.action == Block(AnnouncementId("no"))
    assert personal.action == Divert(to=QueueId("sales"))
    assert unsigned.action == Slow(15_000, 2)
    assert unsigned.attestations == {Attestation.FAILED, Attestation.NONE}
    assert hidden.action == Divert(destination=DestinationId("voicemail"), announcement=AnnouncementId("no"))
    # In January London's clock is UTC's.
    assert scam.until_ms == personal.until_ms == 1_801_418_400_000
    protects = protected_callers(DEFINITION)
    assert {"112", "999", "110", "19222", "+442079460199"} <= protects.numbers
    assert protects.callbacks == {"+442079460100", "+49891234567"}
    assert decide((scam, personal, unsigned, hidden), caller_of("anonymous", "GB"), protects, NOON_MS) is hidden


def test_an_end_without_a_zone_is_one_of_the_center_s() -> None:
    text = DIALLING.replace("Europe/London", "Europe/Berlin")
    scam, personal, *_ = caller_rules(parse(text))
    assert scam.until_ms is not None and personal.until_ms is not None
    assert personal.until_ms - scam.until_ms == 3_600_000
