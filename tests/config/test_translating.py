"""The definition in each room's own words, and what it needs of its surroundings."""

from pathlib import Path

import msgspec
import pytest

from agent_desktop.core.parts import PhoneKind
from config.check import problems_of
from config.definition import parse
from config.errors import BadSetting
from config.settings import Secrets
from config.translating import (
    center_settings,
    mailbox_settings,
    missing_settings,
    routing_settings,
    site_settings,
    voice_settings,
)
from history.core.routing_settings import (
    BackOffs,
    OpenInterval,
    Overflow,
    QueueSettings,
    ReasonLimits,
    RelaxationStep,
    SkillLevel,
)
from history.core.vocabulary import (
    AgentChoice,
    Medium,
    MovedBecause,
    QueueId,
    ReasonCode,
    Requirement,
    SkillId,
    Takes,
    WrapUp,
)
from router.core.requirements import is_met
from router.core.requirements import parse as parse_requirement
from router.core.steps import steps
from tests.config.samples import EVERYTHING, HOURS, NOON_MS, ONLY_MAIL, ROUTING, everything, sample_text

SECRETS = {
    "SWITCHROOM_AMI_SECRET": "a",
    "SWITCHROOM_MAIL_SECRET_HELLO": "m",
    "SWITCHROOM_PHONE_SECRET_ANN": "p",
    "SWITCHROOM_SITE_SECRET_SHOP": "s",
}


def secret(kind: str, id_: str) -> str:
    return f"{kind}:{id_}"


def test_the_router_gets_milliseconds_defaults_and_agents_in_the_order_of_their_ids() -> None:
    settings = routing_settings(parse(sample_text()), 7, NOON_MS)
    assert settings.definition_version == 7
    assert [agent.agent for agent in settings.agents] == ["ann", "ben", "carla"]
    sales, mail = settings.queues[0], settings.queues[3]
    assert (sales.target_ms, sales.service_level_ms, sales.misses_max, sales.offer_ms) == (20_000, 20_000, 1, 20_000)
    assert (mail.misses_max, mail.offer_ms) == (2, 60_000)
    everything_sales = routing_settings(everything(), 1, NOON_MS).queues[0]
    assert (everything_sales.service_level_ms, everything_sales.misses_max) == (30_000, 2)
    assert (everything_sales.wrap_up_ms, everything_sales.short_abandon_ms) == (45_000, 3_000)


def test_who_takes_no_work_is_no_agent_of_the_router_and_has_no_phone_there() -> None:
    definition = parse(EVERYTHING.replace("takes_work = true", "takes_work = false"))
    assert routing_settings(definition, 1, NOON_MS).agents == ()
    assert voice_settings(definition, definition.switches[0], lambda kind, id_: None).phones == {}


def test_the_desk_gets_names_media_and_the_softphone_with_its_password() -> None:
    settings = center_settings(everything(), secret)
    ann = settings.users[0]
    assert ann.phone is not None
    assert (ann.phone.kind, ann.phone.ws_url) == (PhoneKind.SOFTPHONE, "ws://127.0.0.1:8088/ws")
    assert (ann.phone.sip_uri, ann.phone.password) == ("sip:ann@pbx.example", "phone:ann")
    assert settings.users[1].phone.kind is PhoneKind.NONE
    assert not settings.rehearsal
    assert center_settings(parse(sample_text()), secret).rehearsal
    assert center_settings(parse(ONLY_MAIL), secret).media == (Medium.MAIL,)


def test_a_switch_gets_its_numbers_and_phones() -> None:
    definition = everything()
    settings = voice_settings(definition, definition.switches[0], lambda kind, id_: None)
    assert (settings.numbers, settings.other_numbers, settings.phone_region) == ({"100": "sales"}, "sales", "GB")
    assert settings.phones == {"ann": "ann"}


def test_a_mailbox_gets_its_servers_and_a_password_only_where_a_user_name_is() -> None:
    [box] = everything().mailboxes
    settings = mailbox_settings(box, secret)
    assert (settings.imap.password, settings.smtp.password) == ("mail:hello", "mail:hello")
    assert settings.smtp.starttls and not settings.smtp.tls

    def none(kind: str, id_: str) -> str:
        raise BadSetting(f"{kind} {id_}")

    assert box.smtp is not None
    open_relay = msgspec.structs.replace(box, smtp=msgspec.structs.replace(box.smtp, username=""))
    assert mailbox_settings(open_relay, secret).smtp.password == ""
    with pytest.raises(BadSetting, match="mail hello"):
        mailbox_settings(box, none)
    [rehearsed] = parse(ONLY_MAIL).mailboxes
    assert mailbox_settings(rehearsed, none).imap.password == ""


def test_a_site_may_go_without_a_signing_secret() -> None:
    [site] = site_settings(everything(), lambda kind, id_: None)
    assert (site.identity_secret, site.away_ms, site.origins) == (None, 60_000, ("https://shop.example",))


def test_all_that_the_surroundings_lack_is_told_at_once(tmp_path: Path) -> None:
    problems = missing_settings(everything(), Secrets(tmp_path, {}), rehearsing=False)
    names = ("SWITCHROOM_AMI_SECRET_MAIN", "SWITCHROOM_MAIL_SECRET_HELLO", "SWITCHROOM_PHONE_SECRET_ANN")
    assert len(problems) == 3
    assert all(name in problem for name, problem in zip(names, problems, strict=True))
    assert missing_settings(everything(), Secrets(tmp_path, SECRETS), rehearsing=False) == []


def test_a_rehearsal_needs_its_switch_and_a_certificate_its_file(tmp_path: Path) -> None:
    sample = parse(sample_text())
    assert missing_settings(sample, Secrets(tmp_path, {}), rehearsing=True) == []
    [problem] = missing_settings(sample, Secrets(tmp_path, {}), rehearsing=False)
    assert problem.startswith("switches, 'main': is a rehearsal switch; start with switchroom serve --rehearsal")
    pinned = parse(
        EVERYTHING.replace(
            'host = "127.0.0.1"\nport = 993', f'host = "x"\nport = 993\ncertificate_file = "{tmp_path}/no.pem"'
        )
    )
    [problem] = missing_settings(pinned, Secrets(tmp_path, SECRETS), rehearsing=False)
    assert problem.startswith("mailboxes, 'hello', imap, certificate_file: there is no file")


def test_what_a_queue_asks_and_how_it_relaxes_reach_the_router() -> None:
    sales, chat = routing_settings(parse(ROUTING), 1, NOON_MS).queues
    assert sales.requirement == "(agent:ann or sales 2..4) and billing and french >= 3"
    assert sales.relaxation == (
        RelaxationStep(after_ms=30_000, drop=(SkillId("sales"),), lower=(SkillLevel(SkillId("french"), 2),)),
        RelaxationStep(after_ms=60_000, widen=Requirement("not agent:dora and team:night")),
    )
    assert [step.requirement for step in steps(sales.requirement, sales.relaxation, (), ())] == [
        "(agent:ann or sales 2..4) and billing and french >= 3",
        "billing and french >= 2",
        "(billing and french >= 2) or (not agent:dora and team:night)",
    ]
    assert (chat.requirement, chat.relaxation) == ("anyone", ())


def test_order_choice_and_back_offs_reach_the_router() -> None:
    sales, chat = routing_settings(parse(ROUTING), 1, NOON_MS).queues
    assert sales.preferred_ms == (20_000, 10_000)
    assert sales.choice is AgentChoice.WEIGHTED
    assert sales.weights == (SkillLevel(SkillId("billing"), 1), SkillLevel(SkillId("french"), 3))
    assert (sales.priority_step_ms, sales.value_step_ms, sales.moved_max_ms) == (60_000, 250, 600_000)
    assert (sales.age_percent, sales.age_max_ms) == (150, 900_000)
    assert sales.back_offs == BackOffs(
        declined_ms=7_000, busy_ms=8_000, no_answer_ms=9_000, failed_ms=10_000, unreachable_ms=11_000
    )
    assert chat.back_offs == BackOffs(declined_ms=0, busy_ms=5_000, no_answer_ms=0, failed_ms=2_000)


def test_overflow_reaches_the_router() -> None:
    rules = """
[[queues.overflow]]
when = "waited"
after_s = 120
to = "sales"

[[queues.overflow]]
when = "length"
length = 20
to = "sales"

[[queues.overflow]]
when = "expected_wait"
wait_s = 300
to = "sales"
"""
    definition = parse(ROUTING.replace("[[switches]]", f"{rules}\n[[switches]]"))
    _, chat = routing_settings(definition, 1, NOON_MS).queues
    assert chat.overflow == (
        Overflow(when=MovedBecause.WAITED, to=QueueId("sales"), after_ms=120_000),
        Overflow(when=MovedBecause.LENGTH, to=QueueId("sales"), length=20),
        Overflow(when=MovedBecause.EXPECTED_WAIT, to=QueueId("sales"), wait_ms=300_000),
    )


def test_wrap_up_and_the_limits_of_reasons_reach_the_router() -> None:
    settings = routing_settings(parse(ROUTING), 1, NOON_MS)
    sales, chat = settings.queues
    assert (sales.wrap_up, sales.wrap_up_ms) == (WrapUp.TIMED, 40_000)
    assert (sales.extension_ms, sales.extensions_max) == (20_000, 2)
    assert (chat.wrap_up, chat.extensions_max) == (WrapUp.MANDATORY, 0)
    assert (sales.again_ms, chat.again_ms) == (600_000, 0)
    assert settings.reasons == ("break", "lunch")
    assert settings.reason_limits == (ReasonLimits(reason=ReasonCode("break"), lasts_ms=900_000, agents_max=3),)


def test_levels_teams_and_what_an_agent_takes_reach_the_router() -> None:
    ann, ben, carla, dora = routing_settings(parse(ROUTING), 1, NOON_MS).agents
    assert ann.skills == (SkillLevel(SkillId("billing"), 2), SkillLevel(SkillId("french"), 7))
    assert [each.level for each in dora.skills] == [5, 5, 5]
    assert (ann.teams, ann.takes) == (("day", "night"), Takes.BEST_SKILL_FIRST)
    assert (ben.teams, ben.takes) == ((), Takes.MOST_URGENT)
    chats = {each.medium: (each.weight, each.limit) for each in carla.capacities}
    assert chats[Medium.CHAT] == (20, 5)


def test_a_definition_in_the_old_language_means_what_it_meant() -> None:
    """The text is one that a center of the first version may have stored."""
    text = ONLY_MAIL.replace("3600", '3600\nskills = ["b", "a", "b"]').replace(
        'role = "agent"', 'role = "agent"\nskills = ["b", "a", "b"]\nteams = ["North Side"]'
    )
    text += '\n[[skills]]\nid = "a"\nname = "A"\n\n[[skills]]\nid = "b"\nname = "B"\n'
    definition = parse(text)
    assert problems_of(definition) == []
    settings = routing_settings(definition, 3, NOON_MS)
    [queue], [ann] = settings.queues, settings.agents
    assert queue == QueueSettings(
        queue=QueueId("mail"),
        medium=Medium.MAIL,
        requirement=Requirement("a and b"),
        target_ms=3_600_000,
        service_level_ms=3_600_000,
        offer_ms=20_000,
        misses_max=2,
    )
    assert ann.skills == (SkillLevel(SkillId("a"), 5), SkillLevel(SkillId("b"), 5))
    assert (ann.teams, ann.takes) == (("North Side",), Takes.MOST_URGENT)
    calls = routing_settings(everything(), 1, NOON_MS).queues[0]
    assert (calls.requirement, calls.back_offs) == ("repairs", BackOffs(declined_ms=5_000))


def test_in_the_sample_whoever_is_signed_in_alone_is_asked_in_the_end() -> None:
    settings = routing_settings(parse(sample_text()), 1, NOON_MS)
    for queue in settings.queues:
        last = steps(queue.requirement, queue.relaxation, (), ())[-1]
        assert all(is_met(parse_requirement(last.requirement), agent) for agent in settings.agents), queue.queue


def test_a_queue_names_hours_and_the_router_gets_those_as_instants_from_yesterday_on() -> None:
    settings = routing_settings(parse(HOURS), 1, NOON_MS)
    assert [queue.hours for queue in settings.queues] == ["office", "night"]
    office, night = settings.hours
    assert (office.hours, night.hours) == ("office", "night")
    thursday_ms = NOON_MS - 36 * 3_600_000
    assert office.open[0] == OpenInterval(thursday_ms + 8 * 3_600_000, thursday_ms + 12 * 3_600_000)
    # The night of Wednesday in New York, 22:00 to 06:00.
    assert night.open[0] == OpenInterval(thursday_ms + 3 * 3_600_000, thursday_ms + 11 * 3_600_000)
    assert settings == routing_settings(parse(HOURS), 1, NOON_MS + 12 * 3_600_000 - 1)
    assert settings != routing_settings(parse(HOURS), 1, NOON_MS + 12 * 3_600_000)


def test_hours_that_no_queue_names_are_none_of_the_router_s() -> None:
    text = HOURS.replace('target_s = 3600\nhours = "office"', "target_s = 3600")
    settings = routing_settings(parse(text), 1, NOON_MS)
    assert [queue.hours for queue in settings.queues] == [None, "night"]
    assert [hours.hours for hours in settings.hours] == ["night"]
