"""What scenarios can say besides one queue: each shown against an exact value or a day worked out by hand."""

import pytest

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import Presence
from router.simulation.day import Day
from router.simulation.reading import parse
from router.simulation.replications import Result, compare, simulate
from router.simulation.world import OPENS_MS
from tests.simulation.counting import Counting
from tests.simulation.exact import Limited


def a_day(text: str, seed: int = 1) -> tuple[Day, list[tuple[float, Fact]]]:
    """Play one day and return it with its facts, each at its second after opening."""
    found: list[tuple[float, Fact]] = []
    day = Day(parse(text), seed, lambda at_ms, fact: found.append(((at_ms - OPENS_MS) / 1000, fact)))
    day.run()
    return day, found


def instants(found: list[tuple[float, Fact]], kind: type[Fact]) -> list[float]:
    return [at for at, fact in found if isinstance(fact, kind)]


def by_hand(
    instants_s: str, service_s: float, agents: str = "1", periods: int = 1, more_type: str = "", more_group: str = ""
) -> str:
    return f"""
name = "By hand"
periods = {periods}
period_min = 60

[[types]]
id = "calls"
arrivals = {{ instants_s = {instants_s} }}
service = {{ law = "deterministic", mean_s = {service_s} }}
routes = [{{ group = "g" }}]
{more_type}

[[groups]]
id = "g"
agents = {agents}
{more_group}
"""


def test_a_caller_with_an_agent_at_hand_is_served_in_the_same_ms() -> None:
    _, found = a_day(by_hand("[10, 20, 40]", 30))
    assert instants(found, facts.HandlingStarted) == [10, 40, 70]
    assert [fact.wait_ms for _, fact in found if isinstance(fact, facts.VisitAnswered)] == [0, 20_000, 30_000]
    assert instants(found, facts.InteractionClosed) == [40, 70, 100]


def test_answer_and_wrap_up_take_the_time_they_are_given() -> None:
    laws = (
        'pop = { law = "deterministic", mean_s = 0.2 }\nanswer = { law = "deterministic", mean_s = 4 }\n'
        'wrap_up = { law = "deterministic", mean_s = 10 }'
    )
    _, found = a_day(by_hand("[10, 20]", 30, more_group=laws))
    assert instants(found, facts.RingOrdered) == [10.2, 54.4]
    assert instants(found, facts.HandlingStarted) == [14.2, 58.4]
    assert instants(found, facts.WrapUpCompleted) == [54.2, 98.4]


def test_impatient_callers_leave_after_their_patience_and_come_again() -> None:
    patience = (
        'patience = { law = "deterministic", mean_s = 15 }\n'
        'retrial = { delay = { law = "deterministic", mean_s = 60 }, after_abandon = 1, tries_max = 2 }'
    )
    day, found = a_day(by_hand("[10, 20]", 30, more_type=patience))
    assert instants(found, facts.VisitAbandoned) == [35]
    assert instants(found, facts.HandlingStarted) == [10, 95]
    counts = day.observed.values(0, 1)
    assert (counts["arrived/calls"], counts["came_again/calls"], counts["lost_patience/calls"]) == (2, 1, 1)


def test_who_goes_home_finishes_first_and_who_is_free_goes_at_once() -> None:
    """Three agents, two busy over the border, one to stay: the free one goes at once, then the first who is done."""
    _, found = a_day(by_hand("[3590, 3595, 3610]", 40, agents="[3, 1]", periods=2))
    gone = [
        (at, fact.agent)
        for at, fact in found
        if isinstance(fact, facts.PresenceChanged) and fact.presence is Presence.SIGNED_OUT
    ]
    assert gone == [(3600, "g.003"), (3630, "g.001")]
    assert instants(found, facts.HandlingStarted) == [3590, 3595, 3635]


def test_agents_come_as_the_period_asks() -> None:
    day, found = a_day(by_hand("[100, 110, 3650]", 60, agents="[1, 2]", periods=2))
    assert instants(found, facts.HandlingStarted) == [100, 160, 3650]
    assert day.observed.values(0, 2)["occupancy/g"] == pytest.approx(180 / (3600 + 7200))


def test_at_closing_those_who_wait_are_served_or_cut() -> None:
    text = by_hand("[3580, 3590]", 30)
    assert len(instants(a_day(text)[1], facts.InteractionClosed)) == 2
    day, cut = a_day(text.replace("periods", 'closing = "cut"\nperiods'))
    assert instants(cut, facts.InteractionClosed) == []
    assert day.observed.values(0, 1)["occupancy/g"] == pytest.approx(20 / 3600)


def test_a_group_works_at_its_speed_and_by_its_own_law() -> None:
    fast = by_hand("[10]", 30, more_group="speed = 2")
    assert instants(a_day(fast)[1], facts.WrapUpStarted) == [25]
    own = by_hand("[10]", 30, more_type='service_by_group = { g = { law = "deterministic", mean_s = 7 } }')
    assert instants(a_day(own)[1], facts.WrapUpStarted) == [17]


def test_balking_by_the_length_of_the_queue() -> None:
    """The first is served, the second may wait, the third finds one who waits and goes."""
    day, _ = a_day(by_hand("[10, 11, 12]", 30, more_type="balking = { by_waiting = [0, 1] }"))
    assert day.observed.values(0, 1)["balked/calls"] == 1


def test_balking_with_a_probability_spares_those_who_are_served_at_once() -> None:
    always = "balking = { probability = 1 }"
    day, found = a_day(by_hand("[10, 11, 50]", 30, more_type=always))
    assert instants(found, facts.HandlingStarted) == [10, 50]
    assert day.observed.values(0, 1)["balked/calls"] == 1


def test_who_leaves_by_rule_is_served_by_the_other_group_as_long_as_their_own_would() -> None:
    """The second waits for twenty seconds and goes to the other queue; the third finds one who waits and goes."""
    rules = '{ when = "waited", after_s = 20, to = "other" }, { when = "length", length = 1 }'
    text = (
        by_hand("[10, 11, 12]", 100, more_type=f"leaves = [{rules}]")
        + """
[[types]]
id = "other"
arrivals = { instants_s = [] }
service = { law = "deterministic", mean_s = 5 }
routes = [{ group = "h" }]

[[groups]]
id = "h"
agents = 1
"""
    )
    _, found = a_day(text)
    assert [(at, fact.agent) for at, fact in found if isinstance(fact, facts.HandlingStarted)] == [
        (10, "g.001"),
        (31, "h.001"),
    ]
    assert instants(found, facts.WrapUpStarted) == [110, 131]
    assert instants(found, facts.InteractionClosed) == [12, 110, 131]


def test_a_queue_with_hours_keeps_who_came_in_time_for_so_long() -> None:
    how = 'open_min = [[0, 1]]\nclosing_s = 30\nleaves = [{ when = "closed" }]'
    _, found = a_day(by_hand("[10, 50, 70]", 100, more_type=how))
    assert instants(found, facts.HandlingStarted) == [10]
    assert instants(found, facts.InteractionClosed) == [70, 90, 110]


def test_a_type_has_a_factor_of_its_own() -> None:
    text = """
name = "Own factors"
days = 40
period_h = 4
groups = [{ id = "g", agents = 5 }]
"""
    for name in "ab":
        text += f"""
[[types]]
id = "{name}"
arrivals = {{ per_h = 100, factor = {{ law = "gamma", shape = 4 }} }}
service = {{ law = "exp", mean_s = 1 }}
routes = [{{ group = "g" }}]
"""
    samples = simulate(parse(text), seed=2).samples
    a, b = ([each or 0.0 for each in samples[f"arrived/{name}"]] for name in "ab")
    assert abs(correlation(a, b)) < 0.5
    assert spread(a) > 10 * 400
    assert spread(b) > 10 * 400


def test_a_waiting_room_blocks_as_the_exact_model_says() -> None:
    text = """
name = "M/M/15/5"
period_h = 315
warm_up_h = 15
batches = 20
groups = [{ id = "g", agents = 15 }]
rooms = [{ types = ["calls"], places = 5 }]

[[types]]
id = "calls"
arrivals = { per_min = 1.4 }
service = { law = "exp", mean_min = 10 }
routes = [{ group = "g" }]
"""
    exact = Limited(calls_min=1.4, agents=15, places=5, service_min=10)
    assert (exact.blocked, exact.wait_min) == pytest.approx((0.06527, 0.8233), rel=1e-3)
    result = simulate(parse(text), seed=3, new_figures=Counting)
    found = result.estimates()
    rates = shares(result, "blocked/calls", "arrived/calls")
    assert abs(rates - exact.blocked) < 0.01
    assert found["wait_s/all"].holds(exact.wait_min * 60)
    assert found["wait_s/all"].half_99 is not None and found["wait_s/all"].half_99 < 10


def shares(result: Result, part: str, whole: str) -> float:
    return sum(each or 0.0 for each in result.samples[part]) / sum(each or 0.0 for each in result.samples[whole])


def test_a_busy_day_is_busy_for_all_types() -> None:
    text = """
name = "Busy days"
days = 40
period_h = 4
busyness = { law = "gamma", shape = 4 }
groups = [{ id = "g", agents = 5 }]
"""
    for name, more in (("a", ""), ("b", ""), ("c", ", busyness = false")):
        text += f"""
[[types]]
id = "{name}"
arrivals = {{ per_h = 100{more} }}
service = {{ law = "exp", mean_s = 1 }}
routes = [{{ group = "g" }}]
"""
    samples = simulate(parse(text), seed=2).samples
    a, b, c = ([each or 0.0 for each in samples[f"arrived/{name}"]] for name in "abc")
    assert correlation(a, b) > 0.9
    assert abs(correlation(a, c)) < 0.5
    assert spread(a) > 5 * spread(c)


def spread(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((each - mean) ** 2 for each in values) / len(values)


def correlation(a: list[float], b: list[float]) -> float:
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    together = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / len(a)
    return float(together / (spread(a) * spread(b)) ** 0.5)


def test_variants_meet_the_same_customers() -> None:
    """One agent more: the difference of two variants is known far better than each of them."""
    text = """
name = "Variants"
days = 15
period_h = 8
groups = [{ id = "g", agents = 6 }]

[[types]]
id = "calls"
arrivals = { per_h = 100 }
patience = { law = "exp", mean_s = 120 }
service = { law = "exp", mean_s = 180 }
routes = [{ group = "g" }]
"""
    six = simulate(parse(text), seed=5, new_figures=Counting)
    seven = simulate(parse(text.replace("agents = 6", "agents = 7")), seed=5, new_figures=Counting)
    assert six.samples["arrived/calls"] == seven.samples["arrived/calls"]
    gain = compare(six, seven)["sl1/all"]
    alone = six.estimates()["sl1/all"]
    assert gain.half_99 is not None and alone.half_99 is not None
    assert gain.mean > gain.half_99 > 0
    assert gain.half_99 < alone.half_99
    with pytest.raises(ValueError, match="same seed"):
        compare(six, simulate(parse(text), seed=6, days=2))
