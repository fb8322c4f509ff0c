"""The switch port on an Asterisk: connect, resynchronise, watch, steer.

After each sign-in events are let to gather in the link's bounded queue while a snapshot is taken; the snapshot is told
as SwitchResynchronised and what had gathered is applied on top. Meanwhile the dialplan keeps the callers. The engine's
heartbeat is written in the switch's own time, so the clocks of both need not agree, and only while `may_write` says
that this engine may steer.
"""

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable

from cti.asterisk import actions, translate
from cti.asterisk.link import AmiLink
from cti.asterisk.packet import AmiAction, AmiPacket
from cti.asterisk.steering import Steering
from cti.core.events import (
    LegFailed,
    LegFailure,
    SwitchEvent,
    SwitchLost,
    SwitchResynchronised,
)
from cti.errors import (
    AmiAuthError,
    AmiDownError,
    AmiError,
    AmiSupersededError,
    AmiUnusableError,
)
from cti.ports import Clock, Health, LinkState
from history.core.vocabulary import SwitchName

log = logging.getLogger(__name__)

PING_SECONDS = 5.0
HEARTBEAT_SECONDS = 2.0
BOOT_SECONDS = 10.0
SNAPSHOT_SECONDS = 10.0
BACKOFF_FIRST_SECONDS = 0.2
BACKOFF_MAX_SECONDS = 5.0
ENGINE_GONE_SECONDS = 30
"""A newer epoch whose heartbeat is older than this is no living engine's."""
EVENTS_MAX = 10_000


class AsteriskSwitch(Steering):
    """An Asterisk with our dialplan fragment. `run` is its life; commands are refused while the link is down."""

    def __init__(
        self,
        name: SwitchName,
        *,
        host: str,
        port: int,
        username: str,
        secret: str,
        clock: Clock,
        may_write: Callable[[], bool] = lambda: True,
        tls: ssl.SSLContext | None = None,
        secret_key: str = "SWITCHROOM_AMI_SECRET",
    ) -> None:
        super().__init__(name, clock, may_write)
        self._host, self._port, self._tls = host, port, tls
        self._username, self._secret, self._secret_key = username, secret, secret_key
        self._logins = 0
        self._started_at = ""
        self._switch_ms = 0
        self._switch_ms_at = 0
        self._told_lost = False
        self._events: deque[SwitchEvent] = deque()
        self._told = asyncio.Event()

    # -- the port ------------------------------------------------------------------------------------------------

    @property
    def name(self) -> SwitchName:
        """The first part of each of its call ids."""
        return self._name

    def set_epoch(self, epoch: int) -> None:
        """Carried by each command from now on, and written to the switch within one heartbeat."""
        self._epoch = epoch

    def health(self) -> Health:
        """How the link is now."""
        return Health(self._name, self._state, self._sentence)

    async def events(self) -> AsyncIterator[SwitchEvent]:
        """The events in order, for one reader."""
        while True:
            while self._events:
                yield self._events.popleft()
            self._told.clear()
            await self._told.wait()

    # -- its life ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, resynchronise, watch, and do it again, until cancelled or the sign-in is refused."""
        backoff = BACKOFF_FIRST_SECONDS
        try:
            while True:
                if not self._told_lost:
                    address = f"{self._host}:{self._port}"
                    self._become(LinkState.CONNECTING, f"switch {self._name} is being connected at {address}")
                try:
                    await self._connected_once()
                except AmiAuthError as error:
                    self._lost(LinkState.SIGN_IN_REFUSED, str(error))
                    return
                except AmiSupersededError as error:
                    self._lost(LinkState.SUPERSEDED, str(error))
                except AmiError as error:
                    if self._state is LinkState.UP:
                        backoff = BACKOFF_FIRST_SECONDS
                    self._lost(LinkState.CONNECTING, f"switch {self._name} is not connected: {error}")
                # Jitter keeps the engines of a cluster from knocking all at once; it decides nothing.
                await asyncio.sleep(backoff * random.uniform(0.75, 1.25))
                backoff = min(backoff * 2, BACKOFF_MAX_SECONDS)
        finally:
            if self._state is not LinkState.SIGN_IN_REFUSED:
                self._become(LinkState.STOPPED, f"switch {self._name} is stopped")

    async def _connected_once(self) -> None:
        link = await AmiLink.open(self._host, self._port, self._tls)
        try:
            await self._sign_in(link)
            await self._resynchronise(link)
            await self._live(link)
        finally:
            self._link = None
            link.abort("no longer needed")

    async def _live(self, link: AmiLink) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(link))
                group.create_task(self._watch(link))
                group.create_task(self._beat(link))
        except* AmiError as errors:
            first: BaseException = errors
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            raise first from None

    async def _sign_in(self, link: AmiLink) -> None:
        response = await link.ask(actions.login(self._username, self._secret))
        if not response.succeeded:
            raise AmiAuthError(
                f"switch {self._name}: {self._host}:{self._port} refused the AMI user {self._username!r}"
                f" ({response.get('Message') or 'no reason given'}); correct {self._secret_key} or the user in the"
                " switch's manager.conf, then start again"
            )
        try:
            async with asyncio.timeout(BOOT_SECONDS):
                while not any(packet.get("Event") == "FullyBooted" for packet in await link.events()):
                    pass
        except TimeoutError as error:
            raise AmiUnusableError(
                f"no FullyBooted event came from {self._host}:{self._port} within {BOOT_SECONDS:g} s; the AMI user"
                f" {self._username!r} needs read=system in manager.conf"
            ) from error

    async def _resynchronise(self, link: AmiLink) -> None:
        self._become(LinkState.RESYNCHRONISING, f"switch {self._name} is being read")
        await self._ping(link)
        await self._claim(link)
        started_at = translate.started_at(await self._need(link, actions.core_status()))
        restarted = bool(self._started_at) and started_at != self._started_at
        self._started_at = started_at
        devices = await link.call(actions.device_states(), SNAPSHOT_SECONDS)
        status = await link.call(actions.status(), SNAPSHOT_SECONDS)
        for name, answers in (("DeviceStateList", devices), ("Status", status)):
            if not answers[0].succeeded:
                raise self._unusable(name, answers[0])
        at_ms = self._clock.now_ms()
        settled = self._correlator.adopt(translate.snapshot_of(status, devices, self._offset_ms()), at_ms)
        self._logins += 1
        calls, phones = self._correlator.calls(), self._correlator.phones()
        self._tell(SwitchResynchronised(at_ms, self._logins, calls, phones, restarted))
        for event in settled:
            self._tell(event)
        self._link = link
        self._told_lost = False
        # Before anybody is told that calls are served: a caller who came now would still meet the fallback.
        await self._write_heartbeat(link)
        self._become(LinkState.UP, f"switch {self._name} is connected")

    async def _need(self, link: AmiLink, action: AmiAction) -> AmiPacket:
        response = await link.ask(action)
        if not response.succeeded:
            raise self._unusable(action.name, response)
        return response

    def _unusable(self, action_name: str, response: AmiPacket) -> AmiUnusableError:
        return AmiUnusableError(
            f"the AMI user {self._username!r} at {self._host}:{self._port} may not use {action_name}"
            f" ({response.get('Message') or 'no reason given'}); give it the rights of our manager-switchroom.conf"
        )

    async def _claim(self, link: AmiLink) -> None:
        """Write our epoch, unless a newer engine lives."""
        known = translate.global_number(await self._need(link, actions.read_global(actions.EPOCH_GLOBAL)))
        if known > self._epoch:
            beat = translate.global_number(await self._need(link, actions.read_global(actions.HEARTBEAT_GLOBAL)))
            if self._switch_now_ms() // 1000 - beat <= ENGINE_GONE_SECONDS:
                raise AmiSupersededError(
                    f"switch {self._name} is steered by an engine of epoch {known}, ours is {self._epoch}; stop that"
                    " engine, or wait until its heartbeat is older than"
                    f" {ENGINE_GONE_SECONDS} s"
                )
        if known != self._epoch and self._may_write():
            await self._need(link, actions.write_global(actions.EPOCH_GLOBAL, self._epoch))

    async def _listen(self, link: AmiLink) -> None:
        while True:
            for packet in await link.events():
                self._take(packet)

    def _take(self, packet: AmiPacket) -> None:
        signal = translate.signal_of(packet, self._offset_ms())
        if signal is not None:
            for event in self._correlator.apply(signal, self._clock.now_ms()):
                self._tell(event)

    async def _watch(self, link: AmiLink) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self._ping(link)

    async def _ping(self, link: AmiLink) -> None:
        pong = await link.ask(actions.ping())
        if not pong.succeeded:
            raise AmiDownError(f"{self._host}:{self._port}: {pong.get('Message')}")
        switch_ms = translate.switch_time_ms(pong)
        if switch_ms is None:
            raise AmiUnusableError(f"{self._host}:{self._port} answered a Ping without its time")
        self._switch_ms, self._switch_ms_at = switch_ms, self._clock.monotonic_ms()

    async def _beat(self, link: AmiLink) -> None:
        written = self._epoch
        while True:
            if self._may_write():
                if written != self._epoch:
                    await self._claim(link)
                    written = self._epoch
                known = translate.global_number(await link.ask(actions.read_global(actions.EPOCH_GLOBAL)))
                if known > self._epoch:
                    raise AmiSupersededError(f"an engine of epoch {known} has taken over switch {self._name}")
                await self._write_heartbeat(link)
            overdue = self._correlator.advance(self._clock.now_ms())
            for event in overdue:
                self._tell(event)
            if any(isinstance(event, LegFailed) and event.cause is LegFailure.SWITCH_DOWN for event in overdue):
                raise AmiDownError(f"{self._host}:{self._port} accepted a ring and never began it")
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _write_heartbeat(self, link: AmiLink) -> None:
        if self._may_write():
            await link.ask(actions.write_global(actions.HEARTBEAT_GLOBAL, self._switch_now_ms() // 1000))

    def _switch_now_ms(self) -> int:
        return self._switch_ms + self._clock.monotonic_ms() - self._switch_ms_at

    def _offset_ms(self) -> int:
        return self._clock.now_ms() - self._switch_now_ms()

    # -- telling -------------------------------------------------------------------------------------------------

    def _tell(self, event: SwitchEvent) -> None:
        if len(self._events) >= EVENTS_MAX:
            # What was dropped is superseded by the snapshot that follows.
            self._events.clear()
            reason = f"over {EVENTS_MAX} events of switch {self._name} waited to be read"
            self._events.append(SwitchLost(self._clock.now_ms(), reason))
            self._told_lost = True
            if self._link is not None:
                self._link.abort(reason)
        else:
            self._events.append(event)
        self._told.set()

    def _lost(self, state: LinkState, sentence: str) -> None:
        self._become(state, sentence)
        if not self._told_lost:
            self._told_lost = True
            self._tell(SwitchLost(self._clock.now_ms(), sentence))

    def _become(self, state: LinkState, sentence: str) -> None:
        if sentence != self._sentence:
            log.info("%s", sentence)
        self._state, self._sentence = state, sentence
