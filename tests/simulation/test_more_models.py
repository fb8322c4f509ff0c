"""Models of the literature that the scenario language was not made for, each met by its exact solution.

Loss systems and their insensitivity (Erlang B), overflow to a common group, impatience of any law (Baccelli and
Hebuterne; Zeltyn and Mandelbaum), balking by length, retrials (Falin and Templeton), renewal arrivals, blending with a
threshold (Bhulai and Koole), several types and groups solved as Markov chains. Lengths are in units of 100 s.
"""

import math
from collections.abc import Callable
from operator import itemgetter

import pytest

from router.simulation.intervals import weighted
from router.simulation.reading import parse
from router.simulation.replications import Result, simulate
from tests.simulation.counting import Counting
from tests.simulation.exact import AnyPatience, ErlangA, State, erlang_b, mean_of, steady_state

UNIT_S = 100.0


def day(hours: float, *parts: str) -> str:
    """One long day; its first twentieth is warm-up."""
    head = f'name = "A model"\nperiod_h = {hours * 1.05}\nwarm_up_h = {hours * 0.05}\nbatches = 20\nclosing = "cut"\n'
    return head + "".join(parts)


def customers(name: str, per_h: float, service: str, routes: str = '{ group = "g" }', more: str = "") -> str:
    return f"""
[[types]]
id = "{name}"
arrivals = {{ per_h = {per_h} }}
{service}
routes = [{routes}]
{more}
"""


def exponential(mean_s: float, key: str = "service") -> str:
    return f'{key} = {{ law = "exp", mean_s = {mean_s} }}'


def group(name: str, agents: int, more: str = "") -> str:
    return f'\n[[groups]]\nid = "{name}"\nagents = {agents}\n{more}\n'


def room(names: str, how: str) -> str:
    return f"\n[[rooms]]\ntypes = [{names}]\n{how}\n"


def played(text: str, seed: int = 1) -> Result:
    return simulate(parse(text), seed, Counting)


def agrees(found: Result, name: str, exact: float, sharp: float) -> None:
    """The exact value lies in the 99 % interval, and the interval is narrow enough to say something."""
    estimate = found.estimates()[name]
    assert estimate.half_99 is not None
    assert estimate.half_99 <= sharp, f"the interval {estimate} of {name} says too little"
    assert estimate.holds(exact), f"{estimate} of {name} misses {exact}"


def share_agrees(found: Result, part: str, type_: str, exact: float, sharp: float) -> None:
    """So many of a type's first arrivals, such as those that were blocked."""
    whole = [each or 0.0 for each in found.samples[f"arrived/{type_}"]]
    shares = [(each or 0.0) / all_ for each, all_ in zip(found.samples[f"{part}/{type_}"], whole, strict=True)]
    estimate = weighted(shares, whole)
    assert estimate.half_99 is not None
    assert estimate.half_99 <= sharp, f"the interval {estimate} of {part} says too little"
    assert estimate.holds(exact), f"{estimate} of {part} misses {exact}"


# ---- losses


@pytest.mark.parametrize(
    "law",
    [
        '{ law = "exp", mean_s = 180 }',
        '{ law = "deterministic", mean_s = 180 }',
        '{ law = "lognormal", mean_s = 180, sd_s = 250 }',
        '{ law = "mixture", parts = [{ weight = 9, of = { law = "exp", mean_s = 100 } }, '
        '{ weight = 1, of = { law = "exp", mean_s = 900 } }] }',
    ],
    ids=["exponential", "deterministic", "lognormal", "hyperexponential"],
)
def test_a_loss_system_knows_the_mean_of_service_alone(law: str) -> None:
    blocked = erlang_b(10, 8.0)
    text = day(90, customers("calls", 160, f"service = {law}"), group("g", 10), room('"calls"', "places = 0"))
    found = played(text)
    share_agrees(found, "blocked", "calls", blocked, 0.025)
    agrees(found, "mean_busy/g", 8.0 * (1 - blocked), 0.3)


def test_places_of_chats_are_lost_when_all_are_taken() -> None:
    """Four agents with three chats each: somebody who has one or two has room for another."""
    chats = customers("chats", 160, exponential(180), more='medium = "chat"')
    four = group("g", 4, "capacity = { chat = { weight = 30, limit = 3 } }")
    found = played(day(90, chats, four, room('"chats"', "places = 0")))
    share_agrees(found, "blocked", "chats", erlang_b(12, 8.0), 0.015)


def test_a_phone_that_rings_takes_no_waiting_place_of_others() -> None:
    """Ten agents whose phones ring for ten seconds are ten servers, of whom each customer takes as much longer."""
    ten = group("g", 10, 'answer = { law = "deterministic", mean_s = 10 }')
    found = played(day(90, customers("calls", 160, exponential(170)), ten, room('"calls"', "places = 0")))
    share_agrees(found, "blocked", "calls", erlang_b(10, 8.0), 0.02)


def test_lines_are_taken_by_who_talks_and_who_waits() -> None:
    """Two types, each with an agent of its own, on four lines in all: M/M/1 twice with a common limit."""
    rates = (0.8, 0.6)

    def moves(state: State) -> list[tuple[float, State]]:
        a, b = state
        come = [(rates[0], (a + 1, b)), (rates[1], (a, b + 1))] if a + b < 4 else []
        return [*come, (float(a > 0), (max(0, a - 1), b)), (float(b > 0), (a, max(0, b - 1)))]

    states = steady_state((0, 0), moves)
    full = mean_of(states, lambda state: float(sum(state) == 4))
    parts = [
        part
        for name, rate in (("a", rates[0]), ("b", rates[1]))
        for part in (
            customers(name, rate * 36, exponential(UNIT_S), f'{{ group = "g{name}" }}'),
            group(f"g{name}", 1),
        )
    ]
    found = played(day(250, *parts, room('"a", "b"', "lines = 4")))
    for name, index in (("a", 0), ("b", 1)):
        share_agrees(found, "blocked", name, full, 0.03)
        agrees(found, f"mean_busy/g{name}", mean_of(states, is_busy(index)), 0.06)


def test_what_two_groups_lose_comes_to_a_third() -> None:
    """Overflow of two streams to a common group: what overflows is no Poisson stream (Wilkinson)."""
    rates, own, common = (2.0, 3.0), (2, 3), 2

    def moves(state: State) -> list[tuple[float, State]]:
        found: list[tuple[float, State]] = []
        for each in (0, 1):
            to = each if state[each] < own[each] else 2
            if to != 2 or state[2] < common:
                found.append((rates[each], _with(state, to, 1)))
        return found + [(float(state[each]), _with(state, each, -1)) for each in range(3) if state[each]]

    def is_lost(each: int) -> Callable[[State], float]:
        return lambda state: float(state[each] == own[each] and state[2] == common)

    states = steady_state((0, 0, 0), moves)
    parts = [group("common", common)]
    for each, name in enumerate("ab"):
        routes = f'{{ group = "g{name}" }}, {{ group = "common", rank = 2 }}'
        parts += [customers(name, rates[each] * 36, exponential(UNIT_S), routes), group(f"g{name}", own[each])]
        parts += [room(f'"{name}"', "places = 0")]
    found = played(day(80, *parts))
    for each, name in enumerate("ab"):
        lost = mean_of(states, is_lost(each))
        share_agrees(found, "blocked", name, lost, 0.03)
    agrees(found, "mean_busy/common", mean_of(states, lambda state: state[2]), 0.06)


def is_busy(place: int) -> Callable[[State], float]:
    """Whether somebody is at this place of the state."""
    return lambda state: float(state[place] > 0)


def _with(state: State, place: int, step: int) -> State:
    return (*state[:place], state[place] + step, *state[place + 1 :])


# ---- impatience, balking, coming again


@pytest.mark.parametrize(
    ("law", "staying"),
    [
        ('{ law = "deterministic", mean_s = 60 }', lambda t: float(t < 60)),
        ('{ law = "uniform", from_s = 0, to_s = 120 }', lambda t: max(0.0, 1 - t / 120)),
        ('{ law = "weibull", shape = 0.7, scale_s = 60 }', lambda t: math.exp(-((t / 60) ** 0.7))),
        (
            '{ law = "mixture", parts = [{ weight = 1, of = { law = "exp", mean_s = 10 } }, '
            '{ weight = 3, of = { law = "deterministic", mean_s = 90 } }] }',
            lambda t: math.exp(-t / 10) / 4 + 0.75 * (t < 90),
        ),
    ],
    ids=["deterministic", "uniform", "weibull", "two kinds of people"],
)
def test_impatience_of_any_law(law: str, staying: Callable[[float], float]) -> None:
    exact = AnyPatience(100, 5, staying)
    found = played(day(140, customers("calls", 100, exponential(180), more=f"patience = {law}"), group("g", 5)))
    agrees(found, "p_wait/all", exact.p_wait, 0.05)
    agrees(found, "abandonment/all", exact.abandonment, 0.03)
    agrees(found, "wait_s/all", exact.wait_s, 3)


def test_the_yardstick_itself_impatience_of_any_law() -> None:
    """With exponential patience it is Erlang A."""
    found, known = AnyPatience(100, 5, lambda t: math.exp(-t / 60)), ErlangA(100, 5, 60)
    assert (found.p_wait, found.abandonment, found.wait_s) == pytest.approx(
        (known.p_wait, known.abandonment, known.wait_s), rel=1e-4
    )


def test_balking_by_length_and_impatience() -> None:
    balks = (0.1, 0.3, 0.5, 0.9)

    def moves(state: State) -> list[tuple[float, State]]:
        (here,) = state
        waiting = here - 3
        comes = 2.5 * (1 - balks[min(waiting, 3)] if waiting >= 0 else 1.0)
        goes = min(here, 3) + max(0, waiting) * 0.75
        return [(comes if here < 40 else 0.0, (here + 1,)), (goes, (max(0, here - 1),))]

    states = steady_state((0,), moves)
    waiting = mean_of(states, lambda state: max(0, state[0] - 3))
    balked = mean_of(states, lambda state: balks[min(state[0] - 3, 3)] if state[0] >= 3 else 0.0)
    more = f"{exponential(UNIT_S / 0.75, 'patience')}\nbalking = {{ by_waiting = {list(balks)} }}"
    found = played(day(150, customers("calls", 90, exponential(UNIT_S), more=more), group("g", 3)))
    agrees(found, "mean_waiting/calls", waiting, 0.1)
    share_agrees(found, "balked", "calls", balked, 0.025)
    share_agrees(found, "lost_patience", "calls", 0.75 * waiting / 2.5, 0.02)


def test_who_is_blocked_tries_again() -> None:
    """M/M/1/1 with retrials at the rate v from an orbit: a load of r leaves r (l + r v) / ((1 - r) v) in it."""
    come, again = 0.5, 1 / 1.5
    orbit = come * (come + come * again) / ((1 - come) * again)
    more = 'retrial = { delay = { law = "exp", mean_s = 150 }, after_blocked = 1, tries_max = 1000000 }'
    calls = customers("calls", come * 36, exponential(UNIT_S), more=more)
    found = played(day(700, calls, group("g", 1), room('"calls"', "places = 0")))
    agrees(found, "mean_busy/g", come, 0.02)
    share_agrees(found, "came_again", "calls", again * orbit / come, 0.3)


# ---- several types and groups


def test_the_x_design_with_service_by_type_and_group() -> None:
    """Each of two agents takes their own type first, and serves the other at another speed."""
    serve = {(0, 0): 1.0, (0, 1): 0.5, (1, 0): 0.6, (1, 1): 1.2}
    leave, most = (0.5, 1.0), 16

    def moves(state: State) -> list[tuple[float, State]]:
        """State: whom each agent serves (0 nobody, 1 and 2 the types), and how many of each type wait."""
        found: list[tuple[float, State]] = []
        for type_ in (0, 1):
            free = [agent for agent in (type_, 1 - type_) if not state[agent]]
            if free:
                found.append((1.0, _with(state, free[0], type_ + 1)))
            elif state[2 + type_] < most:
                found.append((1.0, _with(state, 2 + type_, 1)))
            if state[2 + type_]:
                found.append((state[2 + type_] * leave[type_], _with(state, 2 + type_, -1)))
        for agent in (0, 1):
            if state[agent]:
                rate, freed = serve[(state[agent] - 1, agent)], _with(state, agent, -state[agent])
                next_ = [type_ for type_ in (agent, 1 - agent) if state[2 + type_]]
                taken = _with(_with(freed, agent, next_[0] + 1), 2 + next_[0], -1) if next_ else freed
                found.append((rate, taken))
        return found

    states = steady_state((0, 0, 0, 0), moves)
    parts = [group(name, 1, 'takes = "best_skill_first"') for name in ("g0", "g1")]
    for type_, name in enumerate(("a", "b")):
        laws = ", ".join(f"g{of} = {{ law = 'exp', mean_s = {UNIT_S / serve[(type_, of)]} }}" for of in (0, 1))
        routes = f'{{ group = "g{type_}" }}, {{ group = "g{1 - type_}", rank = 2 }}'
        patience = exponential(UNIT_S / leave[type_], "patience")
        parts.append(customers(name, 36, f"service_by_group = {{ {laws} }}", routes, patience))
    found = played(day(220, *parts))
    for type_, name in enumerate(("a", "b")):
        agrees(found, f"mean_waiting/{name}", mean_of(states, itemgetter(2 + type_)), 0.08)
        agrees(found, f"occupancy/g{type_}", mean_of(states, is_busy(type_)), 0.03)


def test_a_threshold_keeps_the_last_agent_for_the_first_class() -> None:
    """The V-model with a reserve: the second class is served while more than one of four is free."""
    rates, leave, most = (2.0, 1.5), (1.0, 0.8), 20

    def settled(busy: int, first: int, second: int) -> State:
        while (first and busy < 4) or (second and 4 - busy > 1):
            first, second = (first - 1, second) if first and busy < 4 else (first, second - 1)
            busy += 1
        return (busy, first, second)

    def moves(state: State) -> list[tuple[float, State]]:
        busy, first, second = state
        return [
            (rates[0] if first < most else 0.0, settled(busy, first + 1, second)),
            (rates[1] if second < most else 0.0, settled(busy, first, second + 1)),
            (float(busy), settled(max(0, busy - 1), first, second)),
            (first * leave[0], (busy, max(0, first - 1), second)),
            (second * leave[1], (busy, first, max(0, second - 1))),
        ]

    states = steady_state((0, 0, 0), moves)
    first = f"{exponential(UNIT_S / leave[0], 'patience')}\ntarget_s = 0"
    second = f"{exponential(UNIT_S / leave[1], 'patience')}\ntarget_s = 1_000_000"
    text = day(
        130,
        customers("a", rates[0] * 36, exponential(UNIT_S), more=first),
        customers("b", rates[1] * 36, exponential(UNIT_S), '{ group = "g", reserve = 1 }', second),
        group("g", 4),
    )
    found = played(text)
    agrees(found, "mean_waiting/a", mean_of(states, lambda state: state[1]), 0.05)
    agrees(found, "mean_waiting/b", mean_of(states, lambda state: state[2]), 0.1)
    agrees(found, "p_wait/a", mean_of(states, lambda state: float(state[0] == 4)), 0.04)
    agrees(found, "occupancy/g", mean_of(states, lambda state: state[0]) / 4, 0.03)


def test_blending_with_work_that_never_ends() -> None:
    """Bhulai and Koole: outbound is taken while more than two of six are free, so at least four are always busy.

    For equal service times that is M/M/6 whose number of busy agents never falls below four.
    """
    rate, weights = 2.5, [1.0]
    for busy in range(5, 300):
        weights.append(weights[-1] * rate / min(busy, 6))
    whole = math.fsum(weights)
    shares = {4 + n: weight / whole for n, weight in enumerate(weights)}
    endless = customers("letters", 0, exponential(UNIT_S), '{ group = "g", reserve = 2 }', "target_s = 100_000_000")
    endless = endless.replace("{ per_h = 0 }", f"{{ instants_s = [{', '.join(['0'] * 11_000)}] }}")
    text = day(110, customers("calls", rate * 36, exponential(UNIT_S), more="target_s = 0"), endless, group("g", 6))
    found = played(text)
    agrees(found, "p_wait/calls", math.fsum(share for busy, share in shares.items() if busy >= 6), 0.04)
    waiting = math.fsum((busy - 6) * share for busy, share in shares.items() if busy > 6)
    agrees(found, "wait_s/calls", waiting / rate * UNIT_S, 3)
    agrees(found, "mean_busy/g", math.fsum(min(busy, 6) * share for busy, share in shares.items()), 0.06)


# ---- arrivals


@pytest.mark.parametrize(
    ("law", "transform"),
    [
        ('{ law = "erlang", mean_s = 85, phases = 2 }', lambda s: (1 + s * 85 / 2) ** -2),
        ('{ law = "uniform", from_s = 0, to_s = 170 }', lambda s: (1 - math.exp(-170 * s)) / (170 * s)),
    ],
    ids=["erlang", "uniform"],
)
def test_one_server_with_renewal_arrivals(law: str, transform: Callable[[float], float]) -> None:
    """GI/M/1: the share that waits is the root of s = E[exp(-(1 - s) t / 60)]."""
    share = 0.5
    for _ in range(500):
        share = transform((1 - share) / 60)
    calls = customers("calls", 0, exponential(60)).replace("{ per_h = 0 }", f"{{ between = {law} }}")
    found = played(day(400, calls, group("g", 1)), seed=2)
    agrees(found, "p_wait/all", share, 0.04)
    agrees(found, "wait_s/all", 60 * share / (1 - share), 16)


def test_busy_agents_follow_a_rate_that_changes() -> None:
    """Mt/M/infinity: the mean number busy solves m' = rate - m / service, whatever the busyness around its mean."""
    per_h, service_h, now, area = (20, 60, 30, 10), 0.5, 0.0, 0.0
    for rate in per_h:
        rest, decay = rate * service_h, math.exp(-1 / service_h)
        area += rest + (now - rest) * (1 - decay) * service_h
        now = rest + (now - rest) * decay
    text = 'name = "Mt"\ndays = 100\nperiods = 4\nperiod_h = 1\nclosing = "cut"\n'
    calls = customers("calls", 0, exponential(1800)).replace("per_h = 0", f"per_h = {list(per_h)}")
    found = played(text + calls + group("g", 80))
    agrees(found, "mean_busy/g", area / 4, 0.6)
