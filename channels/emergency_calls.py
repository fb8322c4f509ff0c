"""Emergency mode by a call: a supervisor dials in, says who they are with a PIN, and names a place by its code.

The dialplan asks and waits some seconds for the verdict. After too many wrong PINs nobody is believed for a while,
so that a PIN cannot be guessed; the wallboard's button goes on working. What was done is in the audit log.
"""

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from channels.in_order import Receipted
from cti.core.events import EmergencyAsked
from cti.ports import Switch
from history import audit
from history.clock import Clock
from history.core.customers import Act
from history.core.vocabulary import NumberId, Outcome, OutcomeReason, QueueId, Role, UserId
from history.errors import StoreUnavailable
from history.store import Store
from router.core import inputs
from router.core.inputs import Receipt

WRONG_MAX = 5
WRONG_WITHIN_MS = 600_000
"""After so many wrong PINs within this long nobody is believed until the oldest of them is so old."""
VERDICTS_MAX = 100
AUDIT_TRIES_MAX = 5
AUDIT_RETRY_S = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EmergencyCode:
    """What a code that is dialled names, and for how long an emergency is declared there (ms)."""

    queue: QueueId | None
    number: NumberId | None
    lasts_ms: int


@dataclass(frozen=True, slots=True)
class EmergencySettings:
    pins: Mapping[UserId, str] = field(default_factory=dict, repr=False)
    """Of the supervisors who may declare by phone."""
    codes: Mapping[str, EmergencyCode] = field(default_factory=dict)


class Tell(Protocol):
    """Queues one input for the router."""

    def __call__(self, kind: Any, *, receipted: Receipted | None = None, **what: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class _Verdict:
    channel: str
    done: bool
    act: Act | None = None
    by: UserId | None = None
    subject: str = ""


class EmergencyCalls:
    """One switch's. `asked` never blocks; `run` tells the verdicts."""

    def __init__(self, settings: EmergencySettings, switch: Switch, store: Store, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._switch = switch
        self._store = store
        self._clock = clock
        self._tell = tell
        self._wrong: deque[int] = deque(maxlen=WRONG_MAX)
        self._verdicts: asyncio.Queue[_Verdict] = asyncio.Queue(VERDICTS_MAX)

    def asked(self, event: EmergencyAsked) -> None:
        """Somebody has dialled in and entered this."""
        user = self._believed(event.pin)
        code = self._settings.codes.get(event.code)
        if user is None or code is None:
            log.warning("switch %s: an emergency was asked for by phone and refused", self._switch.name)
            self._say(_Verdict(event.channel, done=False))
            return
        act = Act.EMERGENCY_DECLARED if event.declares else Act.EMERGENCY_LIFTED
        where = f"number {code.number}" if code.queue is None else f"queue {code.queue}"
        verdict = _Verdict(event.channel, done=True, act=act, by=user, subject=f"{where}, by phone")
        place = {"queue": code.queue, "number": code.number, "by": user}
        if event.declares:
            until_ms = self._clock.now_ms() + code.lasts_ms
            given: Any = inputs.EmergencyDeclared
            self._tell(given, receipted=lambda got: self._decided(got, verdict), until_ms=until_ms, **place)
        else:
            self._tell(inputs.EmergencyLifted, receipted=lambda got: self._decided(got, verdict), **place)

    def _believed(self, pin: str) -> UserId | None:
        now_ms = self._clock.now_ms()
        if len(self._wrong) == WRONG_MAX and now_ms - self._wrong[0] < WRONG_WITHIN_MS:
            return None
        # Every PIN is compared, so that the time taken says nothing about which was nearly right.
        found = [user for user, own in self._settings.pins.items() if hmac.compare_digest(own.encode(), pin.encode())]
        if not found:
            self._wrong.append(now_ms)
        return found[0] if found else None

    def _decided(self, receipt: Receipt, verdict: _Verdict) -> None:
        so_already = receipt.outcome is Outcome.IGNORED and receipt.reason is OutcomeReason.NO_CHANGE
        if receipt.outcome is Outcome.ACCEPTED:
            self._say(verdict)
        else:
            self._say(_Verdict(verdict.channel, done=so_already))

    def _say(self, verdict: _Verdict) -> None:
        try:
            self._verdicts.put_nowait(verdict)
        except asyncio.QueueFull:
            log.warning("switch %s: too many emergency calls at once; one is not answered", self._switch.name)

    async def run(self) -> None:
        """Write down what was done and tell the callers, until cancelled."""
        while True:
            verdict = await self._verdicts.get()
            await self._switch.answer_emergency(verdict.channel, verdict.done)
            if verdict.act is not None:
                await self._record(verdict, verdict.act)

    async def _record(self, verdict: _Verdict, act: Act) -> None:
        for _ in range(AUDIT_TRIES_MAX):
            try:
                await audit.record(self._store, act, user=verdict.by, role=Role.SUPERVISOR, subject=verdict.subject)
            except StoreUnavailable as error:
                log.warning("an emergency by phone could not be written into the audit log yet: %s", error)
                await asyncio.sleep(AUDIT_RETRY_S)
            else:
                return
        log.error("an emergency by phone is missing in the audit log; the journal has it (%s)", verdict.subject)
