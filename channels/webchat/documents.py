"""What the browser loads from us: the loader with its site's words, the frame, and the frame's two files.

The frame is the only document of ours that other origins may show, and its own policy says which.
"""

import hashlib
import html
from dataclasses import dataclass
from pathlib import Path

import msgspec

from channels.webchat.errors import WidgetNotBuilt
from channels.webchat.settings import SiteSettings

WIDGET_FOLDER = Path(__file__).parent / "widget" / "dist"
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",  # also for pages that ask for credentialless or require-corp
}


@dataclass(frozen=True, slots=True)
class Widget:
    """The built files, read once."""

    loader: bytes
    app: bytes
    style: bytes

    @property
    def version(self) -> str:
        return hashlib.sha256(self.app + self.style).hexdigest()[:12]


def read_widget(folder: Path = WIDGET_FOLDER) -> Widget:
    """Read what `npm run build` has made.

    Raises:
        WidgetNotBuilt: a file is missing.
    """
    try:
        return Widget(*((folder / name).read_bytes() for name in ("loader.js", "app.js", "app.css")))
    except OSError as error:
        raise WidgetNotBuilt(
            f"the chat widget is not built ({error.filename} is missing): "
            "run `npm ci && npm run build` in channels/webchat/widget"
        ) from error


def loader_script(widget: Widget, site: SiteSettings) -> bytes:
    words = {
        "frame": f"/chat/{site.site}/frame",
        "colour": site.colour,
        "title": f"Chat with {site.title}",
        "open": f"Open chat with {site.title}",
        "close": "Close chat window",
        "unread": f"Open chat with {site.title}, {{n}} unread",
    }
    return b"(function(switchroomSite){" + widget.loader.rstrip() + b"\n})(" + msgspec.json.encode(words) + b");\n"


def frame_page(widget: Widget, site: SiteSettings) -> str:
    base = f"/chat/{site.site}"
    data = {
        "site": site.site,
        "title": site.title,
        "colour": site.colour,
        "origins": " ".join(site.origins),
    }
    attributes = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in data.items())
    return f"""<!doctype html>
<html lang="{html.escape(site.language or "en")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<title>Chat with {html.escape(site.title)}</title>
<link rel="stylesheet" href="{base}/app.css?{widget.version}">
<script src="{base}/app.js?{widget.version}" defer></script>
</head>
<body {attributes}>
<main id="chat"></main>
</body>
</html>
"""


def frame_headers(site: SiteSettings) -> dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {' '.join(site.origins) or chr(39) + 'none' + chr(39)}"
    )
    return {
        **COMMON_HEADERS,
        "Content-Security-Policy": policy,
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-cache",
    }
