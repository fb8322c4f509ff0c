"""What is told of the wait, judged in small worlds: how sharp it is, how often it holds, how seldom it is silent."""

from typing import Any

import pytest

from benchmarks.expected_wait import Shifted, pinball, world
from benchmarks.waiting_worlds import STEADY, WORLDS

HOURS = 12
SEED = 1
"""Chance is large in small worlds: the bounds are wider than what the bench finds, which plays four times as much."""


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    return {name: world(text(HOURS), SEED) for name, text in WORLDS.items()}


def test_it_is_sharper_than_the_better_peer_in_every_world_and_on_average(played: dict[str, dict[str, Any]]) -> None:
    below = {name: figures["below_better_peer"] for name, figures in played.items()}
    assert min(below.values()) > 0.08, below
    assert sum(below.values()) / len(below) > 0.15, below


def test_once_warm_few_are_told_nothing(played: dict[str, dict[str, Any]]) -> None:
    silent = {name: figures["silent_share"] for name, figures in played.items()}
    assert max(silent.values()) <= 0.1, silent


@pytest.mark.parametrize("name", STEADY)
def test_in_steady_worlds_it_holds_as_often_as_it_says(name: str, played: dict[str, dict[str, Any]]) -> None:
    figures = played[name]
    assert 0.45 <= figures["held_p50"] <= 0.55
    assert 0.87 <= figures["held_p90"] <= 0.93


def test_the_yardstick_itself() -> None:
    assert pinball(10, 30, 0.9) == pytest.approx(18)
    assert pinball(30, 10, 0.9) == pytest.approx(2)
    assert pinball(30, 10, 0.5) == pinball(10, 30, 0.5) == pytest.approx(10)


def test_the_peers_learn_like_we_do() -> None:
    """A peer that is 20 s short, always, is as good as perfect once it has learnt."""
    peer = Shifted()
    for _ in range(400):
        told = peer.tell(30_000)
        peer.learn(30_000, told, 50_000)
    assert peer.tell(30_000)[0] == pytest.approx(50_000, abs=3_000)
