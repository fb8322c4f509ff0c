"""The calls of one switch whose parties stand on their own, by call and by channel. `correlate.py` feeds it."""

from dataclasses import replace

from cti.core.call import Call, Leg, LegStage
from cti.core.events import Apart, CallArranged, CallId, LegKey
from cti.core.parties import Arrangement, Events, Gathering, Move, Party, Step, StopInvitation, steps_to
from cti.core.signals import CallFound
from history.core.call_words import PartyAt

UNTOLD_RING_MS = 8_000
"""A ring that the switch accepted but never began fails after this long."""
UNRUNG_MS = 3_000
"""A phone that an arrangement names is lost if nobody has it rung for so long; the pop before a ring takes 0.35 s."""


class Gatherings:
    """All of them. A gathering is forgotten when nobody is left in it, or the customer waits again as before."""

    def __init__(self) -> None:
        self._of_call: dict[CallId, Gathering] = {}
        self._call_of_channel: dict[str, CallId] = {}
        self._wanted: dict[CallId, Arrangement] = {}

    def of(self, call_id: CallId) -> Gathering | None:
        """The parties of this call that stand on their own, or None."""
        return self._of_call.get(call_id)

    def on(self, channel_id: str) -> tuple[Gathering, Party] | None:
        """The phone that has this channel, and its gathering."""
        gathering = self._of_call.get(self._call_of_channel.get(channel_id, CallId("")))
        if gathering is None:
            return None
        party = next((each for each in gathering.parties.values() if each.channel_id == channel_id), None)
        return None if party is None else (gathering, party)

    def seen(self, call: Call) -> Apart | None:
        """The parties of this call as they go into a resynchronisation."""
        gathering = self._of_call.get(call.id)
        if gathering is None:
            return None
        talks = call.leg if call.leg is not None and call.leg.stage is LegStage.TALKING else None
        return gathering.state(None if talks is None else as_party(talks))

    # -- what the engine asks ------------------------------------------------------------------------------------

    def invited(self, call_id: CallId, party: Party) -> None:
        """Remember that one more phone is about to be rung; `party` has the channel that it will have."""
        self.together(call_id).invited(party)
        self.take(party.channel_id, call_id)

    def invitation_not_sent(self, call_id: CallId, leg_key: LegKey) -> None:
        """It never left, or the switch would not have it: the key may be used again."""
        gathering = self._of_call.get(call_id)
        if gathering is not None and (party := gathering.parties.pop(leg_key, None)) is not None:
            self._call_of_channel.pop(party.channel_id or "", None)
            self.forget_if_over(gathering)

    def will_stand(self, call_id: CallId, leg_key: LegKey, at: PartyAt, at_ms: int) -> Events:
        """The switch knows where a phone that still rings shall stand."""
        gathering = self._of_call.get(call_id)
        if gathering is None or leg_key not in gathering.parties:
            return []
        return gathering.phone_will_stand(leg_key, at, at_ms)

    def arrange(
        self, call_id: CallId, call: Call | None, arrangement: Arrangement, at_ms: int
    ) -> tuple[tuple[Step, ...], Events]:
        """Remember how the parties shall stand; what has to be done for it, and what can be told at once. `call` is
        None when the customer is gone."""
        leg = None if call is None else call.leg
        if leg is not None and call_id not in self._of_call and arrangement.is_talk_of(leg.key):
            # Who talks the simple way talks: two who shall do just that are left as they are.
            return (), [CallArranged(at_ms, call_id, arrangement.number)]
        gathering = self.together(call_id, customer_gone=call is None)
        events = gathering.want(arrangement, None if leg is None else leg.key, at_ms)
        view = replace(gathering, parties=dict(gathering.parties))
        if leg is not None and leg.stage is LegStage.TALKING:
            view.parties[leg.key] = as_party(leg)
        steps = () if events else steps_to(arrangement, "" if call is None else call.caller.unique_id, view)
        self.forget_if_over(gathering)
        return steps, events

    def step_without(self, call_id: CallId, leg_key: LegKey) -> Step | None:
        """What drops this one phone, where it is there."""
        gathering = self._of_call.get(call_id)
        party = None if gathering is None else gathering.parties.get(leg_key)
        if party is None or party.channel_id is None:
            return None
        talks = party.stage is LegStage.TALKING
        return Move(party.channel_id, None) if talks else StopInvitation(party.channel_id)

    def not_arranged(self, call_id: CallId, number: int) -> None:
        """The switch would not have it: nothing is wanted any more."""
        gathering = self._of_call.get(call_id)
        if gathering is not None and gathering.wanted is not None and gathering.wanted.number == number:
            gathering.wanted = None
            self.forget_if_over(gathering)

    # -- what is found -------------------------------------------------------------------------------------------

    def together(self, call_id: CallId, *, customer_gone: bool = False) -> Gathering:
        """The gathering of this call, a new one where its parties have not stood apart yet."""
        gathering = self._of_call.get(call_id)
        if gathering is None:
            gathering = self._of_call[call_id] = Gathering(call_id, customer_gone=customer_gone)
        return gathering

    def take(self, channel_id: str | None, call_id: CallId) -> None:
        """This channel is a phone of this call."""
        if channel_id is not None:
            self._call_of_channel[channel_id] = call_id

    def gone(self, gathering: Gathering, key: LegKey, cause: int, at_ms: int) -> Events:
        """A phone's channel has ended, with this cause (Q.850)."""
        self._call_of_channel.pop(gathering.parties[key].channel_id or "", None)
        events = gathering.phone_gone(key, cause, at_ms)
        self.forget_if_over(gathering)
        return events

    def forget_if_over(self, gathering: Gathering) -> None:
        """Drop one in which nobody stands any more."""
        if gathering.over:
            self._of_call.pop(gathering.call_id, None)

    def forget_all(self) -> None:
        """Nothing is believed any more; what is wanted stays wanted, should the call be found again."""
        self._wanted = {key: each.wanted for key, each in self._of_call.items() if each.wanted is not None}
        self._of_call = {}
        self._call_of_channel = {}

    def settle(self, call_id: CallId, at_ms: int) -> Events:
        """A call was found again: tell an arrangement that stands now."""
        wanted = self._wanted.pop(call_id, None)
        return [] if wanted is None else self.together(call_id).want(wanted, None, at_ms)

    def adopt(self, call_id: CallId, found: CallFound, at_ms: int) -> None:
        """Believe what was found of a call some of whose phones stand on their own."""
        gathering = self.together(call_id)
        gathering.customer_at = found.state.customer if isinstance(found.state, Apart) else None
        for seen in found.parties:
            since = at_ms if seen.talking_since_ms is None else seen.talking_since_ms
            gathering.parties[seen.leg_key] = Party(
                seen.leg_key,
                seen.phone,
                LegStage.TALKING if seen.answered else LegStage.DIALLING,
                seen.at,
                at_ms,
                seen.leg_unique_id,
                since if seen.answered else None,
            )
            self.take(seen.leg_unique_id, call_id)

    def advance(self, at_ms: int) -> Events:
        """Give up invitations of which the switch has said nothing for too long."""
        events: Events = []
        for gathering in list(self._of_call.values()):
            for key, party in list(gathering.parties.items()):
                if party.stage is LegStage.ASKED and at_ms - party.asked_at_ms >= UNTOLD_RING_MS:
                    events += self.gone(gathering, key, 0, at_ms)
            events += gathering.lost_unheard(at_ms, UNRUNG_MS)
            self.forget_if_over(gathering)
        return events


def as_party(leg: Leg) -> Party:
    """The phone that talks with the caller the simple way."""
    return Party(leg.key, leg.phone, leg.stage, None, leg.asked_at_ms, leg.channel_id, leg.answered_at_ms)
