"""Carries out what is done to other people's presence and to waiting work: what supervisors steer, what agents take.

The router decides; what it has accepted of a privileged act is then told to the `SteeringLog`. When that cannot be
written the requester is told to try again, and a repeated request does nothing twice.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from agent_desktop.core import protocol as p
from agent_desktop.core.floor import Floor
from agent_desktop.core.queue_view import may_pull_from
from agent_desktop.core.rights import NOTHING, Actor, Thing, own
from agent_desktop.ports import SteeringLog
from agent_desktop.replies import Make, Reply, Source, Submit, making
from history.core.customers import Act
from history.core.vocabulary import AgentId, CustomerId, InteractionId, Outcome, Role
from router.core import inputs

Carry = Callable[[Any, Actor, Source], Awaitable[Reply]]


class Steering:
    def __init__(self, *, submit: Submit, floor: Callable[[], Floor], log: SteeringLog) -> None:
        self._submit = submit
        self._floor = floor
        self._log = log
        self.carry: dict[type, Carry] = {
            p.PullWork: self._pull,
            p.ForcePresence: self._force,
            p.LendAgent: self._lend,
            p.RecallAgent: self._recall,
            p.KeepLent: self._keep_lent,
            p.CloseWrapUp: self._close,
            p.PrioritiseWork: self._prioritise,
            p.MoveWork: self._move,
            p.ParkWork: self._park,
            p.ResumeWork: self._resume,
            p.DeclareEmergency: self._declare,
            p.LiftEmergency: self._lift,
        }

    def thing_of(self, actor: Actor, request: p.Request) -> Thing:
        """What is steered belongs to nobody; but waiting mail and tasks of an agent's queues are theirs to take."""
        if not isinstance(request, p.PullWork) or request.agent not in (None, AgentId(actor.user)):
            return NOTHING
        floor, agent = self._floor(), AgentId(actor.user)
        item = floor.interactions.get(request.interaction)
        if item is None:
            return NOTHING
        # What they have taken already is answered by the router, which knows a repeated request.
        theirs = agent in floor.agents_at(item.interaction)
        return own(actor) if theirs or (item.waiting and may_pull_from(floor, item.queue, agent)) else NOTHING

    async def _pull(self, request: p.PullWork, actor: Actor, source: Source) -> Reply:
        agent = request.agent or AgentId(actor.user)
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.WorkPulled, interaction=request.interaction, agent=agent, by=actor.user),
            # What agents take for themselves is their own work.
            None if actor.role is Role.AGENT else (Act.WORK_GIVEN, f"{request.interaction} to {agent}"),
            request.interaction,
        )

    async def _force(self, request: p.ForcePresence, actor: Actor, source: Source) -> Reply:
        words = f"{request.agent} {request.presence}" + (f" {request.reason}" if request.reason else "")
        return await self._steer(
            request,
            actor,
            source,
            making(
                inputs.PresenceForced,
                agent=request.agent,
                presence=request.presence,
                reason=request.reason,
                by=actor.user,
            ),
            (Act.PRESENCE_FORCED, words),
        )

    async def _lend(self, request: p.LendAgent, actor: Actor, source: Source) -> Reply:
        what = {"agent": request.agent, "to": request.to, "only": request.only, "by": actor.user}
        words = f"{request.agent} to {request.to}" + (" alone" if request.only else "")
        return await self._steer(request, actor, source, making(inputs.AgentLentOut, **what), (Act.AGENT_LENT, words))

    async def _recall(self, request: p.RecallAgent, actor: Actor, source: Source) -> Reply:
        make = making(inputs.AgentCalledBack, agent=request.agent, by=actor.user)
        return await self._steer(request, actor, source, make, (Act.AGENT_RECALLED, request.agent))

    async def _keep_lent(self, request: p.KeepLent, actor: Actor, source: Source) -> Reply:
        make = making(inputs.LoanKept, agent=request.agent, kept=request.kept, by=actor.user)
        words = f"{request.agent} {'kept' if request.kept else 'by rule'}"
        return await self._steer(request, actor, source, make, (Act.LENDING_KEPT, words))

    async def _close(self, request: p.CloseWrapUp, actor: Actor, source: Source) -> Reply:
        handling = self._floor().handlings.get(request.handling)
        whose = f" of {handling.agent}" if handling is not None else ""
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.WrapUpClosed, handling=request.handling, by=actor.user),
            (Act.WRAP_UP_CLOSED, f"{request.handling}{whose}"),
            handling.interaction if handling is not None else None,
        )

    async def _prioritise(self, request: p.PrioritiseWork, actor: Actor, source: Source) -> Reply:
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.WorkPrioritised, interaction=request.interaction, priority=request.priority, by=actor.user),
            (Act.WORK_PRIORITISED, f"{request.interaction} to {request.priority}"),
            request.interaction,
        )

    async def _move(self, request: p.MoveWork, actor: Actor, source: Source) -> Reply:
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.WorkMoved, interaction=request.interaction, to=request.to, by=actor.user),
            (Act.WORK_MOVED, f"{request.interaction} to {request.to}"),
            request.interaction,
        )

    async def _park(self, request: p.ParkWork, actor: Actor, source: Source) -> Reply:
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.WorkParked, interaction=request.interaction, until_ms=request.until_ms, by=actor.user),
            (Act.WORK_PARKED, f"{request.interaction} until {request.until_ms}"),
            request.interaction,
        )

    async def _resume(self, request: p.ResumeWork, actor: Actor, source: Source) -> Reply:
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.WorkResumed, interaction=request.interaction, by=actor.user),
            (Act.WORK_RESUMED, f"{request.interaction}"),
            request.interaction,
        )

    async def _declare(self, request: p.DeclareEmergency, actor: Actor, source: Source) -> Reply:
        return await self._steer(
            request,
            actor,
            source,
            making(
                inputs.EmergencyDeclared,
                queue=request.queue,
                number=request.number,
                until_ms=request.until_ms,
                by=actor.user,
            ),
            (Act.EMERGENCY_DECLARED, f"{_place(request)} until {request.until_ms}"),
        )

    async def _lift(self, request: p.LiftEmergency, actor: Actor, source: Source) -> Reply:
        return await self._steer(
            request,
            actor,
            source,
            making(inputs.EmergencyLifted, queue=request.queue, number=request.number, by=actor.user),
            (Act.EMERGENCY_LIFTED, _place(request)),
        )

    async def _steer(
        self,
        request: p.Request,
        actor: Actor,
        source: Source,
        make: Make,
        logged: tuple[Act, str] | None,
        interaction: InteractionId | None = None,
    ) -> Reply:
        customer = self._customer(interaction)
        receipt, reply = await self._submit(request, source, make)
        if logged is not None and receipt.outcome is Outcome.ACCEPTED:
            act, subject = logged
            await self._log.steered(act, actor, subject=subject, customer=customer)
        return reply

    def _customer(self, interaction: InteractionId | None) -> CustomerId | None:
        known = self._floor().interactions.get(interaction) if interaction is not None else None
        return known.customer if known is not None else None


def _place(request: p.DeclareEmergency | p.LiftEmergency) -> str:
    return f"number {request.number}" if request.queue is None else f"queue {request.queue}"
