"""Opening hours at which nobody works who could serve the queue, in a normal week: one without holidays."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.check_words import takes
from config.definition import Definition
from config.definition_leaving import When
from config.definition_routing import Queue
from config.hours import DAY_MIN, MINUTE_MS, WEEKDAYS, Plan, expanded, united, without
from config.translating import agent_settings, queue_settings
from history.core.routing_settings import AgentSettings, OpenInterval
from history.core.vocabulary import Requirement
from router.core.requirements import is_met, parse
from router.core.steps import steps
from router.errors import BadRequirement

NORMAL_WEEKS = (datetime.date(2026, 1, 12), datetime.date(2026, 7, 13))
"""Mondays of two weeks in which clocks are not changed: one of winter and one of summer time, since queues and teams
may have zones that lie further apart in one of them."""
LEAD_ON = (When.WAITED, When.NOBODY_READY, When.NOBODY_SIGNED_IN)
"""Rules of overflow by which work that nobody here could serve comes to those who can."""

Times = tuple[OpenInterval, ...]

ALWAYS = OpenInterval(0, 2**53)


def staffing_problems(definition: Definition, plans: Mapping[str, Plan]) -> Iterator[str]:
    """One sentence for each queue with hours that is open when no agent works who meets its last step, neither there
    nor where its overflow leads. An agent works in the hours of any of their teams, and always if none of these has
    hours. Queues that nobody can serve at any time are told elsewhere. `plans` has the hours that can be read."""
    if not any(team.hours in plans for team in definition.teams):
        return
    agents = _agents(definition, plans)
    weeks: dict[int, _Week] = {}
    for queue in definition.queues:
        asked = _asked_last(queue)
        if queue.hours is None or queue.hours not in plans or asked is None:
            continue
        zone = plans[queue.hours].zone
        found: list[OpenInterval] = []
        for monday in NORMAL_WEEKS:
            begin = datetime.datetime.combine(monday, datetime.time.min, tzinfo=zone)
            begin_ms = round(begin.timestamp()) * 1000
            if begin_ms not in weeks:
                weeks[begin_ms] = _Week(definition, plans, agents, begin_ms)
            found += weeks[begin_ms].unserved(queue)
        if gaps := [text for gap in united(found) for text in _days_and_times(gap)]:
            yield (
                f"queues, {queue.id!r}, hours: {' and '.join(gaps)} nobody works who could serve it ('{asked}'); "
                "let somebody work then, or close it."
            )


@dataclass(frozen=True, slots=True)
class _Agent:
    settings: AgentSettings
    hours: frozenset[str]
    """Those of all their teams; none: always there."""


@dataclass(frozen=True, slots=True)
class _Week:
    """Seven times 24 hours, and what was found out about them already."""

    definition: Definition
    plans: Mapping[str, Plan]
    agents: Sequence[_Agent]
    begin_ms: int
    opens: dict[str, Times] = field(default_factory=dict)
    served: dict[str, Times] = field(default_factory=dict)

    def unserved(self, queue: Queue) -> Times:
        """When it is open and nobody works who could serve it, in ms from the beginning of the week."""
        if not self._able(queue):
            return ()
        gaps = without(self._open(queue.hours), self._served(queue))
        return tuple(OpenInterval(gap.from_ms - self.begin_ms, gap.until_ms - self.begin_ms) for gap in gaps)

    def _open(self, hours: str | None) -> Times:
        if hours is None or hours not in self.plans:
            return (ALWAYS,)
        if hours not in self.opens:
            planned = self.plans[hours]
            self.opens[hours] = expanded(Plan(planned.zone, planned.week), self.begin_ms, 7)
        return self.opens[hours]

    def _able(self, queue: Queue) -> list[_Agent]:
        asked = _asked_last(queue)
        if asked is None:
            return []
        met = parse(asked)
        return [each for each in self.agents if takes(each.settings, queue.medium) and is_met(met, each.settings)]

    def _served(self, queue: Queue) -> Times:
        """When somebody works who could serve it, there or where it leads while that is open."""
        if queue.id in self.served:
            return self.served[queue.id]
        self.served[queue.id] = ()  # a circle of overflow, which is told elsewhere, ends here
        able = self._able(queue)
        at_work = {hours for agent in able for hours in agent.hours}
        times = [ALWAYS] if any(not agent.hours for agent in able) else []
        times += [each for hours in at_work for each in self._open(hours)]
        rules = [rule for rule in queue.overflow if rule.when in LEAD_ON]
        times += [ALWAYS for rule in rules if rule.destination is not None]
        leads = {rule.to for rule in rules}
        for to in self.definition.queues:
            if to.id in leads:
                there = self._served(to)
                times += without(there, without(there, self._open(to.hours)))
        self.served[queue.id] = united(times)
        return self.served[queue.id]


def _agents(definition: Definition, plans: Mapping[str, Plan]) -> list[_Agent]:
    of_team = {team.id: team.hours for team in definition.teams if team.hours in plans}
    return [
        _Agent(
            settings=agent_settings(definition, user),
            hours=frozenset(hours for team in user.teams if (hours := of_team.get(team)) is not None),
        )
        for user in definition.users
        if user.is_agent
    ]


def _asked_last(queue: Queue) -> Requirement | None:
    """What the last step asks; none, if that cannot be read."""
    try:
        settings = queue_settings(queue)
        asked = steps(settings.requirement, settings.relaxation, (), ())[-1].requirement
        parse(asked)
    except BadRequirement:
        return None
    return asked


def _days_and_times(gap: OpenInterval) -> Iterator[str]:
    """A stretch of the week (ms from its beginning), day by day: `on saturday from 08:00 to 12:00`."""
    from_min, until_min = gap.from_ms // MINUTE_MS, gap.until_ms // MINUTE_MS
    while from_min < until_min:
        number = from_min // DAY_MIN
        end_min = min(until_min, (number + 1) * DAY_MIN)
        begins, ends = (minute - number * DAY_MIN for minute in (from_min, end_min))
        yield f"on {WEEKDAYS[number]} from {_clock(begins)} to {_clock(ends)}"
        from_min = end_min


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
