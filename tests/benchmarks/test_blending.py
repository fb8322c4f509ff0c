"""A day with two peaks: the rules beat the best fixed split in hindsight, in calls and in outbound hours."""

from benchmarks import blending

SMALL = blending.Center(agents=14, lendable=4, keep=3, calls_h=(30, 80, 130, 80, 40, 80, 130, 80, 30), period_min=20)


def test_rules_do_as_much_outbound_work_as_the_best_split_in_hindsight_and_answer_no_later() -> None:
    found = blending.run(None, days=20, center=SMALL)
    for figure in ("more_service_level", "more_outbound_h", "more_outbound_h_at_the_days_own_level"):
        more = found[figure]
        assert more["mean"] - more["half_95"] >= 0, found
    assert found["lent_a_day"] > 2
    assert found["lent_and_recalled_twice_in_15_min"] == 0
