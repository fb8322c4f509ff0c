"""Who waits in a queue and why, looked up once for each interaction and again when something about it has changed."""

from collections import OrderedDict
from collections.abc import Iterable

from agent_desktop.core.desk_words import About
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import InteractionOnFloor
from agent_desktop.lookups import Lookups
from history.core.vocabulary import InteractionId

KEPT = 2_000


class Lines:
    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._known: OrderedDict[InteractionId, About | None] = OrderedDict()
        """None: it is being looked up, and nothing about it has changed since that began."""

    def forget(self, interactions: Iterable[InteractionId]) -> None:
        """Something about these has changed: look again when they are shown."""
        for interaction in interactions:
            self._known.pop(interaction, None)

    async def about(self, floor: Floor, shown: Iterable[InteractionOnFloor]) -> dict[InteractionId, About]:
        return {item.interaction: await self._about(floor, item.interaction) for item in shown}

    async def _about(self, floor: Floor, interaction: InteractionId) -> About:
        known = self._known.get(interaction)
        if known is not None:
            self._known.move_to_end(interaction)
            return known
        self._known[interaction] = None
        found = await self._lookups.about(floor, interaction, 0)
        if interaction in self._known:
            self._known[interaction] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found
