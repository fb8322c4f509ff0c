"""Lending: agents of one group help in another queue while it is short of them, and go back when it is not.

A rule lends from one threshold on and recalls at a second one, so that nothing happens between the two. It moves one
agent at a time, `PACE_MS` apart, so that it sees what the last one has changed. Whoever is lent stays for the rule's
shortest stay at least, and is not lent by a rule again within `AGAIN_MS` of having gone back: so nobody is lent and
recalled twice within a quarter of an hour. What an agent has in hand is never interrupted. A supervisor's lending ends
by a supervisor alone, or when the agent signs out.

The rules are looked at whenever time advances (every `keeping.LOOK_MS` while there is work for them or somebody has
stayed for long enough) and when somebody arrives or changes presence, never for an offer. What is decided depends on
the state and the instant alone.
"""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from history.core import routing as facts
from history.core.routing_blending import Lending
from history.core.routing_records import AgentRecord, Lent
from history.core.vocabulary import (
    LentBecause,
    LentWhen,
    Medium,
    OutcomeReason,
    Presence,
    QueueId,
    RecalledBecause,
    UserId,
)
from router.core.capacity import NUMBER_OF, Seat
from router.core.decision import Deciding, Refused, ignored
from router.core.inputs import AgentCalledBack, AgentLentOut, LoanKept
from router.core.levels import service_level
from router.core.seats import numbers_in
from router.core.state import State

PACE_MS = 10_000
AGAIN_MS = 15 * 60_000


class Need(Enum):
    """How a queue stands by its rule's two thresholds."""

    SHORT = auto()
    BETWEEN = auto()
    ENOUGH = auto()


def look(deciding: Deciding, rule: Lending | None) -> None:
    """Lend or recall one agent by this rule, if it is time; without a rule, recall who cannot be lent any longer."""
    if rule is None:
        _who_cannot_stay(deciding)
        return
    state, now_ms = deciding.state, deciding.now_ms
    if now_ms < state.lendings[rule.rule].changed_ms + PACE_MS:
        return
    lent = [record for record in _lent(state) if record.lent is not None and record.lent.rule == rule.rule]
    match need_of(state, rule, now_ms):
        case Need.SHORT if len(lent) < rule.agents_max:
            seat = _whom(state, rule, now_ms)
            if seat is not None:
                deciding.add(facts.AgentLent(agent=seat.agent, queue=rule.to, rule=rule.rule, only=rule.only))
        case Need.ENOUGH:
            record = _who_goes_back(lent, rule, now_ms)
            if record is not None:
                deciding.add(facts.AgentRecalled(agent=record.agent, queue=rule.to, rule=rule.rule))
        case _:
            pass


def next_look_ms(state: State, now_ms: int) -> int | None:
    """Return when the rules are to be looked at again without anything happening, or None: soon while work waits in
    their queues, else when the first of those whom a rule may call back has stayed for long enough."""
    if any(state.waiting.in_queue.get(queue) for queue in state.lends_to):
        return now_ms
    stays = {rule.rule: rule.stay_ms for rule in state.settings.lending}
    ends = [
        record.lent.since_ms + stays[record.lent.rule]
        for record in _lent(state)
        if record.lent is not None and record.lent.rule in stays and not record.lent.kept
    ]
    return max(now_ms, min(ends) - 1) if ends else None


def need_of(state: State, rule: Lending, now_ms: int) -> Need:
    """Say how the rule's queue stands. Where no visit counts for its service level nobody is missing, and while an
    expected wait is unknown nothing happens."""
    if rule.when is not LentWhen.SERVICE_LEVEL:
        wait_ms = _wait_ms(state, rule, now_ms)
        if wait_ms is None:
            return Need.BETWEEN
        if wait_ms >= rule.lend_at:
            return Need.SHORT
        return Need.ENOUGH if wait_ms <= rule.back_at else Need.BETWEEN
    level = service_level(state.lendings[rule.rule], rule, now_ms)
    if level is None or level >= rule.back_at:
        return Need.ENOUGH
    return Need.SHORT if level < rule.lend_at else Need.BETWEEN


def _wait_ms(state: State, rule: Lending, now_ms: int) -> int | None:
    """Return the wait that the rule looks at. The expected one is what was told last, its middle; where it is unknown
    and nobody waits there is none, and where somebody does nothing can be said."""
    if rule.when is LentWhen.LONGEST_WAIT:
        return longest_wait_ms(state, rule.to, now_ms)
    pace = state.paces.get(rule.to)
    if pace is not None and pace.told_p50_ms is not None:
        return pace.told_p50_ms
    return None if state.waiting.in_queue.get(rule.to) else 0


def longest_wait_ms(state: State, queue: QueueId, now_ms: int) -> int:
    """Return how long has waited who waits longest among those of a queue who are next; 0 where nobody waits."""
    settings = state.queue_settings.get(queue)
    if settings is None:
        return 0
    number = NUMBER_OF[settings.medium]
    heads = [entry for entry in state.waiting.order[number] if entry[4].queue == queue]
    heads += [
        each.head for each in state.waiting.aging[number].values() if each.head is not None and each.queue == queue
    ]
    return max((now_ms - state.interactions[head[2]].queued_ms for head in heads), default=0)


def _whom(state: State, rule: Lending, now_ms: int) -> Seat | None:
    """Return who is to be lent: of those who could not serve the queue as they are, who carries least and has done so
    for longest."""
    state.seats.refresh()
    queue = state.queue_settings.get(rule.to)
    if queue is None:
        return None
    medium = NUMBER_OF[queue.medium]
    group = state.seats.mask_of(rule.agents) & state.seats.ready
    if not rule.only:
        group &= ~state.seats.mask_of(queue.requirement)
    found = [
        seat
        for seat in (state.seats.numbered[number] for number in numbers_in(group))
        if seat.record.lent is None and seat.able >> medium & 1 and _is_rested(seat.record, now_ms)
    ]
    return min(found, key=lambda seat: (len(seat.leases()), seat.record.idle_since_ms, seat.number), default=None)


def _is_rested(record: AgentRecord, now_ms: int) -> bool:
    return not record.recalled_ms or now_ms >= record.recalled_ms + AGAIN_MS


def _who_goes_back(lent: list[AgentRecord], rule: Lending, now_ms: int) -> AgentRecord | None:
    """Return who has been lent for longest, if they have stayed for long enough."""
    stayed = [(each.lent.since_ms, each.agent) for each in lent if each.lent is not None and not each.lent.kept]
    since_ms, agent = min(stayed, default=(now_ms, None))
    if agent is None or now_ms < since_ms + rule.stay_ms:
        return None
    return next(each for each in lent if each.agent == agent)


def _who_cannot_stay(deciding: Deciding) -> None:
    state = deciding.state
    rules = {rule.rule: rule for rule in state.settings.lending}
    for record in _lent(state):
        lent = record.lent
        assert lent is not None, "only who is lent is among the lent"
        rule = None if lent.rule is None else rules.get(lent.rule)
        seat = state.seats.of[record.agent]
        because = None
        if record.presence is Presence.SIGNED_OUT:
            because = RecalledBecause.SIGNED_OUT
        elif lent.queue not in state.queue_settings or (lent.rule is not None and not _holds(state, rule, seat)):
            because = RecalledBecause.DEFINITION
        if because is not None:
            deciding.add(
                facts.AgentRecalled(agent=record.agent, queue=lent.queue, rule=lent.rule, because=because),
            )


def _holds(state: State, rule: Lending | None, seat: Seat) -> bool:
    """Whether the rule is still there, for this queue and this agent."""
    lent = seat.record.lent
    return (
        rule is not None
        and lent is not None
        and rule.to == lent.queue
        and bool(state.seats.mask_of(rule.agents) >> seat.number & 1)
    )


def _lent(state: State) -> Iterator[AgentRecord]:
    """Yield who is lent, in the order of their ids."""
    return (state.agents[agent] for agent in sorted(state.lent))


def agent_lent_out(deciding: Deciding, given: AgentLentOut) -> Refused | None:
    """A supervisor lends an agent, until a supervisor calls them back. Who is lent elsewhere goes from there."""
    state = deciding.state
    seat = state.seats.of.get(given.agent)
    if seat is None:
        return Refused(OutcomeReason.UNKNOWN_AGENT)
    queue = state.queue_settings.get(given.to)
    if queue is None:
        return Refused(OutcomeReason.UNKNOWN_QUEUE)
    if queue.medium not in seat.capacities or (queue.medium is Medium.VOICE and seat.settings.phone is None):
        return Refused(OutcomeReason.WRONG_MEDIUM)
    if seat.record.presence is Presence.SIGNED_OUT:
        return Refused(OutcomeReason.NOT_SIGNED_IN)
    lent = seat.record.lent
    if lent is not None:
        if (lent.queue, lent.rule, lent.only) == (given.to, None, given.only):
            return ignored(OutcomeReason.NO_CHANGE)
        _call_back(deciding, seat, lent, given.by)
    deciding.add(
        facts.AgentLent(agent=given.agent, queue=given.to, because=LentBecause.SUPERVISOR, only=given.only, by=given.by)
    )
    return None


def agent_called_back(deciding: Deciding, given: AgentCalledBack) -> Refused | None:
    """A supervisor ends a lending, whoever began it, also before its shortest stay."""
    seat = deciding.state.seats.of.get(given.agent)
    if seat is None:
        return Refused(OutcomeReason.UNKNOWN_AGENT)
    if seat.record.lent is None:
        return Refused(OutcomeReason.NOT_LENT)
    _call_back(deciding, seat, seat.record.lent, given.by)
    return None


def _call_back(deciding: Deciding, seat: Seat, lent: Lent, by: UserId) -> None:
    deciding.add(
        facts.AgentRecalled(
            agent=seat.agent, queue=lent.queue, because=RecalledBecause.SUPERVISOR, rule=lent.rule, by=by
        )
    )


def loan_kept(deciding: Deciding, given: LoanKept) -> Refused | None:
    """A supervisor forbids the rule that lent an agent to call them back, or lets it again."""
    seat = deciding.state.seats.of.get(given.agent)
    if seat is None:
        return Refused(OutcomeReason.UNKNOWN_AGENT)
    lent = seat.record.lent
    if lent is None:
        return Refused(OutcomeReason.NOT_LENT)
    if lent.kept is given.kept or lent.rule is None:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.LendingKept(agent=given.agent, queue=lent.queue, kept=given.kept, by=given.by))
    return None


DECIDE: dict[type, Any] = {
    AgentLentOut: agent_lent_out,
    AgentCalledBack: agent_called_back,
    LoanKept: loan_kept,
}
