"""Who may do what to which thing: one function, denied by default.

Every route and every message names its `Action`, and nothing is done before `may` has said yes. What somebody may not
see is answered like what does not exist.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from agent_desktop.core import protocol
from history.core.vocabulary import AgentId, Role, TeamId, UserId


class Action(StrEnum):
    """All that can be wished for, by a person or a program."""

    # for everybody, signed in or not
    SEE_HEALTH = "see_health"
    LOAD_PAGE = "load_page"  # the static files of the web app
    SIGN_IN = "sign_in"
    CHAT_AS_VISITOR = "chat_as_visitor"  # guarded by the chat channel's own visitor tokens
    FETCH_BY_LINK = "fetch_by_link"  # a file by a signed link, made for who may see it, good for a minute
    SEE_API_DESCRIPTION = "see_api_description"
    # for everybody who is signed in
    SIGN_OUT = "sign_out"
    SEE_MYSELF = "see_myself"
    OPEN_SOCKET = "open_socket"
    MAKE_OWN_TOKEN = "make_own_token"
    # an agent's own work
    SEE_DESK = "see_desk"
    CHOOSE_PRESENCE = "choose_presence"
    ANSWER_OFFER = "answer_offer"
    WORK_ON_HANDLING = "work_on_handling"
    USE_REHEARSAL_PHONE = "use_rehearsal_phone"
    SEE_DIRECTORY = "see_directory"  # who could be asked or given a call
    # looking at customers
    SEE_CONVERSATION = "see_conversation"
    SEE_FILE = "see_file"
    # waiting work and other people's
    SEE_QUEUE = "see_queue"
    PULL_WORK = "pull_work"  # take it out of its turn, or give it to somebody
    STEER_WORK = "steer_work"  # prioritise, move, park, resume
    FORCE_PRESENCE = "force_presence"
    LEND_AGENT = "lend_agent"  # and call them back
    CLOSE_WRAP_UP = "close_wrap_up"
    EXPLAIN_OFFERS = "explain_offers"  # why this agent, and why not that one
    DECLARE_EMERGENCY = "declare_emergency"  # and lift it
    # the center
    MAKE_TASK = "make_task"
    SEE_WALLBOARD = "see_wallboard"
    SEE_AUDIT = "see_audit"
    SEE_DEFINITION = "see_definition"
    APPLY_DEFINITION = "apply_definition"


class Reach(StrEnum):
    """How far a role's right to an action goes."""

    OWN = "own"  # things that belong to the actor
    TEAM = "team"  # and things of the actor's teams
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, as the definition knows them now."""

    user: UserId
    role: Role
    teams: frozenset[TeamId] = frozenset()


@dataclass(frozen=True, slots=True)
class Thing:
    """What an action is done to: whose it is. A thing of nobody is reached by `Reach.ALL` alone."""

    owners: frozenset[AgentId] = frozenset()
    teams: frozenset[TeamId] = frozenset()


NOTHING: Final = Thing()

PUBLIC: Final = frozenset(
    {
        Action.SEE_HEALTH,
        Action.LOAD_PAGE,
        Action.SIGN_IN,
        Action.CHAT_AS_VISITOR,
        Action.FETCH_BY_LINK,
        Action.SEE_API_DESCRIPTION,
    }
)
"""What needs no sign-in."""

_OWN_WORK: Final = {
    Action.SEE_DESK: Reach.OWN,
    Action.CHOOSE_PRESENCE: Reach.OWN,
    Action.ANSWER_OFFER: Reach.OWN,
    Action.WORK_ON_HANDLING: Reach.OWN,
    Action.USE_REHEARSAL_PHONE: Reach.OWN,
    Action.SEE_DIRECTORY: Reach.ALL,
}
_STEERING: Final = {
    Action.SEE_QUEUE: Reach.ALL,
    Action.PULL_WORK: Reach.ALL,
    Action.STEER_WORK: Reach.ALL,
    Action.FORCE_PRESENCE: Reach.ALL,
    Action.LEND_AGENT: Reach.ALL,
    Action.CLOSE_WRAP_UP: Reach.ALL,
    Action.EXPLAIN_OFFERS: Reach.ALL,
    Action.DECLARE_EMERGENCY: Reach.ALL,
}
_MYSELF: Final = {
    Action.SIGN_OUT: Reach.OWN,
    Action.SEE_MYSELF: Reach.OWN,
    Action.OPEN_SOCKET: Reach.OWN,
    Action.MAKE_OWN_TOKEN: Reach.OWN,
}

TABLE: Final = MappingProxyType(
    {
        Role.AGENT: {
            **_MYSELF,
            **_OWN_WORK,
            # Waiting mail and tasks of a queue that they serve are theirs to take, by themselves alone.
            Action.SEE_QUEUE: Reach.OWN,
            Action.PULL_WORK: Reach.OWN,
            Action.SEE_CONVERSATION: Reach.OWN,
            Action.SEE_FILE: Reach.OWN,
            Action.MAKE_TASK: Reach.ALL,
        },
        Role.SUPERVISOR: {
            **_MYSELF,
            **_OWN_WORK,
            **_STEERING,
            Action.SEE_CONVERSATION: Reach.ALL,
            Action.SEE_FILE: Reach.ALL,
            Action.MAKE_TASK: Reach.ALL,
            Action.SEE_WALLBOARD: Reach.ALL,
        },
        Role.ADMINISTRATOR: {
            **_MYSELF,
            **_OWN_WORK,
            **_STEERING,
            Action.SEE_CONVERSATION: Reach.ALL,
            Action.SEE_FILE: Reach.ALL,
            Action.MAKE_TASK: Reach.ALL,
            Action.SEE_WALLBOARD: Reach.ALL,
            Action.SEE_AUDIT: Reach.ALL,
            Action.SEE_DEFINITION: Reach.ALL,
            Action.APPLY_DEFINITION: Reach.ALL,
        },
        Role.INTEGRATOR: {
            **_MYSELF,
            Action.SEE_CONVERSATION: Reach.ALL,
            Action.SEE_FILE: Reach.ALL,
            Action.MAKE_TASK: Reach.ALL,
            Action.SEE_WALLBOARD: Reach.ALL,
        },
    }
)
"""The rights of each role. What is not in the table is denied."""


def may(actor: Actor | None, action: Action, thing: Thing = NOTHING) -> bool:
    """Whether `actor` (none: nobody is signed in) may do `action` to `thing`."""
    if action in PUBLIC:
        return True
    if actor is None:
        return False
    reach = TABLE.get(actor.role, {}).get(action)
    match reach:
        case None:
            return False
        case Reach.ALL:
            return True
        case Reach.TEAM if actor.teams & thing.teams:
            return True
        case _:
            return AgentId(actor.user) in thing.owners


def own(actor: Actor) -> Thing:
    """The actor's own desk, session or presence."""
    return Thing(owners=frozenset({AgentId(actor.user)}), teams=actor.teams)


ACTION_OF: Final[MappingProxyType[type[protocol.Request], Action]] = MappingProxyType(
    {
        protocol.SetPresence: Action.CHOOSE_PRESENCE,
        protocol.AcceptOffer: Action.ANSWER_OFFER,
        protocol.DeclineOffer: Action.ANSWER_OFFER,
        protocol.PopShown: Action.ANSWER_OFFER,
        protocol.EndHandling: Action.WORK_ON_HANDLING,
        protocol.CompleteHandling: Action.WORK_ON_HANDLING,
        protocol.ExtendWrapUp: Action.WORK_ON_HANDLING,
        protocol.SendLine: Action.WORK_ON_HANDLING,
        protocol.SendMail: Action.WORK_ON_HANDLING,
        protocol.SaveDraft: Action.WORK_ON_HANDLING,
        protocol.MarkRead: Action.WORK_ON_HANDLING,
        protocol.TellTyping: Action.WORK_ON_HANDLING,
        protocol.SteerCall: Action.WORK_ON_HANDLING,
        protocol.HandOverCall: Action.WORK_ON_HANDLING,
        protocol.AskConsult: Action.WORK_ON_HANDLING,
        protocol.DropParty: Action.WORK_ON_HANDLING,
        protocol.OpenView: Action.SEE_MYSELF,
        protocol.CloseView: Action.SEE_MYSELF,
        protocol.Ping: Action.SEE_MYSELF,
        protocol.CreateTask: Action.MAKE_TASK,
        protocol.PullWork: Action.PULL_WORK,
        protocol.ForcePresence: Action.FORCE_PRESENCE,
        protocol.LendAgent: Action.LEND_AGENT,
        protocol.RecallAgent: Action.LEND_AGENT,
        protocol.KeepLent: Action.LEND_AGENT,
        protocol.CloseWrapUp: Action.CLOSE_WRAP_UP,
        protocol.PrioritiseWork: Action.STEER_WORK,
        protocol.MoveWork: Action.STEER_WORK,
        protocol.ParkWork: Action.STEER_WORK,
        protocol.ResumeWork: Action.STEER_WORK,
        protocol.DeclareEmergency: Action.DECLARE_EMERGENCY,
        protocol.LiftEmergency: Action.DECLARE_EMERGENCY,
        protocol.AnswerRehearsalPhone: Action.USE_REHEARSAL_PHONE,
        protocol.DeclineRehearsalPhone: Action.USE_REHEARSAL_PHONE,
        protocol.HangUpRehearsalPhone: Action.USE_REHEARSAL_PHONE,
    }
)
"""The action of each message. Opening a view asks again, by `action_of_view`."""


def action_of_view(view: str) -> Action | None:
    """What seeing a view means; none when there is no such view."""
    if view == protocol.DESK_VIEW:
        return Action.SEE_DESK
    if view == protocol.WALLBOARD_VIEW:
        return Action.SEE_WALLBOARD
    if view == protocol.DIRECTORY_VIEW:
        return Action.SEE_DIRECTORY
    if view.startswith(protocol.CONVERSATION_VIEW_PREFIX):
        return Action.SEE_CONVERSATION
    if view.startswith(protocol.QUEUE_VIEW_PREFIX):
        return Action.SEE_QUEUE
    return None
