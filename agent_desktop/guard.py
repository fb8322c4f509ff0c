"""Stands before every route: who is asking, from which page, and may they. Turns our errors into answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from agent_desktop.core.protocol import Refused
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.rights import Action, Actor, Thing, may, own
from agent_desktop.errors import ChannelRefused, ForeignOrigin, NotAllowed, NotSignedIn, SignInRefused
from agent_desktop.origins import Origins
from agent_desktop.sentences import SENTENCES
from agent_desktop.signin import SignIn, Who
from history import audit
from history.core.customers import Act
from history.errors import HistoryError
from history.store import Store

COOKIE = "switchroom"
SECURE_COOKIE = "__Host-switchroom"
BODY_MAX = 262_144

Handler = Callable[[Request, Who | None], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
ThingOf = Callable[[Request, Actor], Awaitable[Thing | None]]


def answer(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def refusal(reason: RefusalReason, status: int, sentence: str | None = None) -> Response:
    return answer(Refused(id=0, reason=reason, sentence=sentence or SENTENCES[reason]), status)


@dataclass(frozen=True, slots=True)
class Guard:
    sign_in: SignIn
    store: Store
    origins: Origins
    secure_cookies: bool = False

    @property
    def cookie(self) -> str:
        return SECURE_COOKIE if self.secure_cookies else COOKIE

    async def who(self, request: Request) -> Who | None:
        """Who is signed in, by the token of a program or by the cookie of a session.

        Raises:
            ForeignOrigin: the request would change something and comes from another site's page.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        by_token = scheme.lower() == "bearer"
        cookie = request.cookies.get(self.cookie)
        if request.method not in ("GET", "HEAD") and not self.origins.allows(
            request.headers.get("origin"), by_cookie=cookie is not None and not by_token
        ):
            raise ForeignOrigin("This request came from a page of another site.")
        if by_token:
            return await self.sign_in.by_token(token.strip())
        return await self.sign_in.by_cookie(cookie) if cookie else None

    def guarded(self, action: Action, handler: Handler, thing_of: ThingOf | None = None) -> Endpoint:
        """Make a route's function: nothing of `handler` is done before `may` has said yes."""

        async def endpoint(request: Request) -> Response:
            try:
                who = await self.who(request)
                await self._let_pass(request, who, action, thing_of)
                return await handler(request, who)
            except NotSignedIn:
                return refusal(RefusalReason.NOT_ALLOWED, 401, "Sign in first.")
            except NotAllowed:
                return refusal(RefusalReason.NOT_ALLOWED, 404)
            except ForeignOrigin as error:
                return refusal(RefusalReason.NOT_ALLOWED, 403, str(error))
            except SignInRefused as error:
                response = refusal(RefusalReason.NOT_ALLOWED, 429 if error.retry_after_s else 401, str(error))
                if error.retry_after_s:
                    response.headers["retry-after"] = str(error.retry_after_s)
                return response
            except ChannelRefused as error:
                return refusal(RefusalReason.CHANNEL_REFUSED, 409, str(error))
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                return refusal(RefusalReason.MALFORMED, 400, f"The request could not be read: {error}.")
            except HistoryError:
                return refusal(RefusalReason.TRY_AGAIN, 503)

        endpoint.__dict__["action"] = action  # read by the test that walks all routes
        return endpoint

    async def _let_pass(self, request: Request, who: Who | None, action: Action, thing_of: ThingOf | None) -> None:
        if may(None, action):
            return
        if who is None:
            raise NotSignedIn
        thing = await thing_of(request, who.actor) if thing_of is not None else own(who.actor)
        if thing is None or not may(who.actor, action, thing):
            await audit.record(
                self.store,
                Act.DENIED,
                user=who.actor.user,
                session=who.session,
                role=who.actor.role,
                subject=f"{request.method} {request.url.path}",
            )
            raise NotAllowed


async def body_of(request: Request) -> bytes:
    """The request's body.

    Raises:
        ChannelRefused: it is longer than `BODY_MAX`.
    """
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > BODY_MAX:
            raise ChannelRefused(f"A request has at most {BODY_MAX} bytes.")
    return bytes(data)
