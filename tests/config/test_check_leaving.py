"""What is wrong with the ways out of a queue: each problem is one sentence with its place and the way out."""

import pytest

from config.check import problems_of
from config.check_leaving import TEXT_MAX
from config.definition import parse

CENTER = """
center = { name = "A shop" }
[[users]]
id = "ann"
name = "Ann"
role = "agent"
phone = { switch = "main", name = "ann" }
[[switches]]
id = "main"
[[destinations]]
id = "voicemail"
name = "Voicemail"
[[announcements]]
id = "closed"
name = "We are closed"
sound = "custom/closed"
text = "We are closed."
[[announcements]]
id = "spoken"
name = "Spoken only"
sound = "custom/spoken"
[[announcements]]
id = "written"
name = "Written only"
text = "We are closed."
[[hours]]
id = "office"
name = "Office"
weekdays = ["08:00-18:00"]
[[teams]]
id = "day"
name = "Day"
hours = "office"
[[queues]]
id = "night"
name = "Night"
medium = "voice"
target_s = 20
disposition_required = false
"""
HOURS = 'hours = "office"\n'
RULE = "[[queues.overflow]]\n"
CLOSED = RULE + 'when = "closed"\n'
EMERGENCY = "[queues.emergency]\n"
OUT = 'destination = "voicemail"\n'


def told(text: str, medium: str = "voice") -> list[str]:
    queue = f'[[queues]]\nid = "x"\nname = "X"\nmedium = "{medium}"\ntarget_s = 20\ndisposition_required = false\n'
    return problems_of(parse(CENTER + queue + text))


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        (HOURS + CLOSED + OUT, "voice"),
        (HOURS + "closing_s = 900\n" + CLOSED + 'announcement = "closed"', "voice"),
        (HOURS + CLOSED + 'announcement = "closed"', "chat"),
        (HOURS + CLOSED + 'to = "night"', "voice"),
        (HOURS, "mail"),
        (RULE + 'when = "length"\nlength = 9\nannouncement = "spoken"', "voice"),
        (RULE + 'when = "waited"\nafter_s = 90\ndestination = "voicemail"\nannouncement = "closed"', "voice"),
        (EMERGENCY + OUT, "voice"),
        (EMERGENCY + 'announcement = "written"', "chat"),
        (f'[[numbers]]\nnumber = "100"\nqueue = "x"\nid = "hotline"\n[numbers.emergency]\n{OUT}', "voice"),
    ],
)
def test_nothing_is_wrong_with_good_ways_out(text: str, medium: str) -> None:
    assert told(text, medium) == []


@pytest.mark.parametrize(
    ("text", "medium", "sentence"),
    [
        (RULE + 'when = "waited"\nafter_s = 9', "voice", "x', overflow, number 1: leads nowhere; add to, destination"),
        (EMERGENCY, "voice", "x', emergency: leads nowhere; add to, destination or announcement."),
        (
            EMERGENCY + 'to = "night"\n' + OUT,
            "voice",
            "x', emergency: to goes with neither destination nor announcemen",
        ),
        (EMERGENCY + 'to = "x"', "voice", "x', emergency, to: is the queue itself; name another one."),
        (EMERGENCY + 'to = "y"', "voice", "x', emergency, to: there is no queue 'y'; add it under [[queues]]."),
        (EMERGENCY + 'to = "night"', "chat", "x', emergency, to: the queue 'night' is for voice, not for chat."),
        (EMERGENCY + 'destination = "y"', "voice", "x', emergency, destination: there is no 'y'; add it under [[desti"),
        (EMERGENCY + OUT, "chat", "x', emergency, destination: is for calls only; take it out."),
        (EMERGENCY + 'announcement = "y"', "voice", "x', emergency, announcement: there is no 'y'; add it under [[ann"),
        (EMERGENCY + 'announcement = "written"', "voice", "x', emergency, announcement: 'written' has no sound for ca"),
        (EMERGENCY + 'announcement = "spoken"', "chat", "x', emergency, announcement: 'spoken' has no text for chats;"),
        (EMERGENCY + 'announcement = "closed"', "mail", "x', emergency, announcement: is for calls and chats only; ta"),
        (EMERGENCY + OUT + 'code = "1a"', "voice", "x', emergency, code: '1a' is none; write 1 to 6 digits."),
        (EMERGENCY + OUT + "lasts_min = 10081", "voice", "x', emergency, lasts_min: 10081 is too long; write 10080"),
        (
            EMERGENCY
            + OUT
            + f'code = "1"\n[[numbers]]\nnumber = "7"\nqueue = "x"\nid = "h"\n[numbers.emergency]\n{OUT}'
            'code = "1"',
            "voice",
            "numbers, '7', emergency, code: '1' is that of queues, 'x' already; choose another.",
        ),
        (CLOSED + OUT, "voice", "x', overflow: 'closed' never holds for a queue without hours; add hours, or take"),
        (HOURS, "voice", "x', hours: without a rule with when = 'closed' whoever comes too late waits until it op"),
        (HOURS, "chat", "x', hours: without a rule with when = 'closed' whoever comes too late waits until it op"),
        (HOURS + "closing_s = 9\n", "mail", "x', closing_s: has no effect without a rule with when = 'closed'; add"),
        (HOURS + "closing_s = 86401\n" + CLOSED + OUT, "voice", "x', closing_s: 86401 is too long; write 86400"),
        (HOURS + CLOSED + "after_s = 5\n" + OUT, "voice", "x', overflow, number 1, after_s: has no effect with 'close"),
        (HOURS + CLOSED + OUT + CLOSED + OUT, "voice", "x', overflow, number 2: can never hold before an earlier rul"),
        (
            f'[[numbers]]\nnumber = "100"\nqueue = "x"\n[numbers.emergency]\n{OUT}',
            "voice",
            "numbers, '100', emergency: needs an id of the number, by which supervisors name it; add id.",
        ),
        (
            '[[numbers]]\nnumber = "1"\nqueue = "x"\nid = "h"\n[[numbers]]\nnumber = "2"\nqueue = "x"\nid = "h"',
            "voice",
            "numbers, 'h': the id is given twice.",
        ),
        ('[[numbers]]\nnumber = "1"\nqueue = "x"\nid = "A b"', "voice", "numbers, 'A b': an id has lower-case lett"),
        ('[[announcements]]\nid = "a"\nname = "A"', "voice", "announcements, 'a': says nothing; add sound for calls"),
        (
            '[[announcements]]\nid = "a"\nname = "A"\nsound = "a&b"',
            "voice",
            "announcements, 'a', sound: 'a&b' is no sound's name; write letters, digits",
        ),
        (
            f'[[announcements]]\nid = "a"\nname = "A"\ntext = "{"x" * (TEXT_MAX + 1)}"',
            "voice",
            f"announcements, 'a', text: has {TEXT_MAX + 1} characters; write 1 to {TEXT_MAX}.",
        ),
        (
            EMERGENCY + 'to = "night"\n[[queues]]\nid = "z"\nname = "Z"\nmedium = "voice"\ntarget_s = 1\n'
            'disposition_required = false\n[queues.emergency]\nto = "z2"\n[[queues]]\nid = "z2"\nname = "Z"\n'
            'medium = "voice"\ntarget_s = 1\ndisposition_required = false\n' + RULE + 'when = "length"\nlength = 1\n'
            'to = "z"',
            "voice",
            "queues, 'z', overflow: leads in a circle (z > z2 > z); break it.",
        ),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(text: str, medium: str, sentence: str) -> None:
    found = [each for each in told(text, medium) if sentence in each]
    assert len(found) == 1, told(text, medium)
