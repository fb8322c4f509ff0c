"""What is wrong with a definition before it is live: ids that point nowhere, work that nobody can ever take."""

import re
from collections.abc import Iterator

import phonenumbers

from channels.core.matching import mail_key
from config import hours
from config.check_callers import caller_problems
from config.check_dialling import dialling_problems
from config.check_hours import hours_problems
from config.check_leaving import leaving_problems
from config.check_routing import routing_problems
from config.definition import ID, Definition
from config.errors import BadDefinition, BadHours
from config.lengths import NEVER_S, queue_lengths, too_long
from config.settings import ORIGIN
from history.core.vocabulary import Medium

SWITCH_KINDS = ("asterisk", "rehearsal")
MAILBOX_KINDS = ("imap", "rehearsal")
WITH_IDS = (
    *("skills", "teams", "hours", "reasons", "dispositions", "destinations", "announcements"),
    *("queues", "reserves", "lending", "shares", "floors", "switches", "mailboxes", "sites", "users"),
    *("places", "callers"),
)
PHONE_KINDS = ("desk", "softphone", "rehearsal")


def check(definition: Definition, name: str = "definition", now_ms: int | None = None) -> None:
    """Raise BadDefinition with every problem found, one sentence each. See `problems_of`."""
    problems = [f"{name}: {problem}" for problem in problems_of(definition, now_ms)]
    if problems:
        raise BadDefinition(problems)


def problems_of(definition: Definition, now_ms: int | None = None) -> list[str]:
    """One sentence each. Given an instant (UTC ms), what does not come true any more from then on is told as well: it
    stands in the way of a new definition, and never of a start with one that holds."""
    return [
        *_center(definition),
        *_ids(definition),
        *_queues(definition),
        *_ways_in(definition),
        *_switches(definition),
        *_mailboxes(definition),
        *_sites(definition),
        *_phones(definition),
        *routing_problems(definition),
        *leaving_problems(definition),
        *hours_problems(definition, now_ms),
        *dialling_problems(definition),
        *caller_problems(definition, now_ms),
    ]


def _center(definition: Definition) -> Iterator[str]:
    try:
        hours.zone(definition.center.zone)
    except BadHours as error:
        yield f"center, zone: {error}"
    region = definition.center.phone_region
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        yield f"center, phone_region: {region!r} is no region; write two capital letters such as GB."
    if not definition.queues:
        yield "queues: there is none; a center needs at least one [[queues]]."
    if not definition.users:
        yield "users: there is none; somebody has to be able to sign in."


def _ids(definition: Definition) -> Iterator[str]:
    for kind in WITH_IDS:
        seen: set[str] = set()
        for part in getattr(definition, kind):
            if not ID.fullmatch(part.id):
                yield f"{kind}, {part.id!r}: an id has lower-case letters, digits, '_' and '.' only, 40 at most."
            if part.id in seen:
                yield f"{kind}, {part.id!r}: the id is given twice."
            seen.add(part.id)
    named = [number.id for number in definition.numbers if number.id is not None]
    for id_ in dict.fromkeys(named):
        if not ID.fullmatch(id_):
            yield f"numbers, {id_!r}: an id has lower-case letters, digits, '_' and '.' only, 40 at most."
        if named.count(id_) > 1:
            yield f"numbers, {id_!r}: the id is given twice."
    numbers = [number.number for number in definition.numbers]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield f"numbers, {number!r}: the number is given twice."


def _queues(definition: Definition) -> Iterator[str]:
    for queue in definition.queues:
        yield from queue_lengths(queue)
    if any(queue.disposition_required for queue in definition.queues) and not definition.dispositions:
        yield "dispositions: there is none, but queues require one; add [[dispositions]]."


def _ways_in(definition: Definition) -> Iterator[str]:
    queues = {queue.id: queue for queue in definition.queues}
    leads: list[tuple[str, str, Medium]] = []
    leads += [(f"numbers, {number.number!r}", number.queue, Medium.VOICE) for number in definition.numbers]
    leads += [(f"mailboxes, {mailbox.id!r}", mailbox.queue, Medium.MAIL) for mailbox in definition.mailboxes]
    leads += [(f"sites, {site.id!r}", site.queue, Medium.CHAT) for site in definition.sites]
    for switch in definition.switches:
        if switch.other_numbers is not None:
            leads.append((f"switches, {switch.id!r}, other_numbers", switch.other_numbers, Medium.VOICE))
    for where, queue_id, medium in leads:
        queue = queues.get(queue_id)
        if queue is None:
            yield f"{where}: there is no queue {queue_id!r}; add it under [[queues]]."
        elif queue.medium is not medium:
            yield f"{where}: the queue {queue_id!r} is for {queue.medium}, not for {medium}."
    if definition.switches and not any(queue.medium is Medium.VOICE for queue in definition.queues):
        yield "switches: there is a switch but no queue with medium = 'voice' for its calls."
    if definition.numbers and not definition.switches:
        yield "numbers: there are numbers but no [[switches]] that could bring calls."


def _switches(definition: Definition) -> Iterator[str]:
    rehearsing = False
    for switch in definition.switches:
        where = f"switches, {switch.id!r}"
        if switch.kind not in SWITCH_KINDS:
            yield f"{where}, kind: {switch.kind!r} is none of {', '.join(SWITCH_KINDS)}."
        elif switch.kind == "rehearsal":
            if rehearsing:
                yield f"{where}, kind: one rehearsal switch is enough; take this one out."
            rehearsing = True
        if switch.websocket_url is not None and not re.fullmatch(r"wss?://[^\s/]+(/\S*)?", switch.websocket_url):
            yield f"{where}, websocket_url: {switch.websocket_url!r} is no address such as wss://pbx.example:8089/ws."


def _mailboxes(definition: Definition) -> Iterator[str]:
    for mailbox in definition.mailboxes:
        where = f"mailboxes, {mailbox.id!r}"
        if mailbox.kind not in MAILBOX_KINDS:
            yield f"{where}, kind: {mailbox.kind!r} is none of {', '.join(MAILBOX_KINDS)}."
        elif mailbox.kind == "imap" and (mailbox.imap is None or mailbox.smtp is None):
            yield f"{where}: the tables imap and smtp are missing; add both with host and port."
        addresses = [("address", mailbox.address), *(("other_addresses", other) for other in mailbox.other_addresses)]
        for key, address in addresses:
            if mail_key(address) is None:
                yield f"{where}, {key}: {address!r} is no address such as hello@shop.example."
        for key, server in (("imap", mailbox.imap), ("smtp", mailbox.smtp)):
            if server is not None and server.tls and server.starttls:
                yield f"{where}, {key}: tls and starttls exclude each other; set one of them to false."


def _sites(definition: Definition) -> Iterator[str]:
    for site in definition.sites:
        if not site.origins:
            yield f"sites, {site.id!r}, origins: there is none; name the site's own, such as https://shop.example."
        for origin in site.origins:
            if not ORIGIN.fullmatch(origin):
                yield f"sites, {site.id!r}, origins: {origin!r} is no origin such as https://shop.example."
        yield from too_long(f"sites, {site.id!r}, away_s", site.away_s, NEVER_S)


def _phones(definition: Definition) -> Iterator[str]:
    switches = {switch.id: switch for switch in definition.switches}
    phones: set[tuple[str, str]] = set()
    for user in definition.users:
        if user.phone is None:
            continue
        where = f"users, {user.id!r}, phone"
        if user.phone.kind not in PHONE_KINDS:
            yield f"{where}, kind: {user.phone.kind!r} is none of {', '.join(PHONE_KINDS)}."
        switch = switches.get(user.phone.switch)
        if switch is None:
            yield f"{where}, switch: there is no switch {user.phone.switch!r}; add it under [[switches]]."
        elif (switch.kind == "rehearsal") != (user.phone.kind == "rehearsal"):
            yield f"{where}, kind: a switch of kind {switch.kind} has no {user.phone.kind} phones."
        elif user.phone.kind == "softphone" and switch.websocket_url is None:
            yield f"{where}: a softphone needs websocket_url at [[switches]] {switch.id!r}."
        if (user.phone.switch, user.phone.name) in phones:
            yield f"{where}: the phone {user.phone.name!r} is another agent's already."
        phones.add((user.phone.switch, user.phone.name))
