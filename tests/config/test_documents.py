"""docs/configuration.md says every key, every variable, and nothing stale."""

import re
from pathlib import Path

import msgspec

from config import (
    definition,
    definition_blending,
    definition_dialling,
    definition_hours,
    definition_leaving,
    definition_parts,
    definition_routing,
)
from config.documents import ENVIRONMENT, TABLES, page

ROOT = Path(__file__).parents[2]
MODULES = (
    *(definition_leaving, definition_blending, definition, definition_routing, definition_hours),
    definition_dialling,
)


def test_the_page_is_not_stale() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == page(), "run make docs"


def test_every_table_of_the_definition_is_on_the_page() -> None:
    named = [each for module in MODULES for each in vars(module).values()]
    parts = {part for part in named if isinstance(part, type) and issubclass(part, msgspec.Struct)}
    shown = {table for _, table in TABLES}
    assert parts - shown == {definition_parts.Part, definition_leaving.Way, definition.Definition}


def test_every_variable_that_the_program_reads_is_on_the_page() -> None:
    read = set()
    for path in (ROOT / "config").glob("*.py"):
        read |= set(re.findall(r'"(SWITCHROOM_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    between_processes = {"SWITCHROOM_REHEARSAL_PORTS", "SWITCHROOM_REHEARSAL_SHOP"}
    named = {name for name, _ in ENVIRONMENT} | {"SWITCHROOM_AMI_SECRET"} | between_processes
    assert read <= named, read - named


def test_every_key_of_routing_says_what_it_means() -> None:
    about_routing = (definition_routing.Queue, definition_routing.Relaxation, definition_routing.BackOff)
    plain = {"id", "name", "medium", "disposition_required"}
    for table in about_routing:
        [section] = [title for title, shown in TABLES if shown is table]
        _, _, after = page().partition(f"## {section}\n")
        rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .*? \| (.*) \|$", after.split("\n## ")[0], re.MULTILINE)
        assert [key for key, _, _ in rows] == list(table.__struct_fields__)
        assert all(meaning or key in plain for key, _, meaning in rows)


def test_kinds_of_values_are_in_words() -> None:
    for row in (
        "| `value_step_s` | number, at least 0 | `0.0` |",
        "| `age_factor` | number, at least 1, at most 100 | `1.0` |",
        "| `preferred_s` | list of whole numbers, at least 1 | none |",
        "| `weights` | table | none |",
        "| `relaxation` | list of tables | none |",
        "| `back_off` | table | none |",
        "| `skills` | list of texts or table | none |",
        "| `date` | date or text | none |",
        "| `from` | date or text | none |",
        "| `until` | date with a time | none |",
        "| `do` | `block`, `divert`, `slow` |  |",
        "| `attestation` | list of texts of `full`, `partial`, `gateway`, `passed`, `none`, `failed` | none |",
        "| `monday` | list of texts | none |",
        '| `takes` | `most_urgent`, `best_skill_first` | `"most_urgent"` |',
    ):
        assert row in page(), row
