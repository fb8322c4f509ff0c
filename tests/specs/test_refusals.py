"""Bad input: whatever the fields of an input hold, it is taken, ignored or refused, and never harms the engine.

A refusal names a field of the input and changes nothing but the memory of its answer. Every kind of input is tried with
ids that are known and unknown, numbers in and out of all bounds, and texts of strangers.
"""

import random
from collections.abc import Sequence
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from msgspec.structs import replace

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_blending import Floor, Lending, QueueShare, Reserve, Share
from history.core.routing_records import SourceRestored
from history.core.routing_settings import (
    AgentSettings,
    Hours,
    MediumCapacity,
    NumberSettings,
    OpenInterval,
    RelaxationStep,
    Route,
    RoutingSettings,
    SkillLevel,
)
from history.core.vocabulary import (
    AnnouncementId,
    DestinationId,
    HoursId,
    LentWhen,
    Medium,
    NumberId,
    Outcome,
    OutcomeReason,
    QueueId,
    Requirement,
    RuleId,
    SkillId,
    SourceId,
    WorkId,
)
from router.core import inputs
from router.core.call_inputs import ConsultAsked
from router.core.snapshot import snapshot
from tests.specs.center import Center, a_queue, an_agent

KINDS = [kind for kind in get_args(inputs.AnyInput) if kind not in (inputs.TimeAdvanced, inputs.DefinitionApplied)]
ODD = ("", "nobody-known", "o" + "9" * 5_000, "french >=", "team:", "a b\n", "ü", "x" * 300)
NUMBERS = (-(2**60), -11, -1, 0, 1, 10, 11, 2**60)


def a_center() -> Center:
    """Somebody talks, a phone rings, a chat and a mail are in hand or wait, a number and a reservation are known."""
    queues = (
        a_queue("sales", Medium.VOICE, extension_ms=10_000, extensions_max=1, disposition_required=True),
        a_queue("service", Medium.VOICE, "repairs"),
        a_queue("chat", Medium.CHAT, target_s=30),
        a_queue("mail", Medium.MAIL, target_s=3600),
    )
    numbers = (NumberSettings(number=NumberId("n1"), emergency=Route(announcement=AnnouncementId("gone"))),)
    center = Center((an_agent("ann", "repairs"), an_agent("bob"), an_agent("cid", phone=False)), queues, (), numbers)
    for agent in ("ann", "bob"):
        center.signs_in(agent)
    for queue in ("sales", "sales", "sales", "service", "chat", "mail", "mail"):
        center.arrives(queue)
    offer = next(iter(center.engine.state.offers.values()))
    center.tell(inputs.PopShown, agent=offer.agent, offer=offer.offer)
    center.tell(inputs.AgentAnswered, agent=offer.agent, offer=offer.offer, interaction=offer.interaction)
    center.tell(inputs.WorkBegun, work=WorkId("w1"), agent=offer.agent, medium=Medium.TASK)
    handling = center.handling_of(offer.agent)
    center.tell(ConsultAsked, agent=offer.agent, handling=handling, to_destination=DestinationId("bank"))
    return center


def strange(kind: type, center: Center, chance: random.Random) -> dict[str, Any]:
    """Values for every field of an input, some that fit and some that do not."""
    hints = get_type_hints(kind)
    own = [name for name in kind.__struct_fields__ if not name.startswith("source")]  # type: ignore[attr-defined]  # a Struct
    return {name: _value(name, hints[name], center, chance) for name in own}


def _value(name: str, hint: Any, center: Center, chance: random.Random) -> Any:
    if get_origin(hint) is UnionType or type(None) in get_args(hint):
        choices = get_args(hint)
        return _value(name, chance.choice(choices), center, chance)
    if hint is type(None):
        return None
    if get_origin(hint) is tuple:
        return tuple(_value(name, get_args(hint)[0], center, chance) for _ in range(chance.randint(0, 2)))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return chance.choice(list(hint))
    if hint is bool:
        return chance.random() < 0.5
    if hint is int:
        return chance.choice((*NUMBERS, center.now_ms + 1_000, center.now_ms + 60_000, center.now_ms))
    if hint is facts.Attributes:
        return facts.Attributes(value=chance.choice(NUMBERS), preferred_agents=tuple(_ids("agent", center))[:2])
    return chance.choice((*_ids(name, center), *ODD))


def _ids(name: str, center: Center) -> Sequence[Any]:
    """Ids that the engine knows under a field's name, each several times so that they are often drawn."""
    state = center.engine.state
    known: dict[str, Sequence[Any]] = {
        "agent": tuple(state.agents),
        "interaction": tuple(state.interactions),
        "interactions": tuple(state.interactions),
        "offer": tuple(state.offers),
        "handling": tuple(state.handlings),
        "queue": tuple(state.queue_settings),
        "to": tuple(state.queue_settings),
        "to_queue": tuple(state.queue_settings),
        "to_agent": tuple(state.agents),
        "leg": (*state.call_of_leg, *state.legs),
        "work": tuple(state.works),
        "reservation": tuple(state.reservations),
        "reason": state.settings.reasons,
        "disposition": state.settings.dispositions,
        "number": (NumberId("n1"),),
        "called": (NumberId("n1"),),
        "agents": ("anyone", "team:nobody", "nobody"),
        "requirement": ("anyone", "repairs >= 3"),
        "required_skills": ("repairs",),
    }
    return tuple(known.get(name, ())) * 4


def without_sources(center: Center) -> list[Fact]:
    return [fact for fact in snapshot(center.engine.state) if not isinstance(fact, SourceRestored)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_whatever_an_input_holds_a_refusal_names_the_field_and_changes_nothing(kind: type) -> None:
    for seed in range(12):
        chance, center = random.Random(f"{kind.__name__}{seed}"), a_center()
        for _ in range(25):
            before = without_sources(center)
            given = strange(kind, center, chance)
            receipt = center.tell(kind, **given)
            if receipt.outcome is not Outcome.REFUSED:
                assert receipt.field is None
                continue
            assert receipt.reason is not None
            assert receipt.field in given, f"{receipt} does not name a field of {kind.__name__}"
            assert without_sources(center) == before, f"{receipt} changed something: {given}"
            assert [type(fact) for fact in center.taken[-1][2]] == [facts.InputTaken]
            again = center.send(center.taken[-1][1])
            assert again == receipt, "a repeated input has its first answer again"
        center.after(seconds=600)
        recovered = center.recovered()
        assert snapshot(recovered.state) == snapshot(center.engine.state)


def test_every_reason_for_a_refusal_is_met_with_its_field() -> None:
    """What the random inputs meet, all kinds together: no reason is refused without a field."""
    met: dict[OutcomeReason, set[str | None]] = {}
    for kind in KINDS:
        for seed in range(6):
            chance, center = random.Random(f"{kind.__name__}/{seed}"), a_center()
            for _ in range(40):
                receipt = center.tell(kind, **strange(kind, center, chance))
                if receipt.outcome is Outcome.REFUSED and receipt.reason is not None:
                    met.setdefault(receipt.reason, set()).add(receipt.field)
    assert len(met) >= 20, sorted(met)
    assert not [reason for reason, fields in met.items() if None in fields]


def test_an_older_epoch_is_refused_by_its_field() -> None:
    center = a_center()
    newer = inputs.DesktopLost(source=SourceId("desk"), source_epoch=2, source_number=1, agent=an_agent("ann").agent)
    center.send(newer)
    receipt = center.send(replace(newer, source_epoch=1, source_number=9))
    assert (receipt.outcome, receipt.reason, receipt.field) == (
        Outcome.REFUSED,
        OutcomeReason.OLDER_EPOCH,
        "source_epoch",
    )


# ---- definitions

SALES, NO_QUEUE, BROKEN = QueueId("sales"), QueueId("nowhere"), Requirement("french >=")
ANYONE = Requirement("anyone")


def lending(**more: Any) -> Lending:
    usual = {"rule": RuleId("l"), "agents": ANYONE, "to": SALES, "when": LentWhen.LONGEST_WAIT}
    return Lending(**{**usual, "lend_at": 1_000, "back_at": 500, "stay_ms": 1_000, "agents_max": 1, **more})


def the_agent(**more: Any) -> dict[str, tuple[AgentSettings, ...]]:
    return {"agents": (an_agent("ann", **more), an_agent("bob"), an_agent("cid", phone=False))}


def the_queue(**more: Any) -> dict[str, Any]:
    return {"queues": (replace(a_queue("sales", Medium.VOICE), **more), *a_center().queues[1:])}


UNREADABLE, RANGE = OutcomeReason.REQUIREMENT_UNREADABLE, OutcomeReason.OUT_OF_RANGE
TWO = (OpenInterval(50, 60), OpenInterval(10, 20))
VOICE, TOO_ABLE = Medium.VOICE, (SkillLevel(SkillId("x"), 99),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (the_queue(requirement=BROKEN), UNREADABLE),
        (the_queue(relaxation=(RelaxationStep(after_ms=5, widen=BROKEN),)), UNREADABLE),
        ({"reserves": (Reserve(rule=RuleId("r"), agents=BROKEN, queues=(SALES,), keep=1),)}, UNREADABLE),
        ({"lending": (lending(agents=BROKEN),)}, UNREADABLE),
        ({"shares": (Share(rule=RuleId("s"), agents=BROKEN, queues=(QueueShare(SALES, 50),)),)}, UNREADABLE),
        ({"floors": (Floor(rule=RuleId("f"), agents=BROKEN, queues=(SALES,), agents_min=1),)}, UNREADABLE),
        (
            {"reserves": (Reserve(rule=RuleId("r"), agents=ANYONE, queues=(NO_QUEUE,), keep=1),)},
            OutcomeReason.UNKNOWN_QUEUE,
        ),
        ({"lending": (lending(to=NO_QUEUE),)}, OutcomeReason.UNKNOWN_QUEUE),
        (
            {"shares": (Share(rule=RuleId("s"), agents=ANYONE, queues=(QueueShare(NO_QUEUE, 50),)),)},
            OutcomeReason.UNKNOWN_QUEUE,
        ),
        (
            {"floors": (Floor(rule=RuleId("f"), agents=ANYONE, queues=(NO_QUEUE,), agents_min=1),)},
            OutcomeReason.UNKNOWN_QUEUE,
        ),
        (the_queue(hours=HoursId("never")), OutcomeReason.UNKNOWN_HOURS),
        ({"hours": (Hours(hours=HoursId("h"), open=TWO),)}, RANGE),
        ({"agents": (*the_agent()["agents"], an_agent("ann"))}, RANGE),
        ({"queues": (*a_center().queues, a_center().queues[0])}, RANGE),
        (the_agent(capacities=(MediumCapacity(medium=VOICE, weight=0, limit=1),)), RANGE),
        (the_agent(capacities=(MediumCapacity(medium=VOICE, weight=100, limit=0),)), RANGE),
        ({"agents": (replace(*the_agent()["agents"][:1], skills=TOO_ABLE), *the_agent()["agents"][1:])}, RANGE),
        (the_queue(offer_ms=0), RANGE),
        (the_queue(target_ms=-1), RANGE),
        (the_queue(age_percent=0), RANGE),
        (the_queue(relaxation=(RelaxationStep(after_ms=-1, widen=ANYONE),)), RANGE),
        ({"reserves": (Reserve(rule=RuleId("r"), agents=ANYONE, queues=(SALES,), keep=0),)}, RANGE),
        ({"queues": a_center().queues[1:]}, OutcomeReason.WORK_IN_HAND),
    ],
)
def test_a_definition_the_router_could_not_live_with_is_refused(changes: dict[str, Any], reason: OutcomeReason) -> None:
    center = a_center()
    before = without_sources(center)
    settings: RoutingSettings = replace(center.engine.state.settings, **changes)
    receipt = center.tell(inputs.DefinitionApplied, settings=settings)
    assert (receipt.outcome, receipt.reason, receipt.field) == (Outcome.REFUSED, reason, "settings")
    assert without_sources(center) == before
