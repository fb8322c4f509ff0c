"""All entry types by name: encoding, decoding, and the raising of older versions.

A fact is stored as JSON under its class name and version. When a field changes its meaning the class's `version` rises
and a pure function (`history/core/raising.py`) turns the older body into the next version's.
"""

from collections.abc import Iterable, Mapping

import msgspec

from history.core.conversations import CONVERSATION_FACTS
from history.core.customers import CUSTOMER_FACTS
from history.core.entries import Entry, Fact
from history.core.raising import RAISES, OlderBody, Raise
from history.core.routing import ROUTING_FACTS
from history.core.routing_records import SNAPSHOT_FACTS


class UnknownType(Exception):
    """A type or version that this program does not know."""


class UnreadableBody(Exception):
    """A body that does not fit its type."""


class Registry:
    """The facts that a program knows. One name is one type; each older version has its raise function."""

    def __init__(self, facts: Iterable[type[Fact]], raises: Mapping[tuple[str, int], Raise]) -> None:
        self._types: dict[str, type[Fact]] = {}
        for fact in facts:
            if fact.__name__ in self._types:
                raise ValueError(f"two entry types are called {fact.__name__}")
            self._types[fact.__name__] = fact
        self._known = frozenset(self._types.values())
        self._raises = dict(raises)
        for name, known in self._types.items():
            for older in range(1, known.version):
                if (name, older) not in self._raises:
                    raise ValueError(f"{name} has version {known.version}, but nothing raises version {older}")
        self._decoders = {name: msgspec.json.Decoder(known) for name, known in self._types.items()}

    @property
    def types(self) -> Mapping[str, type[Fact]]:
        return self._types

    def encode(self, fact: Fact) -> bytes:
        """Return the body of a known fact's entry.

        Raises:
            UnknownType: nobody could read it again.
        """
        if type(fact) not in self._known:
            raise UnknownType(f"{type(fact).__name__} is no registered entry type.")
        return msgspec.json.encode(fact)

    def check(self, name: str, version: int) -> None:
        """Refuse what this program cannot read.

        Raises:
            UnknownType: with one sentence for the operator.
        """
        known = self._types.get(name)
        if known is None:
            raise UnknownType(
                f"The journal holds entries of type {name}, which this version of Switchroom does not know: "
                "start the newer version that wrote them."
            )
        if not 1 <= version <= known.version:
            raise UnknownType(
                f"The journal holds {name} in version {version}, and this version of Switchroom reads up to "
                f"{known.version}: start the newer version that wrote it."
            )

    def decode(self, name: str, version: int, body: bytes) -> Fact:
        """Return the fact in the newest version of its type.

        Raises:
            UnknownType: the type or version is not known.
            UnreadableBody: the body does not fit.
        """
        self.check(name, version)
        known = self._types[name]
        try:
            if version == known.version:
                return self._decoders[name].decode(body)
            raised = msgspec.json.decode(body, type=OlderBody)
            for older in range(version, known.version):
                raised = self._raises[(name, older)](raised)
            return msgspec.convert(raised, known)
        except msgspec.MsgspecError as error:
            raise UnreadableBody(f"An entry of type {name} cannot be read: {error}.") from error

    def fact(self, entry: Entry) -> Fact:
        """Return the fact that an entry of kind `fact` holds."""
        return self.decode(entry.type, entry.version, entry.body)


REGISTRY = Registry((*ROUTING_FACTS, *SNAPSHOT_FACTS, *CONVERSATION_FACTS, *CUSTOMER_FACTS), RAISES)
