"""The parties of a call that stand on their own: the customer and any number of phones, each at a place.

A call is connected the simple way first, phone to caller (`correlate.py`). From the first hold, consultation or
conference on its parties stand apart, and an arrangement says where each of them shall be. Values and pure functions;
what the switch said of a party goes in, events come out. A leg that rings stands where it will be put when it answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cti.core.call import CAUSE_BUSY, CAUSE_NORMAL, CAUSE_REJECTED, LegStage
from cti.core.events import (
    Apart,
    CallArranged,
    CallId,
    LegAnswered,
    LegEnded,
    LegEndedBy,
    LegFailed,
    LegFailure,
    LegKey,
    LegRang,
    LegSeen,
    SwitchEvent,
)
from history.core.call_words import PartyAt
from history.core.vocabulary import PhoneName

PARTIES_MAX = 6
"""In one call, the customer counted."""

Events = list[SwitchEvent]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where each party of a call shall stand. A leg that is not named is dropped."""

    number: int
    """Chosen by whoever asks, rising within a call; the answer carries it."""
    customer: PartyAt
    legs: Mapping[LegKey, PartyAt]

    def is_talk_of(self, leg_key: LegKey) -> bool:
        """Whether it asks for the customer and this one phone to talk, and no more."""
        return self.customer is PartyAt.TALK and dict(self.legs) == {leg_key: PartyAt.TALK}


@dataclass(frozen=True, slots=True)
class Party:
    """One phone of a call."""

    key: LegKey
    phone: PhoneName
    stage: LegStage
    at: PartyAt | None
    """None: with the caller, the simple way."""
    asked_at_ms: int
    channel_id: str | None = None
    answered_at_ms: int | None = None
    hang_up_asked: bool = False

    def seen(self) -> LegSeen:
        """The leg as it goes into a resynchronisation."""
        return LegSeen(self.key, self.phone, self.at or PartyAt.TALK, self.stage is LegStage.TALKING)


@dataclass(slots=True)
class Gathering:
    """All parties of one call that stand apart. It outlives the customer as long as phones are left."""

    call_id: CallId
    customer_at: PartyAt | None = None
    """None: at no place of those; connected the simple way, or on the way."""
    customer_gone: bool = False
    parties: dict[LegKey, Party] = field(default_factory=dict)
    wanted: Arrangement | None = None
    missing: dict[LegKey, int] = field(default_factory=dict)
    """Phones that an arrangement has named and that are not here, with the instant of it: to be rung yet, or lost while
    nobody listened."""

    @property
    def over(self) -> bool:
        """Whether nobody is left to stand anywhere, or the customer waits again as before."""
        if self.parties or self.missing or self.wanted is not None:
            return False
        return self.customer_gone or self.customer_at in (None, PartyAt.QUEUE)

    def state(self, simply: Party | None) -> Apart:
        """The parties as they go into a resynchronisation, with the phone that talks with the caller the simple way."""
        parties = [*self.parties.values(), *([] if simply is None else [simply])]
        legs = tuple(party.seen() for party in sorted(parties, key=lambda party: party.key))
        return Apart(self.customer_at or PartyAt.TALK, legs)

    def want(self, arrangement: Arrangement, simply: LegKey | None, at_ms: int) -> Events:
        """Remember what is asked for; told at once where it is so already. One of before changes nothing. `simply`: the
        phone that talks with the caller the simple way."""
        if self.wanted is None or arrangement.number >= self.wanted.number:
            self.wanted = arrangement
            named = [key for key in arrangement.legs if key not in self.parties and key != simply]
            self.missing = {key: self.missing.get(key, at_ms) for key in named}
        return self.settled(at_ms)

    def lost_unheard(self, at_ms: int, after_ms: int) -> Events:
        """Phones that were named so long ago and nobody rings are told as lost."""
        lost = [key for key, since_ms in self.missing.items() if at_ms - since_ms >= after_ms]
        for key in lost:
            del self.missing[key]
        return [LegEnded(at_ms, self.call_id, key, PhoneName(""), LegEndedBy.LOST, 0) for key in lost]

    def settled(self, at_ms: int) -> Events:
        """The word that all stand as they should, once."""
        wanted = self.wanted
        if wanted is None:
            return []
        customer_stands = self.customer_gone or self.customer_at is wanted.customer
        if not customer_stands or not all(
            key in wanted.legs and wanted.legs[key] is party.at for key, party in self.parties.items()
        ):
            return []
        self.wanted = None
        return [CallArranged(at_ms, self.call_id, wanted.number)]

    def customer_stands(self, at: PartyAt, at_ms: int) -> Events:
        """The customer has come to a place."""
        self.customer_at = at
        return self.settled(at_ms)

    def customer_left(self, at_ms: int) -> Events:
        """The customer is gone; the phones stay."""
        self.customer_gone = True
        return self.settled(at_ms)

    def invited(self, party: Party) -> None:
        """A phone is about to be rung."""
        self.missing.pop(party.key, None)
        self.parties[party.key] = party

    def phone_stands(self, key: LegKey, phone: PhoneName, channel_id: str, at: PartyAt, at_ms: int) -> Events:
        """A phone has come to a place: one that was rung has answered."""
        self.missing.pop(key, None)
        party = self.parties.get(key)
        if party is None:
            party = Party(key, phone, LegStage.ASKED, at, at_ms)
        events: Events = []
        if party.stage in (LegStage.ASKED, LegStage.DIALLING):
            events.append(LegRang(at_ms, self.call_id, key, party.phone))
        if party.stage is not LegStage.TALKING:
            events.append(LegAnswered(at_ms, self.call_id, key, party.phone))
            party = replace(party, stage=LegStage.TALKING, answered_at_ms=at_ms)
        self.parties[key] = replace(party, at=at, channel_id=channel_id)
        return events + self.settled(at_ms)

    def phone_dialled(self, key: LegKey) -> None:
        """A phone that was invited has a channel."""
        party = self.parties[key]
        if party.stage is LegStage.ASKED:
            self.parties[key] = replace(party, stage=LegStage.DIALLING)

    def phone_hangs_up(self, key: LegKey) -> None:
        """The far side of a phone's channel hung up."""
        self.parties[key] = replace(self.parties[key], hang_up_asked=True)

    def phone_alerts(self, key: LegKey, at_ms: int) -> Events:
        """A phone that was invited rings."""
        party = self.parties[key]
        if party.stage not in (LegStage.ASKED, LegStage.DIALLING):
            return []
        self.parties[key] = replace(party, stage=LegStage.ALERTING)
        return [LegRang(at_ms, self.call_id, key, party.phone)]

    def phone_will_stand(self, key: LegKey, at: PartyAt, at_ms: int) -> Events:
        """A phone that rings will be put elsewhere when it answers."""
        self.parties[key] = replace(self.parties[key], at=at)
        return self.settled(at_ms)

    def phone_gone(self, key: LegKey, cause: int, at_ms: int) -> Events:
        """A phone's channel is gone, or never came to be; `cause` is Q.850, 0 where the switch gave none."""
        party = self.parties.pop(key)
        if party.stage is LegStage.TALKING:
            talk_ms = max(0, at_ms - (party.answered_at_ms or at_ms))
            ended: SwitchEvent = LegEnded(at_ms, self.call_id, key, party.phone, self._by(party, cause), talk_ms)
        else:
            ended = LegFailed(at_ms, self.call_id, key, party.phone, self._failure(party, cause))
        return [ended, *self.settled(at_ms)]

    def is_dropped(self, key: LegKey) -> bool:
        """Whether what is wanted now has no place for this phone."""
        return self.wanted is not None and key not in self.wanted.legs

    def _by(self, party: Party, cause: int) -> LegEndedBy:
        if self.is_dropped(party.key):
            return LegEndedBy.ENGINE
        if self.customer_gone and not party.hang_up_asked:
            return LegEndedBy.CALLER
        return LegEndedBy.AGENT if cause == CAUSE_NORMAL else LegEndedBy.LOST

    def _failure(self, party: Party, cause: int) -> LegFailure:
        """Asterisk 22 gives cause 19 to a phone that rang in vain and to one that is not registered."""
        if self.is_dropped(party.key):
            return LegFailure.WITHDRAWN
        if cause == CAUSE_BUSY:
            return LegFailure.BUSY
        if cause == CAUSE_REJECTED:
            return LegFailure.DECLINED
        return LegFailure.NO_ANSWER if party.stage is LegStage.ALERTING else LegFailure.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Move:
    """Bring a channel that stands on its own, or talks, to a place; None drops it."""

    channel_id: str
    at: PartyAt | None


@dataclass(frozen=True, slots=True)
class MoveBoth:
    """Bring caller and phone, who talk with one another, to their places at once, so that neither is left alone."""

    customer: Move
    phone: Move


@dataclass(frozen=True, slots=True)
class StandLater:
    """Put a phone that still rings there when it answers."""

    leg_key: LegKey
    channel_id: str
    at: PartyAt


@dataclass(frozen=True, slots=True)
class StopInvitation:
    """Stop a phone that still rings."""

    channel_id: str


Step = Move | MoveBoth | StandLater | StopInvitation


def steps_to(arrangement: Arrangement, customer_channel: str, gathering: Gathering) -> tuple[Step, ...]:
    """What has to be done, in this order; nothing for who stands right already.

    The customer moves first, together with one phone that moves too: a customer whose last phone leaves them would be
    taken for one whose conversation has ended.
    """
    steps: list[Step] = []
    phones: list[Move] = []
    for key, party in gathering.parties.items():
        at = arrangement.legs.get(key)
        # Who talks the simple way (at no place) and is not named goes when the customer is taken away.
        if party.channel_id is None or at is party.at:
            continue
        if party.stage is LegStage.TALKING:
            phones.append(Move(party.channel_id, at))
        elif at is None:
            steps.append(StopInvitation(party.channel_id))
        else:
            steps.append(StandLater(key, party.channel_id, at))
    if not gathering.customer_gone and gathering.customer_at is not arrangement.customer:
        customer = Move(customer_channel, arrangement.customer)
        stays = next((phone for phone in phones if phone.at is not None), None)
        if stays is None:
            steps.append(customer)
        else:
            phones.remove(stays)
            steps.append(MoveBoth(customer, stays))
    return (*steps, *phones)
