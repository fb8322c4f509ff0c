"""Tasks: work without a medium, given by a person or the API, queued and offered like the rest."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import insert, select

from channels.core.matching import conversation_of, task_interaction
from channels.errors import TaskRefused
from history.core.conversations import ConversationBegan, TaskGiven
from history.core.vocabulary import (
    CustomerId,
    FormId,
    InteractionId,
    Medium,
    QueueId,
    SkillId,
    SourceId,
    Trust,
    UserId,
)
from history.errors import AlreadyThere, WriteConflict
from history.store import Store
from history.tables import task_keys
from history.writing import FIRST_EPOCH, Writing
from router.core.inputs import InteractionArrived

__all__ = ["make_task", "TaskMade", "TaskRefused"]

SOURCE = SourceId("tasks")
TITLE_CHARACTERS_MAX = 200
FIELDS_MAX = 50
FIELD_CHARACTERS_MAX = 4_000
KEY_CHARACTERS_MAX = 200
_TRIES = 3
_TRY_AGAIN_S = 0.02


@dataclass(frozen=True, slots=True)
class TaskMade:
    interaction: InteractionId
    repeated: bool
    """The same key has made it before; nothing was written now, whatever the other fields say."""


async def make_task(
    store: Store,
    title: str,
    fields: Mapping[str, str],
    queue: QueueId,
    customer: CustomerId | None,
    due_ms: int | None,
    by: UserId,
    *,
    key: str,
    form: FormId | None = None,
    required_skills: tuple[SkillId, ...] = (),
) -> TaskMade:
    """Commit a task and its announcement to the router; the same `by` and `key` make one task.

    `due_ms` is UTC in ms; None leaves it to the queue's target. Whether `by` may do this, and whether the queue is
    there, is asked before by the caller.

    Raises:
        TaskRefused: a field is missing or too long.
        StoreUnavailable: nothing was written; ask again with the same key.
    """
    _check(title, fields, key, due_ms)
    interaction = task_interaction(f"{by}\n{key}")
    for attempt in range(1, _TRIES + 1):
        try:
            async with store.writing("task") as w:
                if await _is_made(w, interaction):
                    return TaskMade(interaction, repeated=True)
                await _write(w, store, interaction, title.strip(), fields, queue, customer, due_ms, form)
                await w.announce(
                    SOURCE,
                    lambda number: msgspec.json.encode(
                        InteractionArrived(
                            source=SOURCE,
                            source_epoch=FIRST_EPOCH,
                            source_number=number,
                            interaction=interaction,
                            medium=Medium.TASK,
                            queue=queue,
                            arrived_ms=store.clock.now_ms(),
                            required_skills=required_skills,
                            due_ms=due_ms,
                            customer=customer,
                            trust=Trust.CLAIMED if customer is None else Trust.VERIFIED,
                        )
                    ),
                )
            return TaskMade(interaction, repeated=False)
        except (AlreadyThere, WriteConflict):
            # The same key came twice at once, and the other was first: the next look finds it.
            if attempt == _TRIES:
                raise
            await asyncio.sleep(_TRY_AGAIN_S)
    raise WriteConflict("the task could not be written; ask again with the same key")


async def _is_made(w: Writing, interaction: InteractionId) -> bool:
    wanted = (task_keys.c.tenant == w.tenant, task_keys.c.key == interaction)
    return (await w.connection.execute(select(task_keys.c.key).where(*wanted))).one_or_none() is not None


async def _write(
    w: Writing,
    store: Store,
    interaction: InteractionId,
    title: str,
    fields: Mapping[str, str],
    queue: QueueId,
    customer: CustomerId | None,
    due_ms: int | None,
    form: FormId | None,
) -> None:
    now_ms = store.clock.now_ms()
    await w.connection.execute(
        insert(task_keys).values(**w.scope.row, key=interaction, interaction=interaction, made_ms=now_ms)
    )
    owner = interaction if customer is None else customer
    title_content = await w.put_text(owner, title)
    fields_content = await w.put_bytes(owner, msgspec.json.encode(dict(fields)), "application/json")
    began = ConversationBegan(
        conversation=conversation_of(interaction),
        interaction=interaction,
        medium=Medium.TASK,
        queue=queue,
        form=form,
        subject=title_content,
        customer=customer,
        trust=Trust.CLAIMED if customer is None else Trust.VERIFIED,
        due_ms=due_ms,
    )
    await w.append(f"conversation/{interaction}", [began, TaskGiven(title=title_content, fields=fields_content)])


def _check(title: str, fields: Mapping[str, str], key: str, due_ms: int | None) -> None:
    if not 0 < len(title.strip()) <= TITLE_CHARACTERS_MAX:
        raise TaskRefused(f"title: has to have 1 to {TITLE_CHARACTERS_MAX} characters")
    if not 0 < len(key) <= KEY_CHARACTERS_MAX:
        raise TaskRefused(f"key: has to have 1 to {KEY_CHARACTERS_MAX} characters; a UUID will do")
    if len(fields) > FIELDS_MAX:
        raise TaskRefused(f"fields: a task may have {FIELDS_MAX}, not {len(fields)}")
    for name, value in fields.items():
        if not 0 < len(name) <= TITLE_CHARACTERS_MAX or len(value) > FIELD_CHARACTERS_MAX:
            raise TaskRefused(
                f"fields: {name[:40]!r}: a name has 1 to {TITLE_CHARACTERS_MAX} characters, "
                f"a value at most {FIELD_CHARACTERS_MAX}"
            )
    if due_ms is not None and due_ms <= 0:
        raise TaskRefused("due_ms: has to be an instant in milliseconds since 1970 (UTC)")
