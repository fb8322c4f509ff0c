"""The one port: REST, static files, the desktop's WebSocket, and what other rooms mount (the chat widget's endpoints).

`build_desk` joins the parts from ports alone; `Desk.run` serves on a socket that `listen` made.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, WebSocketRoute
from starlette.types import ASGIApp

from agent_desktop.acts import Acts, Channels
from agent_desktop.api import Api
from agent_desktop.attendance import Attendance
from agent_desktop.core.protocol import REQUEST_BYTES_MAX
from agent_desktop.core.rights import PUBLIC, Action
from agent_desktop.core.settings import CenterSettings
from agent_desktop.definition_routes import DefinitionRoutes
from agent_desktop.errors import DesktopError
from agent_desktop.explanations import ExplanationDesk, ExplanationRoutes
from agent_desktop.files import FileLinks
from agent_desktop.gateway import Gateway
from agent_desktop.guard import Guard, answer
from agent_desktop.headers import Outermost, policy
from agent_desktop.origins import Origins
from agent_desktop.passwords import Passwords
from agent_desktop.ports import ChannelHealth, DefinitionKeeper, SteeringLog, WallboardFigures
from agent_desktop.signin import SignIn, Who
from agent_desktop.steering_log import AuditedSteering
from agent_desktop.viewings import Viewings
from agent_desktop.views import Views
from history.clock import Clock
from history.feed import Feed
from history.store import Store
from router.ports import Router

LOG = logging.getLogger("agent_desktop.server")

USER_TIMEOUT_MS = 15_000
"""A peer that takes nothing for this long is cut by the kernel (libraries.md section 5, W1)."""
STOP_WITHIN_S = 5
BACKLOG = 1_024
WEB = Path(__file__).parent / "web" / "dist"
NO_PAGE = "The web app is not built. Run `make web` (or `make run`, which does it), then reload.\n"


class CannotListen(DesktopError):
    """The address is taken or not ours; the sentence names it."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    origins: Origins
    secure_cookies: bool = False
    """The center is reached over https: cookies say so."""
    phone_urls: tuple[str, ...] = ()
    """WebSocket addresses of switches that the page's softphone may talk to."""
    web: Path = WEB


@dataclass(frozen=True, slots=True)
class Mounted:
    """Routes of another room, under a path of their own. `action` has to be a public one: the room guards itself."""

    path: str
    app: ASGIApp
    action: Action


@dataclass(frozen=True, slots=True)
class Desk:
    """The joined parts. `run` needs the socket; the others are there for compose and for tests."""

    app: ASGIApp
    inner: FastAPI
    views: Views
    attendance: Attendance
    gateway: Gateway
    sign_in: SignIn

    async def run(self, listening: socket.socket, started: asyncio.Event | None = None) -> None:
        """Serve until cancelled; then say farewell to the desktops and stop within `STOP_WITHIN_S`."""
        server = GuestServer(_config(self.app), started)
        async with asyncio.TaskGroup() as group:
            views = group.create_task(self.views.run())
            attendance = group.create_task(self.attendance.run(self.views.ready))
            try:
                await server.serve_until_cancelled(listening, self.gateway.stop)
            finally:
                views.cancel()
                attendance.cancel()


class GuestServer(uvicorn.Server):
    """Leaves the process's signals to whoever runs it, says when it is up, and stops when it is cancelled."""

    def __init__(self, config: uvicorn.Config, up: asyncio.Event | None = None) -> None:
        super().__init__(config)
        self.up = up or asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def serve_until_cancelled(self, listening: socket.socket, farewell: Callable[[], None] | None = None) -> None:
        """Serve; then say `farewell` and let what is under way end, within `STOP_WITHIN_S`."""
        serving = asyncio.create_task(self.serve(sockets=[listening]))
        try:
            await asyncio.shield(serving)
        finally:
            if farewell is not None:
                farewell()
            self.should_exit = True
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_WITHIN_S + 1):
                    await serving


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=REQUEST_BYTES_MAX,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        CannotListen: the port is taken, may not be used, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        listening.bind((host, port))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        why = "is already taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        raise CannotListen(f"{host}:{port} {why}; choose another port or stop what uses it.") from error
    return listening


def build_desk(
    *,
    router: Router,
    store: Store,
    feed: Feed,
    clock: Clock,
    center: Callable[[], CenterSettings],
    board: WallboardFigures,
    settings: ServerSettings,
    channels: Channels | None = None,
    health: ChannelHealth | None = None,
    definitions: DefinitionKeeper | None = None,
    mounts: Sequence[Mounted] = (),
    passwords: Passwords | None = None,
    steering_log: SteeringLog | None = None,
) -> Desk:
    """Join the desktop's parts; nothing is started, nothing is read."""
    sign_in = SignIn(store, center, passwords or Passwords())
    views = Views(store=store, feed=feed, clock=clock, center=center, board=board, health=health)
    attendance = Attendance(router, clock, lambda: views.floor)
    acts = Acts(
        router=router,
        store=store,
        floor=lambda: views.floor,
        channels=channels or Channels(),
        steering_log=steering_log or AuditedSteering(store),
        draft_saved=views.draft_saved,
        read=views.mark_read,
    )
    viewings = Viewings(store, clock, lambda: views.floor)
    gateway = Gateway(
        acts=acts,
        views=views,
        viewings=viewings,
        sign_in=sign_in,
        attendance=attendance,
        clock=clock,
        origins=settings.origins,
        center=center,
    )
    guard = Guard(sign_in, store, settings.origins, settings.secure_cookies)
    app = FastAPI(title="Switchroom", version=_version(), openapi_url=None, docs_url=None, redoc_url=None)
    Api(
        guard=guard,
        sign_in=sign_in,
        acts=acts,
        views=views,
        viewings=viewings,
        store=store,
        clock=clock,
        center=center,
        links=FileLinks(settings.origins),
        definitions=DefinitionRoutes(definitions, store),
        attendance=attendance,
        explanations=ExplanationRoutes(ExplanationDesk(store), store, center),
    ).add_to(app)
    app.router.routes.append(WebSocketRoute("/api/socket", gateway.socket))
    app.router.add_route("/healthz", guard.guarded(Action.SEE_HEALTH, _Health(views).answer), methods=["GET"])
    for mounted in mounts:
        if mounted.action not in PUBLIC:
            raise ValueError(f"{mounted.path} is mounted for {mounted.action}, which is not public")
        app.router.routes.append(Mount(mounted.path, app=mounted.app, name=mounted.action.value))
    pages = _Pages(settings.web)
    app.router.add_route("/{path:path}", guard.guarded(Action.LOAD_PAGE, pages.answer), methods=["GET"])
    outermost = Outermost(app, settings.origins, policy(settings.phone_urls))
    return Desk(outermost, app, views, attendance, gateway, sign_in)


def _version() -> str:
    try:
        return version("switchroom")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True, slots=True)
class _Health:
    views: Views

    async def answer(self, _request: Request, _who: Who | None) -> Response:
        """200 once the screens show all that was committed before the start."""
        ready = self.views.ready.is_set()
        return answer({"status": "ok" if ready else "starting"}, 200 if ready else 503)


@dataclass(frozen=True, slots=True)
class _Pages:
    """The web app. A path that is no file is one of its screens; files with a hash in their name never change."""

    folder: Path

    async def answer(self, request: Request, _who: Who | None) -> Response:
        path = request.path_params["path"]
        if path.startswith(("api/", "files/")):
            return answer({"detail": "There is no such address; see /api/openapi.json."}, 404)
        return await asyncio.to_thread(self._file, path)

    def _file(self, path: str) -> Response:
        root = self.folder.resolve()
        wanted = (root / path).resolve() if "\0" not in path else root
        if wanted.is_relative_to(root) and wanted.is_file() and wanted.name != "index.html":
            lasting = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(wanted, headers={"cache-control": lasting})
        index = root / "index.html"
        if Path(path).suffix:
            return PlainTextResponse("There is no such file.\n", 404)
        if not index.is_file():
            return PlainTextResponse(NO_PAGE, 503)
        return FileResponse(index, headers={"cache-control": "no-cache"})
