"""The definition over HTTP: what holds, what would be wrong with another, and putting another into force."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from agent_desktop.errors import DefinitionProblems, NotAllowed, NotSignedIn
from agent_desktop.guard import answer, body_of
from agent_desktop.ports import DefinitionKeeper
from agent_desktop.signin import Who
from history import audit
from history.core.customers import Act
from history.store import Store


class DefinitionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    """The whole definition as TOML."""
    only_check: bool = False


class DefinitionRoutes:
    def __init__(self, keeper: DefinitionKeeper | None, store: Store) -> None:
        self._keeper = keeper
        self._store = store

    async def see(self, _request: Request, _who: Who | None) -> Response:
        """GET /api/definition: {version, text}."""
        version, text = await self._kept().current()
        return answer({"version": version, "text": text})

    async def apply(self, request: Request, who: Who | None) -> Response:
        """PUT /api/definition {text, only_check}: {version, problems}; 409 with the problems when it cannot hold."""
        if who is None:
            raise NotSignedIn
        wish = msgspec.json.decode(await body_of(request), type=DefinitionWish)
        keeper = self._kept()
        try:
            if wish.only_check:
                keeper.check(wish.text)
                return answer({"problems": []})
            version = await keeper.apply(wish.text, who.actor.user)
        except DefinitionProblems as problems:
            return answer({"problems": problems.sentences}, 409)
        await audit.record(self._store, Act.DEFINITION_APPLIED, user=who.actor.user, role=who.actor.role)
        return answer({"version": version, "problems": []})

    def _kept(self) -> DefinitionKeeper:
        if self._keeper is None:
            raise NotAllowed
        return self._keeper
