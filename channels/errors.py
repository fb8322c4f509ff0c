"""What may go wrong in the channels; each medium's own errors stand in its folder.

ChannelError
    TaskRefused             a task cannot be made as it was asked for
    webchat.errors.ChatError
"""


class ChannelError(Exception):
    """Base of this room's errors."""


class TaskRefused(ChannelError):
    """The task cannot be made as it was asked for; the message names the field and what it may be."""
