"""What can go wrong in the test bed, each as one sentence with its way out."""

INSTALL_COMMAND = "python -m tests.bed.install"


class BedError(Exception):
    """A fault of the test bed itself, never of the product."""


class ServerMissingError(BedError):
    """A program that a test needs is not on this machine."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is missing: run make test, or {INSTALL_COMMAND} as root.")


class ServerSilentError(BedError):
    """A server ended, or did not answer within its time; the message carries the end of its log."""
