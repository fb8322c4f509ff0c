"""docs/configuration.md says every key, every variable, and nothing stale."""

import re
from pathlib import Path

import msgspec

from config import definition
from config.documents import ENVIRONMENT, TABLES, page

ROOT = Path(__file__).parents[2]


def test_the_page_is_not_stale() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == page(), "run make docs"


def test_every_table_of_the_definition_is_on_the_page() -> None:
    parts = {part for part in vars(definition).values() if isinstance(part, type) and issubclass(part, msgspec.Struct)}
    shown = {table for _, table in TABLES}
    assert parts - shown == {definition._Part, definition.Definition}


def test_every_variable_that_the_program_reads_is_on_the_page() -> None:
    read = set()
    for path in (ROOT / "config").glob("*.py"):
        read |= set(re.findall(r'"(SWITCHROOM_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    named = {name for name, _ in ENVIRONMENT} | {"SWITCHROOM_AMI_SECRET", "SWITCHROOM_REHEARSAL_PORTS"}
    assert read <= named, read - named
