"""The tracker of calls: what it makes of the traffic of any call on a switch, whatever order it comes in."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.stories_command import packets_of_file, signals_in, stories_in
from cti.asterisk.observe import found_of
from cti.asterisk.packet import AmiPacket
from cti.core.channels import ChannelGone, ChannelMade, ChannelSeen, ChannelSignal, ChannelState, HangUpAsked
from cti.core.records import KEPT_MAX
from cti.core.stories import KEPT_MS, Stories
from cti.core.story import (
    CallBegan,
    CallOver,
    CallTransferred,
    EndReason,
    HoldChanged,
    HungUpBy,
    Outcome,
    QueueChanged,
    RingEnd,
    RingOver,
    RingTold,
    Story,
    StoryAmended,
    TalkChanged,
)
from history.core.vocabulary import SwitchName
from tests.cti.reordering import disturbed, same_for_any_order, stories_of

SWITCH = SwitchName("main")
RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.txt"))
NAMES = [path.stem for path in RECORDINGS if path.stem != "README"]
IDS = {"a": "1700000001.1", "b": "1700000001.2", "c": "1700000001.3", "x": "1700000001.4", "y": "1700000001.5"}


class Line:
    """Writes what a switch says, a tenth of a second apart."""

    def __init__(self) -> None:
        self.packets: list[AmiPacket] = []
        self.at = 1_700_000_001.0

    def say(self, event: str, **fields: str) -> "Line":
        self.at += 0.1
        self.packets.append(AmiPacket((("Event", event), ("Timestamp", f"{self.at:.6f}"), *fields.items())))
        return self

    def wait(self, seconds: float) -> "Line":
        self.at += seconds
        return self

    def made(self, who: str, name: str, state: str = "0", linked: str | None = None, exten: str = "") -> "Line":
        linked_id = IDS[linked or who]
        return self.say(
            "Newchannel", Channel=name, ChannelState=state, Uniqueid=IDS[who], Linkedid=linked_id, Exten=exten
        )

    def dials(self, source: str, target: str) -> "Line":
        return self.say("DialBegin", Uniqueid=IDS[source], DestUniqueid=IDS[target])

    def rings(self, who: str) -> "Line":
        return self.say("Newstate", Uniqueid=IDS[who], ChannelState="5")

    def answers(self, source: str, target: str) -> "Line":
        self.say("Newstate", Uniqueid=IDS[target], ChannelState="6")
        return self.say("DialEnd", Uniqueid=IDS[source], DestUniqueid=IDS[target], DialStatus="ANSWER")

    def enters(self, who: str, bridge: str, technology: str = "simple_bridge", creator: str = "<unknown>") -> "Line":
        fields = {"BridgeUniqueid": bridge, "BridgeTechnology": technology, "BridgeCreator": creator}
        return self.say("BridgeEnter", Uniqueid=IDS[who], **fields)

    def leaves(self, who: str, bridge: str) -> "Line":
        return self.say("BridgeLeave", Uniqueid=IDS[who], BridgeUniqueid=bridge)

    def asks(self, who: str) -> "Line":
        return self.say("HangupRequest", Uniqueid=IDS[who])

    def gone(self, *who: str, cause: int = 16) -> "Line":
        for each in who:
            self.say("Hangup", Uniqueid=IDS[each], Cause=str(cause))
        return self

    def signals(self) -> list[ChannelSignal]:
        return signals_in(self.packets)

    def stories(self) -> list[Story]:
        return stories_in(self.packets, SWITCH)


def answered() -> Line:
    """Somebody at `a` called 100, `b` was rung and answered, and both talk."""
    line = Line().made("a", "IAX2/office-1", "4", exten="100").made("b", "PJSIP/desk-00000002", linked="a")
    return line.dials("a", "b").rings("b").answers("a", "b").enters("b", "one").enters("a", "one")


def phones(story: Story) -> list[str]:
    return ["+".join(party.phone.rpartition("/")[2] for party in talk.parties) for talk in story.talks]


# -- a call, told as it happens ----------------------------------------------------------------------------------------


def test_a_call_is_told_as_it_happens() -> None:
    line = answered().wait(5).asks("b").leaves("b", "one").leaves("a", "one").gone("b", "a")
    made = Stories(SWITCH)
    told = [event for signal in line.signals() for event in made.apply(signal)]
    kinds = [type(event) for event in told]
    assert kinds == [CallBegan, RingTold, RingOver, TalkChanged, TalkChanged, CallOver]
    first, over = told[0], told[-1]
    assert isinstance(first, CallBegan) and isinstance(over, CallOver)
    assert (first.caller.phone, first.dialled) == ("IAX2/office", "100")
    assert (over.ending.by, over.ending.reason) == (HungUpBy.CALLEE, EndReason.NORMAL)
    story = made.story(first.call_id)
    assert story is not None
    assert story.outcome is Outcome.TALKED
    assert [(ring.target.phone, ring.end) for ring in story.rings] == [("PJSIP/desk", RingEnd.ANSWER)]
    assert phones(story) == ["office+desk"]
    assert made.live_calls() == ()
    assert made.call_of(IDS["b"]) == first.call_id


def test_what_goes_on_is_told_without_an_end() -> None:
    story = answered().stories()[0]
    assert story.ending is None
    assert story.talks[0].until_ms is None
    assert story.outcome is Outcome.TALKED


def test_a_hold_a_queue_and_a_transfer_are_told_at_once() -> None:
    line = Line().made("a", "SIP/in-00000001", "4", exten="100")
    line.say("QueueCallerJoin", Uniqueid=IDS["a"], Queue="sales").say(
        "QueueCallerLeave", Uniqueid=IDS["a"], Queue="sales"
    )
    line.made("b", "SIP/b-00000002", linked="a").dials("a", "b").answers("a", "b").enters("a", "1").enters("b", "1")
    line.say("Hold", Uniqueid=IDS["b"]).say("Hold", Uniqueid=IDS["b"]).say("Unhold", Uniqueid=IDS["b"])
    line.say("BlindTransfer", TransfererUniqueid=IDS["b"], TransfereeUniqueid=IDS["a"], Extension="7", Result="Success")
    made = Stories(SWITCH)
    told = [event for signal in line.signals() for event in made.apply(signal)]
    assert [event.waiting for event in told if isinstance(event, QueueChanged)] == [True, False]
    assert [event.held for event in told if isinstance(event, HoldChanged)] == [True, False]
    assert [event.transfer.to for event in told if isinstance(event, CallTransferred)] == ["7"]


# -- who ended it ------------------------------------------------------------------------------------------------------


def test_without_anybody_asking_the_switch_ended_it() -> None:
    line = answered().asks("c").leaves("b", "one").leaves("a", "one").gone("b", "a")
    ending = line.stories()[0].ending
    assert ending is not None
    assert ending.by is HungUpBy.SWITCH


def test_where_nobody_ever_asks_the_one_who_left_first_hung_up() -> None:
    ending = answered().leaves("a", "one").leaves("b", "one").gone("b", "a").stories()[0].ending
    assert ending is not None
    assert (ending.by, ending.inferred) == (HungUpBy.CALLER, True)


def test_a_caller_who_stays_with_the_switch_after_the_talk_is_not_hung_up_by_the_callee() -> None:
    line = answered().asks("b").leaves("b", "one").leaves("a", "one").gone("b").wait(20).gone("a")
    ending = line.stories()[0].ending
    assert ending is not None
    assert ending.by is HungUpBy.SWITCH


@pytest.mark.parametrize(
    ("status", "cause", "alerted", "end"),
    [
        ("BUSY", 17, True, RingEnd.BUSY),
        ("NOANSWER", 17, True, RingEnd.BUSY),
        ("NOANSWER", 21, True, RingEnd.DECLINED),
        ("NOANSWER", 0, True, RingEnd.NO_ANSWER),
        ("NOANSWER", 0, False, RingEnd.UNREACHABLE),
        ("CHANUNAVAIL", 20, False, RingEnd.UNREACHABLE),
        ("CONGESTION", 34, False, RingEnd.UNREACHABLE),
        ("CANCEL", 0, True, RingEnd.CANCELLED),
    ],
)
def test_how_a_ring_ends_while_the_caller_stays(status: str, cause: int, alerted: bool, end: RingEnd) -> None:
    line = Line().made("a", "SIP/a-00000001", "4").made("b", "SIP/b-00000002", linked="a").dials("a", "b")
    if alerted:
        line.rings("b")
    line.say("DialEnd", Uniqueid=IDS["a"], DestUniqueid=IDS["b"], DialStatus=status).gone("b", cause=cause)
    line.wait(30).gone("a")
    assert [ring.end for ring in line.stories()[0].rings] == [end]


def test_a_caller_who_leaves_while_it_rings_is_gone() -> None:
    line = Line().made("a", "SIP/a-00000001", "4").made("b", "SIP/b-00000002", linked="a").dials("a", "b").rings("b")
    line.asks("a").say("DialEnd", Uniqueid=IDS["a"], DestUniqueid=IDS["b"], DialStatus="CANCEL").gone("a", "b", cause=0)
    story = line.stories()[0]
    assert story.rings[0].end is RingEnd.CALLER_GONE
    assert story.outcome is Outcome.CANCELLED


# -- who talked --------------------------------------------------------------------------------------------------------


def test_a_local_counts_for_the_phone_behind_it_before_and_after_it_is_optimised_away() -> None:
    line = Line().made("a", "SIP/a-00000001", "4", exten="1").made("x", "Local/1@in-00000001;1", linked="a")
    line.made("y", "Local/1@in-00000001;2", "4", linked="a").dials("a", "x")
    line.made("b", "AudioSocket/127.0.0.1:9000-0000000a", linked="a").dials("y", "b").rings("b").answers("y", "b")
    line.enters("b", "inner").enters("y", "inner").answers("a", "x").enters("x", "outer").enters("a", "outer").wait(3)
    line.leaves("a", "outer").leaves("y", "inner")
    line.at -= 0.1
    line.enters("a", "inner").gone("x", "y").wait(2).asks("a").gone("a", "b")
    story = line.stories()[0]
    assert [ring.target.phone for ring in story.rings] == ["AudioSocket/127.0.0.1:9000"]
    assert phones(story) == ["a+127.0.0.1:9000"]
    assert len(line.stories()) == 1


def test_a_holding_bridge_is_no_talk_and_a_conference_is_one() -> None:
    line = Line()
    for who in ("a", "b", "c"):
        line.made(who, f"SIP/{who}-0000000{ord(who) - 96}", "4", exten="9").say(
            "Newstate", Uniqueid=IDS[who], ChannelState="6"
        )
    line.enters("a", "wait", "holding_bridge").enters("b", "wait", "holding_bridge").leaves("a", "wait").leaves(
        "b", "wait"
    )
    line.enters("a", "conf", "softmix", "ConfBridge").enters("b", "conf", "softmix", "ConfBridge").wait(1)
    line.enters("c", "conf", "softmix", "ConfBridge").wait(1).leaves("c", "conf").gone("a", "b", "c")
    stories = line.stories()
    assert phones(stories[0]) == ["a+b", "a+b+c", "a+b"]
    assert phones(stories[2]) == ["a+b+c"]
    assert all(story.conference for story in stories)


def test_a_hold_is_no_talk_and_digits_are_counted_and_never_kept() -> None:
    line = answered().wait(2).say("Hold", Uniqueid=IDS["b"]).wait(2.9).say("Unhold", Uniqueid=IDS["b"])
    for digit in "4711":
        line.say("DTMFEnd", Uniqueid=IDS["a"], Digit=digit, Direction="Received")
        line.say("DTMFEnd", Uniqueid=IDS["b"], Digit=digit, Direction="Sent")
    line.asks("a").gone("a", "b")
    assert b"4711" not in msgspec.json.encode(line.signals())
    story = line.stories()[0]
    shares = {share.party.phone: (share.hold_ms, share.digits) for share in story.shares}
    assert shares == {"IAX2/office": (3_000, 4), "PJSIP/desk": (3_000, 0)}
    whole = story.talks[0].until_ms or 0
    assert story.shares[0].talk_ms == whole - story.talks[0].from_ms - 3_000


def test_a_phone_that_took_another_channel_over_is_credited_from_then_on() -> None:
    line = answered().wait(1)
    line.say("Masquerade", Clone="SIP/c-00000003", Original="PJSIP/desk-00000002")
    line.say("Rename", Uniqueid=IDS["b"], Newname="SIP/c-00000003").wait(1).asks("a").gone("a", "b")
    assert phones(line.stories()[0]) == ["office+desk", "office+c"]


def test_the_traffic_of_an_old_switch_tells_the_same() -> None:
    line = Line().say("Newchannel", Channel="SIP/a-00000001", State="Ring", Uniqueid=IDS["a"], CallerID="5551001")
    line.say("Newchannel", Channel="SIP/b-00000002", State="Down", Uniqueid=IDS["b"])
    fields = {"Destination": "SIP/b-00000002", "DestUniqueID": IDS["b"]}
    line.say("Dial", SubEvent="Begin", Channel="SIP/a-00000001", UniqueID=IDS["a"], **fields)
    line.say("Newstate", State="Ringing", Uniqueid=IDS["b"]).say("Newstate", State="Up", Uniqueid=IDS["b"])
    both = {"Uniqueid1": IDS["a"], "Uniqueid2": IDS["b"], "Channel1": "SIP/a-00000001", "Channel2": "SIP/b-00000002"}
    line.say("Bridge", Bridgestate="Link", **both).wait(3)
    line.say("DTMF", Uniqueid=IDS["b"], Digit="1", Direction="Received", Begin="No", End="Yes")
    line.say("Unlink", **both).say("Dial", SubEvent="End", UniqueID=IDS["a"], DialStatus="ANSWER").gone("b", "a")
    story = line.stories()[0]
    assert (story.caller.number, phones(story), story.outcome) == ("5551001", ["a+b"], Outcome.TALKED)
    assert [(ring.target.phone, ring.end) for ring in story.rings] == [("SIP/b", RingEnd.ANSWER)]
    assert [share.digits for share in story.shares] == [0, 1]


# -- a bad line --------------------------------------------------------------------------------------------------------


def recorded(name: str) -> list[ChannelSignal]:
    return signals_in(packets_of_file(RECORDINGS[0].with_name(f"{name}.txt")))


@given(name=st.sampled_from(NAMES), seed=st.integers(0, 10**6), reach=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_twice_or_late_the_final_stories_are_those_of_the_clean_run(
    name: str, seed: int, reach: int
) -> None:
    signals = recorded(name)
    told = any(isinstance(signal, HangUpAsked) for signal in signals)
    clean = stories_of(signals, hang_ups_told=told)
    assert stories_of(disturbed(signals, seed, reach), hang_ups_told=told) == clean


def test_a_consultation_heard_in_any_order_tells_the_same() -> None:
    line = answered().made("c", "PJSIP/desk-00000003", "4", exten="200").made("x", "SIP/x-00000004", linked="c")
    line.dials("c", "x").rings("x").answers("c", "x").enters("c", "two").enters("x", "two").wait(2)
    line.leaves("x", "two").leaves("b", "one").enters("x", "one")
    line.say(
        "AttendedTransfer",
        Result="Success",
        OrigTransfererUniqueid=IDS["b"],
        SecondTransfererUniqueid=IDS["c"],
    )
    line.gone("b", "c").wait(2).asks("a").gone("a", "x")
    first, second = line.stories()
    assert phones(first) == ["office+desk", "office+x"]
    assert [(each.by.phone, each.transferred and each.transferred.phone) for each in first.transfers] == [
        ("PJSIP/desk", "IAX2/office")
    ]
    assert [party.phone for party in first.transfers[0].targets] == ["SIP/x"]
    assert second.ending is not None and second.ending.joined_to == first.call_id
    assert same_for_any_order(line.signals(), seeds=20, reach=100)


@given(name=st.sampled_from(NAMES), data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_lost_nothing_breaks_and_no_talk_grows_long(name: str, data: st.DataObject) -> None:
    signals = recorded(name)
    lost = data.draw(st.sets(st.integers(0, max(0, len(signals) - 1)), max_size=10))
    kept = [signal for number, signal in enumerate(signals) if number not in lost]
    last_ms = max(signal.at_ms for signal in signals)
    for story in stories_of(kept, hang_ups_told=True):
        assert all(talk.from_ms <= (talk.until_ms or last_ms) <= last_ms for talk in story.talks)
        assert all(share.talk_ms >= 0 for share in story.shares)


def test_a_hangup_before_the_channel_and_a_word_after_the_end() -> None:
    line = answered().wait(3).asks("a").leaves("a", "one").leaves("b", "one").gone("a", "b")
    clean = line.stories()
    signals = line.signals()
    made = Stories(SWITCH)
    for signal in [*signals[-2:], *signals[:-3]]:
        made.apply(signal)
    late = made.apply(signals[-3])
    assert [made.story(call_id) for call_id in made.calls()] == clean
    assert made.apply(signals[-3]) == ()
    assert [type(event) for event in late] in ([], [StoryAmended])


# -- bounds ------------------------------------------------------------------------------------------------------------


def call(number: int, at_ms: int) -> ChannelMade:
    seen = ChannelSeen(f"{number}.1", name=f"SIP/a-{number:08x}", state=ChannelState.CALLING)
    return ChannelMade(at_ms=at_ms, channel=seen)


def test_beyond_the_maximum_of_live_channels_a_new_one_is_counted_and_not_followed() -> None:
    made = Stories(SWITCH, channels_max=2)
    for number in range(5):
        made.apply(call(number, number))
    assert (len(made.live_calls()), made.unheard) == (2, 3)
    made.apply(ChannelGone(at_ms=9, channel=ChannelSeen("0.1"), cause=16))
    assert [type(event) for event in made.apply(call(9, 10))] == [CallBegan]


def test_an_ended_call_is_kept_for_ten_minutes_and_a_late_word_does_not_bring_it_back() -> None:
    made = Stories(SWITCH)
    made.apply(call(1, 0))
    made.apply(ChannelGone(at_ms=1_000, channel=ChannelSeen("1.1"), cause=16))
    made.advance(KEPT_MS)
    assert len(made.calls()) == 1
    made.advance(1_000 + KEPT_MS)
    assert made.calls() == ()
    assert made.apply(call(1, 1_000 + KEPT_MS)) == ()
    assert made.calls() == ()


def test_no_more_ended_calls_are_kept_than_said() -> None:
    made = Stories(SWITCH, calls_kept=3)
    for number in range(10):
        made.apply(call(number, number))
        made.apply(ChannelGone(at_ms=number, channel=ChannelSeen(f"{number}.1"), cause=16))
    assert made.calls() == ("main-7.1", "main-8.1", "main-9.1")


def test_a_channel_that_is_nailed_up_keeps_its_latest_talks() -> None:
    line = Line().made("a", "SIP/a-00000001", "4").made("b", "SIP/b-00000002", "4")
    for number in range(KEPT_MAX):
        line.enters("a", f"{number}").enters("b", f"{number}").leaves("a", f"{number}").leaves("b", f"{number}")
    story = line.stories()[0]
    assert KEPT_MAX // 2 - 2 <= len(story.talks) <= KEPT_MAX // 2 + 2


# -- adoption ----------------------------------------------------------------------------------------------------------


def status(
    who: str, name: str, state: str, bridge: str = "", linked: str = "a", application: str = "Dial"
) -> AmiPacket:
    return AmiPacket(
        (
            ("Event", "Status"),
            ("Channel", name),
            ("ChannelState", state),
            ("Uniqueid", IDS[who]),
            ("Linkedid", IDS["a"]),
            ("BridgeID", bridge),
            ("Application", application),
            ("Seconds", "60"),
        )
    )


def test_a_tracker_that_begins_in_the_middle_goes_on_from_what_is_there() -> None:
    at_ms = 1_700_000_100_000
    bridge = AmiPacket((("Event", "BridgeListItem"), ("BridgeUniqueid", "one"), ("BridgeTechnology", "simple_bridge")))
    found = found_of(
        [
            status("a", "IAX2/office-1", "6", "one"),
            status("b", "PJSIP/desk-00000002", "6", "one", application="AppDial"),
        ],
        [bridge],
        at_ms,
    )
    made = Stories(SWITCH)
    told = made.adopt(found, at_ms)
    assert [type(event) for event in told] == [CallBegan, RingOver, TalkChanged]
    assert made.adopt(found, at_ms + 10) == ()
    line = Line().wait(200).asks("b").leaves("b", "one").leaves("a", "one").gone("b", "a")
    for signal in line.signals():
        made.apply(signal)
    story = made.story(made.calls()[0])
    assert story is not None and story.ending is not None
    assert (story.beginning_seen, phones(story), story.ending.by) == (False, ["office+desk"], HungUpBy.CALLEE)
    assert story.talks[0].from_ms == at_ms
    assert story.began_ms == at_ms - 60_000


def test_what_a_snapshot_does_not_name_has_ended_unseen() -> None:
    made = Stories(SWITCH)
    for signal in answered().signals():
        made.apply(signal)
    told = made.adopt(found_of([], [], 1_700_000_100_000), 1_700_000_100_000)
    over = told[-1]
    assert isinstance(over, CallOver)
    assert (over.ending.by, over.ending.reason) == (HungUpBy.UNKNOWN, EndReason.LOST)
    assert made.live_calls() == ()


# -- the recordings of our own dialplan --------------------------------------------------------------------------------

OWN: dict[str, tuple[Outcome, list[RingEnd | None], HungUpBy | None]] = {
    "agent-hangs-up": (Outcome.TALKED, [RingEnd.ANSWER], HungUpBy.CALLEE),
    "agent-hangs-up-no-word": (Outcome.TALKED, [RingEnd.ANSWER], HungUpBy.CALLEE),
    "busy": (Outcome.UNDER_WAY, [RingEnd.BUSY], None),
    "caller-gone-ringing": (Outcome.ONLY_SWITCH, [RingEnd.CALLER_GONE], HungUpBy.CALLER),
    "caller-hangs-up": (Outcome.TALKED, [RingEnd.ANSWER], HungUpBy.CALLER),
    "declined": (Outcome.UNDER_WAY, [RingEnd.DECLINED], None),
    "heartbeat-old": (Outcome.UNDER_WAY, [RingEnd.CANCELLED, None], None),
    "leg-lost": (Outcome.TALKED, [RingEnd.ANSWER, RingEnd.ANSWER], None),
    "no-answer": (Outcome.TALKED, [RingEnd.NO_ANSWER, RingEnd.ANSWER], None),
    "outside-call": (Outcome.ONLY_SWITCH, [RingEnd.ANSWER], HungUpBy.CALLEE),
    "ringing-stopped": (Outcome.ONLY_SWITCH, [RingEnd.CANCELLED], HungUpBy.CALLER),
    "unreachable": (Outcome.UNDER_WAY, [], None),
}


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_recording_of_our_own_dialplan_tells_its_outcome(name: str) -> None:
    (story,) = stories_in(packets_of_file(RECORDINGS[0].with_name(f"{name}.txt")), SWITCH)
    by = None if story.ending is None else story.ending.by
    assert (story.outcome, [ring.end for ring in story.rings], by) == OWN[name]


def test_every_recording_of_ours_has_its_outcome() -> None:
    assert set(NAMES) == set(OWN)
