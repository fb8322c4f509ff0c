"""The rules of blending as people write them, in the definition and in a scenario, and what they mean to the router.

Both files have tables of their own with the same keys; `rule_of` is the one translation.
"""

from typing import Protocol

from history.core.routing_blending import Floor, Lending, QueueShare, Reserve, Share
from history.core.vocabulary import LentWhen, QueueId, RuleId
from router.core.requirements import every_requirement

WINDOW_MIN = 15
"""Over so many minutes a service level is taken where a rule does not say it."""


class ReserveWords(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def agents(self) -> str: ...
    @property
    def queues(self) -> tuple[str, ...]: ...
    @property
    def keep(self) -> int: ...


class ShareWords(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def agents(self) -> str: ...
    @property
    def queues(self) -> dict[str, int]: ...


class FloorWords(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def agents(self) -> str: ...
    @property
    def queues(self) -> tuple[str, ...]: ...
    @property
    def agents_min(self) -> int: ...


class LendingWords(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def agents(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def when(self) -> LentWhen: ...
    @property
    def above_s(self) -> int | None: ...
    @property
    def below_percent(self) -> int | None: ...
    @property
    def back_s(self) -> int | None: ...
    @property
    def back_percent(self) -> int | None: ...
    @property
    def window_min(self) -> int | None: ...
    @property
    def stay_min(self) -> int: ...
    @property
    def agents_max(self) -> int: ...
    @property
    def only(self) -> bool: ...


def reserve_of(words: ReserveWords) -> Reserve:
    """Raises:
    router.errors.BadRequirement: the expression cannot be read.
    """
    return Reserve(
        rule=RuleId(words.id),
        agents=every_requirement(words.agents),
        queues=tuple(QueueId(queue) for queue in words.queues),
        keep=words.keep,
    )


def share_of(words: ShareWords) -> Share:
    """Raises:
    router.errors.BadRequirement: the expression cannot be read.
    """
    return Share(
        rule=RuleId(words.id),
        agents=every_requirement(words.agents),
        queues=tuple(QueueShare(QueueId(queue), percent) for queue, percent in words.queues.items()),
    )


def share_faults(words: ShareWords) -> list[str]:
    """Return what is wrong with a rule's shares: key and sentence."""
    found = [
        f"queues: the share of {queue!r} is not between 1 and 99; correct it."
        for queue, percent in words.queues.items()
        if not 1 <= percent <= 99
    ]
    if sum(words.queues.values()) != 100:
        found.append(f"queues: the shares add up to {sum(words.queues.values())}; make them 100.")
    return found


def floor_of(words: FloorWords) -> Floor:
    """Raises:
    router.errors.BadRequirement: the expression cannot be read.
    """
    return Floor(
        rule=RuleId(words.id),
        agents=every_requirement(words.agents),
        queues=tuple(QueueId(queue) for queue in words.queues),
        agents_min=words.agents_min,
    )


def lending_of(words: LendingWords) -> Lending:
    """Raises:
    router.errors.BadRequirement: the expression cannot be read.
    """
    of_level = words.when is LentWhen.SERVICE_LEVEL
    lend_at = words.below_percent if of_level else _ms(words.above_s)
    back_at = words.back_percent if of_level else _ms(words.back_s)
    return Lending(
        rule=RuleId(words.id),
        agents=every_requirement(words.agents),
        to=QueueId(words.to),
        when=words.when,
        lend_at=lend_at or 0,
        back_at=back_at or 0,
        window_ms=(words.window_min or WINDOW_MIN) * 60_000 if of_level else 0,
        stay_ms=words.stay_min * 60_000,
        agents_max=words.agents_max,
        only=words.only,
    )


def lending_faults(words: LendingWords) -> list[str]:
    """Return what is wrong with a rule's thresholds: key and sentence."""
    of_level = words.when is LentWhen.SERVICE_LEVEL
    own, other = ("below_percent", "back_percent"), ("above_s", "back_s")
    if not of_level:
        own, other = other, own
    found = [
        f"{key}: has no effect with '{words.when}'; take it out." for key in other if getattr(words, key) is not None
    ]
    if not of_level and words.window_min is not None:
        found.append(f"window_min: has no effect with '{words.when}'; take it out.")
    missing = [key for key in own if getattr(words, key) is None]
    found += [f"when: '{words.when}' needs {key}; add it." for key in missing]
    if missing:
        return found
    if of_level and (words.back_percent or 0) <= (words.below_percent or 0):
        found.append(
            f"back_percent: {words.back_percent} is not above below_percent, so agents would come and go; write more "
            f"than {words.below_percent}."
        )
    if not of_level and (words.back_s or 0) >= (words.above_s or 0):
        found.append(
            f"back_s: {words.back_s} is not below above_s, so agents would come and go; write less than "
            f"{words.above_s}."
        )
    return found


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
