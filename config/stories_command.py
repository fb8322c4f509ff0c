"""`switchroom stories FILE`: what happened to each call in a recording of an Asterisk's AMI traffic."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from config.errors import BadSetting
from config.running import finish
from config.story_lines import lines_of
from cti.asterisk.link import packet_of
from cti.asterisk.observe import made_at_ms, signals_of, stamp_of
from cti.asterisk.packet import AmiPacket
from cti.core.channels import ChannelSignal, HangUpAsked
from cti.core.records import is_phone
from cti.core.stories import Stories
from cti.core.story import Story
from history.core.vocabulary import SwitchName

FILE_BYTES_MAX = 500_000_000
CALLS_MAX = 1_000_000


def stories(
    file: Annotated[Path, typer.Argument(help="A recording: AMI text as it came, or a JSON list of events.")],
    switch: Annotated[str, typer.Option(help="Name of the switch; each call's id begins with it.")] = "main",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say of each call in a recording who called whom, who was rung, who talked, and how it ended."""

    async def work() -> int:
        found = stories_in(packets_of_file(file), SwitchName(switch))
        if as_json:
            print(msgspec.json.format(msgspec.json.encode(found)).decode())
        else:
            print("\n\n".join("\n".join(lines_of(story)) for story in found) or "No call is in this recording.")
        return 0

    finish(work)


def packets_of_file(file: Path) -> list[AmiPacket]:
    """The messages in a recording. Raises BadSetting with one sentence when there is none to be read."""
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise BadSetting(f"{file} has over {FILE_BYTES_MAX // 1_000_000} MB; cut it into several recordings.")
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise BadSetting(f"{file} cannot be read ({error.strerror}); name a file with an AMI recording.") from error
    text = text.lstrip("\ufeff")
    packets = list(_of_json(file, text) if text.lstrip()[:1] in ("[", "{") else _of_text(text))
    if not any(packet.get("Event") for packet in packets):
        raise BadSetting(f"{file} holds no AMI event; name a recording of what an Asterisk's manager port said.")
    return packets


def _of_text(text: str) -> Iterator[AmiPacket]:
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if line.strip():
            block.append(line)
        elif block:
            packet = packet_of("\n".join(block))
            block = []
            if packet is not None:
                yield packet


def _of_json(file: Path, text: str) -> Iterator[AmiPacket]:
    """Events of a JSON list, or of one JSON object a line."""
    try:
        given = json.loads(text)
    except ValueError:
        try:
            given = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise BadSetting(f"{file} is no JSON ({error}); give a list of events, or AMI text.") from error
    events = given if isinstance(given, list) else [given]
    for number, event in enumerate(events):
        if not isinstance(event, dict):
            raise BadSetting(
                f"{file}: entry {number + 1} is no event but {event!r:.40}; give objects such as Newchannel."
            )
        yield AmiPacket(tuple((name, value) for name, given in event.items() for value in _values(given)))


def _values(given: Any) -> Iterator[str]:
    for each in given if isinstance(given, list) else [given]:
        yield "" if each is None else str(each)


def signals_in(packets: list[AmiPacket]) -> list[ChannelSignal]:
    """What a recording says of channels. Where it has no stamps, the seconds in the channels' ids give the time, and
    the place in the recording gives the order."""
    signals: list[ChannelSignal] = []
    at_ms = 0
    for number, packet in enumerate(packets):
        at_ms = max(at_ms, stamp_of(packet, (at_ms, 0))[0], made_at_ms(packet.get("Uniqueid")) or 0)
        signals.extend(signals_of(packet, (at_ms, number)))
    return signals


def stories_in(packets: list[AmiPacket], switch: SwitchName) -> list[Story]:
    """The story of each call, in the order of beginning."""
    signals = signals_in(packets)
    told = any(isinstance(signal, HangUpAsked) and is_phone(signal.channel.name) for signal in signals)
    made = Stories(switch, hang_ups_told=told, channels_max=len(signals) + 1, calls_kept=CALLS_MAX)
    for signal in signals:
        made.apply(signal)
    return [story for call_id in made.calls() if (story := made.story(call_id)) is not None]
