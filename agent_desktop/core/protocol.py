"""All messages of the agent's WebSocket, versioned: what a browser may ask and what the server tells it.

A client sends *requests*; each carries the client's own count `id` (1, 2, 3 … for one tab, kept over reconnects) and
gets exactly one `Answer` or `Refused` with the same id. A request that is sent again with the same id counts once,
also over a restart of the server.

The server shows *views*. A view is a set of *parts*, each with a `key` that is unique in its view: the browser keeps
them in a map and works out nothing. `Snapshot` replaces the whole map; `Change` leads from one number to the next: it
puts some parts and removes some keys. Whoever stands at another number than `from_number` opens the view again.
`Heartbeat` and `TypingShown` travel unnumbered and may be lost.

Times are UTC milliseconds of the server; every message that shows times carries `server_ms`, by which a browser knows
how far its own clock is off. The parts are in `parts.py`, `wallboard_parts.py` and `queue_parts.py` here.
`python -m agent_desktop.typescript` writes the TypeScript types of all this.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from agent_desktop.core.parts import AnyPart
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.words import tag_of
from history.core.call_words import CallAct
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ConversationId,
    CustomerId,
    DestinationId,
    DispositionId,
    HandlingId,
    InteractionId,
    LegId,
    NumberId,
    OfferId,
    Presence,
    QueueId,
    ReasonCode,
    Role,
    UserId,
)

PROTOCOL_VERSION = 1
"""Rises when an older page can no longer talk to the server; such a page is told to reload."""

LINE_MAX = 4_000
MAIL_TEXT_MAX = 15_000
NOTE_MAX = 8_000
TASK_FIELDS_MAX = 40
REQUEST_BYTES_MAX = 65_536
"""One WebSocket message; a longer one closes the socket (libraries: W6)."""

HEARTBEAT_MS = 5_000
SILENCE_MAX_MS = 15_000
"""A desktop that says nothing for this long is lost to the router; a page sends `Ping` every `HEARTBEAT_MS`."""

DESK_VIEW = "desk"
WALLBOARD_VIEW = "wallboard"
DIRECTORY_VIEW = "directory"
CONVERSATION_VIEW_PREFIX = "conversation:"
QUEUE_VIEW_PREFIX = "queue:"

RequestId = Annotated[int, msgspec.Meta(ge=1, le=9_007_199_254_740_991)]
WholeNumber = Annotated[int, msgspec.Meta(ge=-9_007_199_254_740_991, le=9_007_199_254_740_991)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ClientKey = Annotated[ClientMessageId, msgspec.Meta(min_length=1, max_length=64)]


class DraftKind(StrEnum):
    """Which half-written text a draft is."""

    NOTE = "note"
    ANSWER = "answer"


class Request(msgspec.Struct, frozen=True, kw_only=True, tag=tag_of, forbid_unknown_fields=True):
    """Base of all that a client may ask."""

    id: RequestId


class SetPresence(Request, frozen=True, kw_only=True):
    """Choose ready, not ready (with a reason of the definition) or signed out.

    `after_work` means with the last of what is in hand, and at once when nothing is. A choice for now drops the plan.
    """

    presence: Presence
    reason: ReasonCode | None = None
    after_work: bool = False


class AcceptOffer(Request, frozen=True, kw_only=True):
    """Take an offered mail, chat or task. A call is accepted on the phone."""

    offer: OfferId


class DeclineOffer(Request, frozen=True, kw_only=True):
    offer: OfferId


class EndHandling(Request, frozen=True, kw_only=True):
    """End my part with the customer; wrap-up begins."""

    handling: HandlingId


class CompleteHandling(Request, frozen=True, kw_only=True):
    """End wrap-up. A note is committed before the router is told, so it is never lost."""

    handling: HandlingId
    disposition: DispositionId | None = None
    note: Annotated[str, msgspec.Meta(max_length=NOTE_MAX)] = ""


class ExtendWrapUp(Request, frozen=True, kw_only=True):
    """Put off the end of a timed wrap-up by its queue's extension, as often as the queue allows."""

    handling: HandlingId


class SendLine(Request, frozen=True, kw_only=True):
    """Say one line in a chat. The same `client_message` is the same line."""

    handling: HandlingId
    client_message: ClientKey
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LINE_MAX)]


class SendMail(Request, frozen=True, kw_only=True):
    """Answer a mail, once for each `client_message`."""

    handling: HandlingId
    client_message: ClientKey
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAIL_TEXT_MAX)]


class SaveDraft(Request, frozen=True, kw_only=True):
    """Keep half a note or half an answer; an empty text removes it."""

    handling: HandlingId
    kind: DraftKind
    text: Annotated[str, msgspec.Meta(max_length=MAIL_TEXT_MAX)]


class PopShown(Request, frozen=True, kw_only=True):
    """The page has painted the offer's record; sent once for each offer, as soon as it is painted."""

    offer: OfferId


class MarkRead(Request, frozen=True, kw_only=True):
    """All messages of this handling's conversation up to `number` were on the agent's screen."""

    handling: HandlingId
    number: int


class OpenView(Request, frozen=True, kw_only=True):
    """Show me a view from now on: `desk`, `wallboard`, `directory`, `conversation:<id>` or `queue:<id>`.

    With `from_number` the client says where it stands: it gets the changes since, or a snapshot.
    """

    view: ShortText
    from_number: int | None = None


class CloseView(Request, frozen=True, kw_only=True):
    view: ShortText


class CreateTask(Request, frozen=True, kw_only=True):
    """Make a task. The same `client_message` is the same task; `Answer.created` names its conversation."""

    client_message: ClientKey
    queue: QueueId
    title: ShortText
    fields: Annotated[dict[str, str], msgspec.Meta(max_length=TASK_FIELDS_MAX)] = {}
    customer: CustomerId | None = None
    due_ms: int | None = None


class PullWork(Request, frozen=True, kw_only=True):
    """Take waiting work out of its turn, or give it to another agent.

    A call rings the agent's phone; everything else is theirs at once.
    """

    interaction: InteractionId
    agent: AgentId | None = None
    """Whose it becomes; none: mine."""


class ForcePresence(Request, frozen=True, kw_only=True):
    """Set another agent's presence. What is offered to them is taken back, what they handle stays theirs."""

    agent: AgentId
    presence: Presence
    reason: ReasonCode | None = None


class LendAgent(Request, frozen=True, kw_only=True):
    """Let another agent help in a queue, whatever it asks, until they are called back; with `only`, in no other."""

    agent: AgentId
    to: QueueId
    only: bool = False


class RecallAgent(Request, frozen=True, kw_only=True):
    """Call an agent back from the queue that they help in. What they have in hand stays theirs."""

    agent: AgentId


class KeepLent(Request, frozen=True, kw_only=True):
    """Say whether the rule that lent an agent may call them back."""

    agent: AgentId
    kept: bool


class CloseWrapUp(Request, frozen=True, kw_only=True):
    """End a wrap-up that its agent has left open, without a disposition."""

    handling: HandlingId


class PrioritiseWork(Request, frozen=True, kw_only=True):
    """Give waiting work another priority, from -10 to 10; higher is sooner. Its wait counts on."""

    interaction: InteractionId
    priority: WholeNumber


class MoveWork(Request, frozen=True, kw_only=True):
    """Send waiting work to another queue of its medium, with its arrival and its wait."""

    interaction: InteractionId
    to: QueueId


class ParkWork(Request, frozen=True, kw_only=True):
    """Put waiting work aside until then (UTC ms), at most for 31 days. Its wait counts on."""

    interaction: InteractionId
    until_ms: WholeNumber


class ResumeWork(Request, frozen=True, kw_only=True):
    """Let what was put aside wait again, in its old place."""

    interaction: InteractionId


class DeclareEmergency(Request, frozen=True, kw_only=True):
    """Let everybody who waits and everybody who comes go the emergency route of a queue, or of a number that is
    dialled (one of the two), until then (UTC ms), at most for 7 days. Said again, the later time counts."""

    queue: QueueId | None = None
    number: NumberId | None = None
    until_ms: WholeNumber


class LiftEmergency(Request, frozen=True, kw_only=True):
    """End it before its time."""

    queue: QueueId | None = None
    number: NumberId | None = None


class SteerCall(Request, frozen=True, kw_only=True):
    """Hold the customer or take them back; in a consultation swap, join all, hand over to whom is asked, or end it."""

    handling: HandlingId
    act: CallAct


class HandOverCall(Request, frozen=True, kw_only=True):
    """Hand the customer on without asking first, to exactly one of the three. My part ends with it; my note so far, who
    the customer is and how sure that is go along."""

    handling: HandlingId
    to_queue: QueueId | None = None
    to_agent: AgentId | None = None
    to_destination: DestinationId | None = None


class AskConsult(Request, frozen=True, kw_only=True):
    """Ask somebody, exactly one of the three, while the customer hears music."""

    handling: HandlingId
    to_queue: QueueId | None = None
    """The best agent of it who is free now."""
    to_agent: AgentId | None = None
    to_destination: DestinationId | None = None


class DropParty(Request, frozen=True, kw_only=True):
    """Take somebody out of the call: a phone that rings or talks, not my own."""

    handling: HandlingId
    leg: LegId


class TellTyping(Request, frozen=True, kw_only=True):
    """The agent is (or is no longer) writing to the customer; may be lost."""

    handling: HandlingId
    typing: bool


class Ping(Request, frozen=True, kw_only=True):
    """I am alive. Any other request says so as well."""


class AnswerRehearsalPhone(Request, frozen=True, kw_only=True):
    """Lift the rehearsal switch's phone of this agent; refused where the center has a real switch."""


class DeclineRehearsalPhone(Request, frozen=True, kw_only=True):
    pass


class HangUpRehearsalPhone(Request, frozen=True, kw_only=True):
    pass


AnyRequest = (
    SetPresence
    | AcceptOffer
    | DeclineOffer
    | EndHandling
    | CompleteHandling
    | ExtendWrapUp
    | SendLine
    | SendMail
    | SaveDraft
    | PopShown
    | MarkRead
    | OpenView
    | CloseView
    | CreateTask
    | PullWork
    | ForcePresence
    | LendAgent
    | RecallAgent
    | KeepLent
    | CloseWrapUp
    | PrioritiseWork
    | MoveWork
    | ParkWork
    | ResumeWork
    | DeclareEmergency
    | LiftEmergency
    | SteerCall
    | HandOverCall
    | AskConsult
    | DropParty
    | TellTyping
    | Ping
    | AnswerRehearsalPhone
    | DeclineRehearsalPhone
    | HangUpRehearsalPhone
)


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=tag_of):
    """Base of all that the server says."""


class Welcome(Message, frozen=True, kw_only=True):
    """First message on each socket."""

    protocol: int
    user: UserId
    role: Role
    server_ms: int
    """When the server wrote this."""
    last_id: int
    """Highest request id of this tab that was answered on an earlier socket of this server; count on from there."""


class Snapshot(Message, frozen=True, kw_only=True):
    """The whole view as it is at `number`; replaces what the client had of it."""

    view: str
    number: int
    server_ms: int
    parts: tuple[AnyPart, ...]


class Change(Message, frozen=True, kw_only=True):
    """Leads a view from `from_number` to `number`: first remove, then put."""

    view: str
    from_number: int
    number: int
    server_ms: int
    put: tuple[AnyPart, ...]
    removed: tuple[str, ...]


class ViewClosed(Message, frozen=True, kw_only=True):
    """The view is no longer shown, since the right to see it has ended."""

    view: str


class Answer(Message, frozen=True, kw_only=True):
    """The request was carried out and committed."""

    id: int
    created: str | None = None
    """The id of what was made: a message, or a task's conversation."""


class Refused(Message, frozen=True, kw_only=True):
    """The request was not carried out. `sentence` is for people; `id` is 0 when the request had none to read."""

    id: int
    reason: RefusalReason
    sentence: str


class Heartbeat(Message, frozen=True, kw_only=True):
    """Sent every `HEARTBEAT_MS`; three missing ones mean that the screen is stale."""

    server_ms: int


class TypingShown(Message, frozen=True, kw_only=True):
    """The customer of this conversation is (or is no longer) writing."""

    conversation: ConversationId
    typing: bool


class FarewellReason(StrEnum):
    SIGNED_OUT = "signed_out"  # the session ended or its rights changed: sign in again
    STOPPING = "stopping"  # the server stops: reconnect
    SILENT = "silent"  # nothing was heard for too long: reconnect
    OLD_PAGE = "old_page"  # the page speaks another protocol: reload


class Farewell(Message, frozen=True, kw_only=True):
    """Last message before the server closes the socket."""

    reason: FarewellReason


AnyMessage = Welcome | Snapshot | Change | ViewClosed | Answer | Refused | Heartbeat | TypingShown | Farewell
