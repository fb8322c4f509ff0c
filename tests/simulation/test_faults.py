"""Days with faults: at least 20 agents, three media, two hours, a fault a minute. A failing seed says how to replay it.

`SEEDS` sets how many seeds are played (300), `FIRST_SEED` where they begin.
"""

import os
from collections.abc import Callable

import msgspec
import pytest

from history.core import routing as facts
from history.core.vocabulary import Medium
from router.core.decision import Deciding
from router.core.engine import Engine
from router.core.inputs import AnyInput
from router.simulation.center import sizes
from router.simulation.drawing import drawn_center
from router.simulation.errors import SeedFailed
from router.simulation.faultday import fault_day
from router.simulation.faults import Fault

FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = int(os.environ.get("SEEDS", "300"))
AT_ONCE = 10


@pytest.mark.parametrize("first", range(FIRST_SEED, FIRST_SEED + SEEDS, AT_ONCE))
def test_days_with_faults_break_no_promise(first: int) -> None:
    for seed in range(first, min(first + AT_ONCE, FIRST_SEED + SEEDS)):
        fault_day(seed)


def test_the_days_are_as_hard_as_they_claim() -> None:
    seen: set[Fault] = set()
    for seed in range(5):
        scenario = drawn_center(seed)
        assert sum(min(sizes(group, scenario.periods)) for group in scenario.groups) >= 20
        assert {each.medium for each in scenario.types} == {Medium.VOICE, Medium.CHAT, Medium.MAIL}
        assert scenario.open_ms == 2 * 3_600_000
        report = fault_day(seed)
        assert sum(report.faults.values()) >= 60
        seen |= {fault for fault, times in report.faults.items() if times}
    assert seen == set(Fault)


def broken_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeated input is decided on again."""
    monkeypatch.setattr(Engine, "_answered_before", lambda self, given: None)


def broken_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reported wait of those who leave begins a second late."""
    abandon = Deciding.abandon

    def wrong(self: Deciding, interaction: object, reason: object) -> None:
        interaction.queued_ms += 1_000  # type: ignore[attr-defined]  # a planted bug knows no manners
        abandon(self, interaction, reason)  # type: ignore[arg-type]  # the same

    monkeypatch.setattr(Deciding, "abandon", wrong)


def broken_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that comes back has forgotten which pages have shown their record."""
    fold = Engine.fold

    def wrong(self: Engine, fact: object, at_ms: int) -> None:
        if not isinstance(fact, facts.PopConfirmed):
            fold(self, fact, at_ms)  # type: ignore[arg-type]  # the fact as it came

    monkeypatch.setattr(Engine, "fold", wrong)


def a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine raises at a declined offer."""

    def wrong(self: Deciding, offer: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(Deciding, "decline", wrong)


@pytest.mark.parametrize("plant", [broken_duplicates, broken_wait, broken_recovery, a_defect])
def test_a_planted_bug_is_found_and_the_message_replays_it(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = None
    for seed in range(5):
        try:
            fault_day(seed)
        except SeedFailed as failed:
            found = failed
            break
    assert found is not None, "nothing noticed"
    assert f"switchroom simulate drawn --seed {found.seed} --faults" in str(found)
    with pytest.raises(SeedFailed) as again:
        fault_day(found.seed)
    assert str(again.value) == str(found)


def test_queues_that_never_drain_are_a_failure() -> None:
    """Nobody is there: those who have no end to their patience are left."""
    scenario = drawn_center(1)
    groups = tuple(msgspec.structs.replace(group, agents=0) for group in scenario.groups)
    with pytest.raises(SeedFailed, match="the queues did not drain"):
        fault_day(1, msgspec.structs.replace(scenario, groups=groups), "deserted.toml")


def test_an_input_that_is_set_aside_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    handle = Engine.handle

    def wrong(self: Engine, given: AnyInput, now_ms: int) -> object:
        return self.set_aside(given, now_ms) if type(given).__name__ == "PopShown" else handle(self, given, now_ms)

    monkeypatch.setattr(Engine, "handle", wrong)
    with pytest.raises(SeedFailed, match="aside"):
        fault_day(1)
