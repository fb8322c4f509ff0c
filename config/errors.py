"""Errors of configuration and start. Each message is one sentence for the operator: what, where, and the way out.

ConfigError
├── BadDefinition      the definition file is broken, or says what cannot be
├── BadHours           a time zone, window or holiday of opening hours that cannot be read
├── BadSetting         an environment variable or option is missing or wrong
└── CannotStart        a port, folder or peer stands in the way
"""


class ConfigError(Exception):
    """Base; the command line prints the message and ends with status 78 (EX_CONFIG of sysexits.h)."""


class BadDefinition(ConfigError):
    """The definition cannot be used. `problems` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class BadHours(ConfigError):
    """Opening hours cannot be read; the message says what to write, the place is the caller's to add."""


class BadSetting(ConfigError):
    """A setting is missing or wrong."""


class CannotStart(ConfigError):
    """The surroundings do not let the center start."""
