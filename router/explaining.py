"""Explaining an interaction: each of its offers, and why nobody is offered it now; for the command line and the API.

It reads beside the running engine and writes nothing. Offers that lie close together are explained in one go: the state
is folded once from the nearest snapshot and then taken along. One call folds what lies between two snapshots at the
most, so that it takes no longer the longer ago a decision was; what lies further back is asked for with `before`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from history.core.entries import Entry, Kind
from history.core.registry import Registry
from history.core.routing import OfferMade
from history.core.vocabulary import AgentId, EntryNumber, InteractionId, RulesVersion
from history.past import RoutingPast
from router.core.engine import Engine
from router.core.explain import Explanation, Left, Waiting, WhyNot, explain, explain_waiting
from router.driver import RULES
from router.replaying import engine_at

AT_ONCE_ENTRIES: Final = 2_000
"""Offers no further than this from the last one are explained with it."""
AT_ONCE_OFFERS: Final = 20

WORDS: Final = {
    WhyNot.UNKNOWN_AGENT: "is no agent of the definition",
    WhyNot.SIGNED_OUT: "signed out",
    WhyNot.NOT_READY: "not ready",
    WhyNot.CHANGE_PLANNED: "goes on a break or home after what is in hand",
    WhyNot.BACKED_OFF: "left in peace for a moment after an offer that ended badly",
    WhyNot.MEDIUM_NOT_TAKEN: "takes no work of this medium",
    WhyNot.NO_PHONE: "has no phone",
    WhyNot.PHONE_UNREACHABLE: "phone not reachable",
    WhyNot.PHONE_BUSY: "phone busy",
    WhyNot.NO_DESKTOP: "no desktop connected",
    WhyNot.REQUIREMENT_NOT_MET: "does not meet the requirement",
    WhyNot.DECLINED_IT: "declined it a moment ago",
    WhyNot.HELD_FOR_ANOTHER: "held for another overdue interaction",
    WhyNot.KEPT_FOR_OTHERS: "kept for other work",
    WhyNot.LENT_ELSEWHERE: "lent to another queue alone",
    WhyNot.OFFER_STANDS: "has another offer",
    WhyNot.LIMIT_REACHED: "at the limit for this medium",
    WhyNot.FULLY_LOADED: "fully loaded",
    WhyNot.RESERVED: "reserved for an outbound contact",
    WhyNot.OTHERS_BEFORE: "could have taken it, others came first",
}


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """An offer's explanation, with where it stands in the journal and the rules that made it."""

    number: EntryNumber
    cause: str
    rules: RulesVersion
    today: RulesVersion
    """The rules that have decided once more."""
    sentence: str
    """Whether they come to the same, and if not, to what, with both versions."""
    explanation: Explanation


class Explanations(msgspec.Struct, frozen=True, kw_only=True):
    interaction: InteractionId
    offers: tuple[Explained, ...] = ()
    """Oldest first."""
    before: EntryNumber | None = None
    """Ask again with this for what may have been offered before; none where there is nothing more."""
    now: Waiting | None = None


async def explanations(
    past: RoutingPast, registry: Registry, interaction: InteractionId, *, before: int | None = None
) -> Explanations | None:
    """Explain an interaction's last offers (those before an entry, if given); none where nothing is known of it."""
    stretch = await past.stretch_of(interaction)
    if stretch is None:
        return None
    arrived_ms, closed_ms = stretch
    first = await past.first_number_at(arrived_ms)
    newest, _ = await past.newest()
    end = newest + 1 if closed_ms is None else await past.first_number_at(closed_ms + 1)
    numbers, reached = await past.last_about(interaction, ("OfferMade",), first, min(end, before or end))
    chosen = [number for number in numbers if numbers[-1] - number <= AT_ONCE_ENTRIES][-AT_ONCE_OFFERS:]
    earlier = chosen[0] if len(chosen) < len(numbers) else reached
    return Explanations(
        interaction=interaction,
        offers=tuple(await _explained(past, registry, chosen)) if chosen else (),
        before=EntryNumber(earlier) if earlier > first else None,
    )


async def why_waiting(past: RoutingPast, registry: Registry, interaction: InteractionId) -> Explanations | None:
    """Explain why nobody is offered an interaction now; `now` is none when it does not wait, and all is none where
    nothing is known of it."""
    number, at_ms = await past.newest()
    engine = engine_at(await past.state_before(number + 1), registry)
    now = explain_waiting(engine.state, interaction, at_ms)
    if now is None and await past.stretch_of(interaction) is None:
        return None
    return Explanations(interaction=interaction, now=now)


async def _explained(past: RoutingPast, registry: Registry, numbers: Sequence[int]) -> list[Explained]:
    """Explain offers of which none is far from the next, the state taken along from one to the next."""
    wanted = frozenset(numbers)
    engine = engine_at(await past.state_before(numbers[0]), registry)
    causes: dict[EntryNumber, str] = {}
    found: list[Explained] = []
    async for entry in past.entries(numbers[0], numbers[-1] + 1):
        if entry.kind is Kind.INPUT:
            causes[entry.number] = entry.type
            continue
        fact = registry.fact(entry)
        if entry.number in wanted and isinstance(fact, OfferMade):
            cause = "" if entry.cause is None else causes.get(entry.cause) or await past.type_of(entry.cause)
            found.append(explained(engine, entry, fact, cause))
        engine.fold(fact, entry.at_ms)
    return found


def explained(engine: Engine, entry: Entry, made: OfferMade, cause: str) -> Explained:
    """Explain one committed offer by an engine that stands right before it."""
    why = explain(engine.state, made, entry.at_ms)
    return Explained(
        number=entry.number,
        cause=cause,
        rules=entry.rules,
        today=RULES,
        sentence=_agreement(why, entry.rules),
        explanation=why,
    )


def _agreement(why: Explanation, rules: RulesVersion) -> str:
    if why.agrees:
        return f"The rules of today ({RULES}) choose the same."
    chosen = "make no offer" if why.recomputed is None else f"offer {why.recomputed_interaction} to {why.recomputed}"
    return f"It was decided under {rules}; the rules of today ({RULES}) {chosen}."


def about_agent(explained: Explanation | Waiting, agent: AgentId) -> Left | None:
    """Return what stood (or stands) against one agent; nothing for whoever got it."""
    if isinstance(explained, Explanation) and agent == explained.agent:
        return None
    known = next((left for left in explained.others if left.agent == agent), None)
    return known or Left(agent=agent, because=(WhyNot.UNKNOWN_AGENT,))


def words_against(left: Left) -> str:
    """Return in words what stands against an agent."""
    words = "; ".join(WORDS[each] for each in left.because)
    reason = f" ({left.reason})" if left.reason else ""
    carries = f", carries {', '.join(left.carries)}" if left.carries else ""
    kept_for = f", kept for {', '.join(left.kept_for)}" if left.kept_for else ""
    lent_to = f", lent to {left.lent_to}" if left.lent_to else ""
    return words + reason + carries + kept_for + lent_to
