"""One function plays what the command line is asked for, and its lines say what was found."""

from pathlib import Path

import pytest

from router.simulation.command import lines, play
from router.simulation.errors import BadScenario, SeedFailed
from router.simulation.faultday import FaultReport
from router.simulation.replications import Result
from tests.simulation.counting import Counting
from tests.simulation.models import mmc
from tests.test_house_style import ROOT


def test_a_file_is_played_and_told(tmp_path: Path) -> None:
    path = tmp_path / "mmc.toml"
    path.write_text(mmc(days=3), encoding="utf-8")
    done: list[int] = []
    result = play(str(path), 4, new_figures=Counting, progress=done.append)
    assert isinstance(result, Result)
    assert done == [1, 2, 3]
    (told,) = lines(result)
    assert told.startswith("MMC, seed 4: 3 days, ")
    assert result.estimates()["sl1/all"].half_95 is not None
    alone = play(str(path), 4, days=1, new_figures=Counting)
    assert isinstance(alone, Result)
    assert alone.estimates()["sl1/all"].half_95 is None


def test_a_file_is_played_with_faults(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(mmc(days=1).replace("period_h = 8", "period_min = 30"), encoding="utf-8")
    result = play(str(path), 2, faults=True)
    assert isinstance(result, FaultReport)
    told = list(lines(result))
    assert told[0].startswith("seed 2: no promise broken in ")
    assert told[1].startswith("faults: ")


def test_a_failing_file_is_named_in_the_replay(tmp_path: Path) -> None:
    path = tmp_path / "deserted.toml"
    path.write_text(mmc(days=1).replace("agents = 12", "agents = 0"), encoding="utf-8")
    with pytest.raises(SeedFailed, match=f"switchroom simulate {path} --seed 3 --faults"):
        play(str(path), 3, faults=True)


def test_a_drawn_center_can_be_played_without_faults() -> None:
    result = play("drawn", 5, days=1)
    assert isinstance(result, Result)
    assert result.samples["arrived/mail"][0]


def test_a_bad_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="give the path of a scenario"):
        play(str(tmp_path / "none.toml"))


def test_the_example_of_the_manual_is_read(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    example = manual.split("```toml\n", 1)[1].split("```", 1)[0]
    path = tmp_path / "simple-msk.toml"
    path.write_text(example, encoding="utf-8")
    result = play(str(path), 1, days=2)
    assert isinstance(result, Result)
    assert result.scenario.name == "SimpleMSK"
    assert result.scenario.days == 200
