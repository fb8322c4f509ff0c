"""What a card says about an interaction: whom it is with, and why they are there."""

from dataclasses import dataclass

from history.core.vocabulary import InteractionId, Medium

_NAME_TAG = 4


@dataclass(frozen=True, slots=True)
class About:
    """What the shell has looked up about an interaction."""

    who: str = ""
    why: str = ""
    unread: int = 0
    last_line: str = ""
    last_line_ms: int | None = None
    answered: bool = False
    """Of a mail: the newest word is ours, so nothing is due to the customer."""


def unknown_who(medium: Medium, interaction: InteractionId) -> str:
    """What somebody without a name is called. Visitors get a tag, since an agent has several of them at once."""
    match medium:
        case Medium.VOICE:
            return "Number withheld"
        case Medium.MAIL:
            return "Unknown sender"
        case Medium.CHAT:
            return f"Visitor {interaction[-_NAME_TAG:].upper()}"
        case Medium.TASK:
            return "No customer"
