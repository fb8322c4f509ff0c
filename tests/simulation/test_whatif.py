"""What other rules would have made of a recorded day: the record itself, a known gain, a known loss, and its limits."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from config.figures import KpiFigures, cuts_of
from history.core import routing as facts
from history.core.entries import Fact
from history.core.registry import REGISTRY
from history.core.routing_settings import ANYONE, Overflow, RoutingSettings, SkillLevel
from history.core.vocabulary import DestinationId, Medium, MovedBecause, SkillId
from router.core import inputs
from router.replaying import engine_at
from router.simulation.errors import BadTrace
from router.simulation.intervals import Estimate
from router.simulation.trace import Trace
from router.simulation.world import OPENS_MS
from router.whatif import WhatIf, notes_on, trace_of, what_if
from tests.simulation.journalled import Journalled, entry_of, journalled

HOUR_MS = 3_600_000

BUSY = """
name = "Two queues and letters"
periods = 4
period_h = 1

[[types]]
id = "sales"
arrivals = { per_h = 40 }
patience = { law = "exp", mean_s = 90 }
service = { law = "lognormal", mean_s = 240, sd_s = 120 }
wrap_up = { law = "exp", mean_s = 20 }
routes = [{ group = "east" }]

[[types]]
id = "service"
arrivals = { per_h = 30 }
patience = { law = "exp", mean_s = 120 }
service = { law = "exp", mean_s = 200 }
wrap_up = { law = "exp", mean_s = 15 }
routes = [{ group = "west" }, { group = "east", rank = 2 }]

[[types]]
id = "letters"
medium = "mail"
arrivals = { per_h = 12 }
service = { law = "exp", mean_s = 300 }
routes = [{ group = "west" }]
target_s = 3600

[[groups]]
id = "east"
agents = [4, 5, 5, 4]
pop = { law = "uniform", from_s = 0.1, to_s = 0.6 }
answer = { law = "exp", mean_s = 4 }

[groups.habits]
misses = 0.03
declines = 0.03
hangs_up = 0.4
between_breaks = { law = "exp", mean_h = 1 }
break_length = { law = "exp", mean_min = 5 }

[[groups]]
id = "west"
agents = [3, 3, 4, 3]
answer = { law = "exp", mean_s = 3 }
"""


UNSERVED = """
name = "Nobody can"
period_h = 1
closing = "cut"

[[types]]
id = "sales"
arrivals = { per_h = 40 }
patience = { law = "exp", mean_s = 90 }
service = { law = "exp", mean_s = 240 }
needs = "french"

[[groups]]
id = "east"
agents = 3

[[groups]]
id = "nobody"
agents = 0
skills = { french = 5 }
"""


@pytest.fixture(scope="module")
def busy() -> Journalled:
    return journalled(BUSY, 4)


def rules_of_day(day: Journalled) -> RoutingSettings:
    defined = next(each for each in day.entries if each.type == "RoutingDefined")
    return engine_at([defined], REGISTRY).state.settings


class Stretch:
    """A stretch of a day, by hours after opening, ready for other rules."""

    def __init__(self, day: Journalled, from_h: float = 0, to_h: float = 4) -> None:
        self.day = day
        self.edges = (OPENS_MS + round(from_h * HOUR_MS), OPENS_MS + round(to_h * HOUR_MS))
        self.rules = rules_of_day(day)
        self.recorded = self.new_figures()

    def new_figures(self) -> KpiFigures:
        return KpiFigures(self.edges, cuts_of(self.rules))

    async def trace(self) -> Trace:
        from_ms = self.edges[0]
        return await trace_of(self.day.before(from_ms), self.day.after(from_ms), REGISTRY, *self.edges, self.recorded)

    async def under(self, other: RoutingSettings, seeds: int = 3, seed: int = 1) -> WhatIf:
        trace = await self.trace()
        return what_if(trace, self.recorded.values(*self.edges), other, self.new_figures, seed=seed, seeds=seeds)


def staffed(rules: RoutingSettings, change: Callable[[str], bool], *skills: SkillLevel) -> RoutingSettings:
    """The rules, with these skills for the agents that `change` names; without any skill those are gone."""
    if not skills:
        return replace(rules, agents=tuple(each for each in rules.agents if not change(each.agent)))
    return replace(
        rules,
        agents=tuple(
            replace(each, skills=(*each.skills, *skills)) if change(each.agent) else each for each in rules.agents
        ),
    )


SHOWN = ("offered", "answered", "abandoned", "service_level", "wait_mean_ms", "wait_p90_ms", "wait_longest_ms")
CUTS = ("all", "queue/sales", "queue/service", "queue/letters")


@pytest.mark.parametrize(("from_h", "to_h"), [(0, 4), (1.5, 3)])
async def test_the_same_rules_give_what_was_recorded(busy: Journalled, from_h: float, to_h: float) -> None:
    """Misses, declined offers, breaks and wrap-ups included, from the morning and from the middle of the day."""
    found = await Stretch(busy, from_h, to_h).under(rules_of_day(busy))
    compared = [found.figures[f"{figure}/{cut}"] for figure in SHOWN for cut in CUTS]
    compared += [found.figures[name] for name in ("occupancy/all", "occupancy/team/east", "occupancy_gini/all")]
    for each in compared:
        assert each.same is not None and each.recorded is not None
        assert each.same.mean == pytest.approx(each.recorded, rel=1e-9)
        assert each.difference is not None and each.difference.mean == 0
    assert (found.figures["abandoned/all"].recorded or 0) > 5


async def test_a_record_that_breaks_off_with_work_in_hand_keeps_its_agents_busy(busy: Journalled) -> None:
    """Minutes before the end of a record the conversations of its last customers have not ended: they last as long as
    is known, and are not replaced by some other's. Offers that stand then are met by chance, hence the margin."""
    ends_ms = OPENS_MS + 2 * HOUR_MS
    cut_off = Journalled([each for each in busy.entries if each.at_ms < ends_ms])
    found = await Stretch(cut_off, 1.9, 2).under(rules_of_day(busy))
    occupancy = found.figures["occupancy/all"]
    assert occupancy.same is not None and occupancy.recorded is not None
    assert occupancy.recorded > 0.5
    assert occupancy.same.mean == pytest.approx(occupancy.recorded, abs=0.03)


async def test_the_open_work_of_the_beginning_is_taken_over(busy: Journalled) -> None:
    """Who waits keeps arrival and place, and is not counted; what agents have in hand occupies them to its end."""
    answered = [(each.at_ms, REGISTRY.fact(each)) for each in busy.entries if each.type == "VisitAnswered"]
    open_at = next(at_ms for at_ms, fact in answered if at_ms > OPENS_MS + HOUR_MS and long_waited(fact))
    stretch = Stretch(busy, (open_at - 2_000 - OPENS_MS) / HOUR_MS, 3)
    trace = await stretch.trace()
    waited = [contact for contact in trace.contacts.values() if not contact.counts and contact.came_ms == trace.from_ms]
    assert waited
    assert all(contact.arrival.arrived_ms < trace.from_ms for contact in waited)
    begun = [given for at_ms, given in trace.events if at_ms < trace.from_ms and isinstance(given, inputs.WorkBegun)]
    ended = {given.work for _, given in trace.events if isinstance(given, inputs.WorkFinished)}
    assert begun and {given.work for given in begun} == ended


def long_waited(fact: Fact) -> bool:
    assert isinstance(fact, facts.VisitAnswered)
    return fact.wait_ms > 3_000


async def test_more_who_can_take_calls_are_a_gain_and_fewer_a_loss(busy: Journalled) -> None:
    stretch = Stretch(busy)
    west_helps = staffed(stretch.rules, lambda agent: agent.startswith("west"), SkillLevel(SkillId("sales"), 5))
    more = await stretch.under(west_helps)
    gain = more.figures["service_level/queue/sales"].difference
    assert gain is not None and gain.half_95 is not None
    assert gain.mean - gain.half_95 > 0.05
    assert (
        sum(map(mean_of, (more.figures[f"abandoned/queue/{queue}"].difference for queue in ("sales", "service")))) < 0
    )

    stretch = Stretch(busy)
    without_two = staffed(stretch.rules, lambda agent: agent in ("east.001", "east.002"))
    fewer = await stretch.under(without_two)
    loss = fewer.figures["service_level/queue/sales"].difference
    assert loss is not None and loss.half_95 is not None
    assert loss.mean + loss.half_95 < -0.05
    assert mean_of(fewer.figures["occupancy/team/east"].difference) > 0
    notes = notes_on(await Stretch(busy).trace(), without_two)
    assert notes == ["Not in the other definition, and so never at work there: east.001, east.002."]


async def test_who_is_sent_outside_by_the_other_rules_is_gone(busy: Journalled) -> None:
    """The switch takes them there; nobody waits longer than the rule says, and nobody who was sent is answered."""
    rules = rules_of_day(busy)
    away = Overflow(when=MovedBecause.WAITED, after_ms=10_000, destination=DestinationId("partner"))
    sends = replace(rules, queues=tuple(replace(queue, overflow=(away,)) for queue in rules.queues))
    found = (await Stretch(busy).under(sends)).figures
    assert mean_of(found["flowed_out/queue/sales"].difference) > 10
    assert mean_of(found["abandoned/queue/sales"].difference) < 0
    ended = sum(mean_of(found[f"{figure}/all"].other) for figure in ("answered", "abandoned", "flowed_out"))
    assert ended == found["offered/all"].recorded


async def test_who_was_missed_by_the_other_rules_comes_back_to_work(busy: Journalled) -> None:
    """Rules that forgive a miss keep agents at work whom the recorded ones had made not ready."""
    rules = rules_of_day(busy)
    forgiving = replace(rules, queues=tuple(replace(queue, misses_max=5) for queue in rules.queues))
    found = (await Stretch(busy).under(forgiving)).figures
    assert mean_of(found["answered/all"].difference) > 0
    strict = await Stretch(journalled(BUSY.replace("agents = [4, 5, 5, 4]", "agents = 2"), 4)).under(rules)
    assert mean_of(strict.figures["answered/queue/sales"].other) > 20


def mean_of(found: Estimate | None) -> float:
    assert found is not None
    return found.mean


async def test_the_same_seed_gives_the_same_figures_and_another_one_others(busy: Journalled) -> None:
    helped = staffed(rules_of_day(busy), lambda agent: agent == "east.001")
    found = [(await Stretch(busy).under(helped, seeds=2, seed=seed)).figures for seed in (5, 5, 6)]
    assert found[0] == found[1]
    assert found[0] != found[2]


async def test_nobody_at_work_leaves_everybody_to_their_patience() -> None:
    """Only arrivals: played again, those who left leave as they did; there is nothing to learn handling times from."""
    day = journalled(BUSY.replace("agents = [4, 5, 5, 4]", "agents = [0, 0, 0, 1]").replace("[3, 3, 4, 3]", "0"), 2)
    found = await Stretch(day, 0, 1).under(rules_of_day(day))
    assert mean_of(found.figures["abandoned/queue/sales"].same) == found.figures["abandoned/queue/sales"].recorded
    assert mean_of(found.figures["answered/queue/service"].other) == 0


async def test_handling_times_that_nobody_knows_are_not_made_up() -> None:
    """Agents were there, and none could take what came: rules by which they can would need lengths of work."""
    day = journalled(UNSERVED, 2)
    rules = rules_of_day(day)
    abler = replace(rules, queues=tuple(replace(queue, requirement=ANYONE) for queue in rules.queues))
    with pytest.raises(BadTrace, match="nobody knows how long work takes"):
        await Stretch(day, 0, 0.5).under(abler)


async def test_a_later_definition_is_applied_when_it_was() -> None:
    """The recorded rules are those of each moment; the other ones hold from the first."""
    day = journalled(BUSY, 4)
    rules = rules_of_day(day)
    at_ms = OPENS_MS + 2 * HOUR_MS
    place = next(n for n, each in enumerate(day.entries) if each.at_ms >= at_ms)
    later = replace(rules, definition_version=2)
    day.entries.insert(place, entry_of(day.entries[place].at_ms, facts.RoutingDefined(settings=later)))
    trace = await Stretch(day).trace()
    (applied,) = [given for at, given in trace.events if at > OPENS_MS and isinstance(given, inputs.DefinitionApplied)]
    assert applied.settings == later
    found = await Stretch(day).under(rules)
    each = found.figures["service_level/all"]
    assert mean_of(each.same) == each.recorded


async def test_a_definition_without_the_queues_of_the_stretch_is_refused(busy: Journalled) -> None:
    rules = rules_of_day(busy)
    mail = replace(rules.queues[0], medium=Medium.MAIL)
    with pytest.raises(BadTrace) as refused:
        await Stretch(busy).under(replace(rules, queues=(mail, rules.queues[1])))
    assert str(refused.value).splitlines() == [
        "queues, 'letters': mail came to it in this stretch, and the other definition has no such queue; add it there.",
        "queues, 'sales': voice came to it in this stretch, and the other definition has it for mail; add it there.",
    ]
    with pytest.raises(BadTrace, match="Nobody arrived in this stretch"):
        await Stretch(busy, 47, 48).under(rules)
