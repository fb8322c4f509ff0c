"""Words that several parts of a definition use: expressions over agents, and which media an agent takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from history.core.routing_settings import AgentSettings
from history.core.vocabulary import Medium
from router.core.requirements import HasSkill, InTeam, IsAgent, Not, parse, terms
from router.errors import BadRequirement


@dataclass(frozen=True, slots=True)
class Known:
    """What an expression may name, and what is said when it names something else."""

    skills: frozenset[str]
    teams: frozenset[str]
    agents: frozenset[str]

    def skill(self, where: str, skill: str) -> Iterator[str]:
        if skill not in self.skills:
            yield f"{where}: there is no skill {skill!r}; add it under [[skills]]."

    def team(self, where: str, team: str) -> Iterator[str]:
        if team not in self.teams:
            yield f"{where}: there is no team {team!r}; add it under [[teams]]."

    def agent(self, where: str, agent: str) -> Iterator[str]:
        if agent not in self.agents:
            yield f"{where}: there is no agent {agent!r}; name one of [[users]] who takes work."

    def expression(self, where: str, text: str) -> Iterator[str]:
        """Yield why an expression cannot be read, or each thing it names that there is not."""
        try:
            found = terms(parse(text))
        except BadRequirement as error:
            yield f"{where}: {error}"
            return
        for atom in dict.fromkeys(term.of if isinstance(term, Not) else term for term in found):
            match atom:
                case HasSkill():
                    yield from self.skill(where, atom.skill)
                case InTeam():
                    yield from self.team(where, atom.team)
                case IsAgent():
                    yield from self.agent(where, atom.agent)


def takes(agent: AgentSettings, medium: Medium) -> bool:
    if medium is Medium.VOICE and agent.phone is None:
        return False
    return any(capacity.medium is medium for capacity in agent.capacities)
