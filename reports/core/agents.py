"""Folds the facts of the agents: what each does now, and the spells, offers and handlings that have ended."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    OfferPhase,
    Presence,
    QueueId,
    ReasonCode,
    WorkId,
)
from reports.core.counted import Activity, AgentSpell, Counted, HandlingEnded, OfferEnded

_OfferEnd = facts.OfferAccepted | facts.OfferDeclined | facts.OfferExpired | facts.OfferFailed | facts.OfferWithdrawn
_HOW: Final[dict[type[Fact], OfferPhase]] = {
    facts.OfferAccepted: OfferPhase.ACCEPTED,
    facts.OfferDeclined: OfferPhase.DECLINED,
    facts.OfferExpired: OfferPhase.EXPIRED,
    facts.OfferFailed: OfferPhase.FAILED,
    facts.OfferWithdrawn: OfferPhase.WITHDRAWN,
}


class AgentNow(msgspec.Struct, frozen=True):
    """What a board shows of an agent. `since_ms` moves with the activity, and with the presence or its reason while the
    agent has no work; 0 until the first time."""

    presence: Presence = Presence.SIGNED_OUT
    reason: ReasonCode | None = None
    activity: Activity = Activity.SIGNED_OUT
    since_ms: int = 0
    carries: tuple[Medium, ...] = ()
    desktop_connected: bool = False
    phone_reachable: bool = False


class Lease(msgspec.Struct, frozen=True):
    """An offer or a handling in an agent's hands."""

    agent: AgentId
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    activity: Activity
    queued_ms: int
    began_ms: int
    active_ms: int = 0
    """Of a handling, known as its wrap-up begins."""
    frees: bool = False
    """An optional wrap-up: open to write, while the agent is free for more."""


@dataclass(slots=True)
class Agents:
    """`fold` is the only thing that changes it. It holds the agents of the definition and the leases in their hands."""

    now: dict[AgentId, AgentNow] = field(default_factory=dict)
    """In the definition's order."""
    open_spells: dict[AgentId, AgentSpell] = field(default_factory=dict)
    """Each agent's running spell; its end is not known yet and stands as its beginning."""
    leases: dict[AgentId, dict[OfferId | HandlingId, Lease]] = field(default_factory=dict)
    holders: dict[InteractionId, dict[OfferId | HandlingId, AgentId]] = field(default_factory=dict)
    """Who holds the leases of an interaction."""
    works: dict[AgentId, dict[WorkId, Medium]] = field(default_factory=dict)
    """Work that was not offered."""
    weights: dict[AgentId, dict[Medium, int]] = field(default_factory=dict)

    def fold(self, fact: Fact, at_ms: int, queued_ms: int) -> Iterable[Counted]:
        """Take the next fact; unknown ones change nothing. `queued_ms` is when the fact's interaction entered its
        queue. Spells that had no length are not told."""
        take = _FOLD.get(type(fact))
        return () if take is None else take(self, fact, at_ms, queued_ms)

    def running(self, agent: AgentId, now_ms: int) -> AgentSpell | None:
        """The spell that goes on, as far as it has come."""
        spell = self.open_spells.get(agent)
        return None if spell is None else replace(spell, to_ms=max(now_ms, spell.from_ms))

    def _defined(self, fact: facts.RoutingDefined, at_ms: int, queued_ms: int) -> list[Counted]:
        agents = fact.settings.agents
        names = {agent.agent for agent in agents}
        ended: list[Counted] = []
        for gone in [agent for agent in self.open_spells if agent not in names]:
            ended += _ended(self.open_spells.pop(gone), at_ms)
        self.now = {agent.agent: self.now.get(agent.agent, AgentNow()) for agent in agents}
        self.weights = {agent.agent: {each.medium: each.weight for each in agent.capacities} for agent in agents}
        for agent in agents:
            ended += self._look_at(agent.agent, at_ms)
        return ended

    def _presence(self, fact: facts.PresenceChanged, at_ms: int, queued_ms: int) -> list[Counted]:
        before = self.now.get(fact.agent, AgentNow())
        same = (before.presence, before.reason) == (fact.presence, fact.reason)
        idle = before.activity.value == before.presence.value
        since_ms = before.since_ms if same or not idle else at_ms
        self.now[fact.agent] = replace(before, presence=fact.presence, reason=fact.reason, since_ms=since_ms)
        return self._look_at(fact.agent, at_ms)

    def _desktop(self, fact: Any, at_ms: int, queued_ms: int) -> list[Counted]:
        connected = isinstance(fact, facts.DesktopConnected)
        self.now[fact.agent] = replace(self.now.get(fact.agent, AgentNow()), desktop_connected=connected)
        return []

    def _phone(self, fact: Any, at_ms: int, queued_ms: int) -> list[Counted]:
        reachable = isinstance(fact, facts.PhoneBecameReachable)
        self.now[fact.agent] = replace(self.now.get(fact.agent, AgentNow()), phone_reachable=reachable)
        return []

    def _offered(self, fact: facts.OfferMade, at_ms: int, queued_ms: int) -> list[Counted]:
        return self._put(fact, fact.offer, Activity.OFFERED, at_ms, queued_ms)

    def _started(self, fact: facts.HandlingStarted, at_ms: int, queued_ms: int) -> list[Counted]:
        return self._put(fact, fact.handling, Activity.TALKING, at_ms, queued_ms)

    def _offer_ended(self, fact: _OfferEnd, at_ms: int, queued_ms: int) -> list[Counted]:
        lease = self._drop(fact.agent, fact.offer)
        ended = self._look_at(fact.agent, at_ms)
        if lease is not None:
            ended.append(
                OfferEnded(
                    offer=fact.offer,
                    interaction=lease.interaction,
                    agent=lease.agent,
                    queue=lease.queue,
                    medium=lease.medium,
                    queued_ms=lease.queued_ms,
                    made_ms=lease.began_ms,
                    ended_ms=at_ms,
                    how=_HOW[type(fact)],
                )
            )
        return ended

    def _wrapping_up(self, fact: facts.WrapUpStarted, at_ms: int, queued_ms: int) -> list[Counted]:
        held = self.leases.get(fact.agent, {})
        if fact.handling in held:
            held[fact.handling] = replace(
                held[fact.handling], activity=Activity.WRAP_UP, active_ms=fact.active_ms, frees=fact.frees
            )
        return self._look_at(fact.agent, at_ms)

    def _completed(self, fact: facts.WrapUpCompleted, at_ms: int, queued_ms: int) -> list[Counted]:
        lease = self._drop(fact.agent, fact.handling)
        ended = self._look_at(fact.agent, at_ms)
        if lease is not None:
            ended.append(
                HandlingEnded(
                    handling=fact.handling,
                    interaction=lease.interaction,
                    agent=lease.agent,
                    queue=lease.queue,
                    medium=lease.medium,
                    queued_ms=lease.queued_ms,
                    started_ms=lease.began_ms,
                    ended_ms=at_ms,
                    active_ms=lease.active_ms,
                    wrap_up_ms=fact.wrap_up_ms,
                )
            )
        return ended

    def _work_started(self, fact: facts.WorkStarted, at_ms: int, queued_ms: int) -> list[Counted]:
        self.works.setdefault(fact.agent, {})[fact.work] = fact.medium
        return self._look_at(fact.agent, at_ms)

    def _work_ended(self, fact: facts.WorkEnded, at_ms: int, queued_ms: int) -> list[Counted]:
        self.works.get(fact.agent, {}).pop(fact.work, None)
        return self._look_at(fact.agent, at_ms)

    def _closed(self, fact: facts.InteractionClosed, at_ms: int, queued_ms: int) -> list[Counted]:
        """Nobody holds work that is over."""
        held = dict(self.holders.get(fact.interaction, {}))
        ended: list[Counted] = []
        for key, agent in held.items():
            self._drop(agent, key)
            ended += self._look_at(agent, at_ms)
        return ended

    def _put(
        self,
        fact: facts.OfferMade | facts.HandlingStarted,
        key: OfferId | HandlingId,
        activity: Activity,
        at_ms: int,
        queued_ms: int,
    ) -> list[Counted]:
        lease = Lease(fact.agent, fact.interaction, fact.queue, fact.medium, activity, queued_ms, at_ms)
        self.leases.setdefault(fact.agent, {})[key] = lease
        self.holders.setdefault(fact.interaction, {})[key] = fact.agent
        return self._look_at(fact.agent, at_ms)

    def _drop(self, agent: AgentId, key: OfferId | HandlingId) -> Lease | None:
        lease = self.leases.get(agent, {}).pop(key, None)
        if lease is not None:
            held = self.holders[lease.interaction]
            del held[key]
            if not held:
                del self.holders[lease.interaction]
        return lease

    def _look_at(self, agent: AgentId, at_ms: int) -> list[Counted]:
        """Derive what the agent does from presence and leases. When anything of it has changed, a spell ends."""
        before = self.now.get(agent, AgentNow())
        leases = [lease for lease in self.leases.get(agent, {}).values() if not lease.frees]
        works = self.works.get(agent, {}).values()
        activity = _activity(before.presence, leases, bool(works))
        carries = tuple(sorted([*(lease.medium for lease in leases), *works]))
        if activity is not before.activity or carries != before.carries:
            since_ms = before.since_ms if activity is before.activity else at_ms
            self.now[agent] = replace(before, activity=activity, since_ms=since_ms, carries=carries)
        weights = self.weights.get(agent, {})
        in_work = [*(lease.medium for lease in leases if lease.activity is not Activity.OFFERED), *works]
        spell = AgentSpell(
            agent=agent,
            from_ms=at_ms,
            to_ms=at_ms,
            presence=before.presence,
            reason=before.reason,
            activity=activity,
            leases=tuple((medium, carries.count(medium)) for medium in dict.fromkeys(carries)),
            in_work=len(in_work),
            load_percent=sum(weights.get(medium, 0) for medium in in_work),
        )
        return self._next_spell(spell)

    def _next_spell(self, spell: AgentSpell) -> list[Counted]:
        before = self.open_spells.get(spell.agent)
        if before is not None and _what(before) == _what(spell):
            return []
        self.open_spells[spell.agent] = spell
        return [] if before is None else _ended(before, spell.from_ms)


def _what(spell: AgentSpell) -> tuple[object, ...]:
    """Everything but whose and when."""
    return (spell.presence, spell.reason, spell.activity, spell.leases, spell.in_work, spell.load_percent)


def _ended(spell: AgentSpell, at_ms: int) -> list[Counted]:
    return [replace(spell, to_ms=at_ms)] if at_ms > spell.from_ms else []


def _activity(presence: Presence, leases: Iterable[Lease], has_work: bool) -> Activity:
    """Work that was not offered counts as talking: nobody tells us of a wrap-up of it."""
    held = {lease.activity for lease in leases} | ({Activity.TALKING} if has_work else set())
    for activity in (Activity.TALKING, Activity.WRAP_UP, Activity.OFFERED):
        if activity in held:
            return activity
    return Activity(presence.value)


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
_FOLD: Final[dict[type[Fact], Callable[[Agents, Any, int, int], Iterable[Counted]]]] = {
    facts.RoutingDefined: Agents._defined,
    facts.PresenceChanged: Agents._presence,
    facts.DesktopConnected: Agents._desktop,
    facts.DesktopDisconnected: Agents._desktop,
    facts.PhoneBecameReachable: Agents._phone,
    facts.PhoneBecameUnreachable: Agents._phone,
    facts.OfferMade: Agents._offered,
    facts.OfferAccepted: Agents._offer_ended,
    facts.OfferDeclined: Agents._offer_ended,
    facts.OfferExpired: Agents._offer_ended,
    facts.OfferFailed: Agents._offer_ended,
    facts.OfferWithdrawn: Agents._offer_ended,
    facts.HandlingStarted: Agents._started,
    facts.WorkStarted: Agents._work_started,
    facts.WorkEnded: Agents._work_ended,
    facts.WrapUpStarted: Agents._wrapping_up,
    facts.WrapUpCompleted: Agents._completed,
    facts.InteractionClosed: Agents._closed,
}
