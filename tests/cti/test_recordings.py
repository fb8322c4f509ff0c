"""Recorded words of a real Asterisk, through translate and correlate, give the call story that was played."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cti.asterisk.link import packet_of
from cti.asterisk.packet import AmiPacket
from cti.asterisk.translate import signal_of
from cti.core.correlate import Correlator
from cti.core.events import (
    LegEnded,
    LegFailed,
    SwitchEvent,
)
from history.core.vocabulary import SwitchName
from tests.cti.record import STORIES

RECORDINGS = Path(__file__).parents[1] / "recordings"
TALKED = ["CallArrived", "LegRang", "LegAnswered"]
STORY: dict[str, list[str]] = {
    "caller-hangs-up": [*TALKED, "LegEnded caller", "CallEnded caller"],
    "agent-hangs-up": [*TALKED, "LegEnded agent", "CallEnded engine"],
    "agent-hangs-up-no-word": [*TALKED, "LegEnded agent", "CallEnded agent"],
    "leg-lost": [*TALKED, "LegEnded lost", "LegRang", "LegAnswered"],
    "busy": ["CallArrived", "LegRang", "LegFailed busy"],
    "declined": ["CallArrived", "LegRang", "LegFailed declined"],
    "no-answer": ["CallArrived", "LegRang", "LegFailed no_answer", "LegRang", "LegAnswered"],
    "unreachable": ["CallArrived", "LegFailed unreachable"],
    "caller-gone-ringing": ["CallArrived", "LegRang", "LegFailed caller_gone", "CallEnded caller"],
    "ringing-stopped": ["CallArrived", "LegRang", "LegFailed withdrawn", "CallEnded caller"],
    "heartbeat-old": ["CallArrived", "CallFellBack", "LegRang"],
    "outside-call": ["PhoneReachable agent1", "PhoneBusy agent1", "PhoneFree agent1"],
}


def packets(name: str) -> Iterator[AmiPacket]:
    """The recorded events; answers to actions left out, as the link does."""
    for block in (RECORDINGS / f"{name}.txt").read_text().split("\n\n"):
        packet = packet_of(block)
        if packet is not None and packet.get("Event") and not packet.get("ActionID"):
            yield packet


def words(event: SwitchEvent) -> str:
    detail = getattr(event, "by", getattr(event, "cause", getattr(event, "phone", "")))
    kind = type(event).__name__
    return kind if kind in ("CallArrived", "LegRang", "LegAnswered", "CallFellBack") else f"{kind} {detail}"


@pytest.mark.parametrize("name", sorted(STORY))
def test_a_recording_tells_its_story(name: str) -> None:
    made, story = Correlator(SwitchName("main")), []
    for packet in packets(name):
        at_ms = int(float(packet.get("Timestamp") or "0") * 1_000)
        signal = signal_of(packet, 0)
        if signal is not None:
            story += made.apply(signal, at_ms)
    about_calls = [words(event) for event in story if not type(event).__name__.startswith("Phone")]
    about_phone = [words(event) for event in story if words(event).endswith(" agent1")]
    assert (about_phone if name == "outside-call" else about_calls) == STORY[name]
    assert all(event.phone == "agent1" for event in story if isinstance(event, LegEnded | LegFailed)) or (
        name == "unreachable"
    )


@pytest.mark.parametrize("name", ["caller-hangs-up", "no-answer", "leg-lost"])
def test_a_recording_heard_twice_tells_the_same(name: str) -> None:
    once, twice = Correlator(SwitchName("main")), Correlator(SwitchName("main"))
    told_once: list[SwitchEvent] = []
    told_twice: list[SwitchEvent] = []
    for packet in packets(name):
        signal = signal_of(packet, 0)
        if signal is not None:
            told_once += once.apply(signal, 0)
            told_twice += twice.apply(signal, 0)
            told_twice += twice.apply(signal, 0)
    assert told_twice == told_once


def test_every_story_has_its_recording() -> None:
    assert set(STORIES) == set(STORY) == {file.stem for file in RECORDINGS.glob("*.txt") if file.stem in STORIES}
