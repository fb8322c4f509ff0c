"""Errors of the mail room. Each carries one sentence that names the server and what to do.

MailError
    MailboxDownError        the IMAP server cannot be reached, refused us, or fell silent
        SignInRefusedError  it does not take this user name and password
    AnswerRefusedError      an agent's answer cannot be taken; the sentence says why
"""


class MailError(Exception):
    """Base of all."""


class MailboxDownError(MailError):
    """The mailbox cannot be read now; whoever owns the connection tries again later."""


class SignInRefusedError(MailboxDownError):
    """The server refuses this sign-in."""


class AnswerRefusedError(MailError):
    """The answer was not taken; nothing was written."""
