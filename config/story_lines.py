"""A call's story as lines that people read."""

import datetime
from collections.abc import Iterator

from cti.core.story import Party, Story, Transfer


def lines_of(story: Story) -> Iterator[str]:
    """Yield the story: one line for the call, then what happened in the order of happening."""
    dialled = f" called {story.dialled}" if story.dialled else " called"
    began = "the switch began it; " if story.originated else ""
    yield f"{story.call_id}  {_at(story.began_ms)}  {began}{_who(story.caller)}{dialled}: {story.outcome}"
    if not story.beginning_seen:
        yield "  It began before this was recorded."
    for _, line in sorted(_happened(story), key=lambda pair: pair[0]):
        yield f"  {line}"
    for share in story.shares:
        digits = f", {share.digits} digits" if share.digits else ""
        yield f"  {_who(share.party)}: talked {_s(share.talk_ms)}, held {_s(share.hold_ms)}{digits}"
    if story.conference:
        yield "  It was a conference."
    yield f"  {_end(story)}"


def _happened(story: Story) -> Iterator[tuple[int, str]]:
    for visit in story.queues:
        how = "gave up" if visit.abandoned else "left"
        until = "waits still" if visit.left_ms is None else f"{how} after {_s(visit.left_ms - visit.joined_ms)}"
        yield visit.joined_ms, f"{_at(visit.joined_ms)}  {_who(visit.by)} waited in queue {visit.queue}; {until}"
    for ring in story.rings:
        by = f" for {_who(ring.by)}" if ring.by else ""
        answered = f" by {_who(ring.answered_by)}" if ring.answered_by else ""
        forwarded = f", forwarded to {ring.forwarded_to}" if ring.forwarded_to else ""
        end = "rings still" if ring.end is None else str(ring.end)
        after = "" if ring.ended_ms is None else f" after {_s(ring.ended_ms - ring.began_ms)}"
        yield ring.began_ms, f"{_at(ring.began_ms)}  rang {_who(ring.target)}{by}: {end}{answered}{after}{forwarded}"
    for talk in story.talks:
        until = "talk still" if talk.until_ms is None else f"talked {_s(talk.until_ms - talk.from_ms)}"
        yield talk.from_ms, f"{_at(talk.from_ms)}  {', '.join(_who(party) for party in talk.parties)}: {until}"
    for hold in story.holds:
        until = "holds still" if hold.until_ms is None else f"for {_s(hold.until_ms - hold.from_ms)}"
        yield hold.from_ms, f"{_at(hold.from_ms)}  {_who(hold.by)} held the other side {until}"
    for transfer in story.transfers:
        yield transfer.at_ms, f"{_at(transfer.at_ms)}  {_transfer(transfer)}"


def _transfer(transfer: Transfer) -> str:
    whom = _who(transfer.transferred) if transfer.transferred else "the other side"
    to = [*([transfer.to] if transfer.to else []), *(_who(party) for party in transfer.targets)]
    failed = "" if transfer.succeeded else " in vain"
    return f"{_who(transfer.by)} transferred {whom} ({transfer.kind}){failed} to {', '.join(to) or 'somebody'}"


def _end(story: Story) -> str:
    ending = story.ending
    if ending is None:
        return "It goes on."
    if ending.joined_to is not None:
        return f"{_at(ending.at_ms)}  It goes on in {ending.joined_to}."
    who = f" ({_who(ending.party)})" if ending.party else ""
    inferred = ", as who left first shows" if ending.inferred else ""
    return f"{_at(ending.at_ms)}  Hung up by {ending.by}{who}{inferred}: {ending.reason}, cause {ending.cause}."


def _who(party: Party) -> str:
    return f"{party.phone} <{party.number}>" if party.number else party.phone


def _at(ms: int) -> str:
    return f"{datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC):%H:%M:%S}.{ms % 1000:03}"


def _s(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
