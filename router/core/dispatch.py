"""Matching: the most urgent interaction that somebody free can take is offered to the agent whom its queue chooses.

Whoever could be matched has been matched before, so only two things bring a new pair: a class with a new head, and an
agent who may take more than before. Both are marked where they change (`Waiting.fresh`, `Seats.opened`) and looked at
here, in the order of `router/core/order.py`.

No medium starves another. Where an agent serves several media:
- *Turns.* Each offer notes the media of which overdue work that the agent could have taken was passed over. A medium
  passed over three times in a row comes next. So while overdue work of a medium waits that an agent can take, at most
  `PASSED_BOUND` (that is 6) offers in a row to that agent are of other media.
- *Holds.* Overdue work that does not fit beside what an agent has in hand (a call behind chats) would wait for ever if
  the agent got another chat each time one ends. The agent who would get the less urgent piece is held instead: nothing
  is offered to them but the overdue piece, as soon as it fits, unless somebody else has taken it by then or it is gone.
  From the hold on it waits no longer than the longest of the pieces that this one agent has in hand; one agent at a
  time is held for each class.
"""

from history.core import routing as facts
from history.core.routing_settings import QueueSettings
from history.core.vocabulary import InteractionId, Medium, OfferedBecause, OfferId, Takes
from router.core.capacity import MEDIA, NUMBER_OF, Seat, open_media
from router.core.decision import Deciding
from router.core.order import due_at_ms
from router.core.selection import Choice, choose, free_for, score_of, skill_score
from router.core.sharing import behind
from router.core.state import State
from router.core.waiting import Entry

PASSED_MAX = 3
"""After so many offers in a row that passed overdue work of a medium over, its turn has come at that agent."""
PASSED_BOUND = PASSED_MAX + (len(MEDIA) - 2) + 1
"""More are never passed over in a row: the others whose turn has come as well go first, and what they are held for."""

Urgency = tuple[int, int, InteractionId]
_Found = tuple[Urgency, Entry, OfferedBecause, Seat | None]
"""How urgent, which head, why it, and the agent who is held for it."""


def has_news(state: State) -> bool:
    """Whether there may be a new match: asked before `next_match`."""
    if state.seats.stale:
        state.seats.refresh()
    return bool(state.waiting.fresh or state.seats.opened)


def next_match(deciding: Deciding) -> bool:
    """Add the facts of one match, an offer or a hold, or return False when nobody who waits can be served now."""
    state = deciding.state
    found = _most_urgent(state, deciding.now_ms)
    if found is None:
        state.waiting.fresh.clear()
        state.seats.opened.clear()
        return False
    _, entry, because, held = found
    # What an agent is held for goes to them, also where another of their class is more urgent by now.
    choice = choose(state, entry[4], deciding.now_ms) if held is None else _of_one(state, entry, held)
    assert choice is not None, "a head was found for which nobody is free"
    _match(deciding, entry, choice, because)
    return True


def _of_one(state: State, entry: Entry, seat: Seat) -> Choice:
    """The choice where the agent stands first and the work is chosen for them."""
    return Choice(seat, score_of(state.queue_settings[entry[4].queue], entry[4], seat), 1, None, 0)


def _best_skill(state: State, seat: Seat, now_ms: int) -> Entry:
    """Return the head for which the agent's own levels are the best, the more urgent of equal ones."""
    heads = [head for head in state.waiting.heads_for(seat, seat.open) if _is_open(state, seat, head)]
    return min(heads, key=lambda entry: (-skill_score(entry[4], seat), urgency_of(state, entry, now_ms)))


def _most_urgent(state: State, now_ms: int) -> _Found | None:
    """Return the most urgent head among the classes with a new one and those of agents who may take more."""
    best: _Found | None = None
    for number in state.waiting.fresh:
        work_class = state.waiting.numbered[number]
        entry = work_class.head
        if entry is not None and free_for(state, work_class):
            urgency = urgency_of(state, entry, now_ms)
            if best is None or urgency < best[0]:
                best = (urgency, entry, OfferedBecause.URGENCY, None)
    for number in state.seats.opened:
        found = _best_for(state, state.seats.numbered[number], now_ms)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return best


def _best_for(state: State, seat: Seat, now_ms: int) -> _Found | None:
    """Return the most urgent head that an agent may take, or what they are held for."""
    if seat.record.held_for is not None:
        entry = state.waiting.places[seat.record.held_for]
        fits = open_media(seat, seat.able) >> NUMBER_OF[entry[4].medium] & 1
        return (urgency_of(state, entry, now_ms), entry, OfferedBecause.HELD, seat) if fits else None
    found = _first_for(state, seat, seat.open, now_ms)
    return None if found is None else (urgency_of(state, found, now_ms), found, OfferedBecause.URGENCY, None)


def _first_for(state: State, seat: Seat, media: int, now_ms: int) -> Entry | None:
    """Return the most urgent head of these media that the agent may take."""
    waiting, at, blending = state.waiting, seat.number, state.seats.blending
    best: Entry | None = None
    for number in range(len(MEDIA)):
        if media >> number & 1:
            for entry in waiting.order[number]:
                if entry[4].members[at] == "1" and (blending is None or blending.is_open(seat, entry[4].queue)):
                    if best is None or entry < best:
                        best = entry
                    break
    return _or_aging(state, best, seat, media, now_ms) if waiting.ages else best


def _or_aging(state: State, best: Entry | None, seat: Seat, media: int, now_ms: int) -> Entry | None:
    """Return the best, or the head of a class that ages where that is more urgent by now."""
    urgency = None if best is None else urgency_of(state, best, now_ms)
    for number in range(len(MEDIA)):
        for work_class in state.waiting.aging[number].values() if media >> number & 1 else ():
            head = work_class.head
            if head is not None and work_class.members[seat.number] == "1" and _is_open(state, seat, head):
                other = urgency_of(state, head, now_ms)
                if urgency is None or other < urgency:
                    best, urgency = head, other
    return best


def _is_open(state: State, seat: Seat, entry: Entry) -> bool:
    """Whether no rule of blending keeps the agent from this head's queue now."""
    blending = state.seats.blending
    return blending is None or blending.is_open(seat, entry[4].queue)


def urgency_of(state: State, entry: Entry, now_ms: int) -> Urgency:
    """Return what orders a head among those of other classes: lower is more urgent."""
    queue = state.queue_settings[entry[4].queue]
    if queue.age_percent == 100:
        return entry[:3]
    return (due_at_ms(entry[0], now_ms, queue.age_percent, queue.age_max_ms), entry[1], entry[2])


def _match(deciding: Deciding, entry: Entry, choice: Choice, because: OfferedBecause) -> None:
    """Offer the head to the winner, unless another medium's turn has come at them, or they are to be held."""
    state, seat, now_ms = deciding.state, choice.winner, deciding.now_ms
    if seat.settings.takes is Takes.BEST_SKILL_FIRST and because is not OfferedBecause.HELD:
        own = _best_skill(state, seat, now_ms)
        if own is not entry:
            entry, because, choice = own, OfferedBecause.OWN_SKILL, _of_one(state, own, seat)
    blending = state.seats.blending
    if blending is not None and (blending.floors or blending.shares) and because is not OfferedBecause.HELD:
        first, why = _by_rule(state, seat, entry, now_ms)
        if first is not entry:
            entry, because, choice = first, why, _of_one(state, first, seat)
    overdue = _overdue_elsewhere(state, seat, entry, now_ms)
    if not overdue:
        _offer(deciding, entry, choice, because, ())
        return
    room = open_media(seat, seat.able)
    fitting = {medium: head for medium, head in overdue.items() if room >> NUMBER_OF[medium] & 1}
    if because is not OfferedBecause.HELD:
        due = {**fitting, entry[4].medium: entry} if entry[0] < now_ms else fitting
        if (in_turn := _in_turn(seat, due)) is not None:
            because = OfferedBecause.TURN
            if in_turn is not entry[4].medium:
                entry = due[in_turn]
                choice = _of_one(state, entry, seat)
            fitting = {medium: head for medium, head in due.items() if medium is not in_turn}
        elif (to_hold := _to_hold(state, seat, entry, overdue, now_ms)) is not None:
            deciding.add(facts.AgentHeld(agent=seat.agent, interaction=to_hold[2], medium=to_hold[4].medium))
            return
    _offer(deciding, entry, choice, because, tuple(sorted(fitting)))


def _by_rule(state: State, seat: Seat, entry: Entry, now_ms: int) -> tuple[Entry, OfferedBecause]:
    """Return what the agent takes first by a floor that is short of them, or by shares of their time; else the same."""
    blending, bit = state.seats.blending, 1 << seat.number
    assert blending is not None, "asked where there are rules"
    floors = [floor for floor in blending.floors if floor.mask & bit and floor.is_short()]
    shares = [
        rule for rule, mask in blending.shares if mask & bit and any(entry[4].queue == q.queue for q in rule.queues)
    ]
    if not floors and not shares:
        return entry, OfferedBecause.URGENCY
    heads = [head for head in state.waiting.heads_for(seat, seat.open) if _is_open(state, seat, head)]
    for floor in floors:
        found = [head for head in heads if head[4].queue in floor.queues]
        if found:
            return min(found, key=lambda head: urgency_of(state, head, now_ms)), OfferedBecause.FLOOR
    for rule in shares:
        short = behind(state, rule, now_ms)
        percent = {each.queue: each.percent for each in rule.queues}
        found = [head for head in heads if head[4].queue in short]
        return min(
            found,
            key=lambda head: (-short[head[4].queue], -percent[head[4].queue], urgency_of(state, head, now_ms)),
        ), OfferedBecause.SHARE
    return entry, OfferedBecause.URGENCY


def _overdue_elsewhere(state: State, seat: Seat, entry: Entry, now_ms: int) -> dict[Medium, Entry]:
    """Return for each other medium the most urgent overdue head that the agent could take, load aside."""
    found: dict[Medium, Entry] = {}
    others = seat.able & ~(1 << NUMBER_OF[entry[4].medium])
    for medium in MEDIA if others else ():
        if others >> NUMBER_OF[medium] & 1:
            head = _first_for(state, seat, 1 << NUMBER_OF[medium], now_ms)
            if head is not None and head[0] < now_ms:
                found[medium] = head
    return found


def _to_hold(state: State, seat: Seat, entry: Entry, overdue: dict[Medium, Entry], now_ms: int) -> Entry | None:
    """Return the overdue head for which the agent is to be held rather than get this one, or None."""
    urgency = urgency_of(state, entry, now_ms)
    blocked = [
        head
        for medium, head in overdue.items()
        if not seat.open >> NUMBER_OF[medium] & 1
        and head[2] not in state.held_for
        and urgency_of(state, head, now_ms) < urgency
        and seat.leases()
    ]
    return min(blocked, key=lambda head: urgency_of(state, head, now_ms)) if blocked else None


def _in_turn(seat: Seat, fitting: dict[Medium, Entry]) -> Medium | None:
    """Return the medium that has been passed over too often, the most often one first."""
    due = [(-each.times, each.medium) for each in seat.record.passed if each.times >= PASSED_MAX]
    return next((medium for _, medium in sorted(due) if medium in fitting), None)


def _offer(
    deciding: Deciding, entry: Entry, choice: Choice, because: OfferedBecause, passed_over: tuple[Medium, ...]
) -> None:
    state, seat, now_ms = deciding.state, choice.winner, deciding.now_ms
    head = state.interactions[entry[2]]
    queue = state.queue_settings[head.queue]
    runner_up = choice.runner_up
    deciding.add(
        facts.OfferMade(
            offer=OfferId(f"o{state.offers_made + 1}"),
            interaction=head.interaction,
            visit=head.visit,
            queue=head.queue,
            medium=head.medium,
            agent=seat.agent,
            waited_ms=max(0, now_ms - head.queued_ms),
            expires_at_ms=now_ms + offer_ms(state, seat, queue),
            idle_ms=now_ms - seat.record.idle_since_ms,
            candidates=choice.candidates,
            choice=queue.choice,
            score=choice.score,
            because=because,
            runner_up=None if runner_up is None else runner_up.agent,
            runner_up_idle_ms=0 if runner_up is None else now_ms - runner_up.record.idle_since_ms,
            runner_up_score=choice.runner_up_score,
            passed_over=passed_over,
        )
    )


def offer_ms(state: State, seat: Seat, queue: QueueSettings) -> int:
    """Return how long an offer stands; that of a call, until its phone rings: the wait for the page, if any."""
    if queue.medium is not Medium.VOICE:
        return queue.offer_ms
    return state.settings.pop_wait_ms if seat.record.desktop else 0
