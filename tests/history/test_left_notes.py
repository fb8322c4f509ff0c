"""A half note outlives a wrap-up that ended by itself, as the note of its handling; on SQLite and PostgreSQL."""

import msgspec

from history.core.conversations import NoteWritten
from history.core.entries import Fact
from history.core.routing import WrapUpCompleted
from history.core.vocabulary import HandlingId, InteractionId
from history.drafts import LEFT_AT_ONCE, DraftKind, drafts, keep_left_notes, save_draft
from history.journal import RoutingJournal
from history.lease import Lease
from history.projector import Projector, rebuild
from history.store import Store
from history.tables import journal, notes
from history.timeline import interaction
from tests.history.sample import ANN, HandClock, began, columns, draft, life


def unattended(name: str) -> list[Fact]:
    """A life whose wrap-up ended by its deadline: nobody chose a disposition."""
    return [
        msgspec.structs.replace(fact, disposition=None) if isinstance(fact, WrapUpCompleted) else fact
        for fact in life(name)
    ]


async def follow(store: Store, *facts: Fact) -> None:
    """The router tells them, an engine folds them; each call is an engine started anew."""
    routing = RoutingJournal(store, Lease(store, "engine-1"))
    await routing.recover()
    await routing.append([draft(fact) for fact in facts])
    await Projector(store).catch_up()


async def begin(store: Store, name: str) -> HandlingId:
    async with store.writing() as writing:
        await writing.append(f"conversation/{name}", [began(name)])
    return HandlingId(f"handling-{name}")


async def notes_written(store: Store) -> int:
    return sum(kind == "NoteWritten" for (kind,) in await columns(store, journal, "type"))


async def noted(store: Store, name: str) -> list[str | None]:
    found = await interaction(store, InteractionId(name))
    return [one.note for one in found.handlings] if found is not None else []


async def test_a_half_note_becomes_the_note_once_also_over_a_restart(store: Store, clock: HandClock) -> None:
    handling = await begin(store, "c-1")
    facts = unattended("c-1")
    await follow(store, *facts[:6])
    await save_draft(store, ANN, handling, DraftKind.NOTE, "She wants a blue")
    await save_draft(store, ANN, handling, DraftKind.ANSWER, "Dear Maria")
    await follow(store)
    assert await noted(store, "c-1") == [None]  # as long as the wrap-up lasts it is a draft
    clock.move(60_000)
    await follow(store, *facts[6:])
    for _ in range(2):
        assert await noted(store, "c-1") == ["She wants a blue"]
        assert await notes_written(store) == 1
        assert [one.kind for one in await drafts(store, ANN)] == [DraftKind.ANSWER]
        await follow(store)
        await rebuild(store)


async def test_a_note_that_was_left_by_an_engine_that_died_is_kept_by_the_next(store: Store) -> None:
    handling = await begin(store, "c-1")
    await follow(store, *unattended("c-1"))
    await save_draft(store, ANN, handling, DraftKind.NOTE, "Half")  # the projections had gone on, the keeping had not
    await follow(store)
    assert (await noted(store, "c-1"), await drafts(store, ANN)) == (["Half"], [])


async def test_a_draft_that_its_note_has_overtaken_is_ended_alone(store: Store, clock: HandClock) -> None:
    for name, facts in (("c-1", life("c-1")), ("c-2", unattended("c-2"))):
        handling = await begin(store, name)
        await save_draft(store, ANN, handling, DraftKind.NOTE, "Half a no")
        async with store.writing() as writing:
            text = await writing.put_text(InteractionId(name), "The whole note.")
            note = NoteWritten(handling=handling, agent=ANN, text=text)
            await writing.append(f"conversation/{name}", [note])
        await follow(store, *facts)
        assert (await noted(store, name), await drafts(store, ANN)) == (["The whole note."], [])
    # Who completes a wrap-up says what the note is, also that there is none.
    handling = await begin(store, "c-3")
    await save_draft(store, ANN, handling, DraftKind.NOTE, "Never mind")
    await follow(store, *life("c-3"))
    assert (await noted(store, "c-3"), await drafts(store, ANN)) == ([None], [])
    # Refused once for its disposition, written on, and left.
    handling = await begin(store, "c-4")
    async with store.writing() as writing:
        text = await writing.put_text(InteractionId("c-4"), "First words.")
        await writing.append("conversation/c-4", [NoteWritten(handling=handling, agent=ANN, text=text)])
    clock.move(1_000)
    await save_draft(store, ANN, handling, DraftKind.NOTE, "First words. And more")
    await follow(store, *unattended("c-4"))
    assert await noted(store, "c-4") == ["First words. And more"]


async def test_many_are_kept_in_short_transactions(store: Store) -> None:
    names = [f"c-{number}" for number in range(LEFT_AT_ONCE + 1)]
    for name in names:
        await save_draft(store, ANN, await begin(store, name), DraftKind.NOTE, f"Half of {name}")
    await follow(store, *(fact for name in names for fact in unattended(name)))
    assert len(await columns(store, notes, "handling")) == len(names)
    assert (await drafts(store, ANN), await keep_left_notes(store)) == ([], 0)
