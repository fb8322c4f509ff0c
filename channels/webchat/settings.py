"""What web chat has to be told: its sites, its key, its limits. `config/compose.py` makes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.webchat.errors import ChatSettingsRefused
from history.core.vocabulary import AnnouncementId, LanguageTag, QueueId, SiteId, SkillId

KEY_CHARACTERS_MIN = 16
_ORIGIN = re.compile(r"https?://[^\s/;,'\"]+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """One web site that carries the widget."""

    site: SiteId
    title: str
    queue: QueueId
    origins: tuple[str, ...]
    """Pages of these origins (`https://shop.example`) may show the widget; no other."""
    identity_secret: str | None = None
    """Shared with the shop: signs who its customer is. All sites that have one share one numbering of visitors; where
    two shops number apart, their visitor ids carry a prefix."""
    greeting: str = "Hello! How can we help?"
    colour: str = "#1f5f8b"
    language: LanguageTag | None = None
    required_skills: tuple[SkillId, ...] = ()
    away_ms: int = 300_000
    """A visitor whose pages are all gone for this long has left."""

    def __post_init__(self) -> None:
        wrong = [origin for origin in self.origins if not _ORIGIN.fullmatch(origin)]
        if wrong:
            raise ChatSettingsRefused(
                f"site {self.site}: origins: {wrong[0]!r} is no origin; write scheme, host and port alone, "
                "such as https://shop.example"
            )
        if self.identity_secret is not None and len(self.identity_secret) < KEY_CHARACTERS_MIN:
            raise ChatSettingsRefused(
                f"site {self.site}: identity_secret: has to have {KEY_CHARACTERS_MIN} characters or more"
            )
        if not _COLOUR.fullmatch(self.colour) or _contrast_with_white(self.colour) < 4.5:
            raise ChatSettingsRefused(
                f"site {self.site}: colour: {self.colour!r} has to be a #rrggbb dark enough for white text (4.5 to 1)"
            )


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """What strangers may ask of us, and what happens beyond: a typed refusal, then a closed socket."""

    sockets_max: int = 10_000
    sockets_per_address_max: int = 60
    hello_within_ms: int = 10_000
    heartbeat_ms: int = 15_000
    silence_ms: int = 45_000
    """Three of the widget's heartbeats."""
    lines_burst: int = 20
    lines_per_minute: int = 60
    frames_burst: int = 120
    frames_per_minute: int = 600
    refusals_max: int = 20
    """A socket that was refused so often is closed."""
    conversations_per_hour: int = 30
    """Begun from one address."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    sites: tuple[SiteSettings, ...]
    token_key: str = field(repr=False)
    """Signs the visitors' tokens; a new one makes every open page a new visitor."""
    public_origins: tuple[str, ...] = ()
    """Where browsers reach the server. Empty: an Origin has to be that of the request's own Host."""
    announcements: Mapping[AnnouncementId, str] = field(default_factory=dict)
    """What visitors read who are turned away."""
    limits: ChatLimits = ChatLimits()

    def __post_init__(self) -> None:
        if len(self.token_key) < KEY_CHARACTERS_MIN:
            raise ChatSettingsRefused(f"token_key: has to have {KEY_CHARACTERS_MIN} characters or more")

    def site(self, site: str) -> SiteSettings | None:
        return next((known for known in self.sites if known.site == site), None)


def _contrast_with_white(colour: str) -> float:
    """WCAG 2.2 contrast ratio of the colour under white text."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
