"""Errors of the desktop room. Each carries one sentence for people.

DesktopError
    NotSignedIn          no session, or it has ended: 401
    NotAllowed           `may` said no, or there is no such thing: 404
    ForeignOrigin        the request came from another site's page: 403
    SignInRefused        wrong user or password (the same answer for both), or too many tries: 401 or 429
    DefinitionProblems   a definition cannot hold; one sentence for each reason: 409
    ChannelRefused       a channel would not carry it out; its sentence says why: 409
    ClientError          the Python client: the server refused, or cannot be reached
"""


class DesktopError(Exception):
    """Base of all."""


class NotSignedIn(DesktopError):
    """Nobody is signed in on this request."""


class NotAllowed(DesktopError):
    """Denied, or not there; which of the two is not told."""


class ForeignOrigin(DesktopError):
    """A page of another origin asked."""


class SignInRefused(DesktopError):
    """The sign-in was not let through. `retry_after_s` is set when there were too many tries."""

    def __init__(self, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class DefinitionProblems(DesktopError):
    """A definition cannot be put into force. `sentences` has one for each reason."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class ChannelRefused(DesktopError):
    """A channel would not carry out a request."""


class ClientError(DesktopError):
    """The Python client could not have its wish; `reason` is the server's code, where it gave one."""

    def __init__(self, sentence: str, reason: str | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
