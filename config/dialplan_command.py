"""`switchroom dialplan FILE`: prints the dialplan that takes emergency calls out, with or without an engine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from channels.core.emergency_dialplan import dialplan_of
from config.check import check as check_definition
from config.definition import Definition, read
from config.errors import BadDefinition, BadSetting
from config.running import finish
from config.translating_dialling import emergency_dialling
from history.clock import SystemClock

SwitchOption = Annotated[
    str | None, typer.Option(help="Id of the switch, where the definition has several; phones of others are left out.")
]


def dialplan(
    definition: Annotated[Path, typer.Argument(help="Definition to make it from (TOML).")],
    switch: SwitchOption = None,
) -> None:
    """Print the emergency numbers of all places as Asterisk's dialplan; save it as switchroom-emergency.conf."""

    async def work() -> int:
        parsed, _ = read(definition)
        check_definition(parsed, str(definition), SystemClock().now_ms())
        sys.stdout.write(dialplan_for(parsed, str(definition), switch))
        return 0

    finish(work)


def dialplan_for(definition: Definition, name: str, switch: str | None) -> str:
    """Return the text for one switch of a definition that has been checked; `name` stands in the messages.

    Raises:
        BadDefinition: there are no places, so nothing is known of any phone.
        BadSetting: the switch is not there, or has to be named.
    """
    if not definition.places:
        raise BadDefinition(
            [f"{name}: places: there is none; add [[places]], and to each user with a phone its place."]
        )
    switches = [each.id for each in definition.switches]
    if switch is not None and switch not in switches:
        raise BadSetting(f"There is no switch {switch!r}; the definition has {', '.join(switches) or 'none'}.")
    if switch is None and len(switches) > 1:
        raise BadSetting(f"The definition has several switches: name one by --switch ({', '.join(switches)}).")
    return dialplan_of(emergency_dialling(definition, switch))
