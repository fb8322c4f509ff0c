"""What a view is made of: one part is what one card, row or panel of a screen shows."""

import msgspec

from agent_desktop.core.words import tag_of


class Part(msgspec.Struct, frozen=True, kw_only=True, tag=tag_of):
    """Base of all parts.

    Names are resolved by the server; ids travel too, so that requests can name what they mean. A time that ticks on a
    screen is sent as the instant at which it began (`…_since_ms`) or ends, never as an age.
    """

    key: str
    """Unique in its view, and stable while the thing it shows lives."""
