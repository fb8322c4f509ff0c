"""The reckoning of the voice bench, on stories short enough to reckon by hand."""

import pytest

from benchmarks.errors import BenchImpossible
from benchmarks.voice import ROWS, options
from benchmarks.voice_aims import compared
from benchmarks.voice_figures import percentiles, story_of
from benchmarks.voice_watch import Kind, Seen, of_block

FOREVER = (0.0, 1e9)


def entered(at_ms: float, call: str) -> Seen:
    return Seen(at_ms, Kind.ENTERED, call)


def dialled(at_ms: float, call: str, agent: str) -> Seen:
    return Seen(at_ms, Kind.DIALLED, call, agent)


def free(at_ms: float, agent: str) -> Seen:
    return Seen(at_ms, Kind.AGENT_FREE, agent=agent)


def test_a_caller_who_meets_an_idle_agent_counts_from_entering_to_the_ring() -> None:
    story = story_of([entered(100, "c1"), dialled(103, "c1", "ann")], ["ann"], *FOREVER)
    assert (story.enter_to_dial_ms, story.free_to_dial_ms, story.dispatches) == ([3.0], [], 1)


def test_an_agent_who_is_freed_beside_waiting_callers_counts_until_their_next_ring() -> None:
    seen = [
        *(entered(100, "c1"), dialled(101, "c1", "ann"), entered(110, "c2")),
        *(free(200, "ann"), dialled(207.5, "c2", "ann")),
    ]
    story = story_of(seen, ["ann"], *FOREVER)
    assert (story.enter_to_dial_ms, story.free_to_dial_ms, story.wait_ms) == ([1.0], [7.5], [1.0, 97.5])


def test_an_agent_who_is_freed_while_nobody_waits_owes_nothing_and_one_never_rung_again_is_counted() -> None:
    seen = [entered(1, "c1"), dialled(2, "c1", "ann"), free(9, "ann"), entered(500, "c2"), dialled(501, "c2", "ann")]
    story = story_of(seen, ["ann"], *FOREVER)
    assert (story.free_to_dial_ms, story.enter_to_dial_ms) == ([], [1.0, 1.0])
    story = story_of([*seen, entered(502, "c3"), free(503, "ann")], ["ann"], *FOREVER)
    assert (story.free_to_dial_ms, story.never_rung) == ([], 1)


def test_who_is_overtaken_by_a_younger_caller_is_out_of_order() -> None:
    seen = [entered(100, "old"), entered(200, "young"), dialled(300, "young", "ann"), dialled(400, "old", "bob")]
    story = story_of(seen, ["ann", "bob"], *FOREVER)
    assert (story.dispatches, story.out_of_order, story.out_of_order_strictly) == (2, 1, 1)


def test_two_rung_at_once_may_be_told_in_either_order() -> None:
    seen = [entered(100, "old"), entered(200, "young"), dialled(300, "young", "ann"), dialled(301, "old", "bob")]
    story = story_of(seen, ["ann", "bob"], *FOREVER)
    assert (story.out_of_order, story.out_of_order_strictly) == (0, 1)


def test_only_the_window_counts() -> None:
    seen = [entered(1, "c1"), dialled(2, "c1", "ann"), entered(10, "c2"), entered(60, "c3"), free(70, "ann")]
    story = story_of([*seen, dialled(71, "c2", "ann")], ["ann"], 50.0, 71.0)
    assert (story.entered, story.dispatches, story.free_to_dial_ms) == (1, 0, [1.0])
    assert (story.waiting_at_begin, story.waiting_at_end, story.waiting_max) == (1, 2, 2)


def test_a_caller_who_is_gone_waits_no_more_and_one_rung_in_vain_waits_again() -> None:
    seen = [entered(1, "c1"), dialled(2, "c1", "ann"), Seen(3, Kind.FAILED, "c1", "ann"), free(4, "ann")]
    story = story_of([*seen, dialled(5, "c1", "bob")], ["ann", "bob"], *FOREVER)
    assert (story.failed, story.dispatches, story.waiting_at_end) == (1, 2, 0)
    story = story_of([*seen, Seen(5, Kind.CALLER_GONE, "c1")], ["ann"], *FOREVER)
    assert story.waiting_at_end == 0


def test_events_are_read_with_the_switchs_own_time() -> None:
    begin = "Event: DialBegin\r\nPrivilege: call,all\r\nTimestamp: 1000.250\r\nUniqueid: 7.1\r\nDestChannel: "
    assert list(of_block(begin + "PJSIP/a001-0000002b")) == [Seen(1_000_250.0, Kind.DIALLED, "7.1", "a001")]
    assert list(of_block(begin + "PJSIP/trunk-0000002b")) == []
    gone = "Event: Hangup\r\nTimestamp: 2.5\r\nChannel: PJSIP/trunk-00000001\r\nUniqueid: 7.1"
    assert list(of_block(gone)) == [Seen(2500.0, Kind.CALLER_GONE, "7.1")]
    assert list(of_block("Response: Success\r\nMessage: Authentication accepted")) == []


def test_percentiles_say_how_many_they_are_of() -> None:
    assert percentiles([])["n"] == 0
    assert percentiles([3.0, 1.0, 2.0]) == {"p50_ms": 2.0, "p95_ms": 3.0, "p99_ms": 3.0, "max_ms": 3.0, "n": 3}


def cell(p50_ms: float, p99_ms: float, out_of_order: int = 0) -> dict[str, float]:
    return {"p50_ms": p50_ms, "p99_ms": p99_ms, "out_of_order": out_of_order}


def row(p50_ms: float, p99_ms: float, waiting_at_end: int, out_of_order: int = 0) -> dict[str, object]:
    return {
        "enter_to_dial": cell(2, 4),
        "free_to_dial": {"200": cell(p50_ms, p99_ms, out_of_order)},
        "sustained": {"90": {"waiting_at_end": waiting_at_end, "out_of_order": 0}},
    }


def test_each_aim_says_whether_it_is_met() -> None:
    rows = {"queue": row(400, 900, 300), "engine": row(4, 20, 0), "engine-desktops": row(30, 300, 0)}
    found = compared(rows)
    assert found["ratios"] == {"200": 100.0}
    assert found["desktops_add"] == {"200": {"p50_ms": 26, "p99_ms": 280}}
    assert len(found["aims"]) == 7
    assert all(aim["met"] for aim in found["aims"])
    rows = {"queue": row(400, 900, 300), "engine": row(5, 26, 24, 1), "engine-desktops": row(36, 377, 0)}
    assert [aim["met"] for aim in compared(rows)["aims"]] == [False, False, True, False, False, False, False]


def test_what_was_not_measured_has_no_aim() -> None:
    assert compared({"queue": row(400, 900, 0)}) == {"ratios": {}, "desktops_add": {}, "aims": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"rows": "queue,none"}, "there is no row 'none'"),
        ({"waiting": "1,x"}, "--waiting 1,x: write whole numbers from 1"),
        ({"rates": "0"}, "--rates 0"),
        ({"waiting": "100000"}, "--waiting 100000"),
    ],
)
def test_options_that_cannot_be_measured_are_refused_in_a_sentence(words: dict[str, str], said: str) -> None:
    with pytest.raises(BenchImpossible, match=said):
        options(**words)  # type: ignore[arg-type]  # words alone: no seconds among them


def test_nothing_said_is_all_of_it() -> None:
    assert (options().rows, options(rates="").rates, options(waiting="1, 2").waiting) == (ROWS, (), (1, 2))
