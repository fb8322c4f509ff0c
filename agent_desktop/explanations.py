"""Explanations for the desk, away from the loop: a thread folds the past with connections and a loop of its own.

One is worked out at a time and few wait for it, so that curiosity never takes the engine's processor for long. It
leaves to `router/explaining.py` what an explanation says.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from agent_desktop.core.settings import CenterSettings
from agent_desktop.errors import ChannelRefused, NotAllowed, NotSignedIn
from agent_desktop.guard import answer
from agent_desktop.signin import Who
from history import audit
from history.core.customers import Act
from history.core.vocabulary import AgentId, EntryNumber, InteractionId, UserId
from history.past import RoutingPast
from history.store import Store
from router.core.explain import Explanation, Waiting
from router.explaining import Explained, Explanations, about_agent, explanations, why_waiting, words_against

WAITING_MAX: Final = 8
"""More are told to ask again."""

Ask = Callable[[RoutingPast, Store], Awaitable[Explanations | None]]


class ExplanationDesk:
    """Answers why: of the offers that were made, and of what waits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="explain")
        self._asked = 0

    async def offers(self, interaction: InteractionId, before: int | None = None) -> Explanations | None:
        """Explain an interaction's last offers, or those before an entry; none where nothing is known of it.

        Raises:
            ChannelRefused: too many ask at once.
            history.errors.HistoryError: the past cannot be read.
        """
        return await self._ask(lambda past, store: explanations(past, store.registry, interaction, before=before))

    async def now(self, interaction: InteractionId) -> Explanations | None:
        """Explain why nobody is offered it now; see `offers`."""
        return await self._ask(lambda past, store: why_waiting(past, store.registry, interaction))

    async def _ask(self, ask: Ask) -> Explanations | None:
        if self._asked > WAITING_MAX:
            raise ChannelRefused("Too many explanations are being worked out; ask again in a moment.")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, ask)
        finally:
            self._asked -= 1

    def _work(self, ask: Ask) -> Explanations | None:
        async def work() -> Explanations | None:
            store = self._store.beside()
            try:
                return await ask(RoutingPast(store), store)
            finally:
                await store.close()

        return asyncio.run(work())


class AboutAgent(msgspec.Struct, frozen=True, kw_only=True):
    """Why one agent did not get it, or does not now, in words."""

    number: EntryNumber | None
    """Of the offer in the journal; none: now."""
    got_it: bool
    sentence: str


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to why an interaction was offered as it was, and to why it waits. With an agent named, nobody else
    stands among the others."""

    interaction: InteractionId
    offers: tuple[Explained, ...]
    """Oldest first."""
    before: EntryNumber | None
    """Ask with this for what may have been offered before; none where there is nothing more."""
    now: Waiting | None
    about: tuple[AboutAgent, ...]
    names: dict[AgentId, str]
    """Of everybody who is mentioned."""


def answered(found: Explanations, agent: AgentId | None, name_of: Callable[[AgentId], str]) -> Why:
    """Return an explanation with the names of whom it mentions, and in words what it says of one agent."""
    offers, now = found.offers, found.now
    about: list[AboutAgent] = []
    if agent is not None:
        about = [_about(each.explanation, agent, each.number) for each in offers]
        offers = tuple(replace(each, explanation=_only(each.explanation, agent)) for each in offers)
        if now is not None:
            about.append(_about(now, agent, None))
            now = _only(now, agent)
    mentioned = {each.explanation.agent for each in offers}
    mentioned |= {left.agent for each in offers for left in each.explanation.others}
    mentioned |= {left.agent for left in (now.others if now is not None else ())}
    return Why(
        interaction=found.interaction,
        offers=offers,
        before=found.before,
        now=now,
        about=tuple(about),
        names={each: name_of(each) for each in sorted(mentioned)},
    )


Told = TypeVar("Told", Explanation, Waiting)


def _only(told: Told, agent: AgentId) -> Told:
    left = about_agent(told, agent)
    return replace(told, others=() if left is None else (left,))


def _about(told: Explanation | Waiting, agent: AgentId, number: EntryNumber | None) -> AboutAgent:
    left = about_agent(told, agent)
    sentence = f"{agent} got it." if left is None else f"Not {agent}: {words_against(left)}."
    return AboutAgent(number=number, got_it=left is None, sentence=sentence)


class ExplanationRoutes:
    """GET /api/interactions/{interaction}/explanation."""

    def __init__(self, desk: ExplanationDesk, store: Store, center: Callable[[], CenterSettings]) -> None:
        self._desk = desk
        self._store = store
        self._center = center

    async def explain(self, request: Request, who: Who | None) -> Response:
        """Explain the last offers, or with `of=now` why it waits. Each look is a row of the audit log."""
        if who is None:
            raise NotSignedIn
        interaction = InteractionId(request.path_params["interaction"])
        agent = request.query_params.get("agent")
        before = request.query_params.get("before", "")
        if request.query_params.get("of") == "now":
            found = await self._desk.now(interaction)
        else:
            found = await self._desk.offers(interaction, int(before) if before.isdecimal() else None)
        if found is None:
            raise NotAllowed
        named = None if agent is None else AgentId(agent)
        subject = f"{interaction}" + ("" if named is None else f" about {named}")
        await audit.record(
            self._store,
            Act.OFFER_EXPLAINED,
            user=who.actor.user,
            session=who.session,
            role=who.actor.role,
            subject=subject,
        )
        return answer(answered(found, named, lambda each: self._center().user_name(UserId(each))))
