"""The commands that look back: why an offer was made, and whether a stretch is decided the same again."""

import datetime
import json
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from config.definition import parse
from config.errors import BadSetting
from config.options import DatabaseOption, DataOption
from config.recorded import definition_that_holds, opened
from config.running import finish
from config.tables import instant
from config.what_if import as_json as what_if_as_json
from config.what_if import lines_of, try_other
from history.core.registry import REGISTRY
from history.core.vocabulary import AgentId, InteractionId
from history.past import RoutingPast
from router.core.explain import Explanation, WhyNot
from router.driver import RULES
from router.explaining import Explained, about_agent, explanations, words_against
from router.replaying import Difference, replay


def explain(
    interaction: Annotated[str, typer.Argument(help="Id of an interaction, such as v-office-1764060000.1.")],
    agent: Annotated[str | None, typer.Option(help="Only say why this agent did not get it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataOption = Path("data"),
    database: DatabaseOption = None,
) -> None:
    """Say for each offer of an interaction who could have got it, in what order, and for everyone else why not."""

    async def work() -> int:
        store = await opened(data, database)
        try:
            found = await every_offer(RoutingPast(store), InteractionId(interaction))
            definition = parse((await definition_that_holds(store, data)).text)
        finally:
            await store.close()
        if not found:
            raise BadSetting(f"{interaction}: no offer of such an interaction is in the journal; correct the id.")
        if as_json:
            print(msgspec.json.format(msgspec.json.encode(found)).decode())
        else:
            zone = zoneinfo.ZoneInfo(definition.center.zone)
            print("\n\n".join("\n".join(_sentences(each, zone, agent)) for each in found))
        return 0

    finish(work)


async def every_offer(past: RoutingPast, interaction: InteractionId) -> list[Explained]:
    """Return the explanation of each offer of an interaction, oldest first."""
    found: list[Explained] = []
    before: int | None = None
    while True:
        some = await explanations(past, REGISTRY, interaction, before=before)
        if some is None:
            return []
        found = [*some.offers, *found]
        if some.before is None:
            return found
        before = some.before


def _sentences(found: Explained, zone: zoneinfo.ZoneInfo, agent: str | None) -> Iterator[str]:
    why = found.explanation
    yield (
        f"{instant(why.at_ms, zone)}  entry {found.number}, on {found.cause}: "
        f"{why.interaction} ({why.medium}) offered to {why.agent}"
    )
    if agent is not None:
        yield f"  {_of_agent(why, agent)}"
        return
    moved = f", brought forward by {_s(why.moved_ms)}" if why.moved_ms else ""
    yield (
        f"  queue {why.queue}, step {why.step + 1} asks: {why.requirement}; waited {_s(why.waited_ms)}, "
        f"due {instant(why.due_ms, zone)}{moved}"
    )
    yield f"  came next by {why.because}; chosen by {why.choice} among {len(why.candidates)}:"
    for rank, each in enumerate(why.candidates, start=1):
        yield f"    {rank}. {each.agent}: score {each.score}, idle {_s(each.idle_ms)}"
    for left in why.others:
        if left.because != (WhyNot.OTHERS_BEFORE,):
            yield f"    not {left.agent}: {words_against(left)}"
    yield f"  {found.sentence}"


def _of_agent(why: Explanation, agent: str) -> str:
    left = about_agent(why, AgentId(agent))
    return f"{agent} got it." if left is None else f"not {agent}: {words_against(left)}"


def replay_command(
    from_: Annotated[str, typer.Argument(metavar="FROM", help="First instant, such as 2026-11-22T09:00.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Instant after the last one.")],
    other: Annotated[
        Path | None, typer.Option("--with", help="Try this definition on the stretch instead, and compare.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=1_000, help="With --with: how often each is played.")] = 10,
    seed: Annotated[int, typer.Option(help="With --with: the same seed gives the same figures.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataOption = Path("data"),
    database: DatabaseOption = None,
) -> None:
    """Decide a stretch of the journal anew (instants in the center's zone). Under the same rules every fact has to be
    the same; status 1 if not. With another definition: what would have come of it, side by side."""

    async def work() -> int:
        store = await opened(data, database)
        try:
            definition = parse((await definition_that_holds(store, data)).text)
            zone = zoneinfo.ZoneInfo(definition.center.zone)
            past = RoutingPast(store)
            from_ms, to_ms = _instant(from_, zone), _instant(to, zone)
            if from_ms >= to_ms:
                raise BadSetting(f"FROM ({from_}) is not before TO ({to}); change one of them.")
            if other is not None:
                tried = await try_other(past, from_ms, to_ms, other, seed=seed, seeds=seeds)
                print(what_if_as_json(tried) if as_json else "\n".join(lines_of(tried, zone)))
                return 0
            first, end = await past.first_number_at(from_ms), await past.first_number_at(to_ms)
            replayed = await replay(await past.state_before(first), past.entries(first, end), REGISTRY)
        finally:
            await store.close()
        broken = [each for each in replayed.differences if each.rules == RULES]
        if as_json:
            print(msgspec.json.format(msgspec.json.encode(replayed)).decode())
        else:
            for each in replayed.differences:
                print(_difference(each, zone))
            print(_summary(replayed.inputs, replayed.facts, len(replayed.differences), len(broken)))
        return 1 if broken else 0

    finish(work)


def _summary(inputs: int, facts: int, differences: int, broken: int) -> str:
    if not differences:
        return f"{inputs} inputs were decided anew: all {facts} facts are the same."
    return (
        f"{inputs} inputs were decided anew ({facts} facts): {differences} differ, {broken} of them under the rules of "
        f"today ({RULES})."
    )


def _difference(found: Difference, zone: zoneinfo.ZoneInfo) -> str:
    def names(facts: tuple[object, ...]) -> str:
        return json.dumps([{type(fact).__name__: msgspec.to_builtins(fact)} for fact in facts])

    why = f" ({found.because})" if found.because else ""
    return (
        f"{instant(found.at_ms, zone)}  entry {found.number}, {found.input}, decided under {found.rules}{why}\n"
        f"  committed: {names(found.committed)}\n  today:     {names(found.decided)}"
    )


def _instant(given: str, zone: zoneinfo.ZoneInfo) -> int:
    try:
        parsed = datetime.datetime.fromisoformat(given)
    except ValueError as error:
        raise BadSetting(f"{given!r} is no instant; write one such as 2026-11-22T09:00.") from error
    zoned = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=zone)
    return round(zoned.timestamp() * 1000)


def _s(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
