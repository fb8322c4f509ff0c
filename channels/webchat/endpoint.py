"""The addresses of web chat on the one port: loader, frame and socket of each site, under `/chat/<site>/`."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from channels.core.chat_protocol import RefusalReason, Refused
from channels.core.pace import Pace
from channels.webchat.documents import COMMON_HEADERS, Widget, frame_headers, frame_page, loader_script
from channels.webchat.service import ChatChannel
from channels.webchat.session import VisitorSession
from channels.webchat.settings import ChatLimits, ChatSettings, SiteSettings

LOG = logging.getLogger("channels.webchat")
_ADDRESSES_MAX = 20_000


@dataclass(slots=True)
class _Address:
    """What one address has open and has begun."""

    beginnings: Pace
    sockets: int = 0


@dataclass(slots=True)
class _Door:
    """Counts sockets, in all and per address; remembers addresses up to a bound, the oldest idle ones go first."""

    limits: ChatLimits
    sockets: int = 0
    addresses: "OrderedDict[str, _Address]" = field(default_factory=OrderedDict)

    def enter(self, host: str) -> _Address | None:
        known = self.addresses.get(host)
        if known is None:
            per_hour = self.limits.conversations_per_hour
            known = _Address(Pace(burst=per_hour, per_minute=max(1, per_hour // 60)))
            self._make_room()
            self.addresses[host] = known
        self.addresses.move_to_end(host)
        if self.sockets >= self.limits.sockets_max or known.sockets >= self.limits.sockets_per_address_max:
            return None
        self.sockets += 1
        known.sockets += 1
        return known

    def leave(self, address: _Address) -> None:
        self.sockets -= 1
        address.sockets -= 1

    def _make_room(self) -> None:
        while len(self.addresses) >= _ADDRESSES_MAX:
            host, oldest = self.addresses.popitem(last=False)
            if oldest.sockets > 0:
                self.addresses[host] = oldest  # goes to the end; open sockets are bounded, so an idle one follows
            else:
                return


def chat_routes(channel: ChatChannel, settings: ChatSettings, widget: Widget) -> Sequence[BaseRoute]:
    """Return the routes to be mounted at `/chat`.

    The server must put neither X-Frame-Options nor a policy of its own on their answers; they carry theirs.
    """
    door = _Door(settings.limits)

    def page(make: Callable[[SiteSettings], Response]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            site = settings.site(request.path_params["site"])
            return _unknown_site() if site is None else make(site)

        return answer

    async def socket(websocket: WebSocket) -> None:
        await _socket(websocket, channel, settings, door)

    return (
        Route("/{site}/loader.js", page(lambda site: _script(loader_script(widget, site), "max-age=300"))),
        Route("/{site}/frame", page(lambda site: _frame(widget, site))),
        Route("/{site}/app.js", page(lambda _: _script(widget.app, "max-age=31536000, immutable"))),
        Route("/{site}/app.css", page(lambda _: _style(widget.style))),
        WebSocketRoute("/{site}/socket", socket),
    )


async def _socket(websocket: WebSocket, channel: ChatChannel, settings: ChatSettings, door: _Door) -> None:
    site = settings.site(websocket.path_params["site"])
    if site is None:
        await websocket.send_denial_response(_unknown_site())
        return
    if not _is_ours(websocket.headers.get("origin"), websocket.headers.get("host", ""), settings.public_origins):
        refused = Refused(
            reason=RefusalReason.FOREIGN_ORIGIN,
            sentence="This socket is for the chat frame of this server; load the widget by its loader.js.",
        )
        await websocket.send_denial_response(_refusal(refused, 403))
        return
    address = door.enter(websocket.client.host if websocket.client else "")
    if address is None:
        refused = Refused(reason=RefusalReason.TOO_MANY, sentence="Too many chat windows are open; try again later.")
        await websocket.send_denial_response(_refusal(refused, 503, {"Retry-After": "30"}))
        return
    try:
        await websocket.accept()
        await VisitorSession(websocket, channel, site, settings.limits, address.beginnings).run()
    finally:
        door.leave(address)


def _is_ours(origin: str | None, host: str, public_origins: tuple[str, ...]) -> bool:
    """Whether the page that opens the socket is ours. A program without a browser may leave the Origin out: what the
    check guards against is a foreign page in somebody's browser, and those always send one."""
    if origin is None:
        return True
    if public_origins:
        return origin in public_origins
    return urlsplit(origin).netloc.lower() == host.lower() and host != ""


def _unknown_site() -> Response:
    refused = Refused(
        reason=RefusalReason.UNKNOWN_SITE, sentence="There is no chat site of this name; look at the loader's address."
    )
    return _refusal(refused, 404)


def _refusal(refused: Refused, status: int, headers: dict[str, str] | None = None) -> Response:
    content = {"refused": refused.reason.value, "sentence": refused.sentence}
    return JSONResponse(content, status, {**COMMON_HEADERS, **(headers or {})})


def _script(body: bytes, cache: str) -> Response:
    headers = {**COMMON_HEADERS, "Cache-Control": cache, "Access-Control-Allow-Origin": "*"}
    return Response(body, media_type="text/javascript", headers=headers)


def _style(body: bytes) -> Response:
    return Response(
        body, media_type="text/css", headers={**COMMON_HEADERS, "Cache-Control": "max-age=31536000, immutable"}
    )


def _frame(widget: Widget, site: SiteSettings) -> Response:
    return Response(frame_page(widget, site), media_type="text/html", headers=frame_headers(site))
