"""Requirements: what an interaction asks of an agent, as a boolean expression over skills, teams and names.

    french >= 3 and (billing or sales 2..4) and not trainee
    agent:ann or team:night
    anyone

Levels go from 1 to 10; a skill without a level is met by any. `not` binds closest, then `and`, then `or`. An expression
has one canonical text (negations at the terms, parts sorted, duplicates gone), which is its id: two interactions with
the same text wait in the same work class. Relaxation always widens: what a step drops, lowers or adds lets more agents
in, never fewer.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from history.core.routing_settings import AgentSettings
from history.core.vocabulary import AgentId, Requirement, SkillId, TeamId
from router.errors import BadRequirement

LEVEL_MIN = 1
LEVEL_MAX = 10
TERMS_MAX = 50
NESTING_MAX = 10
RESERVED = ("and", "or", "not", "anyone", "nobody")
"""Words that no skill may be called."""


@dataclass(frozen=True, slots=True)
class Anyone:
    """Every agent meets it."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """No agent meets it."""


@dataclass(frozen=True, slots=True)
class HasSkill:
    skill: SkillId
    least: int = LEVEL_MIN
    most: int = LEVEL_MAX


@dataclass(frozen=True, slots=True)
class IsAgent:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class InTeam:
    team: TeamId


Atom = HasSkill | IsAgent | InTeam


@dataclass(frozen=True, slots=True)
class Not:
    """Negation of a single term; there is no other."""

    of: Atom


@dataclass(frozen=True, slots=True)
class Every:
    """All parts have to hold."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One part has to hold."""

    parts: tuple["Expression", ...]


Expression = Anyone | Nobody | HasSkill | IsAgent | InTeam | Not | Every | Some

_TOKEN = re.compile(r"\s*(?P<token>\d+\.\.\d+|[()=]|>=|<=|[A-Za-z0-9_.:]+)")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_ID = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}")


@lru_cache(maxsize=10_000)
def parse(text: str) -> Expression:
    """Return the expression that a text says, in its canonical shape.

    Raises:
        BadRequirement: one sentence that names the place and the way out.
    """
    reader = _Reader(text)
    found = reader.alternatives(0)
    reader.end()
    return found


@lru_cache(maxsize=10_000)
def text_of(expression: Expression) -> Requirement:
    """Return the canonical text, which `parse` reads back as the same expression."""
    return Requirement(_text(expression, within=None))


@lru_cache(maxsize=10_000)
def every_requirement(*texts: str) -> Requirement:
    """Return the canonical text of all of them together; none of them means anyone.

    Raises:
        BadRequirement: one of them cannot be read.
    """
    return text_of(every(parse(text) for text in texts))


@lru_cache(maxsize=10_000)
def asked_by(skills: tuple[SkillId, ...], text: str) -> Requirement:
    """Return the canonical text of what an arrival asks: all of these skills, and this.

    Raises:
        BadRequirement: the text cannot be read.
    """
    return every_requirement(skills_requirement(skills), text_of(parse(text)))


def skills_requirement(skills: Iterable[SkillId]) -> Requirement:
    """Return the requirement of having all of these skills, at any level."""
    return text_of(every(HasSkill(skill) for skill in skills))


def every(parts: Iterable[Expression]) -> Expression:
    """Return the expression that holds when all parts do."""
    return _joined(parts, Every, neutral=Anyone(), decisive=Nobody())


def some(parts: Iterable[Expression]) -> Expression:
    """Return the expression that holds when one part does."""
    return _joined(parts, Some, neutral=Nobody(), decisive=Anyone())


def negated(expression: Expression) -> Expression:
    """Return the expression that holds when this one does not, its negations at the terms (De Morgan)."""
    match expression:
        case Anyone():
            return Nobody()
        case Nobody():
            return Anyone()
        case Not():
            return expression.of
        case Every():
            return some(negated(part) for part in expression.parts)
        case Some():
            return every(negated(part) for part in expression.parts)
        case _:
            return Not(expression)


def without_skill(expression: Expression, skill: SkillId) -> Expression:
    """Return the expression with every term of this skill taken as met: more agents fit, never fewer."""
    return _with_terms(expression, lambda term: Anyone() if _names(term, skill) else term)


def lowered(expression: Expression, skill: SkillId, level: int) -> Expression:
    """Return the expression with this skill asked at this level at the most."""

    def lower(term: Atom | Not) -> Expression:
        if isinstance(term, HasSkill) and term.skill == skill and term.least > level:
            return HasSkill(skill, level, term.most)
        return term

    return _with_terms(expression, lower)


def skills_asked(expression: Expression) -> tuple[SkillId, ...]:
    """Return the skills that help to meet it, sorted: those not negated."""
    found: set[SkillId] = set()
    for term in terms(expression):
        if isinstance(term, HasSkill):
            found.add(term.skill)
    return tuple(sorted(found))


def is_met(expression: Expression, agent: AgentSettings) -> bool:
    """Whether an agent meets it. Matching asks masks of all agents instead (`router/core/seats.py`)."""
    match expression:
        case Anyone():
            return True
        case Nobody():
            return False
        case HasSkill():
            return any(
                each.skill == expression.skill and expression.least <= each.level <= expression.most
                for each in agent.skills
            )
        case IsAgent():
            return agent.agent == expression.agent
        case InTeam():
            return expression.team in agent.teams
        case Not():
            return not is_met(expression.of, agent)
        case Every():
            return all(is_met(part, agent) for part in expression.parts)
        case Some():
            return any(is_met(part, agent) for part in expression.parts)


def terms(expression: Expression) -> tuple[Atom | Not, ...]:
    """Return all single terms, from left to right."""
    match expression:
        case Every() | Some():
            return tuple(term for part in expression.parts for term in terms(part))
        case Anyone() | Nobody():
            return ()
        case _:
            return (expression,)


def _names(term: Atom | Not, skill: SkillId) -> bool:
    atom = term.of if isinstance(term, Not) else term
    return isinstance(atom, HasSkill) and atom.skill == skill


def _with_terms(expression: Expression, change: Callable[[Atom | Not], Expression]) -> Expression:
    match expression:
        case Every():
            return every(_with_terms(part, change) for part in expression.parts)
        case Some():
            return some(_with_terms(part, change) for part in expression.parts)
        case Anyone() | Nobody():
            return expression
        case _:
            return change(expression)


def _joined(
    parts: Iterable[Expression], kind: type[Every] | type[Some], neutral: Expression, decisive: Expression
) -> Expression:
    """Flatten, drop what changes nothing, sort by text, and stop at what decides all."""
    flat: dict[Requirement, Expression] = {}
    for part in parts:
        if part == decisive:
            return decisive
        for single in part.parts if isinstance(part, kind) else (part,):
            if single != neutral:
                flat[text_of(single)] = single
    if not flat:
        return neutral
    found = tuple(flat[text] for text in sorted(flat))
    return found[0] if len(found) == 1 else kind(found)


def _text(expression: Expression, within: type | None) -> str:
    match expression:
        case Anyone():
            return "anyone"
        case Nobody():
            return "nobody"
        case IsAgent():
            return f"agent:{expression.agent}"
        case InTeam():
            return f"team:{expression.team}"
        case HasSkill():
            return _skill_text(expression)
        case Not():
            return f"not {_text(expression.of, Not)}"
        case Every():
            joined = " and ".join(_text(part, Every) for part in expression.parts)
        case Some():
            joined = " or ".join(_text(part, Some) for part in expression.parts)
    return joined if within is None else f"({joined})"


def _skill_text(term: HasSkill) -> str:
    if term.most == LEVEL_MAX:
        return term.skill if term.least == LEVEL_MIN else f"{term.skill} >= {term.least}"
    if term.least == LEVEL_MIN:
        return f"{term.skill} <= {term.most}"
    if term.least == term.most:
        return f"{term.skill} = {term.least}"
    return f"{term.skill} {term.least}..{term.most}"


class _Reader:
    """Reads tokens from left to right; each refusal says where."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        at = 0
        rest = text.rstrip()
        while at < len(rest):
            found = _TOKEN.match(rest, at)
            if found is None:
                raise BadRequirement(f"{rest[at:].lstrip()[0]!r} in {text!r} has no meaning; take it out.")
            self._tokens.append(found["token"])
            at = found.end()
        self._at = 0
        self._terms = 0

    def alternatives(self, nesting: int) -> Expression:
        parts = [self._conjunction(nesting)]
        while self._take("or"):
            parts.append(self._conjunction(nesting))
        return some(parts)

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise BadRequirement(
                f"{self._tokens[self._at]!r} in {self._text!r} stands where 'and', 'or' or the end has to stand."
            )

    def _conjunction(self, nesting: int) -> Expression:
        parts = [self._single(nesting)]
        while self._take("and"):
            parts.append(self._single(nesting))
        return every(parts)

    def _single(self, nesting: int) -> Expression:
        if nesting > NESTING_MAX:
            raise BadRequirement(f"{self._text!r} is nested deeper than {NESTING_MAX}; write it flatter.")
        if self._take("not"):
            return negated(self._single(nesting + 1))
        if self._take("("):
            inner = self.alternatives(nesting + 1)
            if not self._take(")"):
                raise BadRequirement(f"a ')' is missing in {self._text!r}; add it.")
            return inner
        return self._term()

    def _term(self) -> Expression:
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise BadRequirement(f"{self._text!r} has more than {TERMS_MAX} terms; use a team or fewer skills.")
        if self._at == len(self._tokens):
            raise BadRequirement(f"{self._text!r} ends where a skill, 'agent:' or 'team:' has to stand; add it.")
        word = self._tokens[self._at]
        self._at += 1
        if word == "anyone":
            return Anyone()
        if word == "nobody":
            return Nobody()
        kind, colon, name = word.partition(":")
        if colon and kind in ("agent", "team") and _ID.fullmatch(name):
            return IsAgent(AgentId(name)) if kind == "agent" else InTeam(TeamId(name))
        if colon or word in RESERVED or not _ID.fullmatch(word):
            raise BadRequirement(f"{word!r} in {self._text!r} is no skill, 'agent:<id>' or 'team:<id>'; correct it.")
        return self._with_level(SkillId(word))

    def _with_level(self, skill: SkillId) -> Expression:
        if self._take(">="):
            return self._skill(skill, self._level(), LEVEL_MAX)
        if self._take("<="):
            return self._skill(skill, LEVEL_MIN, self._level())
        if self._take("="):
            level = self._level()
            return self._skill(skill, level, level)
        if self._at < len(self._tokens) and (found := _RANGE.fullmatch(self._tokens[self._at])):
            self._at += 1
            return self._skill(skill, int(found[1]), int(found[2]))
        return HasSkill(skill)

    def _skill(self, skill: SkillId, least: int, most: int) -> HasSkill:
        if not LEVEL_MIN <= least <= most <= LEVEL_MAX:
            raise BadRequirement(
                f"the level of {skill!r} in {self._text!r} has to lie between {LEVEL_MIN} and {LEVEL_MAX}, the lower "
                "one first; correct it."
            )
        return HasSkill(skill, least, most)

    def _level(self) -> int:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if not token.isdecimal():
            raise BadRequirement(f"a level (a whole number) is missing in {self._text!r}; add it.")
        self._at += 1
        return int(token)

    def _take(self, token: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == token:
            self._at += 1
            return True
        return False
