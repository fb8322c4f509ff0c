"""Errors of the router.

RouterError
├── IllegalTransition      a defect: a state machine has no row for what happened
├── BrokenInvariant        a defect: state that must not be; the process ends and recovery folds the facts
├── BadRequirement         an expression over skills that cannot be read
└── RouterUnavailable      nothing was decided, or nobody knows: send the same input again
"""


class RouterError(Exception):
    """Base of all errors of the router."""


class IllegalTransition(RouterError):
    """A state machine met a trigger for which its table has no row."""


class BrokenInvariant(RouterError):
    """What must hold after every step does not."""


class BadRequirement(RouterError):
    """An expression over skills cannot be read; the message says where and what to write."""


class RouterUnavailable(RouterError):
    """The router could not commit; the same input may be sent again with the same number."""
