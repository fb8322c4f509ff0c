"""Ids, media and reasons: the words that every journal entry is made of.

An id is a `NewType` of `str` or `int`, so that an entry's annotation says what it names; a bare `str` in an entry is
free text and refused by `tests/history/test_entries.py`. The glossary (GLOSSARY.md) has each word's one meaning.
"""

from enum import StrEnum
from typing import NewType


class Word(StrEnum):
    """Base of the enums below. They are keys of the router's tables, and the enum's own hash is a call in Python."""

    __hash__ = str.__hash__


TenantId = NewType("TenantId", str)
DomainId = NewType("DomainId", str)
StreamName = NewType("StreamName", str)
EntryNumber = NewType("EntryNumber", int)

AgentId = NewType("AgentId", str)  # also the user id of that agent
UserId = NewType("UserId", str)
TeamId = NewType("TeamId", str)
QueueId = NewType("QueueId", str)
HoursId = NewType("HoursId", str)
NumberId = NewType("NumberId", str)  # of a number that callers dial, never the number itself
DestinationId = NewType("DestinationId", str)  # a place outside the engine, in the dialplan
AnnouncementId = NewType("AnnouncementId", str)
SkillId = NewType("SkillId", str)
Requirement = NewType("Requirement", str)  # canonical text of an expression over skills: ids and numbers only
ReservationId = NewType("ReservationId", str)  # an agent kept free for an outbound call, as its campaign calls it
WorkId = NewType("WorkId", str)  # work that was not offered, as its room calls it
ReasonCode = NewType("ReasonCode", str)  # why an agent is not ready: an id of the definition
DispositionId = NewType("DispositionId", str)
RuleId = NewType("RuleId", str)  # a rule by which agents are shared: an id of the definition
SwitchName = NewType("SwitchName", str)
PhoneName = NewType("PhoneName", str)  # the switch's name of an agent's phone, never a phone number
MailboxId = NewType("MailboxId", str)
SiteId = NewType("SiteId", str)  # a web site that carries the chat widget
FormId = NewType("FormId", str)
LanguageTag = NewType("LanguageTag", str)  # BCP 47
SegmentId = NewType("SegmentId", str)
RegionId = NewType("RegionId", str)

InteractionId = NewType("InteractionId", str)
VisitId = NewType("VisitId", str)
OfferId = NewType("OfferId", str)
LegId = NewType("LegId", str)  # of a phone's part in a call: the first one's is its offer's id, later ones are counted
HandlingId = NewType("HandlingId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)  # of a line or mail inside a conversation
ClientMessageId = NewType("ClientMessageId", str)  # chosen by who wrote it; the same id is the same message
CustomerId = NewType("CustomerId", str)
IdentityId = NewType("IdentityId", str)
ContentId = NewType("ContentId", str)
DigestHex = NewType("DigestHex", str)
SourceId = NewType("SourceId", str)  # who sends inputs: a switch, a channel's announcer, a desktop's session
SessionId = NewType("SessionId", str)
RulesVersion = NewType("RulesVersion", str)


class Medium(Word):
    """What an interaction travels over. A task has no medium of its own; it counts as one for capacity."""

    VOICE = "voice"
    MAIL = "mail"
    CHAT = "chat"
    TASK = "task"


class Presence(Word):
    """What an agent chose. What they are doing (workload) is derived from their leases, never stored."""

    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"


class PresenceBy(Word):
    """Who changed a presence."""

    AGENT = "agent"
    MISSED_OFFERS = "missed_offers"
    PHONE_PROBLEM = "phone_problem"
    SUPERVISOR = "supervisor"


class Trust(Word):
    """How sure we are that a customer is who their identity says."""

    VERIFIED = "verified"
    CLAIMED = "claimed"


class Role(Word):
    """What a user may do; see `agent_desktop.core.rights`."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    INTEGRATOR = "integrator"


class HandlingRole(Word):
    OWNER = "owner"


class LegFailure(Word):
    """Why an agent's phone was not connected."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"
    REFUSED = "refused"
    SWITCH_DOWN = "switch_down"


class EndedBy(Word):
    """Who ended a handling's part with the customer."""

    CUSTOMER = "customer"
    AGENT = "agent"
    LOST = "lost"
    SYSTEM = "system"


class WithdrawnBecause(Word):
    """Why an offer ended without the agent's doing."""

    CUSTOMER_LEFT = "customer_left"
    ANSWERED_ELSEWHERE = "answered_elsewhere"  # by a phone whose own offer had ended, or outside the engine
    AGENT_TALKS = "agent_talks"  # the agent's phone answered another call, late
    PHONE_GONE = "phone_gone"
    FORCED = "forced"  # a supervisor took the agent out
    MOVED = "moved"  # a supervisor moved, parked or gave away what was offered
    EMERGENCY = "emergency"  # its queue or number has gone into emergency mode
    DEFINITION = "definition"


class CloseReason(Word):
    """The one terminal reason of an interaction."""

    HANDLED = "handled"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    SWITCH_RESTARTED = "switch_restarted"
    SERVED_BY_FALLBACK = "served_by_fallback"  # without an engine: by whom the dialplan's fallback rang
    SENT_OUTSIDE = "sent_outside"  # by rule, to a destination that is not ours
    TURNED_AWAY = "turned_away"  # by rule, with a word
    UNKNOWN_QUEUE = "unknown_queue"


class Standing(Word):
    """Where the switch has a caller, seen after a gap or outside the engine's doing."""

    WAITING = "waiting"
    WITH_AGENT = "with_agent"  # a phone of ours rings, talks or has just hung up
    SERVED = "served"  # by whom the dialplan's fallback rang


class BackOffBecause(Word):
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


class Outcome(Word):
    """What became of an input."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"  # it fits nothing any more; the reason says why
    REFUSED = "refused"  # whoever asked is told the field and the reason
    DEFECT = "defect"  # set aside: an exception in the engine, nothing has changed


class OutcomeReason(Word):
    """Why an input was ignored or refused: one enum, so that screens and the API can translate it."""

    OLDER_EPOCH = "older_epoch"
    ALREADY_HANDLED = "already_handled"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_QUEUE = "unknown_queue"
    UNKNOWN_REASON = "unknown_reason"
    UNKNOWN_DISPOSITION = "unknown_disposition"
    UNKNOWN_INTERACTION = "unknown_interaction"
    UNKNOWN_OFFER = "unknown_offer"
    UNKNOWN_HANDLING = "unknown_handling"
    NOT_YOURS = "not_yours"
    OFFER_ENDED = "offer_ended"
    OFFER_NOT_ACCEPTABLE_HERE = "offer_not_acceptable_here"  # a call is accepted on the phone
    HANDLING_ENDED = "handling_ended"
    STILL_TALKING = "still_talking"
    DISPOSITION_MISSING = "disposition_missing"
    INTERACTION_CLOSED = "interaction_closed"
    NO_CHANGE = "no_change"
    WORK_IN_HAND = "work_in_hand"
    REASON_MISSING = "reason_missing"
    REQUIREMENT_UNREADABLE = "requirement_unreadable"
    UNKNOWN_WORK = "unknown_work"
    NOT_WAITING = "not_waiting"
    OUT_OF_RANGE = "out_of_range"
    REASON_FULL = "reason_full"
    NO_EXTENSION_LEFT = "no_extension_left"
    WRONG_MEDIUM = "wrong_medium"
    NOT_SIGNED_IN = "not_signed_in"
    NOBODY_FREE = "nobody_free"
    KEPT_FOR_OTHERS = "kept_for_others"
    UNKNOWN_RESERVATION = "unknown_reservation"
    NOT_LENT = "not_lent"
    UNKNOWN_HOURS = "unknown_hours"
    UNKNOWN_NUMBER = "unknown_number"
    NO_EMERGENCY_ROUTE = "no_emergency_route"
    # Why an agent cannot be given or asked about a call now; those of `router/core/explain.py`.
    NOT_READY = "not_ready"
    CHANGE_PLANNED = "change_planned"
    BACKED_OFF = "backed_off"
    MEDIUM_NOT_TAKEN = "medium_not_taken"
    NO_PHONE = "no_phone"
    PHONE_UNREACHABLE = "phone_unreachable"
    PHONE_BUSY = "phone_busy"
    HELD_FOR_ANOTHER = "held_for_another"
    LENT_ELSEWHERE = "lent_elsewhere"
    OFFER_STANDS = "offer_stands"
    LIMIT_REACHED = "limit_reached"
    FULLY_LOADED = "fully_loaded"
    RESERVED = "reserved"
    # Calls with more than two parties.
    NO_CALL = "no_call"
    ONE_TARGET = "one_target"  # none is given, or more than one
    YOURSELF = "yourself"
    NOBODY_COULD_SERVE = "nobody_could_serve"  # nobody of the definition, whoever signs in
    QUEUE_CLOSED = "queue_closed"
    CONSULT_STANDS = "consult_stands"
    NO_CONSULT = "no_consult"
    NOT_ANSWERED = "not_answered"
    PARTIES_FULL = "parties_full"
    UNKNOWN_LEG = "unknown_leg"
    LEG_OVER = "leg_over"
    LEG_IS_LOST = "leg_is_lost"  # the agent's own phone is rung again
    HELD_BY_PHONE = "held_by_phone"  # only the phone's own key ends it
    WORK_OF_A_CALL = "work_of_a_call"  # a consult begins and ends with its call


class AgentChoice(Word):
    """By what a queue chooses among the agents who are free; equal ones go by the longest idle, then by id."""

    LONGEST_IDLE = "longest_idle"
    LEAST_OCCUPIED = "least_occupied"
    BEST_SKILL = "best_skill"
    LEAST_SKILLED = "least_skilled"
    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"


class WrapUp(Word):
    """What a queue asks of its agents after their part with the customer."""

    NONE = "none"  # the handling ends with the part
    OPTIONAL = "optional"  # open to write, but the agent is free at once
    MANDATORY = "mandatory"  # until the agent is done
    TIMED = "timed"  # until the agent is done or its time is over, which they may extend


class Takes(Word):
    """By what an agent who becomes free chooses among the work that waits."""

    MOST_URGENT = "most_urgent"
    BEST_SKILL_FIRST = "best_skill_first"


class MovedBecause(Word):
    """Why waiting work left its queue, for another one or for a place outside."""

    SUPERVISOR = "supervisor"
    EMERGENCY = "emergency"
    CLOSED = "closed"
    WAITED = "waited"
    LENGTH = "length"
    EXPECTED_WAIT = "expected_wait"
    NOBODY_READY = "nobody_ready"
    NOBODY_SIGNED_IN = "nobody_signed_in"


class Opening(Word):
    """How a queue stands by its hours."""

    OPEN = "open"
    CLOSING = "closing"  # nobody comes in any more; who came in time is still served
    CLOSED = "closed"


class ReservationEndedBecause(Word):
    USED = "used"  # the work that it was for has begun
    RELEASED = "released"
    EXPIRED = "expired"
    AGENT_GONE = "agent_gone"  # the agent is not ready any more


class LentWhen(Word):
    """By what a rule sees that a queue needs more agents."""

    SERVICE_LEVEL = "service_level"
    LONGEST_WAIT = "longest_wait"
    EXPECTED_WAIT = "expected_wait"  # what somebody who came now would be told


class LentBecause(Word):
    """Who lent an agent to another queue."""

    RULE = "rule"
    SUPERVISOR = "supervisor"


class RecalledBecause(Word):
    """Why an agent is lent no longer."""

    RULE = "rule"
    SUPERVISOR = "supervisor"
    SIGNED_OUT = "signed_out"
    DEFINITION = "definition"  # the rule or the queue is no more, or the agent is not of its group


class OfferedBecause(Word):
    """Why this interaction came before the others that the agent could have taken."""

    URGENCY = "urgency"
    TURN = "turn"  # its medium had been passed over too often
    OWN_SKILL = "own_skill"
    FLOOR = "floor"  # too few of its agents were at work for its queue
    SHARE = "share"  # its queue was the furthest below its share of their time
    HELD = "held"  # the agent was held for it
    PULLED = "pulled"


class InteractionPhase(Word):
    """Where an interaction is: in exactly one of these."""

    WAITING = "waiting"
    OFFERED = "offered"
    SENDING = "sending"  # the switch is asked to take the caller outside
    PASSING = "passing"  # in a queue, not offered before the switch has brought the caller back to its music
    HANDED_ON = "handed_on"  # the agent has gone, and the phone of whom they asked still rings for the customer
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class OfferPhase(Word):
    """Pending: shown, and for a call not yet ringing. Ringing: the phone rings. The others are its one end."""

    PENDING = "pending"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class HandlingPhase(Word):
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    COMPLETED = "completed"
