"""How much may be dialled: outside calls at once, in an hour, and at night, as pure functions of what was counted.

Fraud pumps calls fast, many at once and at night, when nobody looks; a cap turns a stolen password into a small bill.
Whoever places the calls does the counting and hands it in.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from channels.core.dial_refusals import WhyNot
from history.core.routing_settings import OpenInterval
from history.core.vocabulary import TeamId


@dataclass(frozen=True, slots=True)
class Cap:
    """None: no bound."""

    at_once: int | None = None
    an_hour: int | None = None
    """Outside calls begun within the last 60 minutes, this one included."""
    night_min: int | None = None
    """Minutes of outside calls since the working hours have ended."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was counted before this call."""

    at_once: int = 0
    in_hour: int = 0
    night_min: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the agent, of each of their teams, and of the whole center. A team that is not in it has used nothing."""

    agent: Used = Used()
    teams: Mapping[TeamId, Used] = field(default_factory=dict)
    center: Used = Used()


@dataclass(frozen=True, slots=True)
class Caps:
    agent: Cap = Cap()
    teams: Mapping[TeamId, Cap] = field(default_factory=dict)
    center: Cap = Cap()
    working: tuple[OpenInterval, ...] | None = None
    """When it is not night (UTC ms): in order, never overlapping. None: it is never night."""
    night_abroad: bool = False
    """Whether other countries may be dialled at night."""


def over_cap(caps: Caps, usage: Usage, teams: Iterable[TeamId], *, abroad: bool, now_ms: int) -> WhyNot | None:
    """Why one more outside call is too many, or None."""
    night = is_night(caps, now_ms)
    if night and abroad and not caps.night_abroad:
        return WhyNot.AT_NIGHT
    for cap, used in _pairs(caps, usage, teams):
        if cap.at_once is not None and used.at_once >= cap.at_once:
            return WhyNot.AT_ONCE
        if cap.an_hour is not None and used.in_hour >= cap.an_hour:
            return WhyNot.AN_HOUR
        if night and cap.night_min is not None and used.night_min >= cap.night_min:
            return WhyNot.MINUTES_AT_NIGHT
    return None


def is_night(caps: Caps, now_ms: int) -> bool:
    """Past the last instant that is known of, it is night."""
    if caps.working is None:
        return False
    at = bisect_right(caps.working, now_ms, key=lambda each: each.from_ms) - 1
    return at < 0 or now_ms >= caps.working[at].until_ms


def _pairs(caps: Caps, usage: Usage, teams: Iterable[TeamId]) -> Iterator[tuple[Cap, Used]]:
    yield caps.agent, usage.agent
    for team in teams:
        if team in caps.teams:
            yield caps.teams[team], usage.teams.get(team, Used())
    yield caps.center, usage.center
