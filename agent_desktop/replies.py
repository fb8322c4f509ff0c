"""Who counts requests, and how each is answered: with the router's receipt in the words of the protocol."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from agent_desktop.core import protocol as p
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.rights import Actor
from agent_desktop.sentences import sentence_of
from history.core.vocabulary import Outcome, OutcomeReason, SourceId
from router.core.inputs import AnyInput, Receipt

Reply = p.Answer | p.Refused

_HIDDEN = {
    OutcomeReason.NOT_YOURS,
    OutcomeReason.UNKNOWN_OFFER,
    OutcomeReason.UNKNOWN_HANDLING,
    OutcomeReason.UNKNOWN_INTERACTION,
}
"""Somebody else's and not there are answered alike."""


@dataclass(slots=True)
class Source:
    """Who counts these requests. The numbers of one source reach the router in order, one after the other."""

    name: SourceId
    epoch: int
    counted_by_client: bool
    """The request's id is its number; else the server counts."""
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_number: int = 1


Make = Callable[[SourceId, int, int], AnyInput]
"""Makes the input of a source's name, epoch and number."""
Submit = Callable[[p.Request, Source, Make], Awaitable[tuple[Receipt, Reply]]]


def making(kind: Callable[..., AnyInput], **what: object) -> Make:
    """Return what makes an input of this kind once its source has counted it."""
    return lambda name, epoch, number: kind(source=name, source_epoch=epoch, source_number=number, **what)


def source_of_tab(actor: Actor, tab: str) -> Source:
    """A tab counts its requests itself: the request's id is its number, also over a restart."""
    return Source(SourceId(f"desktop/{actor.user}/{tab}"), epoch=1, counted_by_client=True)


def refused(request: p.Request, reason: RefusalReason, sentence: str | None = None) -> p.Refused:
    return p.Refused(id=request.id, reason=reason, sentence=sentence or sentence_of(reason, type(request)))


def reply_to(request: p.Request, receipt: Receipt) -> Reply:
    """The router's receipt in the words of the protocol. That nothing had to change is no refusal."""
    if receipt.outcome is Outcome.DEFECT:
        return refused(request, RefusalReason.DEFECT)
    if receipt.outcome is Outcome.ACCEPTED or receipt.reason in (None, OutcomeReason.NO_CHANGE):
        return p.Answer(id=request.id)
    if receipt.reason in _HIDDEN:
        return refused(request, RefusalReason.NOT_ALLOWED)
    return refused(request, RefusalReason(receipt.reason.value))
