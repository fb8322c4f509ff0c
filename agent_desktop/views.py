"""Keeps the views: follows what is committed, looks up names and texts, and hands numbered changes to the sockets.

One task follows the routing stream, one the conversations, one publishes what they touched. A desk is published as soon
as it is touched; the wallboard at most four times a second. Nothing is asked of the engine. A start begins with the
floor that was kept last (`history/kept_folds.py`) and reads the entries after it.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Protocol
from zoneinfo import ZoneInfo

from agent_desktop.core.board import board_parts
from agent_desktop.core.calls_on_desk import asked_legs, directory_parts
from agent_desktop.core.conversation import conversation_parts
from agent_desktop.core.desk import LookedUp, desk_parts
from agent_desktop.core.floor import Floor
from agent_desktop.core.kept_floor import FORM, kept, restored
from agent_desktop.core.numbering import NumberedView
from agent_desktop.core.on_floor import HandlingOnFloor, Touched
from agent_desktop.core.parts import AnyPart, ChannelDown
from agent_desktop.core.protocol import (
    CONVERSATION_VIEW_PREFIX,
    DESK_VIEW,
    DIRECTORY_VIEW,
    QUEUE_VIEW_PREFIX,
    WALLBOARD_VIEW,
    Snapshot,
)
from agent_desktop.core.queue_view import may_pull_from, queue_parts, shown_of
from agent_desktop.core.rights import Action, Actor, Thing, may, own
from agent_desktop.core.seating import Seating
from agent_desktop.core.settings import CenterSettings, UserSettings
from agent_desktop.lines import Lines
from agent_desktop.lookups import Lookups
from agent_desktop.outbox import encoded
from agent_desktop.ports import ChannelHealth, WallboardFigures
from history.clock import Clock
from history.core.entries import Entry, Kind
from history.core.vocabulary import AgentId, ContentId, ConversationId, HandlingId, InteractionId, QueueId, UserId
from history.days import day_began_ms
from history.errors import HistoryError
from history.feed import Feed
from history.kept_folds import KeptFold
from history.store import Store

LOG = logging.getLogger("agent_desktop.views")

BOARD_PERIOD_S = 0.25
FEED_PAUSE_S = 0.5
VIEWS_KEPT = 2_000
UNNAMED_QUEUE_PREFIX = "unnamed-queue:"
"""How a queue's view is kept for those who are not told who waits."""


class Watcher(Protocol):
    """A socket that shows a view."""

    def show(self, name: str, data: bytes) -> None:
        """Take a snapshot or change, encoded once for all watchers. Never blocks."""
        ...


class _Shown:
    """A view that is kept: its numbered parts, its watchers (with the name each knows it by), whose it is."""

    def __init__(self, name: str, first_number: int, user: UserId | None) -> None:
        self.numbered = NumberedView(name, first_number)
        self.user = user
        self.gate = asyncio.Lock()
        self.watchers: set[Watcher] = set()
        self.looked_up: LookedUp | None = None
        """What a desk shows beside the floor; none when it has to be looked up again."""
        self.touches = 0
        """Counts what may have made a look-up old, also one that is under way."""


class Views:
    def __init__(
        self,
        *,
        store: Store,
        feed: Feed,
        clock: Clock,
        center: Callable[[], CenterSettings],
        board: WallboardFigures,
        health: ChannelHealth | None = None,
        domain: str = "main",
    ) -> None:
        self.floor = Floor()
        self._seating = Seating()
        self.ready = asyncio.Event()
        """Set when all that was committed before the start has been folded."""
        self._store = store
        self._feed = feed
        self._clock = clock
        self._center = center
        self._board = board
        self._health = health
        self._stream = f"routing/{domain}"
        self._lookups = Lookups(store, center)
        self._lines = Lines(self._lookups)
        self._number = 0
        self._keeping = KeptFold(store, "floor", self._stream)
        self._loaded = False
        self._shown: OrderedDict[str, _Shown] = OrderedDict()
        self._dirty: set[str] = set()
        self._queues_touched = False
        self._lines_touched: set[QueueId] = set()
        self._touched = asyncio.Event()
        self._lagging: dict[str, int] = {}
        """Conversation views whose timeline has not come to this number of the routing stream."""
        self._read: OrderedDict[tuple[AgentId, HandlingId], int] = OrderedDict()

    # ---- following

    async def run(self) -> None:
        """Follow and publish for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(self._follow_routing))
            group.create_task(self._again(self._follow_conversations))
            group.create_task(self._publish_touched())
            group.create_task(self._publish_board())
            group.create_task(self._keeping.keep_often(FORM, lambda: self._number, lambda: kept(self.floor)))

    async def _again(self, follow: Callable[[], AsyncGenerator[None]]) -> None:
        """Follow; after an error of the store go on where it stood."""
        while True:
            try:
                async with aclosing(follow()) as steps:
                    async for _ in steps:
                        pass
            except HistoryError as error:
                LOG.warning("the views wait for the store: %s", error)
            await asyncio.sleep(FEED_PAUSE_S)

    async def _follow_routing(self) -> AsyncGenerator[None]:
        await self._load()
        last = await self._feed.last_number(self._stream)
        if self._number >= last:
            self.ready.set()
        async with aclosing(self._feed.follow(self._stream, after=self._number)) as entries:
            async for entry in entries:
                self.take(entry)
                if entry.number >= last:
                    self.ready.set()
                yield

    async def _load(self) -> None:
        if self._loaded:
            return
        found = await self._keeping.load(FORM, restored)
        self._loaded = True
        if found is not None:
            self._number, self.floor = found
            self._seating = Seating()
            self.touch_all()

    async def _follow_conversations(self) -> AsyncGenerator[None]:
        place = await self._feed.last_position()
        async with aclosing(self._feed.follow_prefix("conversation/", after=place)) as news:
            async for placed in news:
                conversation = self._lookups.take(placed.entry)
                self._touch(Touched(), conversation)
                yield

    def take(self, entry: Entry) -> None:
        """Fold the next entry of the routing stream."""
        if entry.number <= self._number:
            return
        self._number = entry.number
        if entry.kind is Kind.FACT:
            touched = self.floor.fold(self._store.registry.fact(entry), entry.at_ms)
            self._seating.note(touched)
            self._touch(touched)

    def _touch(self, touched: Touched, conversation: ConversationId | None = None) -> None:
        self._lines.forget(touched.interactions)
        if not self._shown:
            return
        names = {f"{DESK_VIEW}/{agent}" for agent in touched.agents}
        names |= {CONVERSATION_VIEW_PREFIX + interaction for interaction in touched.interactions}
        if conversation is not None:
            names.add(CONVERSATION_VIEW_PREFIX + conversation)
            self._touch_line(InteractionId(conversation))
            at_work = self.floor.agents_at(InteractionId(conversation))
            names |= {f"{DESK_VIEW}/{agent}" for agent in at_work}
        if touched.everything:
            names |= set(self._shown)
        self._queues_touched = self._queues_touched or bool(touched.queues or touched.lines)
        self._lines_touched |= touched.lines
        self._mark(names)
        if touched.interactions:
            self._look_again(touched)

    def _touch_line(self, interaction: InteractionId) -> None:
        """Something of what was said by somebody who may be waiting has changed."""
        self._lines.forget([interaction])
        item = self.floor.interactions.get(interaction)
        if item is not None and item.waiting:
            self._lines_touched.add(item.queue)

    def _look_again(self, touched: Touched) -> None:
        """A timeline is a projection that follows the journal: it is read once more when it has come this far."""
        for name in {CONVERSATION_VIEW_PREFIX + interaction for interaction in touched.interactions}:
            if name in self._shown:
                self._lagging[name] = self._number

    async def _mark_caught_up(self) -> None:
        if not self._lagging:
            return
        reached = await self._lookups.projected(self._stream)
        names = {name for name, number in self._lagging.items() if number <= reached}
        for name in names:
            del self._lagging[name]
        self._mark(names)

    def _mark(self, names: set[str]) -> None:
        for name in names & set(self._shown):
            self._shown[name].looked_up = None
            self._shown[name].touches += 1
            if self._shown[name].watchers:
                self._dirty.add(name)
                self._touched.set()

    def _mark_kept(self) -> None:
        """Whom a rule keeps free depends on what others do."""
        if self._shown:
            self._seating.refresh(self.floor)
            self._mark({f"{DESK_VIEW}/{agent}" for agent in self._seating.take_changed()})

    def touch_desk(self, user: str) -> None:
        """Something of this user's desk that is not in the journal has changed: a draft, what was read."""
        self._mark({f"{DESK_VIEW}/{user}"})

    def draft_saved(self, user: str, handling: HandlingId) -> None:
        """Half a note or half an answer has changed: for the writer, and for whoever looks at the conversation."""
        self.touch_desk(user)
        about = self.floor.handlings.get(handling)
        if about is not None:
            self._mark({CONVERSATION_VIEW_PREFIX + about.interaction})

    def touch_all(self) -> None:
        """The definition or a channel's health has changed: every view may look different."""
        self._mark(set(self._shown))

    def mark_read(self, agent: AgentId, handling: HandlingOnFloor, number: int) -> None:
        """The agent has seen the conversation up to this number; remembered while this process lives."""
        key = (agent, handling.handling)
        self._read[key] = max(number, self._read.get(key, 0))
        self._read.move_to_end(key)
        while len(self._read) > VIEWS_KEPT:
            self._read.popitem(last=False)
        self.touch_desk(agent)

    # ---- publishing

    async def _publish_touched(self) -> None:
        while True:
            await self._touched.wait()
            self._touched.clear()
            names, self._dirty = self._dirty, set()
            for name in sorted(names, key=lambda name: not name.startswith(DESK_VIEW)):
                shown = self._shown.get(name)
                if shown is not None:
                    try:
                        async with shown.gate:
                            await self._refresh(name, shown)
                    except HistoryError as error:
                        LOG.warning("view %s waits for the store: %s", name, error)
                        asyncio.get_running_loop().call_later(FEED_PAUSE_S, self._mark, {name})

    async def _publish_board(self) -> None:
        """Four times a second: wallboard and directory, the queues' glances on all desks, and the channels' health."""
        troubles: tuple[ChannelDown, ...] = ()
        while True:
            await asyncio.sleep(BOARD_PERIOD_S)
            now = self.channels_down()
            if now != troubles:
                troubles = now
                self.touch_all()
            self._mark_kept()
            if self._queues_touched:
                self._queues_touched = False
                self._dirty |= {name for name, shown in self._shown.items() if shown.user and shown.watchers}
                self._touched.set()
            if self._lines_touched:
                lines, self._lines_touched = self._lines_touched, set()
                self._mark({prefix + queue for queue in lines for prefix in (QUEUE_VIEW_PREFIX, UNNAMED_QUEUE_PREFIX)})
            with suppress(HistoryError):
                await self._mark_caught_up()
            for name in (WALLBOARD_VIEW, DIRECTORY_VIEW):
                shown = self._shown.get(name)
                if shown is not None and shown.watchers:
                    async with shown.gate:
                        await self._refresh(name, shown)

    def channels_down(self) -> tuple[ChannelDown, ...]:
        return tuple(
            ChannelDown(
                key=f"channel/{trouble.name}",
                name=trouble.name,
                medium=trouble.medium,
                sentence=trouble.sentence,
                since_ms=trouble.since_ms,
            )
            for trouble in (self._health.troubles() if self._health is not None else ())
        )

    async def _refresh(self, name: str, shown: _Shown) -> None:
        """Compute the view anew and tell the watchers what differs; the gate is held."""
        parts = await self._parts(name, shown)
        change = shown.numbered.publish(parts, self._clock.now_ms())
        if change is not None:
            data = encoded(change)
            for watcher in tuple(shown.watchers):
                watcher.show(shown.numbered.view, data)

    async def _parts(self, name: str, shown: _Shown) -> list[AnyPart]:
        if name == WALLBOARD_VIEW:
            return board_parts(self._board.figures(), self.floor, self._center(), self.channels_down())
        if name == DIRECTORY_VIEW:
            return directory_parts(self.floor, self._center())
        if shown.user is not None:
            return await self._desk(shown, shown.user)
        if name.startswith((QUEUE_VIEW_PREFIX, UNNAMED_QUEUE_PREFIX)):
            return await self._queue(shown.numbered.view, named=name.startswith(QUEUE_VIEW_PREFIX))
        conversation = await self._lookups.conversation(ConversationId(name.removeprefix(CONVERSATION_VIEW_PREFIX)))
        found = await self._lookups.found(self.floor, conversation)
        return conversation_parts(conversation, self._center(), found)

    async def _queue(self, view: str, named: bool) -> list[AnyPart]:
        queue = QueueId(view.removeprefix(QUEUE_VIEW_PREFIX))
        about = await self._lines.about(self.floor, shown_of(self.floor, queue))
        return queue_parts(self.floor, self._center(), queue, about, named)

    async def _desk(self, shown: _Shown, user_id: UserId) -> list[AnyPart]:
        user = self._center().user(user_id)
        if user is None:
            return []
        looked_up = shown.looked_up
        if looked_up is None:
            touches = shown.touches
            looked_up = await self._look_up(user)
            shown.looked_up = looked_up if shown.touches == touches else None
        self._seating.refresh(self.floor)
        return desk_parts(self.floor, self._center(), user, looked_up, self._seating)

    async def _look_up(self, user: UserSettings) -> LookedUp:
        agent = AgentId(user.user)
        read = {work.interaction: self._read.get((agent, work.handling), 0) for work in self.floor.work_of(agent)}
        wanted = [*read, *(offer.interaction for offer in self.floor.offers_to(agent))]
        wanted += [leg.interaction for leg in asked_legs(self.floor, agent)]
        return LookedUp(
            about={
                interaction: await self._lookups.about(self.floor, interaction, read.get(interaction, 0))
                for interaction in wanted
            },
            drafts=await self._lookups.drafts(agent) if user.is_agent else {},
            channels_down=self.channels_down(),
            day_began_ms=day_began_ms(self._clock.now_ms(), ZoneInfo(self._center().zone)),
        )

    # ---- showing

    async def thing_of(self, actor: Actor, view: str) -> Thing | None:
        """Whose this view is; none when there is no such view."""
        if view.startswith(CONVERSATION_VIEW_PREFIX):
            conversation = ConversationId(view.removeprefix(CONVERSATION_VIEW_PREFIX))
            owners = await self._lookups.agents_of(self.floor, conversation)
            unknown = (
                owners is not None and AgentId(actor.user) not in owners and not may(actor, Action.SEE_CONVERSATION)
            )
            # Who has just finished with it is known by the history a moment later than by the floor.
            if unknown and await self._lookups.catches_up(self._stream, self._number):
                owners = await self._lookups.agents_of(self.floor, conversation)
            return None if owners is None else Thing(owners=owners)
        if view.startswith(QUEUE_VIEW_PREFIX):
            return self._thing_of_queue(AgentId(actor.user), QueueId(view.removeprefix(QUEUE_VIEW_PREFIX)))
        return own(actor)

    def _thing_of_queue(self, agent: AgentId, queue: QueueId) -> Thing | None:
        if not self.has_queue(queue):
            return None
        return Thing(owners=frozenset({agent} if may_pull_from(self.floor, queue, agent) else ()))

    def has_queue(self, queue: QueueId) -> bool:
        return self._center().queue(queue) is not None

    async def has_file(self, conversation: ConversationId, content: ContentId) -> bool:
        """Whether the file is an attachment of this conversation."""
        return content in (await self._lookups.conversation(conversation)).attachments()

    async def open(self, actor: Actor, view: str, from_number: int | None, watcher: Watcher) -> None:
        """Show the view to the watcher from now on: first what it lacks, then every change."""
        shown = self._get(actor, view)
        async with shown.gate:
            shown.looked_up = None
            await self._refresh(self._name(actor, view), shown)
            missing = shown.numbered.since(from_number, self._clock.now_ms())
            for message in missing if isinstance(missing, list) else [missing]:
                watcher.show(view, encoded(message))
            shown.watchers.add(watcher)

    def close(self, actor: Actor, view: str, watcher: Watcher) -> None:
        shown = self._shown.get(self._name(actor, view))
        if shown is not None:
            shown.watchers.discard(watcher)

    async def snapshot(self, actor: Actor, view: str) -> Snapshot:
        """The view as it is now."""
        shown = self._get(actor, view)
        async with shown.gate:
            shown.looked_up = None
            await self._refresh(self._name(actor, view), shown)
            return shown.numbered.snapshot(self._clock.now_ms())

    def last_snapshot(self, actor: Actor, view: str) -> Snapshot | None:
        """The view as it was last published: for a watcher that fell behind."""
        shown = self._shown.get(self._name(actor, view))
        return shown.numbered.snapshot(self._clock.now_ms()) if shown is not None else None

    def _name(self, actor: Actor, view: str) -> str:
        if view.startswith(QUEUE_VIEW_PREFIX) and not may(actor, Action.SEE_CONVERSATION):
            return UNNAMED_QUEUE_PREFIX + view.removeprefix(QUEUE_VIEW_PREFIX)
        return f"{DESK_VIEW}/{actor.user}" if view == DESK_VIEW else view

    def _get(self, actor: Actor, view: str) -> _Shown:
        name = self._name(actor, view)
        shown = self._shown.get(name)
        if shown is None:
            user = actor.user if view == DESK_VIEW else None
            shown = self._shown[name] = _Shown(view, self._clock.now_ms(), user)
            self._forget_unwatched()
        self._shown.move_to_end(name)
        return shown

    def _forget_unwatched(self) -> None:
        """At most `VIEWS_KEPT` views: those longest unused and watched by nobody go; who returns gets a snapshot."""
        for name in [name for name, shown in self._shown.items() if not shown.watchers]:
            if len(self._shown) <= VIEWS_KEPT:
                return
            del self._shown[name]
