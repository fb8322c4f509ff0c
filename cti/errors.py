"""What can go wrong between us and a switch.

CtiError
  AmiError              the link to an Asterisk
    AmiDownError        it could not be made, or it broke; what was under way has an unknown outcome
    AmiTimeoutError     an answer did not come in time
    AmiAuthError        the switch refused the sign-in; asking again would not help
    AmiUnusableError    signed in, but the account or the switch cannot do what we need
    AmiSupersededError  an engine of a newer epoch steers this switch
  UnencodableError      a value that must not reach the wire
  RehearsalError        the rehearsal switch was asked for something that it does not have
"""


class CtiError(Exception):
    """Any failure of this room."""


class AmiError(CtiError):
    """The link to an Asterisk."""


class AmiDownError(AmiError):
    """The link could not be made, or it broke."""


class AmiTimeoutError(AmiError):
    """An answer did not come in time."""


class AmiAuthError(AmiError):
    """The switch refused the sign-in."""


class AmiUnusableError(AmiError):
    """Signed in, but the account or the switch cannot do what we need."""


class AmiSupersededError(AmiError):
    """An engine of a newer epoch steers this switch."""


class UnencodableError(CtiError):
    """A value that must not reach the wire."""


class RehearsalError(CtiError):
    """The rehearsal switch was asked for something that it does not have."""
