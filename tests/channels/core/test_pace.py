"""A bucket that fills at a steady rate."""

from hypothesis import given
from hypothesis import strategies as st

from channels.core.pace import Pace


def test_a_burst_passes_at_once_and_then_one_after_each_wait() -> None:
    pace = Pace(burst=2, per_minute=60)
    assert [pace.wait_ms(0), pace.wait_ms(0)] == [0, 0]
    wait_ms = pace.wait_ms(0)
    assert wait_ms == 1_001
    assert pace.wait_ms(wait_ms) == 0
    assert not pace.is_idle(wait_ms)
    assert pace.is_idle(wait_ms + 2_001)


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=200))
def test_never_more_than_the_burst_and_the_rate(gaps_ms: list[int]) -> None:
    pace, now_ms, passed = Pace(burst=3, per_minute=60), 0, 0
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        passed += pace.wait_ms(now_ms) == 0
    assert passed <= 3 + now_ms / 1_000 + 1e-6
