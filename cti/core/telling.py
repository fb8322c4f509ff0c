"""A call's story, told from all that was heard of it. Nothing is remembered here: the same traffic, the same story."""

from cti.core.cast import START, Cast, cast_of, is_live, party, party_at
from cti.core.channels import When
from cti.core.ending import ending_of, outcome_of
from cti.core.events import CallId
from cti.core.records import NEVER, Channel, Dial, TransferHeard, is_phone
from cti.core.ringing import caller_of, dials_under, end_of, front_of, is_ring, rang_by_itself
from cti.core.story import (
    Hold,
    QueueVisit,
    Ring,
    RingEnd,
    Share,
    Story,
    Talk,
    Transfer,
    TransferKind,
)
from cti.core.talks import Place, Span, Stretch, stretches
from cti.core.traffic import Traffic


def tell(traffic: Traffic, root: str, ids: dict[str, CallId], *, hang_ups_told: bool) -> Story:
    """The story so far. `ids` gives each call's id by its first channel; `hang_ups_told` says whether this switch's
    feed holds who asks for a hang-up at all."""
    cast = cast_of(traffic, root)
    first = traffic.channels[root]
    found = stretches(traffic, cast.spans)
    rings = rings_of(traffic, cast)
    told = [ring for _, ring in rings]
    queues = _queues(traffic, cast)
    over = not is_live(traffic, cast)
    ending = None
    if over:
        ending = ending_of(traffic, cast, found, told, ids, hang_ups_told=hang_ups_told)
    dial = traffic.dials.get(root)
    originated = rang_by_itself(traffic, first) if dial is None else dial.originated
    front = front_of(traffic, root)
    holds = _holds(traffic, cast)
    return Story(
        call_id=ids[root],
        caller=party_at(traffic, front, START),
        dialled=dialled_by(traffic, root),
        originated=originated,
        began_ms=first.began[0],
        answered_ms=None if first.up is None else first.up[0],
        beginning_seen=(first.made or first.failed) is not None and not first.adopted,
        outcome=outcome_of(
            first, told, bool(found), queues, over=over, joined=cast.joined_to is not None, originated=originated
        ),
        conference=any(each.conference or len(each.who) > 2 for each in found),
        rings=tuple(told),
        talks=tuple(_talk(traffic, each) for each in found),
        holds=tuple(hold for hold, _ in holds),
        transfers=tuple(_transfers(traffic, cast, rings)),
        queues=tuple(queues),
        shares=tuple(_shares(traffic, cast, found)),
        joined=tuple(ids[other] for other in cast.joined if other in ids),
        ending=ending,
    )


def dialled_by(traffic: Traffic, root: str) -> str | None:
    """The number that a call is for: what its first channel dialled, or where a Local that the switch began leads."""
    first = traffic.channels[root]
    if first.other_half is not None:
        onward = (traffic.channels.get(target) for target in traffic.dialled_by.get(root, ()))
        numbers = [each.dialled for each in onward if each is not None and each.dialled is not None]
        return min(numbers)[1] if numbers else None
    return None if first.dialled is None else first.dialled[1]


# -- rings -------------------------------------------------------------------------------------------------------------


def rings_of(traffic: Traffic, cast: Cast) -> list[tuple[When, Ring]]:
    """The phones that were rung, and since when, in the order of ringing."""
    dials = [
        dial
        for unique_id in cast.spans
        if (dial := traffic.dials.get(unique_id)) is not None
        and is_ring(traffic, dial)
        and (cast.has(dial.source or dial.target, dial.began) or _rang_on(traffic, cast, dial))
    ]
    first = traffic.channels[cast.root]
    if rang_by_itself(traffic, first) and is_phone(first.first_name):
        dials.append(Dial(cast.root, first.began))
    return [(dial.began, _ring(traffic, dial)) for dial in sorted(dials, key=lambda dial: (dial.began, dial.target))]


def _rang_on(traffic: Traffic, cast: Cast, dial: Dial) -> bool:
    """Whether a phone that another call rang rang on for this one, after that call was joined to it."""
    span = cast.spans[dial.target]
    _, ended = end_of(traffic, dial)
    return dial.began < span.since and (ended is None or span.since <= ended)


def _ring(traffic: Traffic, dial: Dial) -> Ring:
    target = traffic.channels[dial.target]
    end, ended = end_of(traffic, dial)
    caller = caller_of(traffic, dial)
    answered_by = None
    if end is RingEnd.ANSWER and is_phone(target.name) and target.name != target.first_name:
        answered_by = party(target, target.name)
    by = None
    if caller is not None:
        # Who was reached by way of a Local keeps the name they had, also when they went on in another channel.
        led = caller.unique_id != dial.source and caller.unique_id in traffic.dials
        by = party(caller, caller.first_name) if led else party_at(traffic, caller.unique_id, dial.began)
    return Ring(
        by=by,
        target=party(target, target.first_name),
        began_ms=dial.began[0],
        alerted_ms=None if target.alerting is None else target.alerting[0],
        ended_ms=None if ended is None else ended[0],
        end=end,
        answered_by=answered_by,
        forwarded_to=dial.forwarded_to,
    )


# -- talks, holds, queues ----------------------------------------------------------------------------------------------


def _talk(traffic: Traffic, stretch: Stretch) -> Talk:
    return Talk(
        parties=tuple(party(traffic.channels[unique_id], name) for unique_id, name in stretch.places),
        from_ms=stretch.since[0],
        until_ms=_ms(stretch.until),
    )


def _ms(when: When) -> int | None:
    return None if when == NEVER else when[0]


def _held(channel: Channel) -> list[tuple[When, When]]:
    """When the phone of a channel held the other side."""
    found, since = [], None
    end = channel.gone or NEVER
    for when, held in channel.holds:
        if when > end:
            break
        if held and since is None:
            since = when
        elif not held and since is not None:
            found.append((since, when))
            since = None
    if since is not None:
        found.append((since, end))
    return found


def _holds(traffic: Traffic, cast: Cast) -> list[tuple[Hold, tuple[When, When]]]:
    found = []
    for unique_id in cast.spans:
        for since, until in _held(traffic.channels[unique_id]):
            if cast.has(unique_id, since):
                by = party_at(traffic, unique_id, since)
                found.append((Hold(by, since[0], _ms(until)), (since, until)))
    return sorted(found, key=lambda each: (each[1], each[0].by.channel_id))


def _queues(traffic: Traffic, cast: Cast) -> list[QueueVisit]:
    visits = []
    for unique_id in cast.spans:
        waiting: dict[str, When] = {}
        left: list[tuple[str, When, When | None, bool]] = []
        for when, (queue, what) in traffic.channels[unique_id].queues:
            if what == "joined":
                waiting.setdefault(queue, when)
            elif queue in waiting:
                left.append((queue, waiting.pop(queue), when, what == "abandoned"))
            elif what == "abandoned":
                _mark_abandoned(left, queue, when)
            elif not left or left[-1][0] != queue:
                left.append((queue, when, when, False))
        end = traffic.channels[unique_id].gone
        left.extend((queue, since, end, False) for queue, since in waiting.items())
        visits += [
            QueueVisit(queue, party_at(traffic, unique_id, since), since[0], None if out is None else out[0], abandoned)
            for queue, since, out, abandoned in left
            if cast.has(unique_id, since)
        ]
    return sorted(visits, key=lambda visit: (visit.joined_ms, visit.by.channel_id))


def _mark_abandoned(left: list[tuple[str, When, When | None, bool]], queue: str, when: When) -> None:
    """The word that the caller gave up came after the one that they left."""
    if left and left[-1][0] == queue:
        left[-1] = (queue, left[-1][1], left[-1][2], True)
    else:
        left.append((queue, when, when, True))


def _shares(traffic: Traffic, cast: Cast, found: list[Stretch]) -> list[Share]:
    """What each party's part was. In a talk of two, a hold by either stops both; in a larger one, only who holds."""
    talking: dict[Place, int] = {}
    holding: dict[Place, int] = {}
    for each in found:
        if each.until == NEVER:
            continue
        for place in each.places:
            of = each.places if len(each.places) == 2 else (place,)
            held_ms = _held_ms(traffic, [unique_id for unique_id, _ in of], each)
            talking[place] = talking.get(place, 0) + each.until[0] - each.since[0] - held_ms
            holding[place] = holding.get(place, 0) + held_ms
    for unique_id in cast.spans:
        channel = traffic.channels[unique_id]
        name = channel.name or channel.first_name
        if channel.digits and not any(place[0] == unique_id for place in talking) and is_phone(name):
            talking[unique_id, name] = 0
    return [
        Share(party(traffic.channels[place[0]], place[1]), ms, holding.get(place, 0), _digits(traffic, place))
        for place, ms in sorted(talking.items(), key=lambda each: (traffic.channels[each[0][0]].began, each[0]))
    ]


def _digits(traffic: Traffic, place: Place) -> int:
    channel = traffic.channels[place[0]]
    return sum(channel.name_at(when) == place[1] for when, _ in channel.digits)


def _held_ms(traffic: Traffic, channels: list[str], stretch: Stretch) -> int:
    """How much of a stretch somebody of these held, counted once."""
    cuts = sorted(
        (max(since, stretch.since), min(until, stretch.until))
        for unique_id in channels
        for since, until in _held(traffic.channels[unique_id])
        if since < stretch.until and until > stretch.since
    )
    total, reached = 0, stretch.since
    for since, until in cuts:
        if until > reached:
            total += until[0] - max(since, reached)[0]
            reached = until
    return total


# -- transfers ---------------------------------------------------------------------------------------------------------


def _transfers(traffic: Traffic, cast: Cast, rings: list[tuple[When, Ring]]) -> list[Transfer]:
    heard = [
        (when, each)
        for unique_id in cast.spans
        for when, each in traffic.channels[unique_id].transfers
        if cast.has(unique_id, when)
    ]
    heard.sort(key=lambda pair: pair[0])
    told = []
    for number, (when, each) in enumerate(heard):
        until = heard[number + 1][0] if number + 1 < len(heard) else NEVER
        told.append(transfer_told(traffic, when, each, rings, until))
    return told


def transfer_told(
    traffic: Traffic, when: When, heard: TransferHeard, rings: list[tuple[When, Ring]], until: When = NEVER
) -> Transfer:
    """A transfer with its parties. A blind one's targets are those who were rung for the transferred till `until`."""
    consult = heard.second is not None
    transferee = heard.transferee if _is_phone(traffic, heard.transferee) else partner_of(traffic, heard.by, when)
    reached: list[str] = []
    ringing: list[str] = []
    if heard.second is not None:
        target = heard.target if _is_phone(traffic, heard.target) else partner_of(traffic, heard.second, when)
        reached = [] if target is None else [target]
        ringing = _ringing_for(traffic, heard.second, when)
    elif transferee is not None:
        # By name as well: an older switch goes on with the phone in a channel of another id.
        ids = (transferee, party_at(traffic, transferee, when).channel)
        reached = [
            ring.target.channel_id
            for began, ring in rings
            if ring.by is not None and (ring.by.channel_id in ids or ring.by.channel in ids) and when <= began < until
        ]
    return Transfer(
        kind=TransferKind.CONSULT if consult else TransferKind.BLIND,
        at_ms=when[0],
        by=party_at(traffic, heard.by, when),
        transferred=None if transferee is None else party_at(traffic, transferee, when),
        to=heard.to or None,
        targets=tuple(party_at(traffic, unique_id, when) for unique_id in ringing or reached),
        succeeded=heard.succeeded,
        consulted_from=None if heard.second is None else party_at(traffic, heard.second, when),
        while_ringing=bool(ringing),
    )


def _is_phone(traffic: Traffic, unique_id: str | None) -> bool:
    channel = traffic.channels.get(unique_id or "")
    return channel is not None and is_phone(channel.first_name)


def partner_of(traffic: Traffic, unique_id: str, when: When) -> str | None:
    """With whom a channel talked last before an instant."""
    if unique_id not in traffic.channels:
        return None
    talks = [each for each in stretches(traffic, {unique_id: Span(START, NEVER)}) if each.since < when]
    return next((other for other, _ in talks[-1].places if other != unique_id), None) if talks else None


def _ringing_for(traffic: Traffic, unique_id: str, when: When) -> list[str]:
    """Whom a channel was ringing at an instant."""
    found = []
    for dial in dials_under(traffic, unique_id):
        _, ended = end_of(traffic, dial)
        if dial.began < when and is_ring(traffic, dial) and (ended is None or ended > when):
            found.append((dial.began, dial.target))
    return [target for _, target in sorted(found)]
