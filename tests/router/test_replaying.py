"""A journalled day is decided the same again, from its beginning and from any snapshot; each offer explains itself."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import takewhile

import msgspec
import pytest

from history.core import routing as facts
from history.core.entries import Entry, Fact, Kind
from history.core.registry import REGISTRY
from history.core.vocabulary import (
    AgentId,
    EntryNumber,
    Medium,
    OfferedBecause,
    Presence,
    RulesVersion,
    StreamName,
    TenantId,
)
from router.core import inputs
from router.core.engine import Engine
from router.core.explain import WhyNot, explain
from router.core.inputs import AnyInput
from router.core.snapshot import snapshot
from router.driver import RULES
from router.explaining import WORDS, explained
from router.replaying import engine_at, input_of, replay
from tests.router.test_walk import SEEDS, Walk
from tests.specs.center import CAPACITIES, Center, a_queue, an_agent

Taken = Iterable[tuple[int, AnyInput, tuple[Fact, ...]]]


def entry(at_ms: int, kind: Kind, given: msgspec.Struct, number: int, cause: int | None, version: int) -> Entry:
    return Entry(
        tenant=TenantId("main"),
        stream=StreamName("routing/main"),
        number=EntryNumber(number),
        at_ms=at_ms,
        kind=kind,
        type=type(given).__name__,
        version=version,
        rules=RULES,
        cause=None if cause is None else EntryNumber(cause),
        body=msgspec.json.encode(given),
    )


def journalled(taken: Taken) -> list[Entry]:
    """As the driver writes it down: what changed nothing (time without a deadline) leaves nothing."""
    found: list[Entry] = []
    for at_ms, given, decided in taken:
        if decided:
            cause = len(found) + 1
            found.append(entry(at_ms, Kind.INPUT, given, cause, None, given.version))
            for fact in decided:
                found.append(entry(at_ms, Kind.FACT, fact, len(found) + 1, cause, fact.version))
    return found


async def one_by_one(entries: Sequence[Entry]) -> AsyncIterator[Entry]:
    for each in entries:
        yield each


def a_day(seed: int, steps: int = 250) -> list[Entry]:
    walk = Walk(seed)
    for _ in range(steps):
        walk.step()
    return journalled(walk.center.taken)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_day_is_decided_the_same_again(seed: int) -> None:
    day = a_day(seed)
    replayed = await replay([], one_by_one(day), REGISTRY)
    assert replayed.differences == ()
    assert (replayed.facts, replayed.rules) == (sum(each.kind is Kind.FACT for each in day), (RULES,))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_rest_of_a_day_is_decided_the_same_from_a_snapshot(seed: int) -> None:
    day = a_day(seed)
    for share in (0.2, 0.5, 0.8):
        cut = next(n for n in range(int(len(day) * share), len(day)) if day[n].kind is Kind.INPUT)
        engine = Engine()
        for each in day[:cut]:
            if each.kind is Kind.FACT:
                engine.fold(REGISTRY.fact(each), each.at_ms)
        kept = [entry(day[cut].at_ms, Kind.FACT, fact, cut, None, fact.version) for fact in snapshot(engine.state)]
        replayed = await replay(kept, one_by_one(day[cut:]), REGISTRY)
        assert replayed.differences == ()


async def test_what_was_decided_otherwise_is_told_and_the_replay_goes_on_from_what_was_committed() -> None:
    day = a_day(3)
    wrong = next(n for n in range(len(day)) if day[n].type == "OfferMade" and n > len(day) // 2)
    made = REGISTRY.fact(day[wrong])
    assert isinstance(made, facts.OfferMade)
    day[wrong] = msgspec.structs.replace(
        day[wrong], body=msgspec.json.encode(msgspec.structs.replace(made, waited_ms=made.waited_ms + 1))
    )
    (difference,) = (await replay([], one_by_one(day), REGISTRY)).differences
    assert difference.number == day[wrong].cause
    assert made in difference.decided
    assert made not in difference.committed


async def test_an_input_that_cannot_be_read_any_more_is_told_as_such() -> None:
    day = a_day(5)
    cut = next(n for n in range(100, len(day)) if day[n].type == "InteractionArrived")
    day[cut] = msgspec.structs.replace(day[cut], body=b'{"type":"InteractionArrived"}', rules=RulesVersion("router/0"))
    (difference,) = (await replay([], one_by_one(day), REGISTRY)).differences
    assert "cannot be read any more" in difference.because
    assert difference.rules == "router/0"


def test_an_older_definition_is_read_in_its_newest_form() -> None:
    agent = {"agent": "ann", "skills": ["sales"], "capacities": []}
    queue = {"queue": "q", "medium": "voice", "required_skills": ["sales"], "target_ms": 1, "offer_ms": 1}
    settings = {"definition_version": 1, "agents": [agent], "queues": [queue], "reasons": [], "dispositions": []}
    body = {"type": "DefinitionApplied", "source": "s", "source_epoch": 1, "source_number": 1, "settings": settings}
    older = entry(1, Kind.INPUT, msgspec.defstruct("DefinitionApplied", [])(), 1, None, 1)
    given = input_of(msgspec.structs.replace(older, body=msgspec.json.encode(body)))
    assert isinstance(given, inputs.DefinitionApplied)
    (raised,) = given.settings.queues
    assert raised.requirement == "sales"


# -- Explanations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_every_offer_of_a_day_explains_itself(seed: int) -> None:
    """From the facts before it alone: the winner is the first of the candidates, and today's rules agree."""
    day = a_day(seed)
    kept = [each for each in day if each.kind is Kind.FACT]
    times = 0
    for place, each in enumerate(kept):
        if each.type != "OfferMade":
            continue
        if times > 12:
            break
        times += 1
        made = REGISTRY.fact(each)
        assert isinstance(made, facts.OfferMade)
        found = explained(engine_at(kept[:place], REGISTRY), each, made, "input")
        why = found.explanation
        assert why.agrees, why
        if why.because is OfferedBecause.URGENCY:
            assert why.candidates[0].agent == why.agent
            assert why.candidates[0].idle_ms == made.idle_ms
            assert made.runner_up == (why.candidates[1].agent if len(why.candidates) > 1 else None)
        assert {left.agent for left in why.others} | {why.agent} == {f"agent{n}" for n in range(1, 6)}


def test_each_reason_against_an_agent_is_told() -> None:
    few = tuple(msgspec.structs.replace(each, limit=1) for each in CAPACITIES)
    agents = [an_agent(name, "sales", capacities=few) for name in ("away", "break", "busy", "gone", "talks", "wins")]
    agents += [an_agent("chatonly", "sales", capacities=CAPACITIES[1:]), an_agent("dumb", "sales", phone=False)]
    agents += [an_agent("other", "french"), an_agent("planned", "sales")]
    center = Center(
        agents=tuple(agents), queues=(a_queue("sales", Medium.VOICE, "sales"), a_queue("chat", Medium.CHAT))
    )
    center.signs_in("planned")
    center.arrives("chat")
    center.takes("planned")
    center.signs_in("talks")
    center.caller_arrives()
    center.takes("talks")
    for name in ("away", "break", "busy", "chatonly", "dumb", "other"):
        center.signs_in(name)
    planned = AgentId("planned")
    center.tell(inputs.AgentChosePresence, agent=planned, presence=Presence.SIGNED_OUT, after_work=True)
    center.chooses("break", Presence.NOT_READY, "break")
    center.phone_is_gone("away")
    center.work_begins("busy", "w1", Medium.VOICE)
    center.after(seconds=1)
    center.signs_in("wins")
    caller = center.caller_arrives()
    made = center.last(facts.OfferMade)
    assert isinstance(made, facts.OfferMade)
    assert (made.interaction, made.agent) == (caller, "wins")
    before = Engine()
    for at_ms, fact in takewhile(lambda each: each[1] is not made, center.journal):
        before.fold(fact, at_ms)
    why = explain(before.state, made, center.now_ms)
    against = {left.agent: left.because for left in why.others}
    assert against == {
        "away": (WhyNot.PHONE_UNREACHABLE,),
        "break": (WhyNot.NOT_READY,),
        "busy": (WhyNot.LIMIT_REACHED,),
        "chatonly": (WhyNot.MEDIUM_NOT_TAKEN,),
        "dumb": (WhyNot.NO_PHONE,),
        "gone": (WhyNot.SIGNED_OUT, WhyNot.PHONE_UNREACHABLE),
        "other": (WhyNot.REQUIREMENT_NOT_MET,),
        "planned": (WhyNot.CHANGE_PLANNED, WhyNot.FULLY_LOADED),
        "talks": (WhyNot.LIMIT_REACHED,),
    }


def test_each_reason_has_words() -> None:
    assert set(WORDS) == set(WhyNot)
