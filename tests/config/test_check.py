"""What is wrong with a definition before it is live: every problem is found, named, and all of them at once."""

import pytest

from config.check import check, problems_of
from config.definition import parse
from config.errors import BadDefinition
from tests.config.samples import EVERYTHING, HOURS, NOON_MS, ONLY_MAIL, ROUTING, everything, sample_text, with_change

TASKS = '[[queues]]\nid = "office"\nname = "Office"\nmedium = "task"\ntarget_s = 60\n\n'


@pytest.mark.parametrize(
    "text",
    [EVERYTHING, ROUTING, HOURS, ONLY_MAIL, sample_text()],
    ids=["everything", "routing", "hours", "mail", "sample"],
)
def test_nothing_is_wrong_with_a_good_definition(text: str) -> None:
    check(parse(text), now_ms=NOON_MS)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Europe/London", "Europe/Nowhere", "center, zone: 'Europe/Nowhere' is no time zone"),
        ("Europe/London", "../etc/passwd", "center, zone: '../etc/passwd' is no time zone"),
        ('phone_region = "GB"', 'phone_region = "XX"', "center, phone_region: 'XX' is no region"),
        ('id = "ada"', 'id = "Ada!"', "users, 'Ada!': an id has lower-case letters"),
        ('id = "ada"', 'id = "ann"', "users, 'ann': the id is given twice."),
        ('id = "chat"', 'id = "mail"', "queues, 'mail': the id is given twice."),
        (
            "[[switches]]",
            '[[numbers]]\nnumber = "100"\nqueue = "sales"\n\n[[switches]]',
            "numbers, '100': the",
        ),
        ('skills = ["repairs"]\ntarget', 'skills = ["x"]\ntarget', "queues, 'sales', skills: there is no skill 'x'"),
        ('skills = ["repairs"]\nteams', 'skills = ["x"]\nteams', "users, 'ann', skills: there is no skill 'x'"),
        ('[[dispositions]]\nid = "done"\nname = "Done"\n', "", "dispositions: there is none, but queues require one"),
        ('number = "100"\nqueue = "sales"', 'number = "100"\nqueue = "x"', "numbers, '100': there is no queue 'x'"),
        (
            'number = "100"\nqueue = "sales"',
            'number = "100"\nqueue = "mail"',
            "numbers, '100': the queue 'mail'",
        ),
        ('other_numbers = "sales"', 'other_numbers = "x"', "switches, 'main', other_numbers: there is no queue 'x'"),
        ('kind = "asterisk"', 'kind = "pbx"', "switches, 'main', kind: 'pbx' is none of asterisk, rehearsal."),
        ('kind = "imap"', 'kind = "pop"', "mailboxes, 'hello', kind: 'pop' is none of imap, rehearsal."),
        ("[mailboxes.smtp]\nhost", "[mailboxes.smtp]\nport", None),
        (
            'folder = "INBOX"\nqueue = "mail"',
            'folder = "INBOX"\nqueue = "chat"',
            "mailboxes, 'hello': the queue 'chat'",
        ),
        ('address = "hello@shop.example"', 'address = "hello"', "mailboxes, 'hello', address: 'hello' is no address"),
        ('"info@shop.example"', '"info"', "mailboxes, 'hello', other_addresses: 'info' is no address"),
        ("tls = false\nstarttls = true", "tls = true\nstarttls = true", "mailboxes, 'hello', smtp: tls and starttls"),
        ('title = "Shop"\nqueue = "chat"', 'title = "Shop"\nqueue = "x"', "sites, 'shop': there is no queue 'x'"),
        ('"https://shop.example"', '"shop.example"', "sites, 'shop', origins: 'shop.example' is no origin"),
        ('origins = ["https://shop.example"]', "origins = []", "sites, 'shop', origins: there is none"),
        ('kind = "softphone"', 'kind = "tin can"', "users, 'ann', phone, kind: 'tin can' is none of desk, softphone"),
        ('kind = "softphone"', 'kind = "rehearsal"', "users, 'ann', phone, kind: a switch of kind asterisk has no"),
        ('switch = "main"', 'switch = "x"', "users, 'ann', phone, switch: there is no switch 'x'"),
        ('websocket_url = "ws://127.0.0.1:8088/ws"\n', "", "users, 'ann', phone: a softphone needs websocket_url"),
        ('"ws://127.0.0.1:8088/ws"', '"http://127.0.0.1"', "switches, 'main', websocket_url: 'http://127.0.0.1'"),
        (
            'role = "administrator"',
            'role = "agent"\nphone = { switch = "main", name = "ann" }',
            "users, 'ada', phone: the phone 'ann' is another agent's already.",
        ),
        (
            "offer_s = 15",
            "offer_s = 601",
            "queues, 'sales', offer_s: 601 is too long for a queue of calls; write 600 (seconds) at most.",
        ),
        (
            "target_s = 3600",
            "target_s = 3600\noffer_s = 315360001",
            "queues, 'mail', offer_s: 315360001 is too long; write 315360000",
        ),
        ("target_s = 3600", "target_s = 315360001", "queues, 'mail', target_s: 315360001 is too long; write 3153600"),
        ("short_abandon_s = 3", "short_abandon_s = 3601", "queues, 'sales', short_abandon_s: 3601 is too long"),
        ("service_level_s = 30", "service_level_s = 315360001", "queues, 'sales', service_level_s: 315360001 is too"),
        (
            "wrap_up_s = 45",
            "wrap_up_s = 315360001",
            "queues, 'sales', wrap_up_s: 315360001 is too long; write 315360000",
        ),
        (
            "away_s = 60",
            "away_s = 315360001",
            "sites, 'shop', away_s: 315360001 is too long; write 315360000",
        ),
        ("takes_work = true", "takes_work = false", "queues, 'sales': no agent can ever serve it; give an agent what"),
        ('phone = { switch = "main", name = "ann", kind = "softphone" }\n', "", "queues, 'sales': no agent can ever"),
    ],
)
def test_each_problem_is_named(old: str, new: str, sentence: str | None) -> None:
    if sentence is None:  # what the reader refuses already
        with pytest.raises(BadDefinition):
            with_change(EVERYTHING, old, new)
        return
    problems = problems_of(with_change(EVERYTHING, old, new))
    assert any(problem.startswith(sentence) for problem in problems), problems
    assert all(problem.endswith(".") for problem in problems)


def test_the_longest_lengths_of_time_are_allowed() -> None:
    longest = {"target_s = 3600": "target_s = 315360000\noffer_s = 315360000", "offer_s = 15": "offer_s = 600"}
    longest |= {"short_abandon_s = 3": "short_abandon_s = 3600", "away_s = 60": "away_s = 315360000"}
    text = EVERYTHING
    for old, new in longest.items():
        assert old in text
        text = text.replace(old, new)
    assert problems_of(parse(text)) == []


def test_a_mailbox_of_kind_imap_needs_both_servers() -> None:
    start, end = EVERYTHING.index("[mailboxes.smtp]"), EVERYTHING.index("[[sites]]")
    [problem] = problems_of(parse(EVERYTHING[:start] + EVERYTHING[end:]))
    assert problem.startswith("mailboxes, 'hello': the tables imap and smtp are missing")


def test_a_center_needs_queues_and_users() -> None:
    problems = problems_of(parse('queues = []\nusers = []\n[center]\nname = "Empty"\n'))
    assert [problem.split(":")[0] for problem in problems] == ["queues", "users"]


def test_numbers_and_switches_belong_together() -> None:
    numbers = ONLY_MAIL + '\n[[numbers]]\nnumber = "1"\nqueue = "mail"\n'
    assert any(problem.startswith("numbers: there are numbers but no") for problem in problems_of(parse(numbers)))
    switch = ONLY_MAIL + '\n[[switches]]\nid = "main"\n'
    assert any(problem.startswith("switches: there is a switch but no queue") for problem in problems_of(parse(switch)))


def test_two_rehearsal_switches_are_one_too_many() -> None:
    text = sample_text().replace("[[mailboxes]]", '[[switches]]\nid = "second"\nkind = "rehearsal"\n\n[[mailboxes]]', 1)
    [problem] = problems_of(parse(text))
    assert problem.startswith("switches, 'second', kind: one rehearsal switch is enough")


def test_all_problems_are_told_at_once_each_with_the_file(tmp_path: object) -> None:
    text = EVERYTHING.replace("Europe/London", "Nowhere").replace('queue = "sales"', 'queue = "x"')
    with pytest.raises(BadDefinition) as caught:
        check(parse(text), "center.toml")
    assert len(caught.value.problems) == 2
    assert all(problem.startswith("center.toml: ") for problem in caught.value.problems)
    assert str(caught.value) == "\n".join(caught.value.problems)


def test_a_task_queue_needs_no_way_in() -> None:
    assert problems_of(parse(EVERYTHING.replace("[[numbers]]", TASKS + "[[numbers]]", 1))) == []
    assert problems_of(everything()) == []
