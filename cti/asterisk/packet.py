"""One AMI message as a plain value, and the only way to build one that is sent.

Names are compared without regard to case; a name may come more than once. Nothing of the AMI library is in here.
"""

import msgspec

from cti.errors import UnencodableError

VALUE_BYTES_MAX = 512
"""Asterisk reads an AMI line into 1,024 bytes; ours are far shorter."""


class AmiPacket(msgspec.Struct, frozen=True):
    """A response or an event."""

    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The first value of that name, or ''."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def last(self, name: str) -> str:
        """The last value of that name, or ''. Asterisk adds a UserEvent's own headers after the channel's."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == wanted), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    @property
    def succeeded(self) -> bool:
        """Whether a response says yes."""
        return self.get("Response").lower() in ("success", "goodbye")


class AmiAction(msgspec.Struct, frozen=True):
    """An action that may be sent: `action` has looked at each header."""

    name: str
    headers: tuple[tuple[str, str], ...]


def action(name: str, *headers: tuple[str, str]) -> AmiAction:
    """The one encoder. Raises UnencodableError for anything that AMI would not read back as exactly these headers."""
    for key, value in (("Action", name), *headers):
        if not key.isascii() or not key.isalpha():
            raise UnencodableError(f"{key!r} is no name of an AMI header")
        _check_value(key, value)
    return AmiAction(name, headers)


def _check_value(key: str, value: str) -> None:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value):
        raise UnencodableError(f"the AMI header {key} would hold a control character")
    if value != value.strip():
        raise UnencodableError(f"the AMI header {key} would begin or end with a blank")
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise UnencodableError(f"the AMI header {key} would hold a broken character") from error
    if size > VALUE_BYTES_MAX:
        raise UnencodableError(f"the AMI header {key} would be {size} bytes long; at most {VALUE_BYTES_MAX} are sent")
