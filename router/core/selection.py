"""Which agent gets an interaction: among the available ones with the skills, the one idle for longest.

A tie goes to the lower id.
"""

from dataclasses import dataclass

from history.core.routing_records import InteractionRecord
from history.core.routing_settings import AgentSettings
from router.core.capacity import is_available
from router.core.state import State


@dataclass(frozen=True, slots=True)
class Choice:
    """The winner, the runner-up, and their scores (ms idle)."""

    winner: AgentSettings
    idle_ms: int
    candidates: int
    runner_up: AgentSettings | None
    runner_up_idle_ms: int


def choose(state: State, interaction: InteractionRecord, now_ms: int) -> Choice | None:
    """Return who is to get the interaction, or None when nobody able is available. Who has just declined it is left
    in peace."""
    declined = {each.agent for each in interaction.declined_by if each.until_ms > now_ms}
    ranked = sorted(
        (state.agents[settings.agent].idle_since_ms, settings.agent, settings)
        for settings in state.settings.agents
        if settings.agent not in declined
        and all(skill in settings.skills for skill in interaction.required_skills)
        and is_available(state, settings, interaction.medium, now_ms)
    )
    if not ranked:
        return None
    runner_up = ranked[1] if len(ranked) > 1 else None
    return Choice(
        winner=ranked[0][2],
        idle_ms=now_ms - ranked[0][0],
        candidates=len(ranked),
        runner_up=None if runner_up is None else runner_up[2],
        runner_up_idle_ms=0 if runner_up is None else now_ms - runner_up[0],
    )
