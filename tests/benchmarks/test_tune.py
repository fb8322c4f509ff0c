"""What `switchroom bench tune` finds in a quarter of an hour, held on days that it has not seen."""

import tomllib
from pathlib import Path

from benchmarks import tune
from config.levers import moved
from config.tune import of_file
from router.simulation.streams import Streams
from router.tuning import gained

FOUND = {
    "type0: target_s": 340,
    "type1 to g0: after_s": 4,
    "type1: target_s": 45,
    "type2: target_s": 9,
}
"""Changes of SimpleMSK."""


def test_simple_msk_gains_two_points_for_its_worst_class_at_equal_staff() -> None:
    subject = of_file(Path(tune.__file__).with_name("models") / "simple-msk.toml")
    raw = tomllib.loads(subject.text)
    setting = tuple(
        list(knob.lever.values).index(FOUND[knob.lever.name]) if knob.lever.name in FOUND else knob.lever.now
        for knob in subject.knobs
    )
    days = [Streams(1).of("days").randrange(10**6) for _ in range(12)]
    now = [row for day in days for row in subject.days.play(raw, 7, day)[0]]
    proposed = [row for day in days for row in subject.days.play(moved(raw, subject.knobs, setting), 7, day)[0]]
    gain = gained(now, proposed)
    assert gain.worst.half_95 is not None
    assert gain.worst.mean - gain.worst.half_95 > tune.AIM, gain


def test_the_bench_tells_what_it_found() -> None:
    found = tune.tuned("n-model", tries=1, days=1, fresh_days=2)
    assert (found["tries"], found["proposed"], found["gain"]) == (1, False, None)
    assert found["inputs"] > 10_000
