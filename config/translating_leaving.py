"""Ways out of a queue, from the definition to the router's settings."""

import re
from collections.abc import Callable

from agent_desktop.core.settings import EmergencyShown
from channels.emergency_calls import EmergencyCode, EmergencySettings
from config.definition import Definition, Number
from config.definition_leaving import OverflowRule, Way
from config.errors import BadSetting
from config.settings import variables
from history.core.routing_settings import NumberSettings, Overflow, Route
from history.core.vocabulary import AnnouncementId, DestinationId, MovedBecause, NumberId, QueueId, Role, UserId


def route(way: Way) -> Route:
    return Route(
        to=None if way.to is None else QueueId(way.to),
        destination=None if way.destination is None else DestinationId(way.destination),
        announcement=None if way.announcement is None else AnnouncementId(way.announcement),
    )


def overflow(rule: OverflowRule) -> Overflow:
    leads = route(rule)
    return Overflow(
        when=MovedBecause(rule.when.value),
        to=leads.to,
        destination=leads.destination,
        announcement=leads.announcement,
        after_ms=rule.after_s * 1000,
        length=rule.length or 0,
        wait_ms=(rule.wait_s or 0) * 1000,
    )


def numbers(definition: Definition) -> tuple[NumberSettings, ...]:
    """Those that have an id: only they can be told apart by the router."""
    return tuple(
        NumberSettings(
            number=NumberId(number.id), emergency=None if number.emergency is None else route(number.emergency)
        )
        for number in definition.numbers
        if number.id is not None
    )


def announcement_sounds(definition: Definition) -> dict[AnnouncementId, str]:
    """By the switch's own names."""
    return {AnnouncementId(each.id): each.sound for each in definition.announcements if each.sound is not None}


def announcement_texts(definition: Definition) -> dict[AnnouncementId, str]:
    return {AnnouncementId(each.id): each.text for each in definition.announcements if each.text is not None}


def emergency_places(definition: Definition) -> tuple[EmergencyShown, ...]:
    """Queues and numbers that have an emergency route, as supervisors read them."""
    places = [
        EmergencyShown(QueueId(queue.id), None, queue.name, _words(definition, queue.emergency))
        for queue in definition.queues
        if queue.emergency is not None
    ]
    places += [
        EmergencyShown(None, NumberId(number.id), number.number, _words(definition, number.emergency))
        for number in definition.numbers
        if number.id is not None and number.emergency is not None
    ]
    return tuple(places)


def emergency_settings(definition: Definition, optional_secret: Callable[[str, str], str | None]) -> EmergencySettings:
    """Who may declare an emergency by phone, and which code names what.

    Raises:
        BadSetting: a PIN is no PIN, or two people have the same.
    """
    pins: dict[UserId, str] = {}
    for user in definition.users:
        pin = optional_secret("pin", user.id) if user.role in (Role.SUPERVISOR, Role.ADMINISTRATOR) else None
        if pin is None:
            continue
        name = variables("pin", user.id)[0]
        if not re.fullmatch("[0-9]{6,12}", pin):
            raise BadSetting(f"{name}: write 6 to 12 digits.")
        if pin in pins.values():
            raise BadSetting(f"{name}: somebody else has the same PIN; choose another.")
        pins[UserId(user.id)] = pin
    codes = {
        queue.emergency.code: EmergencyCode(QueueId(queue.id), None, queue.emergency.lasts_min * 60_000)
        for queue in definition.queues
        if queue.emergency is not None and queue.emergency.code is not None
    }
    codes |= {
        number.emergency.code: EmergencyCode(None, NumberId(number.id), number.emergency.lasts_min * 60_000)
        for number in definition.numbers
        if number.id is not None and number.emergency is not None and number.emergency.code is not None
    }
    return EmergencySettings(pins=pins, codes=codes)


def _words(definition: Definition, way: Way) -> str:
    """What becomes of customers, by the names; what they are told first is said where it is all there is."""
    names = {
        **{queue.id: queue.name for queue in definition.queues if queue.id == way.to},
        **{each.id: each.name for each in definition.destinations if each.id == way.destination},
    }
    announcements = {each.id: each.name for each in definition.announcements}
    where = names.get(way.to or way.destination or "")
    return f"goes to {where}" if where is not None else f"is told “{announcements.get(way.announcement or '', '')}”"


def called(number: Number) -> tuple[str, NumberId] | None:
    return None if number.id is None else (number.number, NumberId(number.id))
