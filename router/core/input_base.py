"""The base of all inputs: who sends it, and that source's own count."""

from typing import ClassVar

import msgspec

from history.core.vocabulary import SourceId


class Input(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True, gc=False):
    """Base of all inputs."""

    version: ClassVar[int] = 1

    source: SourceId
    source_epoch: int
    source_number: int
