"""The rehearsal switch, the voice channel, the real driver and a real store in one process: a floor for calls alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select

from channels.emergency_calls import EmergencyCode, EmergencySettings
from channels.voice import VoiceChannel, VoiceSettings
from cti.asterisk.switch import AsteriskSwitch
from cti.rehearsal import RehearsalSwitch
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.entries import Fact, Kind
from history.core.registry import REGISTRY
from history.core.routing_settings import (
    AgentSettings,
    MediumCapacity,
    NumberSettings,
    Overflow,
    QueueSettings,
    Route,
    RoutingSettings,
)
from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    DestinationId,
    InteractionId,
    Medium,
    MovedBecause,
    NumberId,
    PhoneName,
    Presence,
    QueueId,
    SkillId,
    SourceId,
    SwitchName,
    UserId,
)
from history.feed import entry_of
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from history.tables import journal
from router.core import inputs
from router.core.inputs import AnyInput, Receipt
from router.core.requirements import skills_requirement
from router.driver import Driver
from tests.bed.waiting import until

SECRET = "rehearsal-secret"
MAIN = SwitchName("main")
AGENTS = ("ann", "ben")
PATIENCE_S = 15.0

FactType = TypeVar("FactType", bound=Fact)


@dataclass
class Floor:
    """`switch` is moved by hand; `channel` and `driver` live until `engine_dies`."""

    store: Store
    switch: RehearsalSwitch
    offer_ms: int
    driver: Driver
    channel: VoiceChannel
    port: AsteriskSwitch
    lease: Lease
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    sent: int = 0

    async def tell(self, kind: type[AnyInput], **what: Any) -> Receipt:
        self.sent += 1
        given = kind(source=SourceId("spec"), source_epoch=self.store.clock.now_ms(), source_number=self.sent, **what)
        return await self.driver.submit(given)

    async def ready(self, *agents: str) -> None:
        for agent in agents:
            await self.tell(inputs.AgentChosePresence, agent=AgentId(agent), presence=Presence.READY)

    async def facts(self, kind: type[FactType]) -> list[FactType]:
        """Every such fact of the routing stream so far."""
        async with self.store.reading() as connection:
            mine = select(journal).where(journal.c.stream == "routing/main", journal.c.kind == Kind.FACT.value)
            rows = (await connection.execute(mine.order_by(journal.c.number))).all()
        found = [REGISTRY.fact(entry_of(row)) for row in rows]
        return [fact for fact in found if isinstance(fact, kind)]

    async def inputs_of(self, kind: type[Any]) -> list[Any]:
        async with self.store.reading() as connection:
            mine = select(journal).where(journal.c.stream == "routing/main", journal.c.kind == Kind.INPUT.value)
            rows = (await connection.execute(mine.order_by(journal.c.number))).all()
        found = [msgspec.json.decode(entry_of(row).body, type=AnyInput) for row in rows]
        return [given for given in found if isinstance(given, kind)]

    async def sees(self, kind: type[FactType], times: int = 1, **fields: object) -> FactType:
        """The `times`-th such fact, when it comes."""

        async def looked() -> FactType | None:
            found = [
                fact
                for fact in await self.facts(kind)
                if all(getattr(fact, name) == value for name, value in fields.items())
            ]
            return found[times - 1] if len(found) >= times else None

        fact = await until(looked, PATIENCE_S, f"{kind.__name__} {fields}")
        assert fact is not None
        return fact

    async def rings(self, phone: str) -> None:
        await until(lambda: self.switch.phone_ringing(phone), PATIENCE_S, f"the ring of {phone}")

    async def caller_is(self, state: str, unique_id: str) -> None:
        await until(lambda: self.switch.caller_state(unique_id) == state, PATIENCE_S, f"the caller {state}")

    async def up(self) -> None:
        await until(lambda: self.port.health().up, PATIENCE_S, "the switch connected")

    async def engine_dies(self) -> None:
        """As kill -9 does: nothing is said to the switch, nothing is written."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    async def engine_starts(self) -> None:
        """The next engine: it folds the journal and reads the switch."""
        build(self)
        start(self)
        await self.driver.recovered.wait()


def interaction_of(unique_id: str) -> InteractionId:
    return InteractionId(f"v-main-{unique_id}")


def routing(offer_ms: int) -> RoutingSettings:
    def queue(name: str, *skills: str, **more: Any) -> QueueSettings:
        return QueueSettings(
            queue=QueueId(name),
            medium=Medium.VOICE,
            requirement=skills_requirement(SkillId(skill) for skill in skills),
            target_ms=20_000,
            offer_ms=offer_ms,
            misses_max=1,
            **more,
        )

    agents = tuple(
        AgentSettings(
            agent=AgentId(name),
            skills=(),
            capacities=(MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),),
            switch=MAIN,
            phone=PhoneName(f"phone-{name}"),
        )
        for name in AGENTS
    )
    return RoutingSettings(
        definition_version=1,
        agents=agents,
        queues=(
            queue("sales", again_ms=600_000),
            queue("other"),
            queue("nobody", "unknown_skill", emergency=Route(destination=DestinationId("voicemail"))),
            queue(
                "full", overflow=(Overflow(when=MovedBecause.LENGTH, length=1, announcement=AnnouncementId("closed")),)
            ),
            queue("gone", overflow=(Overflow(when=MovedBecause.WAITED, destination=DestinationId("nowhere")),)),
        ),
        numbers=(NumberSettings(number=NumberId("hotline"), emergency=Route(destination=DestinationId("voicemail"))),),
        reasons=(),
        dispositions=(),
    )


SETTINGS = VoiceSettings(
    switch=MAIN,
    called={"300": NumberId("hotline")},
    sounds={AnnouncementId("closed"): "custom/closed"},
    numbers={"100": QueueId("sales"), "300": QueueId("nobody"), "400": QueueId("full"), "500": QueueId("gone")},
    other_numbers=QueueId("other"),
    phones={PhoneName(f"phone-{name}"): AgentId(name) for name in AGENTS},
    emergency=EmergencySettings(
        pins={UserId("max"): "246810"}, codes={"11": EmergencyCode(None, NumberId("hotline"), 60_000)}
    ),
    phone_region="GB",
)


def build(floor: Floor) -> None:
    """Construct one engine's parts on the floor's store and switch."""
    floor.lease = Lease(floor.store, holder="test")
    floor.port = AsteriskSwitch(
        MAIN,
        host="127.0.0.1",
        port=floor.switch.port,
        username="switchroom",
        secret=SECRET,
        clock=floor.store.clock,
        may_write=floor.lease.may_write,
    )

    class Sink:
        def release(self, effects: Any) -> None:
            floor.channel.release(effects)

    floor.driver = Driver(
        RoutingJournal(floor.store, floor.lease),
        REGISTRY,
        floor.store.clock,
        sinks=(Sink(),),
        recovered=lambda: floor.channel.engine_recovered(floor.lease.epoch),
    )
    floor.channel = VoiceChannel(SETTINGS, floor.port, floor.driver, floor.store, floor.store.clock)


def start(floor: Floor) -> None:
    async def voice() -> None:
        await floor.driver.recovered.wait()
        await floor.channel.run()

    async def keep() -> None:
        await floor.driver.recovered.wait()
        await floor.lease.keep()

    floor.tasks = [asyncio.create_task(life()) for life in (floor.driver.run, keep, voice)]


@asynccontextmanager
async def a_floor(
    folder: Path, *, offer_ms: int = 20_000, before: Callable[[Floor], None] | None = None
) -> AsyncIterator[Floor]:
    """A running floor with the agents ann and ben, not yet ready. `before` may change it before the engine starts."""
    bus = LocalBus()
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'switchroom.sqlite'}", clock=SystemClock(), bus=bus)
    async with RehearsalSwitch(
        SECRET, phones=[f"phone-{name}" for name in AGENTS], destinations=["voicemail"]
    ) as switch:
        unbuilt: Any = None
        floor = Floor(store, switch, offer_ms, unbuilt, unbuilt, unbuilt, unbuilt)
        build(floor)
        if before is not None:
            before(floor)
        start(floor)
        try:
            await floor.driver.recovered.wait()
            await floor.tell(inputs.DefinitionApplied, settings=routing(offer_ms))
            yield floor
        finally:
            await floor.engine_dies()
            await store.close()
            await bus.close()
