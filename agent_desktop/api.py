"""The HTTP API: whatever the desktop can do. Described at `/api/openapi.json` and in `docs/api.md`."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent_desktop.acts import Acts
from agent_desktop.attendance import Attendance
from agent_desktop.commands import COMMANDS, Command
from agent_desktop.core import protocol as p
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.rights import ACTION_OF, NOTHING, Action, Actor, Thing, own
from agent_desktop.core.settings import CenterSettings
from agent_desktop.definition_routes import DefinitionRoutes
from agent_desktop.description import describe
from agent_desktop.errors import NotAllowed, NotSignedIn
from agent_desktop.explanations import ExplanationRoutes
from agent_desktop.files import FileLinks, as_download
from agent_desktop.guard import Guard, answer, body_of
from agent_desktop.replies import Source, source_of_tab
from agent_desktop.signin import SignIn, Who
from agent_desktop.viewings import Viewings
from agent_desktop.views import Views
from history.audit import audit_log
from history.clock import Clock
from history.contents import content_of, texts_of
from history.core.vocabulary import AgentId, ContentId, ConversationId, QueueId, SourceId
from history.store import Store

TAB_HEADER = "switchroom-tab"
NUMBER_HEADER = "switchroom-request"
AUDIT_ROWS_MAX = 500

_STATUS = {
    RefusalReason.NOT_ALLOWED: 404,
    RefusalReason.TRY_AGAIN: 503,
    RefusalReason.DEFECT: 500,
    RefusalReason.MALFORMED: 400,
}
_TAB = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user: str
    password: str


class TokenWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    label: str = ""
    expires_ms: int | None = None


def signed_in(who: Who | None) -> Who:
    if who is None:
        raise NotSignedIn
    return who


class Api:
    """Adds the routes to an app. One for each server."""

    def __init__(
        self,
        *,
        guard: Guard,
        sign_in: SignIn,
        acts: Acts,
        views: Views,
        viewings: Viewings,
        store: Store,
        clock: Clock,
        center: Callable[[], CenterSettings],
        links: FileLinks,
        definitions: DefinitionRoutes,
        attendance: Attendance,
        explanations: ExplanationRoutes,
    ) -> None:
        self._guard = guard
        self._sign_in = sign_in
        self._acts = acts
        self._views = views
        self._viewings = viewings
        self._store = store
        self._clock = clock
        self._center = center
        self._links = links
        self._definitions = definitions
        self._attendance = attendance
        self._explanations = explanations
        self._epoch = clock.now_ms()
        self._sources: dict[str, Source] = {}
        self._description: bytes = b""

    def add_to(self, app: FastAPI) -> None:
        guarded = self._guard.guarded
        routes: Sequence[tuple[str, str, Any]] = (
            ("POST", "/api/sign-in", guarded(Action.SIGN_IN, self._do_sign_in)),
            ("POST", "/api/sign-out", guarded(Action.SIGN_OUT, self._sign_out)),
            ("GET", "/api/me", guarded(Action.SEE_MYSELF, self._me)),
            ("POST", "/api/ticket", guarded(Action.OPEN_SOCKET, self._ticket)),
            ("POST", "/api/tokens", guarded(Action.MAKE_OWN_TOKEN, self._token)),
            ("GET", "/api/views/desk", guarded(Action.SEE_DESK, self._view(p.DESK_VIEW))),
            ("GET", "/api/views/wallboard", guarded(Action.SEE_WALLBOARD, self._view(p.WALLBOARD_VIEW))),
            (
                "GET",
                "/api/views/conversation/{conversation}",
                guarded(Action.SEE_CONVERSATION, self._conversation, self._thing_of_conversation),
            ),
            ("GET", "/api/views/queue/{queue}", guarded(Action.SEE_QUEUE, self._queue, self._thing_of_queue)),
            (
                "GET",
                "/api/queues/{queue}/expected-wait",
                guarded(Action.SEE_WALLBOARD, self._expected_wait, self._thing_expected),
            ),
            (
                "GET",
                "/api/files/{conversation}/{content}",
                guarded(Action.SEE_FILE, self._file, self._thing_of_conversation),
            ),
            ("GET", "/files/{link}", guarded(Action.FETCH_BY_LINK, self._file_by_link)),
            ("GET", "/api/definition", guarded(Action.SEE_DEFINITION, self._definitions.see)),
            ("PUT", "/api/definition", guarded(Action.APPLY_DEFINITION, self._definitions.apply)),
            (
                "GET",
                "/api/interactions/{interaction}/explanation",
                guarded(Action.EXPLAIN_OFFERS, self._explanations.explain, self._of_nobody),
            ),
            ("GET", "/api/audit", guarded(Action.SEE_AUDIT, self._audit)),
            ("GET", "/api/openapi.json", guarded(Action.SEE_API_DESCRIPTION, self._describe)),
        )
        for method, path, endpoint in routes:
            app.router.add_route(path, endpoint, methods=[method])
        for command in COMMANDS:
            endpoint = guarded(ACTION_OF[command.request], self._carry_out(command))
            app.router.add_route(command.path, endpoint, methods=[command.method])
        self._description = msgspec.json.encode(describe(app.title, app.version))

    # ---- signing in

    async def _do_sign_in(self, request: Request, _who: Who | None) -> Response:
        wish = msgspec.json.decode(await body_of(request), type=Credentials)
        address = request.client.host if request.client else ""
        token, who = await self._sign_in.sign_in(wish.user, wish.password, address)
        response = answer(self._about(who))
        response.set_cookie(
            self._guard.cookie, token, httponly=True, samesite="strict", path="/", secure=self._guard.secure_cookies
        )
        return response

    async def _sign_out(self, _request: Request, who: Who | None) -> Response:
        await self._sign_in.sign_out(signed_in(who))
        response = answer({})
        response.delete_cookie(self._guard.cookie, path="/", httponly=True, samesite="strict")
        return response

    def _about(self, who: Who) -> dict[str, str]:
        actor = who.actor
        return {"user": actor.user, "name": self._center().user_name(actor.user), "role": actor.role.value}

    async def _me(self, _request: Request, who: Who | None) -> Response:
        return answer(self._about(signed_in(who)))

    async def _ticket(self, _request: Request, who: Who | None) -> Response:
        return answer({"ticket": await self._sign_in.make_ticket(signed_in(who))})

    async def _token(self, request: Request, who: Who | None) -> Response:
        wish = msgspec.json.decode(await body_of(request) or b"{}", type=TokenWish)
        token = await self._sign_in.make_token(signed_in(who).actor.user, wish.label, wish.expires_ms)
        return answer({"token": token})

    # ---- requests

    def _carry_out(self, command: Command) -> Callable[[Request, Who | None], Any]:
        async def carry_out(request: Request, who: Who | None) -> Response:
            actor = signed_in(who).actor
            source, number = self._source(request, actor)
            given = msgspec.json.decode(await body_of(request) or b"{}", type=dict[str, Any])
            fields = {name: request.path_params[name] for name in command.path_fields}
            wish = msgspec.convert({**given, **fields, "id": number}, type=command.request, strict=True)
            self._hear(actor)
            reply = await self._acts.carry_out(actor, source, wish)
            return answer(reply, _STATUS.get(reply.reason, 409) if isinstance(reply, p.Refused) else 200)

        return carry_out

    def _source(self, request: Request, actor: Actor) -> tuple[Source, int]:
        """The client's own count where it sends one (then a repeated request counts once), else the server's."""
        tab, number = request.headers.get(TAB_HEADER), request.headers.get(NUMBER_HEADER)
        if tab is None and number is None:
            key = f"api/{actor.user}"
            source = self._sources.setdefault(key, Source(SourceId(key), self._epoch, counted_by_client=False))
            return source, source.next_number
        if not _TAB.fullmatch(tab or "") or not (number or "").isdecimal() or int(number or 0) < 1:
            raise msgspec.ValidationError(
                "Switchroom-Tab (8 to 64 of A-Z a-z 0-9 - _) and Switchroom-Request (1, 2, 3 …) are sent together"
            )
        return source_of_tab(actor, tab or ""), int(number or 0)

    def _hear(self, actor: Actor) -> None:
        """Who asks for their desk or works by this API is there: a live desktop for the next 15 s."""
        user = self._center().user(actor.user)
        if user is not None and user.is_agent:
            self._attendance.heard(AgentId(actor.user))

    # ---- views and files

    def _view(self, view: str) -> Callable[[Request, Who | None], Any]:
        async def snapshot(_request: Request, who: Who | None) -> Response:
            if view == p.DESK_VIEW:
                self._hear(signed_in(who).actor)
            return answer(await self._views.snapshot(signed_in(who).actor, view))

        return snapshot

    async def _thing_of_conversation(self, request: Request, actor: Actor) -> Thing | None:
        return await self._views.thing_of(actor, p.CONVERSATION_VIEW_PREFIX + request.path_params["conversation"])

    async def _conversation(self, request: Request, who: Who | None) -> Response:
        conversation = ConversationId(request.path_params["conversation"])
        await self._viewings.record(signed_in(who), conversation)
        return answer(await self._views.snapshot(signed_in(who).actor, p.CONVERSATION_VIEW_PREFIX + conversation))

    async def _of_nobody(self, _request: Request, _actor: Actor) -> Thing:
        """Offers to others are nobody's own."""
        return NOTHING

    async def _thing_of_queue(self, request: Request, actor: Actor) -> Thing | None:
        return await self._views.thing_of(actor, p.QUEUE_VIEW_PREFIX + request.path_params["queue"])

    async def _queue(self, request: Request, who: Who | None) -> Response:
        view = p.QUEUE_VIEW_PREFIX + request.path_params["queue"]
        return answer(await self._views.snapshot(signed_in(who).actor, view))

    async def _thing_expected(self, request: Request, actor: Actor) -> Thing | None:
        return own(actor) if self._views.has_queue(QueueId(request.path_params["queue"])) else None

    async def _expected_wait(self, request: Request, _who: Who | None) -> Response:
        """For machines outside that tell callers: the same as on the wallboard, nulls while it is unknown."""
        queue = QueueId(request.path_params["queue"])
        wait = self._views.floor.waits.get(queue)
        p50_ms, p90_ms = (None, None) if wait is None else (wait.p50_ms, wait.p90_ms)
        return answer({"queue": queue, "p50_ms": p50_ms, "p90_ms": p90_ms})

    async def _file(self, request: Request, who: Who | None) -> Response:
        content = ContentId(request.path_params["content"])
        conversation = ConversationId(request.path_params["conversation"])
        if not await self._views.has_file(conversation, content):
            raise NotAllowed
        await self._viewings.record(signed_in(who), conversation)
        return RedirectResponse(self._links.make(content, self._clock.now_ms()), status_code=303)

    async def _file_by_link(self, request: Request, _who: Who | None) -> Response:
        """Only on the host name for strangers' files, where no cookie of ours is."""
        if not self._links.is_here(request.headers.get("host", "")):
            raise NotAllowed
        content = self._links.read(request.path_params["link"], self._clock.now_ms())
        if content is None:
            raise NotAllowed
        async with self._store.reading() as connection:
            found = await content_of(connection, self._store.tenant, content)
        if found is None:
            raise NotAllowed
        return as_download(found.name or "file", found.media_type, found.body)

    # ---- the center

    async def _audit(self, request: Request, _who: Who | None) -> Response:
        before = request.query_params.get("before", "")
        rows = await audit_log(self._store, int(before) if before.isdecimal() else None, AUDIT_ROWS_MAX)
        wanted = {text for row in rows for text in (row.accessed.subject, row.accessed.address) if text is not None}
        async with self._store.reading() as connection:
            texts = await texts_of(connection, self._store.tenant, wanted)
        return answer(
            [
                {
                    "number": row.number,
                    "at_ms": row.at_ms,
                    "act": row.accessed.act,
                    "user": row.accessed.user,
                    "session": row.accessed.session,
                    "role": row.accessed.role,
                    "customer": row.accessed.customer,
                    "subject": texts.get(row.accessed.subject) if row.accessed.subject else None,
                    "address": texts.get(row.accessed.address) if row.accessed.address else None,
                }
                for row in rows
            ]
        )

    async def _describe(self, _request: Request, _who: Who | None) -> Response:
        return Response(self._description, media_type="application/json")
