"""Signals as a bad line brings them: some twice, some later than others."""

import random
from collections.abc import Sequence

from cti.core.channels import ChannelSignal, HangUpAsked
from cti.core.stories import Stories
from cti.core.story import Story
from history.core.vocabulary import SwitchName

SEEDS = 5


def stories_of(signals: Sequence[ChannelSignal], *, hang_ups_told: bool) -> list[Story]:
    """The final stories."""
    made = Stories(SwitchName("main"), hang_ups_told=hang_ups_told)
    for signal in signals:
        made.apply(signal)
    return [story for call_id in made.calls() if (story := made.story(call_id)) is not None]


def disturbed(signals: Sequence[ChannelSignal], seed: int, reach: int) -> list[ChannelSignal]:
    """Each signal comes up to `reach` places late, and one in four comes again."""
    chance = random.Random(seed)
    sent = [(place + chance.uniform(0, reach), signal) for place, signal in enumerate(signals)]
    sent += [(place + reach * chance.random(), signal) for place, signal in sent if chance.random() < 0.25]
    return [signal for _, signal in sorted(sent, key=lambda each: each[0])]


def same_for_any_order(signals: Sequence[ChannelSignal], seeds: int = SEEDS, reach: int = 25) -> bool:
    """Whether the final stories are those of the clean run, whatever the line did."""
    told = any(isinstance(signal, HangUpAsked) for signal in signals)
    clean = stories_of(signals, hang_ups_told=told)
    assert clean or not signals
    return all(stories_of(disturbed(signals, seed, reach), hang_ups_told=told) == clean for seed in range(seeds))
