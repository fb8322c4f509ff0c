"""The requests of the socket as routes: one table, from which the routes and their description are made."""

from dataclasses import dataclass
from typing import Final

from agent_desktop.core import protocol as p


@dataclass(frozen=True, slots=True)
class Command:
    """One route. Names in braces are fields of the request, the others come in the JSON body."""

    method: str
    path: str
    request: type[p.Request]

    @property
    def path_fields(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


COMMANDS: Final = (
    Command("POST", "/api/presence", p.SetPresence),
    Command("POST", "/api/offers/{offer}/accept", p.AcceptOffer),
    Command("POST", "/api/offers/{offer}/decline", p.DeclineOffer),
    Command("POST", "/api/offers/{offer}/shown", p.PopShown),
    Command("POST", "/api/handlings/{handling}/end", p.EndHandling),
    Command("POST", "/api/handlings/{handling}/complete", p.CompleteHandling),
    Command("POST", "/api/handlings/{handling}/extend", p.ExtendWrapUp),
    Command("POST", "/api/handlings/{handling}/close", p.CloseWrapUp),
    Command("POST", "/api/handlings/{handling}/lines", p.SendLine),
    Command("POST", "/api/handlings/{handling}/mails", p.SendMail),
    Command("PUT", "/api/handlings/{handling}/drafts/{kind}", p.SaveDraft),
    Command("POST", "/api/handlings/{handling}/read", p.MarkRead),
    Command("POST", "/api/handlings/{handling}/typing", p.TellTyping),
    Command("POST", "/api/handlings/{handling}/call", p.SteerCall),
    Command("POST", "/api/handlings/{handling}/transfer", p.HandOverCall),
    Command("POST", "/api/handlings/{handling}/consult", p.AskConsult),
    Command("DELETE", "/api/handlings/{handling}/parties/{leg}", p.DropParty),
    Command("POST", "/api/tasks", p.CreateTask),
    Command("POST", "/api/interactions/{interaction}/pull", p.PullWork),
    Command("POST", "/api/interactions/{interaction}/prioritise", p.PrioritiseWork),
    Command("POST", "/api/interactions/{interaction}/move", p.MoveWork),
    Command("POST", "/api/interactions/{interaction}/park", p.ParkWork),
    Command("POST", "/api/interactions/{interaction}/resume", p.ResumeWork),
    Command("POST", "/api/agents/{agent}/presence", p.ForcePresence),
    Command("POST", "/api/agents/{agent}/lending", p.LendAgent),
    Command("DELETE", "/api/agents/{agent}/lending", p.RecallAgent),
    Command("PUT", "/api/agents/{agent}/lending", p.KeepLent),
    Command("POST", "/api/queues/{queue}/emergency", p.DeclareEmergency),
    Command("DELETE", "/api/queues/{queue}/emergency", p.LiftEmergency),
    Command("POST", "/api/numbers/{number}/emergency", p.DeclareEmergency),
    Command("DELETE", "/api/numbers/{number}/emergency", p.LiftEmergency),
    Command("POST", "/api/phone/answer", p.AnswerRehearsalPhone),
    Command("POST", "/api/phone/decline", p.DeclineRehearsalPhone),
    Command("POST", "/api/phone/hang-up", p.HangUpRehearsalPhone),
)

SOCKET_ONLY: Final = (p.OpenView, p.CloseView, p.Ping)
"""Requests without a route: a view is read by `GET /api/views/…`."""
