"""`make docs`: draws docs/states.md from the state machines' tables and docs/configuration.md from the definition's
types. A test fails when a page is stale."""

import sys
from pathlib import Path
from typing import Any

from config import documents as configuration
from router.core.handlings import HANDLING
from router.core.legs import LEG
from router.core.lifecycle import LIFECYCLE
from router.core.machine import Machine, Move
from router.core.offers import OFFER
from router.core.presence import PRESENCE

PAGE = Path(__file__).parent.parent / "docs" / "states.md"
CONFIGURATION = PAGE.with_name("configuration.md")
TITLES: dict[str, Machine[Any, Any]] = {
    "Presence": PRESENCE,
    "Interaction": LIFECYCLE,
    "Offer": OFFER,
    "Handling": HANDLING,
    "Leg": LEG,
}


def page() -> str:
    """Return the page as Markdown with Mermaid diagrams; what is ignored stands in a table with its reason."""
    parts = [
        "# State machines",
        "",
        "Drawn from the tables in `router/core` by `make docs`; do not edit. A trigger that a table does not name in a "
        "state is a defect: the engine raises `IllegalTransition` and nothing has changed.",
    ]
    for title, machine in TITLES.items():
        parts += ["", f"## {title}", "", *_diagram(machine), "", *_ignored(machine)]
    return "\n".join(parts) + "\n"


def _diagram(machine: Machine[Any, Any]) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    for (state, trigger), cell in machine.table.items():
        if isinstance(cell, Move):
            lines.append(f"    {state.value} --> {cell.to.value}: {trigger.value}")
    return [*lines, "```"]


def _ignored(machine: Machine[Any, Any]) -> list[str]:
    rows = [
        f"| {state.value} | {trigger.value} | {cell.because.value} |"
        for (state, trigger), cell in machine.table.items()
        if not isinstance(cell, Move)
    ]
    return ["| in state | ignored | because |", "|---|---|---|", *rows] if rows else []


def main() -> int:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    CONFIGURATION.write_text(configuration.page(), encoding="utf-8")
    print(f"wrote {PAGE.name} and {CONFIGURATION.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
