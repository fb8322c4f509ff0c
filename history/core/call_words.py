"""The words of calls with more than two parties: where each party stands, what agents do, how legs and consults end."""

from history.core.vocabulary import LegId, Word


class PartyAt(Word):
    """Where a party of a call stands."""

    TALK = "talk"  # in the conversation with the customer
    CONSULT = "consult"  # apart from it
    HOLD = "hold"  # at the music of a hold
    QUEUE = "queue"  # in the waiting loop


Places = tuple[tuple[LegId, PartyAt], ...]
"""Where the legs of a call stand, or shall stand."""


class CallAct(Word):
    """What an agent does with a call that they own."""

    HOLD = "hold"
    RESUME = "resume"
    SWAP = "swap"
    JOIN = "join"
    COMPLETE = "complete"
    END_CONSULT = "end_consult"


class TransferKind(Word):
    BLIND = "blind"
    CONSULT = "consult"


class HeldBy(Word):
    """By what a customer was put on hold."""

    DESK = "desk"
    PHONE = "phone"


class LegPhase(Word):
    """Pending: the record is shown, the phone does not ring yet. A leg that is over is over for good."""

    PENDING = "pending"
    RINGING = "ringing"
    CONNECTED = "connected"
    OVER = "over"


class LegFor(Word):
    """What a leg is there for; the first leg of a call has no record of its own."""

    CONSULT = "consult"  # whom the owner asks
    PARTY = "party"  # in the conference
    NEXT = "next"  # rings on for the customer, whose agent has gone
    AGAIN = "again"  # the owner's phone, after its leg was lost
    OWNER = "owner"


class ConsultEndedBecause(Word):
    FAILED = "failed"  # nobody was reached
    ENDED = "ended"  # by the owner, or by whom they asked
    JOINED = "joined"
    TRANSFERRED = "transferred"
    CUSTOMER_LEFT = "customer_left"
    BACK_TO_QUEUE = "back_to_queue"  # the owner's part is over


class WorkKind(Word):
    """What work that was not offered is."""

    CONSULT = "consult"
    INTERNAL = "internal"
    OUTGOING = "outgoing"
    DIRECT = "direct"
    PREVIEW = "preview"
    OTHER = "other"
