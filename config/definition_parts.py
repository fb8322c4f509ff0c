"""What all tables of a definition are made of."""

from typing import Annotated

import msgspec

Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Factor = Annotated[float, msgspec.Meta(ge=1, le=100)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file. An unknown key is refused, since it is most often a misspelt one."""
