"""A center drawn from a seed, for days with faults: at least 20 agents, three media, two hours.

Its people are late, silent, hang up, decline, miss and take breaks; its queues use every rule that the engine has.
"""

from random import Random
from typing import Any

from history.core.vocabulary import AgentChoice, LentWhen, Medium, Takes, WrapUp
from router.simulation.laws import Deterministic, Exponential, Gamma, Lognormal
from router.simulation.scenario import (
    Arrivals,
    Capacity,
    CustomerType,
    Floor,
    Group,
    Habits,
    Leaves,
    LeavesWhen,
    Lending,
    Preferred,
    Relaxation,
    Reserve,
    Retrial,
    Route,
    Scenario,
    TimeShare,
)
from router.simulation.streams import Streams

DRAWN = "drawn"
"""Stands for a scenario's file where the seed draws the center too."""
LEADS_TO = {"sales": "service", "chat": "advice"}
GROUPS = ("first", "second", "third")
NEEDS = ("sells >= 3", "repairs", "sells 2..7 or repairs >= 4", "sells >= 2 and not trainee", "repairs and not trainee")
"""The first group meets each of them."""


def drawn_center(seed: int) -> Scenario:
    """Return the center of this seed with its people."""
    chance = Streams(seed).of("center")
    groups = tuple(_group(chance, name) for name in GROUPS)
    types = tuple(
        _type(chance, name, medium, per_h, service_s, patience_s, target_s)
        for name, medium, per_h, service_s, patience_s, target_s in (
            ("sales", Medium.VOICE, 38, 330, 150, 20),
            ("service", Medium.VOICE, 30, 380, 240, 40),
            ("chat", Medium.CHAT, 26, 550, 300, 30),
            ("advice", Medium.CHAT, 15, 620, 400, 60),
            ("mail", Medium.MAIL, 34, 480, None, 600),
        )
    )
    return Scenario(
        name=f"{DRAWN} by {seed}",
        periods=2,
        period_min=60,
        types=types,
        groups=groups,
        reserves=_reserves(chance),
        lending=_lending(chance),
        shares=_shares(chance),
        floors=_floors(chance),
    )


def _shares(chance: Random) -> tuple[TimeShare, ...]:
    if chance.random() < 0.6:
        return ()
    agents = chance.choice(("anyone", "team:first"))
    return (TimeShare(id="time", agents=agents, queues={"sales": 50, "chat": 20, "mail": 30}),)


def _floors(chance: Random) -> tuple[Floor, ...]:
    if chance.random() < 0.6:
        return ()
    agents = chance.choice(("anyone", "team:second"))
    return (Floor(id="letters", agents=agents, queues=("mail",), agents_min=chance.choice((1, 3))),)


def _reserves(chance: Random) -> tuple[Reserve, ...]:
    if chance.random() < 0.4:
        return ()
    kept_for = chance.choice((("sales",), ("sales", "service"), ("chat", "advice", "sales")))
    agents = chance.choice(("team:first", "team:second or team:third", "anyone"))
    return (Reserve(id="calm", agents=agents, queues=kept_for, keep=chance.choice((1, 2, 3))),)


def _lending(chance: Random) -> tuple[Lending, ...]:
    """Two queues that are helped now and then, by wait and by service level."""
    if chance.random() < 0.3:
        return ()
    waits = Lending(
        id="waits",
        agents=chance.choice(("team:third", "anyone")),
        to=chance.choice(("service", "chat")),
        when=LentWhen.LONGEST_WAIT,
        above_s=chance.choice((10, 30, 60)),
        back_s=chance.choice((0, 5)),
        stay_min=chance.choice((1, 2, 15)),
        agents_max=chance.choice((1, 3, 6)),
        only=chance.random() < 0.5,
    )
    level = Lending(
        id="level",
        agents=chance.choice(("team:second", "anyone")),
        to="sales",
        when=LentWhen.SERVICE_LEVEL,
        below_percent=chance.choice((50, 80)),
        back_percent=chance.choice((81, 90)),
        window_min=chance.choice((2, 10)),
        stay_min=chance.choice((1, 3)),
        agents_max=2,
        only=chance.random() < 0.5,
    )
    return (waits, level)


def _group(chance: Random, name: str) -> Group:
    first = name == GROUPS[0]
    skills = {"sells": chance.randint(3, 7) if first else chance.randint(1, 10), "repairs": chance.randint(4, 6)}
    if not first and chance.random() < 0.5:
        skills["trainee"] = 1
    if not first and chance.random() < 0.4:
        del skills["repairs"]
    begins = chance.randint(7, 8)
    return Group(
        id=name,
        agents=(begins, max(7, begins + chance.randint(-1, 1))),
        skills=skills,
        takes=chance.choice(tuple(Takes)),
        speed=chance.choice((0.8, 1.0, 1.25)),
        pop=Gamma(mean_s=chance.choice((0.1, 0.2, 0.4)), shape=2),
        answer=Lognormal(mean_s=chance.choice((3, 5, 9)), sd_s=4),
        wrap_up=Exponential(mean_s=chance.choice((5, 20, 40))),
        capacity={
            Medium.VOICE: Capacity(weight=100, limit=1),
            Medium.CHAT: Capacity(weight=chance.choice((30, 50)), limit=chance.choice((1, 2, 3))),
            Medium.MAIL: Capacity(weight=40, limit=chance.choice((1, 2)), interruptible=chance.random() < 0.7),
        },
        habits=Habits(
            misses=0.04,
            declines=0.06,
            hangs_up=0.3,
            loses_leg=0.02,
            forgets=0.02,
            between_breaks=Exponential(mean_min=40),
            break_length=Exponential(mean_min=6),
        ),
    )


def _type(
    chance: Random,
    name: str,
    medium: Medium,
    per_h: float,
    service_s: float,
    patience_s: float | None,
    target_s: int,
) -> CustomerType:
    return CustomerType(
        id=name,
        medium=medium,
        arrivals=Arrivals(per_h=(per_h * chance.uniform(0.5, 1.0), per_h * chance.uniform(1.0, 2.2))),
        patience=None if patience_s is None else Exponential(mean_s=patience_s),
        service=chance.choice((Exponential(mean_s=service_s), Gamma(mean_s=service_s, shape=3))),
        retrial=Retrial(delay=Deterministic(mean_min=3), after_abandon=0.3) if medium is Medium.VOICE else None,
        again_s=600 if chance.random() < 0.7 else 0,
        choice=chance.choice((None, *AgentChoice)),
        weights={"sells": chance.randint(1, 10), "repairs": chance.randint(1, 10)},
        target_s=target_s,
        priority=chance.choice((0, 0, 2, -1)),
        age_percent=chance.choice((100, 200, 500)),
        age_max_s=900,
        preferred=Preferred(probability=0.2, wait_s=15) if chance.random() < 0.5 else None,
        misses_max=chance.choice((1, 2)),
        wrap_up_mode=chance.choice((WrapUp.MANDATORY, *WrapUp)),
        wrap_up_max_s=30,
        extension_s=15,
        extensions_max=2,
        **_ways_out(chance, name, medium),
        **_whom(chance),
    )


def _ways_out(chance: Random, name: str, medium: Medium) -> dict[str, Any]:
    """Hours that end before the day does, and rules; one queue of each live medium leads to the other, never back."""
    if medium is Medium.MAIL:
        return {}
    found: dict[str, Any] = {"emergency": chance.random() < 0.5}
    rules = []
    if chance.random() < 0.4:
        begins = chance.randint(0, 20)
        ends = begins + chance.randint(20, 60)
        found["open_min"] = ((begins, ends), (ends + chance.randint(5, 15), 115))
        found["closing_s"] = chance.choice((None, 0, 30))
        rules.append(Leaves(when=LeavesWhen.CLOSED))
    to = LEADS_TO.get(name) if chance.random() < 0.7 else None
    if chance.random() < 0.5:
        rules.append(Leaves(when=LeavesWhen.LENGTH, to=to, length=chance.randint(2, 5)))
    if to is not None and chance.random() < 0.5:
        rules.append(Leaves(when=LeavesWhen.EXPECTED_WAIT, to=to, wait_s=chance.choice((60, 240))))
    if to is not None and chance.random() < 0.6:
        rules.append(Leaves(when=LeavesWhen.WAITED, to=to, after_s=chance.choice((40, 120))))
    if to is not None and chance.random() < 0.4:
        rules.append(Leaves(when=LeavesWhen.NOBODY_READY, to=to, after_s=chance.choice((0, 30))))
    return {**found, "leaves": tuple(rules)}


def _whom(chance: Random) -> dict[str, Any]:
    """Either the groups by name, some of them later, or what is needed, less and less of it."""
    if chance.random() < 0.5:
        served_by = chance.sample(GROUPS, chance.choice((2, 3)))
        routes = [
            Route(group=group, rank=chance.choice((1, 2)), after_s=chance.choice((0, 0, 25)) if place else 0)
            for place, group in enumerate(served_by)
        ]
        return {"routes": tuple(routes)}
    steps = (
        Relaxation(after_s=15, lower={"sells": 1, "repairs": 1}),
        Relaxation(after_s=20, drop=("trainee",)),
        Relaxation(after_s=20, widen=f"team:{chance.choice(GROUPS)}"),
        Relaxation(after_s=30, widen="anyone"),
    )
    return {"needs": chance.choice(NEEDS), "relax": steps[: chance.randint(0, len(steps))]}
