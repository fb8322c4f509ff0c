"""Recorded traffic of other switches, which is no part of this project: each recording tells what happened in it.

The folder is `../shared/recordings` beside the repository, or what SWITCHROOM_SHARED names. Where it is not there,
these tests are skipped and say so. `asterisk-22` was played here, `SEQUENCES.md` there says what each party did;
`cacofonisk` is of Asterisk 13 and 16, with `expected.json` in that project's words.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from config.stories_command import packets_of_file, signals_in, stories_in
from cti.core.story import EndReason, Party, RingEnd, Story, TransferKind
from history.core.vocabulary import SwitchName
from tests.cti.reordering import same_for_any_order

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("SWITCHROOM_SHARED") or REPOSITORY.parent / "shared") / "recordings"
SWITCH = SwitchName("main")

Rings = list[tuple[str, str]]
Told = tuple[str, str, Rings, list[str], str]
"""Outcome, what the caller dialled, the rings, the talks, who hung up; one for each call, in the order of beginning."""

GAVE_UP: Told = ("only_switch", "agi", [], [], "caller")
ASTERISK_22: dict[str, list[Told]] = {
    "engine-nailed-bridge": [
        ("talked", "hold", [("agent1", "answer")], ["agent1+trunk"], "callee"),
        ("talked", "moh", [], ["agent1+trunk"], "switch"),
    ],
    "engine-originate-appbridge": [
        ("talked", "moh", [], ["trunk+agent1"], "caller"),
        ("talked", "", [("agent1", "answer")], ["trunk+agent1"], "caller"),
    ],
    "engine-originate-bridge": [
        ("talked", "agi", [], ["trunk+agent1"], "callee"),
        ("talked", "", [("agent1", "answer")], ["trunk+agent1"], "callee"),
    ],
    "engine-originate-busy": [GAVE_UP, ("busy", "", [("agent1", "busy")], [], "callee")],
    "engine-originate-caller-gone": [GAVE_UP, ("cancelled", "", [("agent1", "cancelled")], [], "switch")],
    "engine-originate-declined": [GAVE_UP, ("declined", "", [("agent1", "declined")], [], "callee")],
    "engine-originate-no-answer": [GAVE_UP, ("no_answer", "", [("agent1", "no_answer")], [], "switch")],
    "engine-originate-no-endpoint": [("unreachable", "", [("nobody", "unreachable")], [], "switch")],
    "engine-originate-unavailable": [GAVE_UP, ("unreachable", "", [("agent1", "unreachable")], [], "callee")],
    "engine-redirect-abandon-while-ringing": [("only_switch", "agi", [("agent1", "caller_gone")], [], "caller")],
    "engine-redirect-answer": [("talked", "agi", [("agent1", "answer")], ["trunk+agent1"], "caller")],
    "engine-redirect-answer-agent-hangup": [("talked", "moh", [("agent1", "answer")], ["trunk+agent1"], "callee")],
    "engine-redirect-blind-transfer": [
        (
            "talked",
            "agi",
            [("agent1", "answer"), ("agent2", "answer")],
            ["trunk+agent1", "trunk+agent2"],
            "caller",
        )
    ],
    "engine-redirect-busy": [("only_switch", "agi", [("agent1", "busy")], [], "caller")],
    "engine-redirect-caller-gone": [GAVE_UP],
    "engine-redirect-no-answer": [("only_switch", "agi", [("agent1", "no_answer")], [], "caller")],
    "engine-redirect-unreachable": [("only_switch", "agi", [("agent3", "unreachable")], [], "caller")],
    "queue-abandon-cancel-while-ringing": [("abandoned", "u-main", [("agent1", "caller_gone")], [], "caller")],
    "queue-abandon-while-ringing": [("abandoned", "q-main", [("agent1", "caller_gone")], [], "caller")],
    "queue-abandon-while-waiting": [("abandoned", "q-main", [], [], "caller")],
    "queue-agent-busy": [("talked", "q-main", [("agent1", "busy"), ("agent1", "answer")], ["trunk+agent1"], "callee")],
    "queue-agent-declines": [
        ("talked", "q-main", [("agent1", "declined"), ("agent1", "answer")], ["trunk+agent1"], "callee")
    ],
    "queue-agent-no-answer": [
        ("talked", "q-main", [("agent1", "no_answer"), ("agent1", "answer")], ["trunk+agent1"], "callee")
    ],
    "queue-answer-agent-hangup": [("talked", "q-main", [("agent1", "answer")], ["trunk+agent1"], "callee")],
    "queue-answer-caller-hangup": [("talked", "q-main", [("agent1", "answer")], ["trunk+agent1"], "caller")],
    "queue-attended-transfer": [
        ("talked", "q-main", [("agent1", "answer")], ["trunk+agent1", "trunk+agent2"], "caller"),
        ("talked", "agent2", [("agent2", "answer")], ["agent1+agent2"], "joined"),
    ],
    "queue-blind-transfer": [
        (
            "talked",
            "q-main",
            [("agent1", "answer"), ("agent2", "answer")],
            ["trunk+agent1", "trunk+agent2"],
            "caller",
        )
    ],
    "queue-hold-by-agent": [("talked", "q-main", [("agent1", "answer")], ["trunk+agent1"], "callee")],
    "queue-hold-by-caller": [("talked", "q-main", [("agent1", "answer")], ["trunk+agent1"], "caller")],
    "queue-unanswered-until-agent": [("talked", "u-main", [("agent1", "answer")], ["trunk+agent1"], "caller")],
}
HOLDS = {
    "queue-hold-by-agent": ["agent1"],
    "queue-hold-by-caller": ["trunk"],
    "queue-attended-transfer": ["agent1"],
}
TRANSFERS = {
    "engine-redirect-blind-transfer": ("blind", "agent1", "trunk", "agent2", ["agent2"]),
    "queue-blind-transfer": ("blind", "agent1", "trunk", "agent2", ["agent2"]),
    "queue-attended-transfer": ("consult", "agent1", "trunk", None, ["agent2"]),
}


@pytest.fixture(autouse=True)
def there() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the outside recordings are not there ({FOLDER}); SWITCHROOM_SHARED may name their parent")


def recordings() -> list[Path]:
    return sorted([*FOLDER.glob("asterisk-22/*.txt"), *FOLDER.glob("cacofonisk/*/*.json")])


def short(party: Party) -> str:
    return party.phone.rpartition("/")[2]


def told(story: Story) -> Told:
    assert story.ending is not None
    joined = story.ending.reason is EndReason.JOINED
    return (
        str(story.outcome),
        story.dialled or "",
        [(short(ring.target), str(ring.end)) for ring in story.rings],
        ["+".join(short(party) for party in talk.parties) for talk in story.talks],
        "joined" if joined else str(story.ending.by),
    )


@pytest.mark.parametrize("name", sorted(ASTERISK_22))
def test_a_call_on_asterisk_22_tells_what_its_parties_did(name: str) -> None:
    found = stories_in(packets_of_file(FOLDER / "asterisk-22" / f"{name}.txt"), SWITCH)
    assert [told(story) for story in found] == ASTERISK_22[name]
    first = found[0]
    assert [short(hold.by) for hold in first.holds] == HOLDS.get(name, [])
    transfers = [
        (
            str(each.kind),
            short(each.by),
            short(each.transferred) if each.transferred else None,
            each.to,
            [short(party) for party in each.targets],
        )
        for each in first.transfers
    ]
    assert transfers == ([TRANSFERS[name]] if name in TRANSFERS else [])


def test_every_recording_of_asterisk_22_has_its_outcome() -> None:
    assert {path.stem for path in FOLDER.glob("asterisk-22/*.txt")} == set(ASTERISK_22)


def test_talk_is_credited_to_the_one_who_talked_and_a_hold_is_no_talk() -> None:
    story = stories_in(packets_of_file(FOLDER / "asterisk-22" / "queue-attended-transfer.txt"), SWITCH)[0]
    shares = {short(share.party): (share.talk_ms, share.hold_ms) for share in story.shares}
    # Bridged at .358, held from 32.058 to the transfer at 33.564, the second agent until 35.065.
    assert shares == {"trunk": (700 + 1501, 1506), "agent1": (700, 1506), "agent2": (1501, 0)}


# -- cacofonisk --------------------------------------------------------------------------------------------------------

Said = tuple[str, ...]


def name_of(given: Any) -> str:
    return str(given["name"] if isinstance(given, dict) else given)


def expected_of(events: list[dict[str, Any]]) -> list[Said]:
    """What the other project expects, an event a tuple."""
    said: list[Said] = []
    for event in events:
        caller, kind = name_of(event["caller"]), event["event"]
        targets = sorted(name_of(each) for each in event.get("targets", []))
        match kind:
            case "on_b_dial":
                said += [(kind, caller, each) for each in targets]
            case "on_b_dial_end":
                said += [(kind, caller, each, event["reason"]) for each in targets]
            case "on_up":
                said.append((kind, caller, name_of(event["target"])))
            case "on_hangup":
                said.append((kind, caller, event["reason"]))
            case "on_attended_transfer":
                said.append((kind, caller, name_of(event["transferer"]), name_of(event["target"])))
            case "on_blind_transfer" | "on_blonde_transfer":
                said.append((kind, caller, name_of(event["transferer"]), *targets))
            case "on_queue_caller_abandon":
                said.append((kind, caller))
            case _:
                raise AssertionError(f"an event that is not known: {kind}")
    return sorted(said)


def in_their_words(story: Story) -> list[Said]:
    """Our story as that project's events. They tell a ring once the phone rings, its end if it was answered or busy,
    the first talk of each answered ring, and no hang-up of a call that went on in another."""
    said: list[Said] = []
    sent_on = {party.channel for each in story.transfers if each.kind is TransferKind.BLIND for party in each.targets}
    for ring in story.rings:
        if ring.by is None or ring.alerted_ms is None:
            continue
        if ring.target.channel not in sent_on:
            said.append(("on_b_dial", ring.by.channel, ring.target.channel))
        if ring.end in (RingEnd.ANSWER, RingEnd.BUSY):
            said.append(("on_b_dial_end", ring.by.channel, ring.target.channel, str(ring.end)))
        if ring.end is RingEnd.ANSWER and any(
            {ring.by.channel, ring.target.channel} <= {party.channel for party in talk.parties} for talk in story.talks
        ):
            said.append(("on_up", ring.by.channel, ring.target.channel))
    caller = story.caller
    for each in story.transfers:
        assert each.transferred is not None
        targets = sorted(party.channel for party in each.targets)
        if each.kind is TransferKind.BLIND:
            said.append(("on_blind_transfer", each.transferred.channel, each.by.channel, *targets))
        else:
            assert each.consulted_from is not None
            kind = "on_blonde_transfer" if each.while_ringing else "on_attended_transfer"
            said.append((kind, each.transferred.channel, each.consulted_from.channel, *targets))
        if each.by.channel_id == caller.channel_id:
            caller = each.transferred
    said += [("on_queue_caller_abandon", visit.by.channel) for visit in story.queues if visit.abandoned]
    if story.ending is not None and story.ending.joined_to is None:
        outcome = str(story.outcome).replace("_", "-")
        said.append(("on_hangup", caller.channel, "completed" if story.answered_ms is not None else outcome))
    return said


CACOFONISK: dict[str, Any] = (
    json.loads((FOLDER / "cacofonisk" / "expected.json").read_text()) if FOLDER.is_dir() else {}
)


@pytest.mark.parametrize("name", sorted(CACOFONISK))
def test_a_call_of_cacofonisk_gives_what_that_project_expects(name: str) -> None:
    found = stories_in(packets_of_file(FOLDER / "cacofonisk" / name), SWITCH)
    assert sorted(said for story in found for said in in_their_words(story)) == expected_of(
        CACOFONISK[name]["expected"]
    )


def test_every_log_of_cacofonisk_has_its_outcome() -> None:
    logs = {str(path.relative_to(FOLDER / "cacofonisk")) for path in FOLDER.glob("cacofonisk/*/*.json")}
    assert logs == set(CACOFONISK)
    assert len(logs) >= 19


# -- in any order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", recordings(), ids=lambda path: str(path.stem))
def test_a_recording_heard_twice_and_in_another_order_tells_the_same(path: Path) -> None:
    signals = signals_in(packets_of_file(path))
    assert same_for_any_order(signals)
