"""Nothing without a right: every route and message with every role, and with nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from agent_desktop.commands import COMMANDS, SOCKET_ONLY
from agent_desktop.core import protocol as p
from agent_desktop.core.rights import ACTION_OF, PUBLIC, TABLE, Action, Actor, Reach, Thing, action_of_view, may, own
from agent_desktop.server import Mounted, build_desk
from history.core.vocabulary import AgentId, Role, TeamId, UserId
from tests.agent_desktop.center import TestCenter, running_center

ANN = AgentId("ann")
FLOOR = TeamId("floor")

MINE = {
    Action.SIGN_OUT,
    Action.SEE_MYSELF,
    Action.OPEN_SOCKET,
    Action.MAKE_OWN_TOKEN,
}
DESK = {
    Action.SEE_DESK,
    Action.CHOOSE_PRESENCE,
    Action.ANSWER_OFFER,
    Action.WORK_ON_HANDLING,
    Action.USE_REHEARSAL_PHONE,
}
FIND = {Action.SEE_DIRECTORY}
LOOK = {Action.SEE_CONVERSATION, Action.SEE_FILE}
PULL = {Action.SEE_QUEUE, Action.PULL_WORK}
STEER = PULL | {
    Action.STEER_WORK,
    Action.FORCE_PRESENCE,
    Action.LEND_AGENT,
    Action.CLOSE_WRAP_UP,
    Action.DECLARE_EMERGENCY,
    Action.EXPLAIN_OFFERS,
    Action.LEND_AGENT,
}
ALLOWED = {
    Role.AGENT: (MINE | DESK | LOOK | PULL | {Action.MAKE_TASK} | FIND, {Action.MAKE_TASK} | FIND),
    Role.SUPERVISOR: (
        MINE | DESK | LOOK | STEER | FIND | {Action.MAKE_TASK, Action.SEE_WALLBOARD},
        LOOK | STEER | FIND | {Action.MAKE_TASK, Action.SEE_WALLBOARD},
    ),
    Role.ADMINISTRATOR: (set(Action) - PUBLIC, set(Action) - PUBLIC - MINE - DESK),
    Role.INTEGRATOR: (
        MINE | LOOK | {Action.MAKE_TASK, Action.SEE_WALLBOARD},
        LOOK | {Action.MAKE_TASK, Action.SEE_WALLBOARD},
    ),
}
"""For each role what it may do to its own things, and what to anybody's: written out, not taken from the table."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_each_role_may_do_what_is_written_here_and_no_more(role: Role, action: Action) -> None:
    actor = Actor(UserId("ann"), role, frozenset({FLOOR}))
    to_own, to_any = ALLOWED[role]
    foreign = Thing(owners=frozenset({AgentId("ben")}), teams=frozenset({FLOOR}))
    assert may(actor, action, own(actor)) is (action in to_own | PUBLIC)
    assert may(actor, action, foreign) is (action in to_any | PUBLIC)
    assert may(actor, action) is (action in to_any | PUBLIC)


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_what_is_public_alone(action: Action) -> None:
    assert may(None, action, Thing(owners=frozenset({ANN}))) is (action in PUBLIC)


def test_a_team_reaches_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent_desktop.core import rights

    monkeypatch.setattr(rights, "TABLE", {Role.SUPERVISOR: {Action.SEE_DESK: Reach.TEAM}})
    sam = Actor(UserId("sam"), Role.SUPERVISOR, frozenset({FLOOR}))
    assert may(sam, Action.SEE_DESK, Thing(teams=frozenset({FLOOR})))
    assert not may(sam, Action.SEE_DESK, Thing(teams=frozenset({TeamId("other")})))
    assert not may(Actor(UserId("ann"), Role.AGENT), Action.SEE_DESK)


def test_every_message_has_an_action_and_every_role_a_row() -> None:
    assert set(ACTION_OF) == set(get_args(p.AnyRequest))
    assert set(TABLE) == set(Role)
    assert {command.request for command in COMMANDS} | set(SOCKET_ONLY) == set(get_args(p.AnyRequest))


def test_every_view_has_an_action() -> None:
    assert action_of_view("desk") is Action.SEE_DESK
    assert action_of_view("wallboard") is Action.SEE_WALLBOARD
    assert action_of_view("conversation:c-1") is Action.SEE_CONVERSATION
    assert action_of_view("queue:mail") is Action.SEE_QUEUE
    assert action_of_view("kitchen") is None


SOCKETS = {"/api/socket"}
"""Guarded by the gateway: Origin, ticket, and `may` before each message; see test_gateway.py."""


def walk(routes: list[BaseRoute]) -> Iterator[tuple[str, str, Action]]:
    """Every method and path of the server with its action; a route without one fails."""
    for route in routes:
        match route:
            case Route():
                action = getattr(route.endpoint, "action", None)
                assert isinstance(action, Action), f"{route.path} has no action"
                for method in (route.methods or set()) - {"HEAD"}:
                    yield method, route.path, action
            case Mount():
                assert Action(str(route.name)) in PUBLIC
            case WebSocketRoute():
                assert route.path in SOCKETS
            case _:
                raise AssertionError(f"{route!r} is of a kind that this test does not know")


async def test_every_route_asks_before_it_does_anything(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        found = list(walk(center.desk.inner.router.routes))
        assert {path for _, path, _ in found} >= {command.path for command in COMMANDS}
        for user in (None, *center.passwords):
            await _try_all(center, user, found)


async def _try_all(center: TestCenter, user: UserId | None, routes: list[tuple[str, str, Action]]) -> None:
    role = next((known.role for known in center.settings[0].users if known.user == user), None)
    headers = {"authorization": f"Bearer {await center.desk.sign_in.make_token(user, 'test')}"} if user else {}
    async with httpx.AsyncClient(base_url=center.address, headers=headers) as http:
        for method, path, action in routes:
            address = path.replace("{path:path}", "screen").replace("{conversation}", "c-none")
            for name in ("offer", "handling", "content", "link", "agent", "interaction", "queue", "number"):
                address = address.replace("{" + name + "}", "none.1.2")
            answer = await http.request(method, address.replace("{kind}", "note"), json={})
            where = f"{method} {path} as {user}"
            if action in PUBLIC:
                assert answer.status_code not in (401, 403) or action is Action.SIGN_IN, where
            elif user is None:
                assert answer.status_code == 401, where
            elif role is not None and action not in ALLOWED[role][0]:
                assert answer.status_code == 404, where
                assert answer.json()["reason"] == "not_allowed", where


async def test_a_mount_that_is_not_public_is_refused(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        from agent_desktop.origins import Origins
        from agent_desktop.server import ServerSettings
        from history.feed import Feed

        with pytest.raises(ValueError, match="not public"):
            build_desk(
                router=center.router,
                store=center.store,
                feed=Feed(center.store),
                clock=center.clock,
                center=lambda: center.settings[0],
                board=center.wallboard,
                settings=ServerSettings(Origins(frozenset())),
                mounts=(Mounted("/secret", center.desk.inner, Action.SEE_AUDIT),),
            )
