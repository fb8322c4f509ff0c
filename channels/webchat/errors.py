"""What may go wrong in web chat."""

from channels.errors import ChannelError


class ChatError(ChannelError):
    """Base of all errors of this room."""


class ChatSettingsRefused(ChatError):
    """A setting cannot be used; the message names the site and the key."""


class WidgetNotBuilt(ChatError):
    """The widget's files are not there; the message says how to build them."""
