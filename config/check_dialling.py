"""What is wrong with places, emergency numbers and what agents may dial; callers are `config/check_callers.py`'s.

An emergency call that goes nowhere is the worst that a definition can do, so whatever could lead there is told: a
phone at no place, a place that cannot be called back, a number that something else answers to.
"""

import re
from collections.abc import Iterable, Iterator

import phonenumbers

from channels.core.dialling_rules import DialRule, NumberKind, kind_of, matches, verdict
from channels.core.emergency_dialplan import NUMBER, PHONE, PREFIX
from channels.core.emergency_numbers import every_number, numbers_of
from config.definition import ID, Definition, User
from config.definition_dialling import Dialling, Place
from config.definition_dialling import DialRule as GivenRule
from config.translating_dialling import emergency_dialling, flat, may_call_out

RULES_MAX = 100
EXTENSION = re.compile(r"[0-9]{2,6}")
WIDE_DIGITS = 5
"""Kinds that cost are let through for prefixes of so many digits at least."""
_PREFIX = re.compile(r"\+[0-9]{1,15}")
_NARROW = frozenset(NumberKind) - {NumberKind.ORDINARY, NumberKind.FREE, NumberKind.COMPANY}


def dialling_problems(definition: Definition) -> Iterator[str]:
    """Places, who stands where, and what may be dialled."""
    for place in definition.places:
        yield from _place(place)
    yield from _same_trunks(definition)
    for user in definition.users:
        yield from _user(definition, user)
    yield from _hidden(definition)
    if definition.dialling is not None:
        yield from _dialling(definition, definition.dialling)
        yield from _rules(definition, definition.dialling)


def is_number(text: str) -> bool:
    """Whether this is a whole number as it is written everywhere: `+`, country, no blanks."""
    if not re.fullmatch(r"\+[0-9]{6,15}", text):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def no_number(where: str, text: str) -> Iterator[str]:
    if not is_number(text):
        yield f"{where}: {text!r} is no phone number; write one with + and the country, such as +442079460100."


def _place(place: Place) -> Iterator[str]:
    where = f"places, {place.id!r}"
    if place.country not in phonenumbers.SUPPORTED_REGIONS:
        yield f"{where}, country: {place.country!r} is no country; write two capital letters such as GB."
    elif not numbers_of(place.country) and not place.numbers:
        yield f"{where}, numbers: the emergency numbers of {place.country} are not known; write them."
    for key in ("name", "address"):
        if not getattr(place, key).strip():
            yield f"{where}, {key}: is empty; write it, since rescuers are sent there."
    if not is_number(place.caller_id):
        yield (
            f"{where}, caller_id: {place.caller_id!r} is no number at which this place can be called back; write one "
            "with + and the country, such as +442079460100."
        )
    elif not _is_called_back(place):
        yield (
            f"{where}, caller_id: {place.caller_id} is no ordinary number of {place.country}, so rescuers may not "
            "be able to call back; write one of that country."
        )
    for number in place.numbers:
        if not NUMBER.fullmatch(number):
            yield f"{where}, numbers: {number!r} is none; write 2 to 6 digits."
        elif number in numbers_of(place.country):
            yield f"{where}, numbers: {number!r} is one of {place.country}'s already; take it out."
    for prefix in place.outside_prefixes:
        if not PREFIX.fullmatch(prefix):
            yield f"{where}, outside_prefixes: {prefix!r} is none; write 1 to 4 digits."
    for number in place.rescue_numbers:
        yield from no_number(f"{where}, rescue_numbers", number)


def _is_called_back(place: Place) -> bool:
    if place.country not in phonenumbers.SUPPORTED_REGIONS:
        return True  # told before
    number = phonenumbers.parse(place.caller_id)
    return phonenumbers.is_valid_number_for_region(number, place.country) and kind_of(number) is NumberKind.ORDINARY


def _same_trunks(definition: Definition) -> Iterator[str]:
    """`a.b` and `a_b` would share the dialplan's global for a trunk of their own."""
    seen: dict[str, str] = {}
    for place in definition.places:
        word = place.id.replace(".", "_")
        if seen.setdefault(word, place.id) != place.id:
            yield f"places, {place.id!r}: its id differs from {seen[word]!r} by a dot alone; give it another."


def _user(definition: Definition, user: User) -> Iterator[str]:
    where = f"users, {user.id!r}"
    if user.place is not None and user.place not in {place.id for place in definition.places}:
        yield f"{where}, place: there is no place {user.place!r}; add it under [[places]]."
    if user.place is None and user.phone is not None:
        # Whoever could call out, or the sender of an emergency call, would be sought where they are not.
        if may_call_out(definition, user):
            yield f"{where}: may call out and has no place, so emergency calls would name none; add place."
        elif definition.places:
            yield f"{where}: has a phone and no place, so emergency calls from it would name none; add place."
    if user.place is not None and user.phone is not None and not PHONE.fullmatch(user.phone.name):
        yield f"{where}, phone, name: {user.phone.name!r} cannot stand in a dialplan; use letters, digits and '._+-'."
    if user.extension is not None:
        if not EXTENSION.fullmatch(user.extension):
            yield f"{where}, extension: {user.extension!r} is none; write 2 to 6 digits."
        elif user.phone is None:
            yield f"{where}, extension: there is no phone that it could ring; add phone or take it out."
        others = [each.id for each in definition.users if each.extension == user.extension]
        if others[0] != user.id:
            yield f"{where}, extension: {user.extension!r} is that of {others[0]!r} already; choose another."
    if user.direct_number is not None:
        if definition.dialling is None:
            yield f"{where}, direct_number: has no effect without [dialling]; add that table or take it out."
        elif user.direct_number not in definition.dialling.own_numbers:
            yield f"{where}, direct_number: {user.direct_number!r} is none of own_numbers of [dialling]; add it there."


def _hidden(definition: Definition) -> Iterator[str]:
    """Emergency numbers come before everything else, so whatever has the same digits is never reached; and where a
    dialplan was made before the emergency numbers were known, it would be the other way round."""
    if not definition.places and definition.dialling is None:
        return
    known = emergency_dialling(definition)
    taken = {number: number for number in every_number(known)}
    for number in every_number(known):
        for prefix in known.outside_prefixes:
            taken.setdefault(prefix + number, number)
    given = [(f"users, {user.id!r}, extension", user.extension) for user in definition.users]
    given += [(f"numbers, {number.number!r}", number.number) for number in definition.numbers]
    for where, digits in given:
        if digits is not None and digits in taken:
            same = "" if taken[digits] == digits else f", the emergency number {taken[digits]} behind an outside prefix"
            yield f"{where}: {digits!r} is an emergency number{same}; nothing else may have it, choose another."


def _dialling(definition: Definition, dialling: Dialling) -> Iterator[str]:
    if not dialling.own_numbers:
        yield "dialling, own_numbers: there is none; a called person has to see a number of yours."
    for number in dialling.own_numbers:
        yield from no_number("dialling, own_numbers", number)
    queues = {queue.id for queue in definition.queues}
    shown = [("dialling, caller_id", dialling.caller_id)]
    for queue, number in dialling.queues.items():
        if queue not in queues:
            yield f"dialling, queues: there is no queue {queue!r}; add it under [[queues]]."
        shown.append((f"dialling, queues, {queue!r}", number))
    seen: set[str] = set()
    for purpose in dialling.purposes:
        where = f"dialling, purposes, {purpose.id!r}"
        if not ID.fullmatch(purpose.id):
            yield f"{where}: an id has lower-case letters, digits, '_' and '.' only, 40 at most."
        if purpose.id in seen:
            yield f"{where}: the id is given twice."
        seen.add(purpose.id)
        shown.append((f"{where}, caller_id", purpose.caller_id))
    for where, number in shown:
        if number not in dialling.own_numbers:
            yield f"{where}: {number!r} is none of own_numbers; add it there or show another."
    for team in dialling.teams:
        yield from _team(definition, "dialling, teams", team)
    for team in dialling.team_caps:
        yield from _team(definition, "dialling, team_caps", team)
    yield from _night(definition, dialling)


def _night(definition: Definition, dialling: Dialling) -> Iterator[str]:
    if dialling.hours is not None and dialling.hours not in {each.id for each in definition.hours}:
        yield f"dialling, hours: there is no {dialling.hours!r}; add it under [[hours]]."
    caps = {"agent": dialling.agent, "center": dialling.center}
    caps |= {f"team_caps, {team!r}": cap for team, cap in dialling.team_caps.items()}
    if dialling.hours is None:
        for where, cap in caps.items():
            if cap.night_min is not None:
                yield f"dialling, {where}, night_min: has no effect without hours; add hours or take it out."
        if dialling.night_abroad:
            yield "dialling, night_abroad: has no effect without hours; add hours or take it out."


def _team(definition: Definition, where: str, team: str) -> Iterator[str]:
    known = {each.id for each in definition.teams} or {team for user in definition.users for team in user.teams}
    if team not in known:
        yield f"{where}: there is no team {team!r}; add it under [[teams]], or to a user."


def _rules(definition: Definition, dialling: Dialling) -> Iterator[str]:
    readable: list[tuple[str, DialRule]] = []
    if len(dialling.rules) > RULES_MAX:
        yield f"dialling, rules: has {len(dialling.rules)} rules; write {RULES_MAX} at most."
    for number, written in enumerate(dialling.rules[:RULES_MAX], 1):
        where = f"dialling, rules, number {number}"
        yield from _rule(definition, where, written)
        readable += [(where, each) for each in flat(written) if _is_target(each.to)]
    for at, (where, rule) in enumerate(readable):
        against = next((other for _, other in readable[:at] if _contradicts(other, rule)), None)
        if against is not None:
            yield f"{where}: {rule.to!r} is allowed and denied to the same people; take one of them out."
        elif _is_dead(definition, [each for _, each in readable], at):
            yield f"{where}: {rule.to!r} changes nothing, other rules say the same; take it out."


def _rule(definition: Definition, where: str, rule: GivenRule) -> Iterator[str]:
    if not rule.allow and not rule.deny:
        yield f"{where}: says nothing; add allow or deny."
    if rule.kinds and not rule.allow:
        yield f"{where}, kinds: has no effect without allow; add it or take kinds out."
    for key, targets in (("allow", rule.allow), ("deny", rule.deny)):
        for to in targets:
            if not _is_target(to):
                yield f"{where}, {key}: {to!r} is none; write a prefix such as +4420, or a country such as FR."
    for to in rule.allow:
        narrow = len(to) > WIDE_DIGITS and to.startswith("+")
        if not narrow and _NARROW.intersection(rule.kinds):
            yield f"{where}, kinds: {to!r} is too wide for what costs; write prefixes of {WIDE_DIGITS} digits at least."
    for team in rule.teams:
        yield from _team(definition, f"{where}, teams", team)


def _is_target(to: str) -> bool:
    if _PREFIX.fullmatch(to):
        return bool(_codes_of(to))
    return to in phonenumbers.SUPPORTED_REGIONS


def _codes_of(prefix: str) -> list[int]:
    """The calling code that a prefix begins with, or those that begin with it."""
    digits = prefix[1:]
    for length in (1, 2, 3):
        if digits[0] != "0" and int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return [int(digits[:length])]
    return [code for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE if str(code).startswith(digits)]


def _contradicts(one: DialRule, other: DialRule) -> bool:
    if one.to != other.to or one.allow is other.allow or bool(one.teams) != bool(other.teams):
        return False
    return not one.teams or bool(one.teams & other.teams)


def _is_dead(definition: Definition, rules: list[DialRule], at: int) -> bool:
    """Whether nobody at any place could dial more or less without this rule. Of two that are the same the later one
    is dead."""
    rule = rules[at]
    homes = {place.country for place in definition.places} | {definition.center.phone_region}
    teams = rule.teams or {None, *(team for each in rules for team in each.teams)}
    others = [each for number, each in enumerate(rules) if number != at and not (each == rule and number > at)]
    for number, country in _samples(rule):
        without = [each for each in others if matches(each.to, number, country)]
        for home in homes:
            for team in teams:
                mine = () if team is None else (team,)
                one = verdict(number, country, home, mine, [*without, rule])
                other = verdict(number, country, home, mine, without)
                if (one.reason is None, one.kinds) != (other.reason is None, other.kinds):
                    return False
    return True


def _samples(rule: DialRule) -> Iterable[tuple[str, str]]:
    """The numbers that a rule is about, as the rules see them: the bare prefix in each country that has its code."""
    if not rule.to.startswith("+"):
        return [(f"+{phonenumbers.country_code_for_region(rule.to)}", rule.to)]
    codes = _codes_of(rule.to)
    return [(rule.to, region) for code in codes for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]]
