"""Harbor Bikes: a shop's page on an origin of its own, which carries the chat widget as any shop's page would.

Signed in at `/` as Maria Lopez (`shop-1001`), signed out at `/guest`. Its policy is as strict as the widget allows:
scripts and frames of the chat's origin alone, no inline script or style.
"""

import html
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.core.visitor_tokens import sign_visitor
from history.clock import Clock
from history.core.vocabulary import SiteId

FOLDER = Path(__file__).parent / "sample"
VISITOR_ID = "shop-1001"
VISITOR_NAME = "Maria Lopez"
_STATEMENT_S = 3_600
_BIKES = (
    ("Quay 3", "City bike, 8 gears", "690", "#1f5f8b"),
    ("Lantern", "Electric, 90 km range", "2 190", "#b4532a"),
    ("Driftwood", "Gravel, steel frame", "1 340", "#4c6b3c"),
    ("Minnow", "For children from 6", "310", "#8a4a7d"),
)


def sample_shop(chat_origin: str, site: SiteId, secret: str, clock: Clock) -> Starlette:
    """Return the shop; `chat_origin` is where the browser finds the chat server (`http://127.0.0.1:8080`).

    Serve it on another origin (`localhost` beside `127.0.0.1`), and name that origin among the site's `origins`.
    """
    parts = urlsplit(chat_origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
        raise ValueError(f"chat_origin: {chat_origin!r} is no origin; write scheme, host and port alone")
    template = (FOLDER / "shop.html").read_text(encoding="utf-8")
    style = (FOLDER / "shop.css").read_text(encoding="utf-8")
    bike = (FOLDER / "bike.svg").read_text(encoding="utf-8")
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {chat_origin}; frame-src {chat_origin}; style-src 'self'; img-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }

    def page(signed_in: bool) -> Response:
        visitor = sign_visitor(secret, VISITOR_ID, clock.now_ms() // 1000 + _STATEMENT_S) if signed_in else ""
        filled = template
        for name, value in {
            "ACCOUNT": VISITOR_NAME if signed_in else "Guest",
            "OTHER_PATH": "guest" if signed_in else ".",
            "OTHER_WORD": "Sign out" if signed_in else f"Sign in as {VISITOR_NAME}",
            "LOADER": f"{chat_origin}/chat/{site}/loader.js",
            "VISITOR": visitor,
        }.items():
            filled = filled.replace(f"[[{name}]]", html.escape(value))
        return Response(filled.replace("[[BIKES]]", _cards()), media_type="text/html", headers=headers)

    def picture(request: Request) -> Response:
        place: int = request.path_params["place"]
        if not 0 <= place < len(_BIKES):
            return Response("There is no such bicycle.", 404, media_type="text/plain")
        return Response(bike.replace("currentColor", _BIKES[place][3]), media_type="image/svg+xml", headers=headers)

    return Starlette(
        routes=[
            Route("/", lambda _: page(signed_in=True)),
            Route("/guest", lambda _: page(signed_in=False)),
            Route("/shop.css", lambda _: Response(style, media_type="text/css", headers=headers)),
            Route("/bike-{place:int}.svg", picture),
        ]
    )


def _cards() -> str:
    return "\n".join(
        f'<article><img src="bike-{place}.svg" alt="" width="320" height="200"><h3>{html.escape(name)}</h3>'
        f"<p>{html.escape(what)}</p><strong>£{price}</strong></article>"
        for place, (name, what, price, _) in enumerate(_BIKES)
    )
