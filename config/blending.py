"""The rules by which agents are shared, in the router's words."""

from typing import Any

from config.definition import Definition
from router.core.blending_words import floor_of, lending_of, reserve_of, share_of


def blending_settings(definition: Definition) -> dict[str, Any]:
    """Return what the routing settings hold of them, by name.

    Raises:
        router.errors.BadRequirement: an expression cannot be read.
    """
    return {
        "reserves": tuple(reserve_of(rule) for rule in definition.reserves),
        "lending": tuple(lending_of(rule) for rule in definition.lending),
        "shares": tuple(share_of(rule) for rule in definition.shares),
        "floors": tuple(floor_of(rule) for rule in definition.floors),
    }
