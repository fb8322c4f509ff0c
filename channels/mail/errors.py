"""Errors of the mail room. Each carries one sentence that names the server and what to do.

MailError
    MailboxDown             the IMAP server cannot be reached, refused us, or fell silent
        SignInRefused       it does not take this user name and password
    AnswerRefused           an agent's answer cannot be taken; the sentence says why
"""


class MailError(Exception):
    """Base of all."""


class MailboxDown(MailError):
    """The mailbox cannot be read now; whoever owns the connection tries again later."""


class SignInRefused(MailboxDown):
    """The server refuses this sign-in."""


class AnswerRefused(MailError):
    """The answer was not taken; nothing was written."""
