"""What is wrong with the ways out of queues: rules that cannot hold, that lead nowhere or in a circle."""

import re
from collections.abc import Iterator

from config.definition import Definition
from config.definition_leaving import OverflowRule, Way, When
from config.definition_routing import Queue
from config.lengths import HOUR_S, NEVER_S, too_long
from history.core.vocabulary import Medium

OVERFLOW_MAX = 20
SOUND = re.compile(r"[A-Za-z0-9._/-]{1,200}")
TEXT_MAX = 1_000
LASTS_MIN_MAX = 10_080


def leaving_problems(definition: Definition) -> Iterator[str]:
    """Each announcement, rule and emergency by itself, then where all of them lead."""
    yield from _announcements(definition)
    for queue in definition.queues:
        yield from _queue(definition, queue)
    for number in definition.numbers:
        if number.emergency is not None:
            where = f"numbers, {number.number!r}, emergency"
            yield from _way(definition, where, number.emergency, Medium.VOICE, None)
            if number.id is None:
                yield f"{where}: needs an id of the number, by which supervisors name it; add id."
    yield from _codes(definition)
    yield from _circles(definition)


def _codes(definition: Definition) -> Iterator[str]:
    ways = [(f"queues, {queue.id!r}", queue.emergency) for queue in definition.queues]
    ways += [(f"numbers, {number.number!r}", number.emergency) for number in definition.numbers]
    seen: dict[str, str] = {}
    for where, way in ways:
        if way is None:
            continue
        if way.lasts_min > LASTS_MIN_MAX:
            yield f"{where}, emergency, lasts_min: {way.lasts_min} is too long; write {LASTS_MIN_MAX} at most."
        if way.code is None:
            continue
        if not re.fullmatch("[0-9]{1,6}", way.code):
            yield f"{where}, emergency, code: {way.code!r} is none; write 1 to 6 digits."
        if way.code in seen:
            yield f"{where}, emergency, code: {way.code!r} is that of {seen[way.code]} already; choose another."
        seen.setdefault(way.code, where)


def _announcements(definition: Definition) -> Iterator[str]:
    for announcement in definition.announcements:
        where = f"announcements, {announcement.id!r}"
        if announcement.sound is None and announcement.text is None:
            yield f"{where}: says nothing; add sound for calls, text for chats, or both."
        if announcement.sound is not None and not SOUND.fullmatch(announcement.sound):
            yield (
                f"{where}, sound: {announcement.sound!r} is no sound's name; write letters, digits, '.', '_', '-' and "
                "'/', 200 at most, such as custom/closed."
            )
        if announcement.text is not None and not 0 < len(announcement.text.strip()) <= TEXT_MAX:
            yield f"{where}, text: has {len(announcement.text)} characters; write 1 to {TEXT_MAX}."


def _queue(definition: Definition, queue: Queue) -> Iterator[str]:
    where = f"queues, {queue.id!r}"
    for number, rule in enumerate(queue.overflow[:OVERFLOW_MAX], 1):
        place = f"{where}, overflow, number {number}"
        yield from _way(definition, place, rule, queue.medium, queue)
        yield from _rule(place, rule)
        if any(_covers(earlier, rule) for earlier in queue.overflow[: number - 1]):
            yield f"{place}: can never hold before an earlier rule does; take it out."
    if len(queue.overflow) > OVERFLOW_MAX:
        yield f"{where}, overflow: has {len(queue.overflow)} rules; write {OVERFLOW_MAX} at most."
    if queue.emergency is not None:
        yield from _way(definition, f"{where}, emergency", queue.emergency, queue.medium, queue)
    yield from _hours(where, queue)


def _hours(where: str, queue: Queue) -> Iterator[str]:
    closed = any(rule.when is When.CLOSED for rule in queue.overflow)
    if closed and queue.hours is None:
        yield f"{where}, overflow: 'closed' never holds for a queue without hours; add hours, or take the rule out."
    if queue.closing_s is not None and not closed:
        yield f"{where}, closing_s: has no effect without a rule with when = 'closed'; add one or take it out."
    if queue.hours is not None and not closed and queue.medium in (Medium.VOICE, Medium.CHAT):
        yield (
            f"{where}, hours: without a rule with when = 'closed' whoever comes too late waits until it opens; add one "
            "under [[queues.overflow]], or take hours out."
        )
    yield from too_long(f"{where}, closing_s", queue.closing_s, 24 * HOUR_S)


def _way(definition: Definition, where: str, way: Way, medium: Medium, queue: Queue | None) -> Iterator[str]:
    if way.to is None and way.destination is None and way.announcement is None:
        yield f"{where}: leads nowhere; add to, destination or announcement."
    if way.to is not None and (way.destination is not None or way.announcement is not None):
        yield f"{where}: to goes with neither destination nor announcement; take one out."
    yield from _to(definition, where, way, medium, queue)
    if way.destination is not None and way.destination not in {each.id for each in definition.destinations}:
        yield f"{where}, destination: there is no {way.destination!r}; add it under [[destinations]]."
    if way.destination is not None and medium is not Medium.VOICE:
        yield f"{where}, destination: is for calls only; take it out."
    if way.announcement is not None:
        yield from _announcement(definition, f"{where}, announcement", way.announcement, medium)


def _to(definition: Definition, where: str, way: Way, medium: Medium, queue: Queue | None) -> Iterator[str]:
    if way.to is None:
        return
    to = next((each for each in definition.queues if each.id == way.to), None)
    if to is None:
        yield f"{where}, to: there is no queue {way.to!r}; add it under [[queues]]."
    elif to.medium is not medium:
        yield f"{where}, to: the queue {way.to!r} is for {to.medium}, not for {medium}."
    elif to is queue and not isinstance(way, OverflowRule):
        yield f"{where}, to: is the queue itself; name another one."


def _announcement(definition: Definition, where: str, id_: str, medium: Medium) -> Iterator[str]:
    found = next((each for each in definition.announcements if each.id == id_), None)
    if found is None:
        yield f"{where}: there is no {id_!r}; add it under [[announcements]]."
    elif medium is Medium.VOICE and found.sound is None:
        yield f"{where}: {id_!r} has no sound for calls; add sound."
    elif medium is Medium.CHAT and found.text is None:
        yield f"{where}: {id_!r} has no text for chats; add text."
    elif medium not in (Medium.VOICE, Medium.CHAT):
        yield f"{where}: is for calls and chats only; take it out."


def _rule(where: str, rule: OverflowRule) -> Iterator[str]:
    if rule.when is When.WAITED and not rule.after_s:
        yield f"{where}: 'waited' needs after_s; add it, such as after_s = 120."
    if rule.when is When.LENGTH and rule.length is None:
        yield f"{where}: 'length' needs length; add it, such as length = 20."
    if rule.when is When.LENGTH and rule.after_s:
        yield f"{where}, after_s: has no effect with 'length', which looks at who arrives; take it out."
    if rule.when is When.EXPECTED_WAIT and rule.wait_s is None:
        yield f"{where}: 'expected_wait' needs wait_s; add it, such as wait_s = 300."
    if rule.when is When.EXPECTED_WAIT and rule.after_s:
        yield f"{where}, after_s: has no effect with 'expected_wait', which looks at who arrives; take it out."
    if rule.when is not When.EXPECTED_WAIT and rule.wait_s is not None:
        yield f"{where}, wait_s: has no effect with '{rule.when}'; take it out."
    if rule.when is When.CLOSED and rule.after_s:
        yield f"{where}, after_s: has no effect with 'closed'; give the queue closing_s instead."
    if rule.when is not When.LENGTH and rule.length is not None:
        yield f"{where}, length: has no effect with '{rule.when}'; take it out."
    yield from too_long(f"{where}, after_s", rule.after_s, NEVER_S)
    yield from too_long(f"{where}, wait_s", rule.wait_s, NEVER_S)


def _covers(earlier: OverflowRule, later: OverflowRule) -> bool:
    """Whether the earlier rule holds whenever the later one does."""
    same = earlier.when is later.when or (earlier.when is When.WAITED and later.after_s > 0)
    sooner = earlier.after_s <= later.after_s and (earlier.wait_s or 0) <= (later.wait_s or 0)
    return same and sooner and (earlier.length or 0) <= (later.length or 0)


def _circles(definition: Definition) -> Iterator[str]:
    """Rules and emergencies together: an emergency may hold in several queues at once."""
    leads = {queue.id: _leads_to(queue) for queue in definition.queues}
    for start in leads:
        way, seen = [(start, [start])], set[str]()
        while way:
            at, path = way.pop()
            for to in leads.get(at, []):
                # Told once, at the queue of the circle that comes first by id.
                if to == start and start == min(path):
                    yield f"queues, {start!r}, overflow: leads in a circle ({' > '.join([*path, start])}); break it."
                elif to not in seen and to != start:
                    seen.add(to)
                    way.append((to, [*path, to]))


def _leads_to(queue: Queue) -> list[str]:
    ways: list[Way] = [*queue.overflow, *((queue.emergency,) if queue.emergency is not None else ())]
    return list(dict.fromkeys(way.to for way in ways if way.to is not None))
