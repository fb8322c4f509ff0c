"""Parts of calls with more than two parties, and of the directory from which somebody is chosen to be asked."""

from enum import StrEnum

import msgspec

from agent_desktop.core.call_on_floor import Talking
from agent_desktop.core.part import Part
from history.core.call_words import HeldBy, PartyAt
from history.core.vocabulary import (
    AgentId,
    ConversationId,
    CustomerId,
    DestinationId,
    HandlingId,
    InteractionId,
    LegFailure,
    LegId,
    Opening,
    Presence,
    QueueId,
    Trust,
)


class PartyState(StrEnum):
    RINGING = "ringing"
    CONNECTED = "connected"


class PartyShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody beside the customer and the owner: a colleague, or a destination outside."""

    leg: LegId
    name: str
    agent: AgentId | None
    at: PartyAt
    state: PartyState
    asked: bool
    """It is the consultation: swap, join, complete and end are about this one."""
    since_ms: int


class CallShown(Part, frozen=True, kw_only=True):
    """Key `call/<handling>`. Where the parties of a call in hand stand; not there while it is simply talked."""

    handling: HandlingId
    interaction: InteractionId
    doing: Talking
    customer: PartyAt
    own: PartyAt
    settled: bool
    """The switch has said that all stand so."""
    failed: bool
    """The last change could not be made."""
    held_since_ms: int | None
    held_by: HeldBy | None
    consult_since_ms: int | None
    consult_failed: LegFailure | None
    """Why the last consultation reached nobody."""
    lost_until_ms: int | None
    """My phone is lost and is rung again until then."""
    parties: tuple[PartyShown, ...]


class ConsultCard(Part, frozen=True, kw_only=True):
    """Key `consult/<leg>`. A colleague asks this agent about a call, or has them in a conference: whose, about whom and
    where it stands. The phone is answered; the record is on the screen from the beginning."""

    leg: LegId
    interaction: InteractionId
    conversation: ConversationId
    who: str
    customer: CustomerId | None
    trust: Trust
    why: str
    queue: QueueId
    queue_name: str
    from_agent: AgentId | None
    from_name: str
    doing: Talking
    handed_on: bool
    """The colleague has gone: whoever answers has the customer."""
    since_ms: int


# ---- view `directory`


class ColleagueShown(Part, frozen=True, kw_only=True):
    """Key `colleague/<agent>`. An agent whom a call could be given to, or who could be asked."""

    agent: AgentId
    name: str
    presence: Presence
    reason_name: str
    in_call: bool
    phone_reachable: bool
    since_ms: int
    takes_calls: bool
    """Ready, with a free phone: a call may be handed on to them."""
    may_be_asked: bool
    """Signed in, with a free phone."""


class QueueTarget(Part, frozen=True, kw_only=True):
    """Key `target/<queue>`. A queue of calls, and how it stands."""

    queue: QueueId
    name: str
    opening: Opening
    waiting: int
    expected_p50_ms: int | None
    ready: int
    """Agents of it who are ready with a free phone."""


class DestinationShown(Part, frozen=True, kw_only=True):
    """Key `destination/<id>`. A place outside."""

    destination: DestinationId
    name: str
