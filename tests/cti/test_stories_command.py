"""`switchroom stories FILE`: recordings of all kinds are read, and what is none is answered in a sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.__main__ import app

RECORDING = Path(__file__).parents[1] / "recordings" / "caller-hangs-up.txt"
EVENTS: list[dict[str, object]] = [
    {"Event": "Newchannel", "Channel": "SIP/a-00000001", "ChannelState": "4", "Uniqueid": "1700000001.1", "Exten": "9"},
    {"Event": "Hangup", "Channel": "SIP/a-00000001", "Uniqueid": "1700000001.1", "Cause": 17, "content": None},
]


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["stories", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_a_recording_is_told_as_text_and_as_json() -> None:
    code, text, _ = run(str(RECORDING))
    assert code == 0
    assert "PJSIP/trunk" in text and "talked" in text and "Hung up by caller" in text
    code, text, _ = run(str(RECORDING), "--json", "--switch", "north")
    (story,) = json.loads(text)
    assert code == 0
    assert story["call_id"].startswith("north-")
    assert (story["outcome"], story["ending"]["by"]) == ("talked", "caller")
    assert [ring["end"] for ring in story["rings"]] == ["answer"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(EVENTS),
        "\n".join(json.dumps(event) for event in EVENTS),
        "\r\n\r\n".join("\r\n".join(f"{name}: {value}" for name, value in event.items()) for event in EVENTS),
        "\ufeff" + json.dumps(EVENTS),
    ],
    ids=["list", "lines", "ami", "marked"],
)
def test_a_recording_may_be_json_or_ami_text(text: str, tmp_path: Path) -> None:
    file = tmp_path / "recording"
    file.write_text(text, encoding="utf-8")
    code, said, _ = run(str(file), "--json")
    (story,) = json.loads(said)
    assert code == 0
    assert (story["dialled"], story["outcome"], story["began_ms"]) == ("9", "busy", 1_700_000_001_000)


def test_a_recording_without_a_call_says_so(tmp_path: Path) -> None:
    file = tmp_path / "quiet"
    file.write_text("Event: FullyBooted\n\n")
    assert run(str(file)) == (0, "No call is in this recording.\n", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("just words\n", "holds no AMI event"),
        ("", "holds no AMI event"),
        ("[1, 2]", "entry 1 is no event"),
        ("[{", "is no JSON"),
        ('{"a": 1}\nwords', "is no JSON"),
    ],
)
def test_what_is_no_recording_is_answered_in_one_sentence(content: str | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "recording"
    if content is not None:
        file.write_text(content)
    code, out, error = run(str(file))
    assert (code, out) == (78, "")
    assert said in error and str(file) in error and error.count("\n") == 1
