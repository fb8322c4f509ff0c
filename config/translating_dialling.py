"""Calls that agents make, emergency numbers and callers held up, from the definition to what `channels` works with."""

import datetime

from channels.core.callers import (
    Action,
    Block,
    CallerRule,
    CallerRuleId,
    Divert,
    Protected,
    Slow,
    protected,
)
from channels.core.dialling import CallerIds, DiallingSettings, Person, PurposeId
from channels.core.dialling_caps import Cap, Caps
from channels.core.dialling_rules import DialRule
from channels.core.emergency_numbers import EmergencyDialling, Place, PlaceId, numbers_of
from config import definition_dialling as given
from config import hours
from config.definition import Definition, User
from history.core.routing_settings import OpenInterval
from history.core.vocabulary import AnnouncementId, DestinationId, PhoneName, QueueId, TeamId, UserId


def emergency_dialling(definition: Definition, switch: str | None = None) -> EmergencyDialling:
    """Return the places, and where the phones of one switch stand (of all, if none is named)."""
    prefixes = dict.fromkeys(prefix for place in definition.places for prefix in place.outside_prefixes)
    return EmergencyDialling(
        places=tuple(place_settings(place) for place in definition.places),
        phones={
            PhoneName(user.phone.name): PlaceId(user.place)
            for user in definition.users
            if user.phone is not None and user.place is not None and switch in (None, user.phone.switch)
        },
        country=definition.center.phone_region,
        **({"outside_prefixes": tuple(prefixes)} if definition.places else {}),
    )


def place_settings(place: given.Place) -> Place:
    return Place(
        id=PlaceId(place.id),
        name=place.name,
        country=place.country,
        address=place.address,
        caller_id=place.caller_id,
        numbers=tuple(dict.fromkeys((*numbers_of(place.country), *place.numbers))),
    )


def dialling_settings(definition: Definition, now_ms: int) -> DiallingSettings:
    """Return what `channels.core.dialling.plan` works with. Working hours are expanded like those of queues, anew each
    day (`config/in_force.py`).

    Raises:
        BadHours: the hours cannot be read; `config/check.py` tells where.
    """
    dialling = definition.dialling
    return DiallingSettings(
        emergency=emergency_dialling(definition),
        people={
            UserId(user.id): Person(
                teams=tuple(TeamId(team) for team in user.teams),
                place=None if user.place is None else PlaceId(user.place),
                calls_out=may_call_out(definition, user),
                direct_number=user.direct_number,
            )
            for user in definition.users
        },
        extensions={user.extension: UserId(user.id) for user in definition.users if user.extension is not None},
        rules=() if dialling is None else dial_rules(dialling),
        caps=Caps() if dialling is None else _caps(definition, dialling, now_ms),
        caller_ids=CallerIds() if dialling is None else _caller_ids(dialling),
    )


def may_call_out(definition: Definition, user: User) -> bool:
    dialling = definition.dialling
    if dialling is None or user.phone is None:
        return False
    return not dialling.teams or bool(set(dialling.teams) & set(user.teams))


def dial_rules(dialling: given.Dialling) -> tuple[DialRule, ...]:
    return tuple(each for rule in dialling.rules for each in flat(rule))


def flat(rule: given.DialRule) -> tuple[DialRule, ...]:
    """One rule for each prefix or country, what is allowed first."""
    teams = frozenset(TeamId(team) for team in rule.teams)
    return (
        *(DialRule(allow=True, to=to, teams=teams, kinds=frozenset(rule.kinds)) for to in rule.allow),
        *(DialRule(allow=False, to=to, teams=teams) for to in rule.deny),
    )


def _caps(definition: Definition, dialling: given.Dialling, now_ms: int) -> Caps:
    return Caps(
        agent=_cap(dialling.agent),
        teams={TeamId(team): _cap(cap) for team, cap in dialling.team_caps.items()},
        center=_cap(dialling.center),
        working=_working(definition, dialling, now_ms),
        night_abroad=dialling.night_abroad,
    )


def _working(definition: Definition, dialling: given.Dialling, now_ms: int) -> tuple[OpenInterval, ...] | None:
    if dialling.hours is None:
        return None
    [found] = [each for each in definition.hours if each.id == dialling.hours]
    return hours.expanded(hours.plan(found, definition.center.zone), hours.first_ms(now_ms))


def _cap(cap: given.Cap) -> Cap:
    return Cap(at_once=cap.at_once, an_hour=cap.an_hour, night_min=cap.night_min)


def _caller_ids(dialling: given.Dialling) -> CallerIds:
    return CallerIds(
        otherwise=dialling.caller_id,
        by_purpose={PurposeId(purpose.id): purpose.caller_id for purpose in dialling.purposes},
        by_queue={QueueId(queue): number for queue, number in dialling.queues.items()},
    )


def caller_rules(definition: Definition) -> tuple[CallerRule, ...]:
    """The rules of the definition; those made by hand are kept elsewhere and come beside them."""
    return tuple(
        CallerRule(
            id=CallerRuleId(rule.id),
            action=_action(rule),
            reason=rule.reason,
            number=rule.number,
            prefix=rule.prefix,
            withheld=rule.withheld,
            attestations=frozenset(rule.attestation),
            until_ms=None if rule.until is None else instant_ms(rule.until, definition.center.zone),
        )
        for rule in definition.callers
    )


def protected_callers(definition: Definition) -> Protected:
    """Whom no rule holds up."""
    return protected(
        emergency_dialling(definition), [number for place in definition.places for number in place.rescue_numbers]
    )


def instant_ms(at: datetime.datetime, zone: str) -> int:
    """UTC ms; a time without a zone is one of the center's.

    Raises:
        BadHours: there is no such zone.
    """
    aware = at if at.tzinfo is not None else at.replace(tzinfo=hours.zone(zone))
    return round(aware.timestamp() * 1000)


def _action(rule: given.CallerRule) -> Action:
    announcement = None if rule.announcement is None else AnnouncementId(rule.announcement)
    match rule.do:
        case given.Do.BLOCK:
            return Block(announcement)
        case given.Do.SLOW:
            return Slow((rule.after_s or 0) * 1000, rule.at_once or 1)
        case given.Do.DIVERT:
            return Divert(
                to=None if rule.to is None else QueueId(rule.to),
                destination=None if rule.destination is None else DestinationId(rule.destination),
                announcement=announcement,
            )
