"""What keeps waiting work away from an agent, in one line for their own screen."""

from collections.abc import Callable, Sequence

from history.core.vocabulary import Medium, QueueId
from router.core.explain import WhyNot
from router.core.kept_away import KeptAway

_WAITS = {Medium.VOICE: "calls", Medium.MAIL: "e-mail", Medium.CHAT: "chats", Medium.TASK: "tasks"}
_ONE = {Medium.VOICE: "a call", Medium.MAIL: "an e-mail", Medium.CHAT: "a chat", Medium.TASK: "a task"}
_MANY = {Medium.VOICE: "calls", Medium.MAIL: "e-mails", Medium.CHAT: "chats", Medium.TASK: "tasks"}


def line_of(kept: KeptAway, queue_name: Callable[[QueueId], str]) -> str:
    """Return it as a sentence without its full stop, such as `3 chats fill you: e-mail waits`."""
    queues = _listed([queue_name(queue) for queue in kept.queues])
    waits = _waits(kept.waits)
    match kept.because:
        case WhyNot.HELD_FOR_ANOTHER:
            assert kept.held is not None, "somebody is held for something"
            return f"Held for {_overdue(kept.held)}: nothing else is offered"
        case WhyNot.LENT_ELSEWHERE:
            return f"Lent to {queues}: nothing else is offered"
        case WhyNot.KEPT_FOR_OTHERS:
            return f"Kept free for {queues}: {waits}"
        case WhyNot.RESERVED:
            return f"Kept free for an outgoing call: {waits}"
        case WhyNot.PHONE_BUSY:
            return f"Your phone is busy: {waits}"
        case _:
            fills = "fills" if len(kept.carries) == 1 else "fill"
            return f"{_carried(kept.carries)} {fills} you: {waits}"


def _overdue(medium: Medium) -> str:
    return f"an overdue {_ONE[medium].split(' ')[1]}"


def _carried(carries: Sequence[Medium]) -> str:
    """`A call`, `2 chats and an e-mail`."""
    counted = [(medium, carries.count(medium)) for medium in Medium if medium in carries]
    text = _listed([_ONE[medium] if count == 1 else f"{count} {_MANY[medium]}" for medium, count in counted])
    return text[:1].upper() + text[1:]


def _waits(media: Sequence[Medium]) -> str:
    """E-mail is one mass; everything else waits by the piece."""
    alone = len(media) == 1 and media[0] is Medium.MAIL
    text = _listed([_WAITS[medium] for medium in media])
    return f"{text} {'waits' if alone else 'wait'}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
