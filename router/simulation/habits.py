"""What agents do by habit and by chance: how long they take, what they miss and decline. One stream for each agent."""

from random import Random

from history.core.vocabulary import InteractionId
from router.simulation.laws import Law, drawn_ms
from router.simulation.people import Agent
from router.simulation.streams import Streams


class Chances:
    """Draws for agents."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def of(self, purpose: str, agent: Agent) -> Random:
        return self._streams.of(purpose, agent.agent)

    def length_ms(self, law: Law | None, purpose: str, agent: Agent) -> int:
        """Draw a length in ms; without a law it takes no time."""
        return 0 if law is None else drawn_ms(law, self.of(purpose, agent))

    def pop_ms(self, agent: Agent, interaction: InteractionId) -> int | None:
        """Draw how long the page takes to show the record; none: it never does."""
        return self.length_ms(agent.crew.group.pop, "pop", agent)

    def answer_ms(self, agent: Agent, interaction: InteractionId) -> int:
        """Draw how long the agent takes from the ring (or the pop) to the answer."""
        return self.length_ms(agent.crew.group.answer, "answer", agent)

    def at_switch_ms(self) -> int:
        """Draw how long a switch takes to do something."""
        return self._streams.of("switch").choice((0, 20, 200, 2_000))

    def mood(self, agent: Agent, interaction: InteractionId) -> tuple[bool, bool]:
        """Return whether the agent misses this offer, and whether they decline it."""
        habits = agent.crew.group.habits
        if not habits.misses and not habits.declines:
            return False, False
        drawn = self.of("mood", agent).random()
        return drawn < habits.misses, habits.misses <= drawn < habits.misses + habits.declines
