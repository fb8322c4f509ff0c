"""What a journal entry is: its frame, and the base of everything that may be written into one.

Entries hold ids, enums, numbers and times only. Texts, names, addresses, phone numbers and files are *contents*
(`history/contents.py`) and are named here by their `ContentId`.
"""

from enum import StrEnum
from typing import ClassVar

import msgspec

from history.core.vocabulary import EntryNumber, RulesVersion, StreamName, TenantId


class Kind(StrEnum):
    """What an entry is to its reader."""

    INPUT = "input"  # what came in; stored encoded, read by replay alone
    FACT = "fact"  # what is so because of it; the only thing that changes state


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of all facts. The class name is the entry's type; `version` rises when a field changes its meaning.

    A fact is a value and never part of a cycle, so the garbage collector need not go through them.
    """

    version: ClassVar[int] = 1


class Draft(msgspec.Struct, frozen=True):
    """An entry that has no number yet. `body` is the encoded input or fact."""

    at_ms: int
    kind: Kind
    type: str
    version: int
    rules: RulesVersion
    cause: EntryNumber | None
    body: bytes


class Entry(msgspec.Struct, frozen=True):
    """A committed entry. Numbers in a stream begin at 1 and have no gaps."""

    tenant: TenantId
    stream: StreamName
    number: EntryNumber
    at_ms: int
    kind: Kind
    type: str
    version: int
    rules: RulesVersion
    cause: EntryNumber | None
    body: bytes
