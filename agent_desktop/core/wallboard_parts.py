"""The parts of the view `wallboard`."""

from enum import StrEnum

import msgspec

from agent_desktop.core.part import Part
from history.core.vocabulary import AgentId, HandlingId, Medium, NumberId, Opening, Presence, QueueId


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
    expected_p50_ms: int | None
    expected_p90_ms: int | None
    """How long somebody who comes now will wait, as in `queue_head`; null for a total as well."""
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
    opening: Opening
    """By the queue's hours; always open without any."""
    opening_until_ms: int | None


class EmergencyPlace(Part, frozen=True, kw_only=True):
    """Key `emergency/queue/<queue>` or `emergency/number/<number>`. What has an emergency route, and whether it is in
    use."""

    queue: QueueId | None
    number: NumberId | None
    name: str
    leads_to: str
    """What becomes of customers, such as `goes to Voicemail`."""
    until_ms: int | None
    """None: no emergency."""
    by_name: str


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


class WrapUpShown(msgspec.Struct, frozen=True, kw_only=True):
    """A wrap-up that is open; it hangs when it lasts while nobody writes."""

    handling: HandlingId
    medium: Medium
    since_ms: int
    ends_at_ms: int | None


class LentShown(msgspec.Struct, frozen=True, kw_only=True):
    """In which queue an agent helps, since when, and who lent them: a rule, where nobody is named."""

    queue: QueueId
    queue_name: str
    since_ms: int
    by_name: str
    only: bool
    kept: bool


class AgentRow(Part, frozen=True, kw_only=True):
    """Key `agent/<agent>`."""

    agent: AgentId
    name: str
    activity: AgentActivity
    presence: Presence
    reason_name: str
    forced_by_name: str
    overrun_since_ms: int | None
    planned: Presence | None
    planned_reason_name: str
    wrap_ups: tuple[WrapUpShown, ...]
    since_ms: int
    carries: tuple[Medium, ...]
    desktop_connected: bool
    phone_reachable: bool
    lent: LentShown | None


class FigureMeaning(Part, frozen=True, kw_only=True):
    """Key `meaning/<figure>`. What a figure counts, in words, for its tooltip."""

    figure: str
    name: str
    words: str
    numerator: str
    denominator: str
