"""Carries out what an agent asks of a call; the router decides, and takes the agent's own calls alone."""

from collections.abc import Awaitable, Callable
from typing import Any

from agent_desktop.core import protocol as p
from agent_desktop.core.rights import Actor
from agent_desktop.replies import Reply, Source, Submit, making
from history.core.vocabulary import AgentId
from router.core import call_inputs


class Calling:
    """`submit` gives an input to the router and turns its receipt into the answer."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self.carry: dict[type, Callable[[Any, Actor, Source], Awaitable[Reply]]] = {
            p.SteerCall: self._steer,
            p.HandOverCall: self._hand_over,
            p.AskConsult: self._consult,
            p.DropParty: self._drop,
        }

    async def _steer(self, request: p.SteerCall, actor: Actor, source: Source) -> Reply:
        agent = AgentId(actor.user)
        made = making(call_inputs.CallSteered, agent=agent, handling=request.handling, act=request.act)
        return (await self._submit(request, source, made))[1]

    async def _hand_over(self, request: p.HandOverCall, actor: Actor, source: Source) -> Reply:
        made = making(call_inputs.CallHandedOver, agent=AgentId(actor.user), **_whereto(request))
        return (await self._submit(request, source, made))[1]

    async def _consult(self, request: p.AskConsult, actor: Actor, source: Source) -> Reply:
        made = making(call_inputs.ConsultAsked, agent=AgentId(actor.user), **_whereto(request))
        return (await self._submit(request, source, made))[1]

    async def _drop(self, request: p.DropParty, actor: Actor, source: Source) -> Reply:
        agent = AgentId(actor.user)
        made = making(call_inputs.PartyDropped, agent=agent, handling=request.handling, leg=request.leg)
        return (await self._submit(request, source, made))[1]


def _whereto(request: p.HandOverCall | p.AskConsult) -> dict[str, object]:
    return {
        "handling": request.handling,
        "to_queue": request.to_queue,
        "to_agent": request.to_agent,
        "to_destination": request.to_destination,
    }
