"""One sentence for each refusal: what is wrong and what to do."""

from types import MappingProxyType
from typing import Final

from agent_desktop.core import protocol as p
from agent_desktop.core.refusal_reasons import RefusalReason as R

SENTENCES: Final = MappingProxyType(
    {
        R.OLDER_EPOCH: "This request belongs to an earlier connection and was not carried out.",
        R.ALREADY_HANDLED: "This request was carried out before.",
        R.UNKNOWN_AGENT: "You do not work in the queues of this center; ask an administrator to make you an agent.",
        R.UNKNOWN_QUEUE: "There is no such queue; choose one of the list.",
        R.UNKNOWN_REASON: "There is no such reason; choose one of the list.",
        R.UNKNOWN_DISPOSITION: "There is no such disposition; choose one of the list.",
        R.UNKNOWN_INTERACTION: "There is no such interaction.",
        R.UNKNOWN_OFFER: "There is no such offer.",
        R.UNKNOWN_HANDLING: "There is no such work of yours.",
        R.NOT_YOURS: "There is no such work of yours.",
        R.OFFER_ENDED: "This offer has ended; the next one comes by itself.",
        R.OFFER_NOT_ACCEPTABLE_HERE: "A call is answered on the phone.",
        R.HANDLING_ENDED: "Your part in this has ended already.",
        R.STILL_TALKING: "The customer is still there; end the conversation first.",
        R.DISPOSITION_MISSING: "Choose a disposition first.",
        R.INTERACTION_CLOSED: "This interaction is closed.",
        R.NO_CHANGE: "Nothing had to be changed.",
        R.WORK_IN_HAND: "Finish the work in your hands first.",
        R.REASON_MISSING: "Choose a reason first.",
        R.NOT_ALLOWED: "There is no such thing, or you may not do this.",
        R.MALFORMED: "The request could not be read; see the API description.",
        R.UNKNOWN_VIEW: "There is no such view; ask for desk, wallboard, conversation:<id> or queue:<id>.",
        R.TOO_MANY_VIEWS: "Too many views are open on this connection; close one first.",
        R.REQUIREMENT_UNREADABLE: "What is asked of agents cannot be read; see the definition's reference.",
        R.UNKNOWN_WORK: "There is no such work.",
        R.NOT_WAITING: "It does not wait any more: it is offered, in somebody's hands, or the customer has gone.",
        R.OUT_OF_RANGE: "This value is out of range; choose another.",
        R.REASON_FULL: "No more people may be away for this reason at once; choose another, or try again later.",
        R.NO_EXTENSION_LEFT: "This wrap-up cannot be extended any more.",
        R.NOBODY_FREE: "Nobody who could take it is free; try again in a moment.",
        R.KEPT_FOR_OTHERS: "Who is free is kept for other work; try again in a moment.",
        R.UNKNOWN_RESERVATION: "There is no such reservation; it has ended, or never was.",
        R.NOT_SIGNED_IN: "Nobody is signed in there; wait until they are.",
        R.NOT_LENT: "This agent helps in no other queue now.",
        R.WRONG_MEDIUM: "This is not possible over this medium.",
        R.UNKNOWN_HOURS: "A queue names hours that the definition does not have.",
        R.UNKNOWN_NUMBER: "There is no such number; choose one of the list.",
        R.NO_EMERGENCY_ROUTE: "No emergency route is defined here; ask an administrator for one.",
        R.NOT_READY: "This agent is not ready.",
        R.CHANGE_PLANNED: "This agent takes nothing more before a break.",
        R.BACKED_OFF: "This agent is left in peace for a moment; try again shortly.",
        R.MEDIUM_NOT_TAKEN: "This agent takes no calls.",
        R.NO_PHONE: "This agent has no phone.",
        R.PHONE_UNREACHABLE: "The phone of this agent is out of reach.",
        R.PHONE_BUSY: "This agent is in a call.",
        R.HELD_FOR_ANOTHER: "This agent is kept free for overdue work.",
        R.LENT_ELSEWHERE: "This agent helps in another queue only.",
        R.OFFER_STANDS: "Something is being offered to this agent; try again in a moment.",
        R.LIMIT_REACHED: "This agent has as many calls as they take.",
        R.FULLY_LOADED: "This agent has no room for a call beside their work.",
        R.RESERVED: "This agent is kept free for a call that is about to be made.",
        R.NO_CALL: "Only calls can be held, passed on and joined by others.",
        R.ONE_TARGET: "Name exactly one: a queue, an agent or a destination.",
        R.YOURSELF: "That is you; choose somebody else.",
        R.NOBODY_COULD_SERVE: "Nobody in this center could serve the customer there; choose another queue.",
        R.QUEUE_CLOSED: "This queue is closed; choose another one.",
        R.CONSULT_STANDS: "You are asking somebody already; end or join that first.",
        R.NO_CONSULT: "You are asking nobody.",
        R.NOT_ANSWERED: "Whom you ask has not answered yet.",
        R.PARTIES_FULL: "No more people fit into this call.",
        R.UNKNOWN_LEG: "There is no such party in your call.",
        R.LEG_OVER: "This party has left the call.",
        R.LEG_IS_LOST: "Your phone is being rung again; answer it first.",
        R.HELD_BY_PHONE: "Your phone holds the call; take it back there.",
        R.WORK_OF_A_CALL: "This work begins and ends with its call.",
        R.NO_SUCH_CHANNEL: "This center has no such channel.",
        R.CHANNEL_REFUSED: "The channel could not carry this out.",
        R.DEFECT: "A fault of ours: nothing has changed, and it has been logged. Try something else.",
        R.TRY_AGAIN: "The center cannot write just now; nothing was changed. Send the same again in a moment.",
    }
)

_NO_AGENT = "There is no such agent; choose one of the list."

_OF_REQUESTS: Final = MappingProxyType(
    {
        (p.ForcePresence, R.UNKNOWN_AGENT): _NO_AGENT,
        (p.ForcePresence, R.WORK_IN_HAND): "This agent is with a customer; sign them out when that has ended.",
        (p.LendAgent, R.UNKNOWN_AGENT): _NO_AGENT,
        (
            p.LendAgent,
            R.WRONG_MEDIUM,
        ): "This agent takes no work of that medium; choose another agent or queue.",
        (p.LendAgent, R.NOT_SIGNED_IN): "This agent is signed out; lend somebody who is there.",
        (p.RecallAgent, R.UNKNOWN_AGENT): _NO_AGENT,
        (p.KeepLent, R.UNKNOWN_AGENT): _NO_AGENT,
        (p.PullWork, R.UNKNOWN_AGENT): _NO_AGENT,
        (
            p.PullWork,
            R.WORK_IN_HAND,
        ): "It cannot reach this agent now: signed out, no desktop open or the phone in use.",
        (p.CloseWrapUp, R.STILL_TALKING): "The agent is still with the customer; only a wrap-up can be closed.",
        (p.CloseWrapUp, R.HANDLING_ENDED): "This wrap-up has ended already.",
        (p.PrioritiseWork, R.OUT_OF_RANGE): "A priority is from -10 to 10.",
        (p.ParkWork, R.OUT_OF_RANGE): "Choose a time to come, at most 31 days from now.",
        (p.DeclareEmergency, R.UNKNOWN_QUEUE): "Name a queue or a number of the list, one of the two.",
        (p.LiftEmergency, R.UNKNOWN_QUEUE): "Name a queue or a number of the list, one of the two.",
        (p.DeclareEmergency, R.OUT_OF_RANGE): "Choose a time to come, at most 7 days from now.",
        (p.MoveWork, R.WRONG_MEDIUM): "Choose a queue of the same medium.",
    }
)
"""Where a request wants other words than its refusal has in general."""


def sentence_of(reason: R, request: type[p.Request]) -> str:
    """What is wrong and what to do, for whoever asked for this."""
    return _OF_REQUESTS.get((request, reason), SENTENCES[reason])
