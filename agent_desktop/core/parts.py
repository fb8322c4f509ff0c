"""The parts of a desk and of a conversation, and `AnyPart`, all that views are made of.

`agent_desktop/core/part.py` says what holds for each of them.
"""

from enum import StrEnum

import msgspec

from agent_desktop.core.call_parts import (
    CallShown,
    ColleagueShown,
    ConsultCard,
    DestinationShown,
    QueueTarget,
)
from agent_desktop.core.part import Part
from agent_desktop.core.queue_parts import QueueHead, WaitingRow
from agent_desktop.core.wallboard_parts import (
    AgentRow,
    AgentsByState,
    BoardCenter,
    EmergencyPlace,
    FigureMeaning,
    QueueFigures,
)
from history.core.conversations import Author, SendState
from history.core.customers import IdentityKind
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    ContentId,
    ConversationId,
    CustomerId,
    DispositionId,
    EndedBy,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    OfferId,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    Role,
    Trust,
    UserId,
)
from router.core.explain import WhyNot

# ---- values inside parts


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose from."""

    id: str
    name: str


class QueueChoice(msgspec.Struct, frozen=True, kw_only=True):
    id: QueueId
    name: str
    medium: Medium


class FieldValue(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str


class IdentityShown(msgspec.Struct, frozen=True, kw_only=True):
    kind: IdentityKind
    value: str
    trust: Trust


class AttachmentShown(msgspec.Struct, frozen=True, kw_only=True):
    content: ContentId
    name: str
    media_type: str
    size_bytes: int
    address: str
    """Where it can be fetched, as a download, from the host name for strangers' files."""


# ---- view `desk`


class Center(Part, frozen=True, kw_only=True):
    """Key `center`. What this center is and has; nothing of other media belongs on any screen."""

    name: str
    media: tuple[Medium, ...]
    rehearsal: bool
    """No real calls: the telephone switch is a rehearsal."""
    reasons: tuple[Named, ...]
    dispositions: tuple[Named, ...]
    queues: tuple[QueueChoice, ...]
    disposition_required: tuple[QueueId, ...]
    zone: str
    """IANA name of the zone in which times are shown."""


class Me(Part, frozen=True, kw_only=True):
    """Key `me`. The signed-in user and the presence they chose."""

    user: UserId
    name: str
    role: Role
    is_agent: bool
    """Works in the queues; a user who does not has no presence and gets no offers."""
    presence: Presence
    reason: ReasonCode | None
    by: PresenceBy
    since_ms: int
    backed_off_until_ms: int | None
    """Nothing is offered until then (after a decline or a busy phone)."""
    forced_by_name: str
    """Who set this presence in the agent's place; empty when nobody did."""
    overrun_since_ms: int | None
    """Since when the agent is away for longer than the reason allows."""
    work_in_hand: bool
    """Something is offered or in hand: another presence may be planned for its end."""
    planned: Presence | None
    """What the agent becomes with the last of what they have in hand; nothing more is offered until then."""
    planned_reason: ReasonCode | None


class PhoneKind(StrEnum):
    NONE = "none"
    DESK = "desk"  # a telephone on the desk; the page shows its state
    SOFTPHONE = "softphone"  # the page is the telephone, by SIP over WebSocket
    REHEARSAL = "rehearsal"  # the rehearsal switch's phone, answered by a button


class PhoneState(StrEnum):
    UNREACHABLE = "unreachable"
    FREE = "free"
    RINGING = "ringing"
    BUSY = "busy"


class Phone(Part, frozen=True, kw_only=True):
    """Key `phone`. The agent's phone as the switch sees it."""

    kind: PhoneKind
    state: PhoneState
    ws_url: str | None
    sip_uri: str | None
    password: str | None
    """For the agent's own softphone alone; a new one at each sign-in where the switch allows."""


class CapacityChip(Part, frozen=True, kw_only=True):
    """Key `capacity/<medium>`. What the agent carries of one medium: the number of live leases, and the limit."""

    medium: Medium
    carried: int
    limit: int


class OfferCard(Part, frozen=True, kw_only=True):
    """Key `offer/<offer>`. One interaction proposed to this agent: who, why, which queue, how long they waited."""

    offer: OfferId
    interaction: InteractionId
    conversation: ConversationId
    medium: Medium
    who: str
    customer: CustomerId | None
    trust: Trust
    why: str
    queue: QueueId
    queue_name: str
    arrived_ms: int
    offered_ms: int
    expires_at_ms: int
    ringing: bool
    acceptable_here: bool
    """Accept works (chat, mail, task); a call is answered on the phone."""


class WorkState(StrEnum):
    ACTIVE = "active"
    WRAP_UP = "wrap_up"


class WorkItem(Part, frozen=True, kw_only=True):
    """Key `work/<handling>`. The agent's part in one interaction, from accepting to the end of wrap-up."""

    handling: HandlingId
    interaction: InteractionId
    conversation: ConversationId
    medium: Medium
    state: WorkState
    who: str
    customer: CustomerId | None
    trust: Trust
    why: str
    queue: QueueId
    queue_name: str
    arrived_ms: int
    started_ms: int
    wrap_up_since_ms: int | None
    wrap_up_ends_at_ms: int | None
    wrap_up_timed: bool
    """The wrap-up ends at its time, whoever writes."""
    wrap_up_optional: bool
    """The agent is free for more meanwhile; nothing has to be written."""
    extension_ms: int
    """By so much the agent may put off the end of a timed wrap-up, each time."""
    extensions_left: int
    ended_by: EndedBy | None
    due_ms: int | None
    """None when nothing is due to the customer: a mail whose newest word is ours."""
    customer_gone: bool
    unread: int
    last_line: str
    last_line_ms: int | None
    disposition_required: bool


class DraftShown(Part, frozen=True, kw_only=True):
    """Key `draft/<handling>/<kind>`. Half a note or half an answer, as last saved."""

    handling: HandlingId
    kind: str
    text: str


class QueueGlance(Part, frozen=True, kw_only=True):
    """Key `queue/<queue>`. One of the agent's own queues."""

    queue: QueueId
    name: str
    medium: Medium
    waiting: int
    longest_waiting_since_ms: int | None
    may_pull: bool
    """The agent may look at what waits here and take it."""


class WorkKeptAway(Part, frozen=True, kw_only=True):
    """Key `kept_away`. There only while something waits in the agent's queues, or where they are lent to, that capacity
    or a rule keeps away from them."""

    because: WhyNot
    line: str
    """What it is, in words, such as `3 chats fill you: e-mail waits`."""


class TodayCount(Part, frozen=True, kw_only=True):
    """Key `today/<medium>`. What this agent has completed since midnight in the center's zone."""

    medium: Medium
    handled: int
    handle_ms: int
    """From accepting to the end of wrap-up, summed over those handled."""


class ChannelDown(Part, frozen=True, kw_only=True):
    """Key `channel/<name>`. There only while a channel does not work; one sentence says what and what to do."""

    name: str
    medium: Medium
    sentence: str
    since_ms: int


# ---- view `conversation:<id>`


class ConversationHead(Part, frozen=True, kw_only=True):
    """Key `head`."""

    conversation: ConversationId
    interaction: InteractionId
    medium: Medium
    subject: str
    queue: QueueId | None
    queue_name: str
    began_ms: int
    due_ms: int | None
    reply_to: str | None
    """Where an answer goes: the customer's mail address."""
    reply_from: str | None
    """From which of our addresses it goes: the one they wrote to."""
    follows: ConversationId | None
    customer_gone: bool
    closed: CloseReason | None


class MessageShown(Part, frozen=True, kw_only=True):
    """Key `message/<number, ten digits>`. One chat line or mail; keys sort in the order of the conversation."""

    message: MessageId
    number: int
    author: Author
    agent: AgentId | None
    who: str
    at_ms: int
    text: str
    """For a mail its new text."""
    quoted: str
    """What a mail repeats of earlier ones."""
    html: str | None
    """Sanitised; to be shown in a sandboxed frame."""
    subject: str | None
    address_from: str | None
    address_to: str | None
    attachments: tuple[AttachmentShown, ...]
    client_message: str | None
    send_state: SendState | None
    send_detail: str | None
    unreadable: bool


class TaskShown(Part, frozen=True, kw_only=True):
    """Key `task`. What is to be done."""

    title: str
    fields: tuple[FieldValue, ...]


class NoteShown(Part, frozen=True, kw_only=True):
    """Key `note/<handling>`. An agent's note on their handling; `so_far` while they still write it."""

    handling: HandlingId
    agent: AgentId
    who: str
    at_ms: int
    text: str
    disposition: DispositionId | None
    so_far: bool


class CustomerShown(Part, frozen=True, kw_only=True):
    """Key `customer`. Whom we know behind this conversation; a claimed identity is shown as claimed."""

    customer: CustomerId | None
    name: str
    trust: Trust
    identities: tuple[IdentityShown, ...]


class TimelineRow(Part, frozen=True, kw_only=True):
    """Key `timeline/<interaction>`. One interaction of this customer, over any medium."""

    interaction: InteractionId
    conversation: ConversationId
    medium: Medium
    began_ms: int
    ended_ms: int | None
    queue_name: str
    agent_name: str
    state: str
    disposition_name: str
    summary: str


AnyPart = (
    Center
    | Me
    | Phone
    | CapacityChip
    | OfferCard
    | WorkItem
    | CallShown
    | ConsultCard
    | ColleagueShown
    | QueueTarget
    | DestinationShown
    | DraftShown
    | QueueGlance
    | WorkKeptAway
    | TodayCount
    | ChannelDown
    | ConversationHead
    | MessageShown
    | TaskShown
    | NoteShown
    | CustomerShown
    | TimelineRow
    | QueueHead
    | WaitingRow
    | BoardCenter
    | QueueFigures
    | EmergencyPlace
    | AgentsByState
    | AgentRow
    | FigureMeaning
)
