"""Chance: one seed, and a stream of its own for each purpose and each type, group or agent.

Streams are apart so that two variants of a scenario meet the same customers: another rule of routing draws no number
away from the arrivals. The numbers a stream is seeded with come from a digest, never from `hash()`, which differs from
process to process.
"""

import random
from hashlib import blake2b


def seed_of(seed: int, purpose: str, index: str | int = "") -> int:
    """Return the whole number that seeds one stream; the same everywhere and for ever."""
    digest = blake2b(f"{seed}/{purpose}/{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


class Streams:
    """The streams of one run, made when they are asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._made: dict[tuple[str, str | int], random.Random] = {}

    def of(self, purpose: str, index: str | int = "") -> random.Random:
        """Return the one stream of this purpose and index."""
        key = (purpose, index)
        made = self._made.get(key)
        if made is None:
            # Not for secrets: a simulation has to be played again number for number.
            made = self._made[key] = random.Random(seed_of(self.seed, purpose, index))
        return made
