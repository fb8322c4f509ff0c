"""The agents' WebSocket: one socket a tab, requests in order, views as snapshots and numbered changes.

Before the socket is accepted its Origin is looked at and its ticket is taken (good once). While it lives, the session
and the right to each open view are looked at with every heartbeat, so that a right taken away is gone within 5 s.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from agent_desktop.acts import Acts
from agent_desktop.attendance import Attendance
from agent_desktop.core import protocol as p
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.rights import ACTION_OF, Action, action_of_view, may, own
from agent_desktop.core.settings import CenterSettings
from agent_desktop.errors import DesktopError
from agent_desktop.origins import Origins
from agent_desktop.outbox import Outbox
from agent_desktop.replies import Reply, Source, refused, source_of_tab
from agent_desktop.signin import SignIn, Who
from agent_desktop.viewings import Viewings
from agent_desktop.views import Views
from history.clock import Clock
from history.core.vocabulary import AgentId, ConversationId
from history.errors import HistoryError

LOG = logging.getLogger("agent_desktop.gateway")

VIEWS_MAX = 16
TABS_KEPT = 4_096
CLOSE_NORMAL = 1000
CLOSE_AWAY = 1001
CLOSE_POLICY = 1008

_TAB = re.compile(r"[A-Za-z0-9_-]{8,64}")
_DECODER = msgspec.json.Decoder(p.AnyRequest)


class _IdOnly(msgspec.Struct):
    id: int = 0


def _id_of(data: str) -> int:
    with suppress(msgspec.DecodeError, msgspec.ValidationError):
        return msgspec.json.decode(data, type=_IdOnly).id
    return 0


@dataclass(slots=True)
class _Tab:
    """One tab of one user over all its sockets of this process."""

    source: Source
    last_id: int = 0


@dataclass(eq=False, slots=True)
class _Desktop:
    """One live socket."""

    who: Who
    tab: _Tab
    outbox: Outbox
    views: dict[str, None] = field(default_factory=dict)
    heard_ms: int = 0

    def show(self, name: str, data: bytes) -> None:
        self.outbox.show(name, data)


class _Ended(Exception):
    """This socket is to be closed, with a last word."""

    def __init__(self, reason: p.FarewellReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Gateway:
    def __init__(
        self,
        *,
        acts: Acts,
        views: Views,
        viewings: Viewings,
        sign_in: SignIn,
        attendance: Attendance,
        clock: Clock,
        origins: Origins,
        center: Callable[[], CenterSettings],
    ) -> None:
        self._acts = acts
        self._views = views
        self._viewings = viewings
        self._sign_in = sign_in
        self._attendance = attendance
        self._clock = clock
        self._origins = origins
        self._center = center
        self._tabs: OrderedDict[tuple[str, str], _Tab] = OrderedDict()
        self._desktops: set[_Desktop] = set()
        self._stopping = asyncio.Event()

    async def socket(self, websocket: WebSocket) -> None:
        """The route `/api/socket`."""
        query = websocket.query_params
        if not self._origins.allows_socket(websocket.headers):
            await websocket.close(CLOSE_POLICY, "foreign origin")
            return
        tab = query.get("tab", "")
        who = await self._sign_in.take_ticket(query.get("ticket", "")) if _TAB.fullmatch(tab) else None
        if who is None or not may(who.actor, Action.OPEN_SOCKET, own(who.actor)):
            await websocket.close(CLOSE_POLICY, "no valid ticket")
            return
        await websocket.accept()
        if query.get("protocol") != str(p.PROTOCOL_VERSION):
            await self._farewell(websocket, p.FarewellReason.OLD_PAGE)
            return
        desktop = self._desktop(who, tab)
        self._desktops.add(desktop)
        try:
            await self._serve(websocket, desktop)
        finally:
            self._desktops.discard(desktop)
            for view in desktop.views:
                self._views.close(desktop.who.actor, view, desktop)

    def show_typing(self, conversation: ConversationId, typing: bool) -> None:
        """The customer of a chat is (no longer) writing: told to whoever has the conversation open."""
        view = p.CONVERSATION_VIEW_PREFIX + conversation
        for desktop in self._desktops:
            if view in desktop.views:
                desktop.outbox.lossy(p.TypingShown(conversation=conversation, typing=typing))

    def stop(self) -> None:
        """Say farewell to all desktops; they reconnect when the server is back."""
        self._stopping.set()

    def _desktop(self, who: Who, tab_name: str) -> _Desktop:
        key = (who.actor.user, tab_name)
        tab = self._tabs.setdefault(key, _Tab(source_of_tab(who.actor, tab_name)))
        self._tabs.move_to_end(key)
        while len(self._tabs) > TABS_KEPT:
            self._tabs.popitem(last=False)
        outbox = Outbox(lambda view: self._views.last_snapshot(who.actor, view))
        return _Desktop(who, tab, outbox, heard_ms=self._clock.monotonic_ms())

    async def _serve(self, websocket: WebSocket, desktop: _Desktop) -> None:
        reason: p.FarewellReason | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(websocket, desktop))
                group.create_task(self._beat(desktop))
                group.create_task(self._read(websocket, desktop))
                group.create_task(self._stop())
        except* _Ended as ended:
            reason = next(error.reason for error in _flat(ended))
        except* (WebSocketDisconnect, OSError, RuntimeError) as gone:
            LOG.debug("socket of %s is gone: %s", desktop.who.actor.user, gone.exceptions)
        if reason is not None:
            await self._farewell(websocket, reason)

    async def _stop(self) -> None:
        await self._stopping.wait()
        raise _Ended(p.FarewellReason.STOPPING)

    async def _write(self, websocket: WebSocket, desktop: _Desktop) -> None:
        actor = desktop.who.actor
        desktop.outbox.lossy(
            p.Welcome(
                protocol=p.PROTOCOL_VERSION,
                user=actor.user,
                role=actor.role,
                server_ms=self._clock.now_ms(),
                last_id=desktop.tab.last_id,
            )
        )
        while True:
            await websocket.send_text((await desktop.outbox.next()).decode())

    async def _beat(self, desktop: _Desktop) -> None:
        """Every 5 s: a heartbeat, is the desktop alive, is its session, are its rights."""
        while True:
            self._hear(desktop)
            desktop.outbox.lossy(p.Heartbeat(server_ms=self._clock.now_ms()))
            await asyncio.sleep(p.HEARTBEAT_MS / 1000)
            if self._clock.monotonic_ms() - desktop.heard_ms > p.SILENCE_MAX_MS:
                raise _Ended(p.FarewellReason.SILENT)
            with suppress(HistoryError):
                await self._look_at_rights(desktop)

    async def _look_at_rights(self, desktop: _Desktop) -> None:
        who = await self._sign_in.still(desktop.who)
        if who is None or who.actor != desktop.who.actor:
            raise _Ended(p.FarewellReason.SIGNED_OUT)
        for view in tuple(desktop.views):
            if not await self._may_see(who, view):
                self._close_view(desktop, view)
                await desktop.outbox.answer(p.ViewClosed(view=view))

    def _hear(self, desktop: _Desktop) -> None:
        user = self._center().user(desktop.who.actor.user)
        silent_ms = self._clock.monotonic_ms() - desktop.heard_ms
        if user is not None and user.is_agent and silent_ms <= p.SILENCE_MAX_MS:
            self._attendance.heard(AgentId(user.user))

    async def _read(self, websocket: WebSocket, desktop: _Desktop) -> None:
        while True:
            data = await websocket.receive_text()
            desktop.heard_ms = self._clock.monotonic_ms()
            self._hear(desktop)
            await desktop.outbox.answer(await self._reply(desktop, data))

    async def _reply(self, desktop: _Desktop, data: str) -> Reply:
        """Exactly one answer to whatever came."""
        try:
            request = _DECODER.decode(data)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            return p.Refused(
                id=_id_of(data),
                reason=RefusalReason.MALFORMED,
                sentence=f"The request could not be read: {error}.",
            )
        try:
            reply = await self._carry_out(desktop, request)
        except (HistoryError, DesktopError) as error:
            LOG.warning("%s of %s: %s", type(request).__name__, desktop.who.actor.user, error)
            return refused(request, RefusalReason.TRY_AGAIN)
        if not (isinstance(reply, p.Refused) and reply.reason is RefusalReason.TRY_AGAIN):
            desktop.tab.last_id = max(desktop.tab.last_id, request.id)
        return reply

    async def _carry_out(self, desktop: _Desktop, request: p.AnyRequest) -> Reply:
        match request:
            case p.OpenView():
                return await self._open_view(desktop, request)
            case p.CloseView():
                if not may(desktop.who.actor, ACTION_OF[p.CloseView], own(desktop.who.actor)):
                    return refused(request, RefusalReason.NOT_ALLOWED)
                self._close_view(desktop, request.view)
                return p.Answer(id=request.id)
            case _:
                return await self._acts.carry_out(desktop.who.actor, desktop.tab.source, request)

    async def _open_view(self, desktop: _Desktop, request: p.OpenView) -> Reply:
        actor = desktop.who.actor
        if action_of_view(request.view) is None:
            return refused(request, RefusalReason.UNKNOWN_VIEW)
        if not await self._may_see(desktop.who, request.view):
            return refused(request, RefusalReason.NOT_ALLOWED)
        if len(desktop.views) >= VIEWS_MAX and request.view not in desktop.views:
            return refused(request, RefusalReason.TOO_MANY_VIEWS)
        if request.view.startswith(p.CONVERSATION_VIEW_PREFIX):
            conversation = ConversationId(request.view.removeprefix(p.CONVERSATION_VIEW_PREFIX))
            await self._viewings.record(desktop.who, conversation)
        desktop.views[request.view] = None
        await self._views.open(actor, request.view, request.from_number, desktop)
        return p.Answer(id=request.id)

    async def _may_see(self, who: Who, view: str) -> bool:
        action = action_of_view(view)
        thing = await self._views.thing_of(who.actor, view) if action is not None else None
        return action is not None and thing is not None and may(who.actor, action, thing)

    def _close_view(self, desktop: _Desktop, view: str) -> None:
        if desktop.views.pop(view, "closed") is None:
            self._views.close(desktop.who.actor, view, desktop)
            desktop.outbox.forget(view)

    async def _farewell(self, websocket: WebSocket, reason: p.FarewellReason) -> None:
        """A last word, if the peer still takes it within a second."""
        if websocket.client_state is not WebSocketState.CONNECTED:
            return
        code = CLOSE_AWAY if reason is p.FarewellReason.STOPPING else CLOSE_NORMAL
        with suppress(TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
            async with asyncio.timeout(1):
                await websocket.send_text(msgspec.json.encode(p.Farewell(reason=reason)).decode())
                await websocket.close(code, reason.value)


def _flat(group: BaseExceptionGroup[_Ended]) -> list[_Ended]:
    found: list[_Ended] = []
    for error in group.exceptions:
        found += _flat(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
