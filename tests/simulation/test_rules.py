"""Rules of routing and laws of service that scenarios can say, against exact values or days worked out by hand."""

import math

import pytest

from history.core import routing as facts
from history.core.entries import Fact
from router.simulation.day import Day
from router.simulation.intervals import Estimate
from router.simulation.reading import parse
from router.simulation.replications import simulate
from router.simulation.world import OPENS_MS
from tests.simulation.counting import Counting
from tests.simulation.exact import ErlangC


def offers(text: str) -> list[tuple[float, str, str]]:
    """Play one day and return its offers: seconds after opening, interaction, agent."""
    found: list[tuple[float, str, str]] = []

    def take(at_ms: int, fact: Fact) -> None:
        if isinstance(fact, facts.OfferMade):
            found.append(((at_ms - OPENS_MS) / 1000, fact.interaction, fact.agent))

    Day(parse(text), 1, take).run()
    return found


def by_hand(instants_s: str, how: str, groups: str, service_s: int = 100) -> str:
    return f"""
name = "By hand"
period_min = 60

[[types]]
id = "calls"
arrivals = {{ instants_s = {instants_s} }}
service = {{ law = "deterministic", mean_s = {service_s} }}
{how}
{groups}
"""


TWO_GROUPS = '[[groups]]\nid = "a"\nagents = 1\n[[groups]]\nid = "b"\nagents = 1\n'


def test_a_group_of_the_second_rank_is_asked_when_the_first_is_busy() -> None:
    routes = 'routes = [{ group = "a", rank = 2 }, { group = "b" }]'
    assert offers(by_hand("[10, 11]", routes, TWO_GROUPS)) == [
        (10, "v-s1-1", "b.001"),
        (11, "v-s1-2", "a.001"),
    ]


def test_a_group_may_come_in_after_a_delay() -> None:
    routes = 'routes = [{ group = "a" }, { group = "b", after_s = 20 }]'
    assert offers(by_hand("[10, 11]", routes, TWO_GROUPS)) == [
        (10, "v-s1-1", "a.001"),
        (31, "v-s1-2", "b.001"),
    ]


def test_what_is_needed_relaxes_step_by_step() -> None:
    groups = (
        '[[groups]]\nid = "a"\nagents = 1\nskills = { french = 5 }\n'
        '[[groups]]\nid = "b"\nagents = 1\nskills = { french = 2 }\n'
        '[[groups]]\nid = "c"\nagents = 1\n'
    )
    needs = (
        'needs = "french >= 3"\n'
        'relax = [{ after_s = 15, lower = { french = 2 } }, { after_s = 30, widen = "team:c" }]\nchoice = "best_skill"'
    )
    assert offers(by_hand("[10, 11, 12]", needs, groups)) == [
        (10, "v-s1-1", "a.001"),
        (26, "v-s1-2", "b.001"),
        (57, "v-s1-3", "c.001"),
    ]


def test_an_agent_of_ones_own_is_waited_for() -> None:
    """One of two is busy: whoever prefers that one waits for twelve seconds, then anybody will do."""
    how = 'routes = [{ group = "a" }]\npreferred = { probability = 1, wait_s = 12 }'
    waits = set()
    for seed in range(12):
        found: list[tuple[float, str]] = []
        day = Day(
            parse(by_hand("[10, 11]", how, '[[groups]]\nid = "a"\nagents = 2\n')),
            seed,
            lambda at_ms, fact, found=found: (  # type: ignore[misc]  # a default keeps this day's own list
                found.append(((at_ms - OPENS_MS) / 1000, fact.agent)) if isinstance(fact, facts.OfferMade) else None
            ),
        )
        day.run()
        assert found[0][0] == 10
        waits.add(found[1][0])
    assert waits == {11, 23}


def test_who_comes_again_has_their_old_place_back() -> None:
    """The second leaves at 40 and is back at 50, when the third has waited since 30: without the old place they wait
    for the third."""
    how = (
        'routes = [{ group = "a" }]\npatience = { law = "empirical", values_s = [30] }\n'
        'retrial = { delay = { law = "deterministic", mean_s = 10 }, after_abandon = 1 }'
    )
    group = '[[groups]]\nid = "a"\nagents = 1\n'
    plain = offers(by_hand("[5, 10, 30]", how, group, service_s=47))
    kept = offers(by_hand("[5, 10, 30]", how + "\nagain_s = 60", group, service_s=47))
    assert plain[:2] == [(5, "v-s1-1", "a.001"), (52, "v-s1-3", "a.001")]
    assert kept[:2] == [(5, "v-s1-1", "a.001"), (52, "v-s1-4", "a.001")]


@pytest.mark.parametrize(("mode", "done"), [("mandatory", 130), ("timed", 125), ("none", 110)])
def test_wrap_up_ends_as_its_queue_says(mode: str, done: float) -> None:
    how = (
        f'routes = [{{ group = "a" }}]\nwrap_up = {{ law = "deterministic", mean_s = 20 }}\n'
        f'wrap_up_mode = "{mode}"\nwrap_up_max_s = 15'
    )
    ended = []
    Day(
        parse(by_hand("[10]", how, '[[groups]]\nid = "a"\nagents = 1\n')),
        1,
        lambda at_ms, fact: ended.append(at_ms - OPENS_MS) if isinstance(fact, facts.WrapUpCompleted) else None,
    ).run()
    assert ended == [done * 1000]


def test_a_timed_wrap_up_is_extended_and_a_forgotten_one_is_closed() -> None:
    def ended(how: str, habits: str) -> list[float]:
        found = []
        Day(
            parse(by_hand("[10]", how, f'[[groups]]\nid = "a"\nagents = 1\n{habits}')),
            1,
            lambda at_ms, fact: (
                found.append((at_ms - OPENS_MS) / 1000) if isinstance(fact, facts.WrapUpCompleted) else None
            ),
        ).run()
        return found

    how = (
        'routes = [{ group = "a" }]\nwrap_up = { law = "deterministic", mean_s = 32 }\n'
        'wrap_up_mode = "timed"\nwrap_up_max_s = 15\nextension_s = 10\nextensions_max = 2'
    )
    assert ended(how, "") == [142]
    assert ended(how.replace("mean_s = 32", "mean_s = 60"), "") == [145]
    assert ended('routes = [{ group = "a" }]', "habits = { forgets = 1 }") == [290]


def agrees(found: Estimate, exact: float, sharp: float) -> None:
    assert found.half_99 is not None
    assert found.half_99 <= sharp, f"the interval {found} says too little"
    assert found.holds(exact), f"{found} misses {exact}"


def single_server(arrivals: str, service: str, hours: float) -> str:
    return f"""
name = "One server"
period_h = {hours * 1.05}
warm_up_h = {hours * 0.05}
batches = 20
closing = "cut"
types = [{{ id = "calls", arrivals = {arrivals}, service = {service}, routes = [{{ group = "g" }}] }}]
groups = [{{ id = "g", agents = 1 }}]
"""


@pytest.mark.parametrize(
    ("service", "spread"),
    [
        ('{ law = "deterministic", mean_s = 60 }', 0.0),
        ('{ law = "erlang", mean_s = 60, phases = 4 }', 0.25),
        ('{ law = "gamma", mean_s = 60, shape = 2 }', 0.5),
        ('{ law = "lognormal", mean_s = 60, sd_s = 72 }', 1.44),
    ],
)
def test_one_server_with_any_service_law(service: str, spread: float) -> None:
    """Pollaczek and Khinchine: the mean wait depends on the squared coefficient of variation alone."""
    load = 0.6
    exact = load * 60 * (1 + spread) / (2 * (1 - load))
    text = single_server(f"{{ per_h = {load * 60} }}", service, 20_000 / (load * 60))
    agrees(simulate(parse(text), 1, Counting).estimates()["wait_s/all"], exact, exact / 4)


def test_one_server_with_regular_arrivals() -> None:
    """D/M/1: the share that waits is the root of s = exp(-(1 - s) / load)."""
    load, share = 0.7, 0.5
    for _ in range(200):
        share = math.exp(-(1 - share) / load)
    text = single_server(
        f'{{ between = {{ law = "deterministic", mean_s = {60 / load} }} }}',
        '{ law = "exp", mean_s = 60 }',
        20_000 / (load * 60),
    )
    found = simulate(parse(text), 2, Counting).estimates()
    agrees(found["p_wait/all"], share, 0.05)
    agrees(found["wait_s/all"], 60 * share / (1 - share), 10)


def test_agents_with_three_chats_each() -> None:
    """Four agents with three chats each are twelve servers."""
    exact = ErlangC(200, 12)
    text = """
name = "Chats"
period_h = 105
warm_up_h = 5
batches = 20
closing = "cut"

[[types]]
id = "chats"
medium = "chat"
arrivals = { per_h = 200 }
service = { law = "exp", mean_s = 180 }
routes = [{ group = "g" }]

[[groups]]
id = "g"
agents = 4
capacity = { chat = { weight = 30, limit = 3 } }
"""
    found = simulate(parse(text), 1, Counting).estimates()
    agrees(found["p_wait/all"], exact.p_wait, 0.1)
    agrees(found["wait_s/all"], exact.wait_s, exact.wait_s)


def test_strict_priority() -> None:
    """Cobham: with n servers and equal service the k-th class waits W0 / ((1 - s(k-1)) (1 - s(k)))."""
    exact = ErlangC(200, 12)
    first = exact.p_wait * 180 / 12
    load = exact.load / 12
    waits = (first / (1 - load / 2), first / ((1 - load / 2) * (1 - load)))
    text = """
name = "Priority"
period_h = 126
warm_up_h = 6
batches = 20
closing = "cut"
groups = [{ id = "g", agents = 12 }]
"""
    for name, target_s in (("gold", 0), ("plain", 1_000_000)):
        text += f"""
[[types]]
id = "{name}"
arrivals = {{ per_h = 100 }}
service = {{ law = "exp", mean_s = 180 }}
routes = [{{ group = "g" }}]
target_s = {target_s}
"""
    found = simulate(parse(text), 1, Counting).estimates()
    agrees(found["wait_s/gold"], waits[0], 3)
    agrees(found["wait_s/plain"], waits[1], waits[1] / 2)
