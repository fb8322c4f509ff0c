"""The outermost layer: knows its own host names, and puts the security headers on every answer."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_desktop.origins import Origins


def policy(phone_urls: Iterable[str]) -> str:
    """The one content security policy. Mantine sets style attributes, nothing else needs `unsafe-inline`."""
    phones = "".join(f" {url}" for url in phone_urls)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob:",
            f"connect-src 'self'{phones}",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Outermost:
    """An ASGI layer. A room that sets a header itself (the chat frame's own policy) keeps it."""

    def __init__(self, app: ASGIApp, origins: Origins, content_policy: str) -> None:
        self._app = app
        self._origins = origins
        self._headers = {
            "content-security-policy": content_policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if not self._origins.knows_host(host):
            refusal = PlainTextResponse(
                "This server is not known under that name; see the setting of its origins.\n", 421
            )
            await refusal(scope, receive, send)
            return
        if self._origins.is_files_host(host) and not self._is_for_strangers(scope):
            refusal = PlainTextResponse("Under this name there are only files.\n", 404)
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(message, scope)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_for_strangers(self, scope: MutableMapping[str, Any]) -> bool:
        return str(scope["path"]).startswith("/files/")

    def _add(self, message: Message, scope: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        if str(scope["path"]).startswith("/api/"):
            headers.setdefault("cache-control", "no-store")
