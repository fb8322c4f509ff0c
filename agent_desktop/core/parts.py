"""The parts that views are made of: what one card, row or panel of a screen shows.

Each part has a `key`, unique in its view and stable while the thing it shows lives. Names are resolved by the server;
ids travel too, so that requests can name what they mean. A time that ticks on a screen is sent as the instant at which
it began (`…_since_ms`) or ends, never as an age.
"""

from enum import StrEnum

import msgspec

from agent_desktop.core.words import tag_of
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


class Part(msgspec.Struct, frozen=True, kw_only=True, tag=tag_of):
    """Base of all parts."""

    key: str


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
    """Key `note/<handling>`. An agent's note on their handling."""

    handling: HandlingId
    agent: AgentId
    who: str
    at_ms: int
    text: str
    disposition: DispositionId | None


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


# ---- view `wallboard`


class BoardCenter(Part, frozen=True, kw_only=True):
    """Key `center`."""

    name: str
    media: tuple[Medium, ...]
    rehearsal: bool
    zone: str
    day_began_ms: int
    """Since when `today` counts: midnight in `zone`."""


class QueueFigures(Part, frozen=True, kw_only=True):
    """Key `queue/<queue>`, and `total/<medium>` with `queue` null for all queues of a medium."""

    queue: QueueId | None
    name: str
    medium: Medium
    waiting: int
    longest_waiting_since_ms: int | None
    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    flowed_out: int
    level_met: int
    level_of: int
    """Service level is level_met / level_of; with level_of 0 there is none yet."""
    level_percent: float | None
    level_target_percent: int
    level_within_ms: int


class AgentActivity(StrEnum):
    """An agent's presence and workload in one word for the board."""

    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"  # in a call, or with a mail, chat or task in hand
    WRAP_UP = "wrap_up"


class AgentsByState(Part, frozen=True, kw_only=True):
    """Key `agents`. How many agents are in each activity; they add up to all agents."""

    signed_out: int
    not_ready: int
    ready: int
    offered: int
    talking: int
    wrap_up: int


class AgentRow(Part, frozen=True, kw_only=True):
    """Key `agent/<agent>`."""

    agent: AgentId
    name: str
    activity: AgentActivity
    presence: Presence
    reason_name: str
    since_ms: int
    carries: tuple[Medium, ...]
    desktop_connected: bool
    phone_reachable: bool


class FigureMeaning(Part, frozen=True, kw_only=True):
    """Key `meaning/<figure>`. What a figure counts, in words, for its tooltip."""

    figure: str
    name: str
    words: str
    numerator: str
    denominator: str


AnyPart = (
    Center
    | Me
    | Phone
    | CapacityChip
    | OfferCard
    | WorkItem
    | DraftShown
    | QueueGlance
    | TodayCount
    | ChannelDown
    | ConversationHead
    | MessageShown
    | TaskShown
    | NoteShown
    | CustomerShown
    | TimelineRow
    | BoardCenter
    | QueueFigures
    | AgentsByState
    | AgentRow
    | FigureMeaning
)
