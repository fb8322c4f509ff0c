"""What is wrong with rules about callers: those that name nothing, cannot hold, have ended or contradict another."""

import re
from collections.abc import Iterator

from channels.core.callers import CallerRule as Rule
from channels.core.matching import phone_key
from config.check_leaving import TEXT_MAX
from config.definition import Definition
from config.definition_dialling import CallerRule, Do
from config.errors import BadHours
from config.lengths import too_long
from config.translating_dialling import caller_rules, instant_ms, protected_callers
from history.core.vocabulary import Medium

RULES_MAX = 1_000
AFTER_S_MAX = 120
"""No trunk lets a call ring for longer."""
_NEEDED: dict[Do, tuple[str, ...]] = {Do.BLOCK: (), Do.DIVERT: (), Do.SLOW: ("after_s", "at_once")}
_ALLOWED: dict[Do, tuple[str, ...]] = {
    Do.BLOCK: ("announcement",),
    Do.DIVERT: ("to", "destination", "announcement"),
    Do.SLOW: ("after_s", "at_once"),
}
_KEYS = ("to", "destination", "announcement", "after_s", "at_once")


def caller_problems(definition: Definition, now_ms: int | None) -> Iterator[str]:
    """Each rule by itself, then each against those before it. Given an instant, rules that have ended by then too."""
    if len(definition.callers) > RULES_MAX:
        yield f"callers: has {len(definition.callers)} rules; write {RULES_MAX} at most."
        return
    for rule in definition.callers:
        where = f"callers, {rule.id!r}"
        yield from _whom(definition, where, rule)
        yield from _what(definition, where, rule)
        yield from _until(definition, where, rule, now_ms)
    yield from _against(definition)


def _whom(definition: Definition, where: str, rule: CallerRule) -> Iterator[str]:
    if not rule.reason.strip() or len(rule.reason) > TEXT_MAX:
        yield f"{where}, reason: has {len(rule.reason)} characters; write 1 to {TEXT_MAX} that say why."
    named = [key for key in ("number", "prefix", "withheld") if getattr(rule, key)]
    if not named and not rule.attestation:
        yield f"{where}: names no callers; add number, prefix, withheld or attestation."
    if len(named) > 1:
        yield f"{where}: {named[0]} and {named[1]} never hold together; take one of them out."
    if rule.number is not None:
        if not re.fullmatch(r"\+?[0-9]{2,20}", rule.number):
            yield f"{where}, number: {rule.number!r} is none; write one with + and the country, such as +442079460101."
        elif (key := phone_key(rule.number, definition.center.phone_region)) not in (None, rule.number):
            yield f"{where}, number: {rule.number!r} comes in as {key}; write it so."
        elif rule.number in protected_callers(definition).numbers:
            yield f"{where}, number: {rule.number!r} belongs to an emergency service and is never held up; take it out."
    if rule.prefix is not None and not re.fullmatch(r"\+[0-9]{1,14}", rule.prefix):
        yield f"{where}, prefix: {rule.prefix!r} is none; write + and digits, such as +4470."


def _what(definition: Definition, where: str, rule: CallerRule) -> Iterator[str]:
    for key in _NEEDED[rule.do]:
        if getattr(rule, key) is None:
            yield f"{where}: '{rule.do}' needs {key}; add it."
    for key in _KEYS:
        if getattr(rule, key) is not None and key not in _ALLOWED[rule.do]:
            yield f"{where}, {key}: has no effect with '{rule.do}'; take it out."
    if rule.do is Do.DIVERT:
        if (rule.to is None) == (rule.destination is None):
            yield f"{where}: 'divert' needs either to or destination; give one of both."
        elif rule.to is not None and rule.announcement is not None:
            yield f"{where}: to goes without announcement; take one out."
    yield from too_long(f"{where}, after_s", rule.after_s, AFTER_S_MAX)
    queue = next((each for each in definition.queues if each.id == rule.to), None)
    if rule.to is not None and queue is None:
        yield f"{where}, to: there is no queue {rule.to!r}; add it under [[queues]]."
    elif queue is not None and queue.medium is not Medium.VOICE:
        yield f"{where}, to: the queue {rule.to!r} is for {queue.medium}, not for voice."
    if rule.destination is not None and rule.destination not in {each.id for each in definition.destinations}:
        yield f"{where}, destination: there is no {rule.destination!r}; add it under [[destinations]]."
    if rule.announcement is not None:
        found = next((each for each in definition.announcements if each.id == rule.announcement), None)
        if found is None:
            yield f"{where}, announcement: there is no {rule.announcement!r}; add it under [[announcements]]."
        elif found.sound is None:
            yield f"{where}, announcement: {rule.announcement!r} has no sound for calls; add sound."


def _until(definition: Definition, where: str, rule: CallerRule, now_ms: int | None) -> Iterator[str]:
    if rule.until is None or now_ms is None:
        return
    try:
        ended = instant_ms(rule.until, definition.center.zone) <= now_ms
    except BadHours:
        return  # told at the center's zone
    if ended:
        yield f"{where}, until: {rule.until} is over, so the rule never holds; take the rule out."


def _against(definition: Definition) -> Iterator[str]:
    """Two rules about the same callers: only one of them can ever count while both are in force."""
    try:
        rules = caller_rules(definition)
    except BadHours:
        return
    seen: dict[object, Rule] = {}
    for rule in rules:
        other = seen.setdefault((rule.number, rule.prefix, rule.withheld, rule.attestations), rule)
        if other is rule:
            continue
        where = f"callers, {rule.id!r}"
        if other.action == rule.action:
            yield f"{where}: is about the same callers as {other.id!r} and does the same; take one of them out."
        else:
            yield f"{where}: is about the same callers as {other.id!r} and does something else; take one of them out."
