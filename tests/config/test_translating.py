"""The definition in each room's own words, and what it needs of its surroundings."""

from pathlib import Path

import msgspec
import pytest

from agent_desktop.core.parts import PhoneKind
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
from history.core.vocabulary import Medium
from tests.config.samples import EVERYTHING, ONLY_MAIL, everything, sample_text

SECRETS = {
    "SWITCHROOM_AMI_SECRET": "a",
    "SWITCHROOM_MAIL_SECRET_HELLO": "m",
    "SWITCHROOM_PHONE_SECRET_ANN": "p",
    "SWITCHROOM_SITE_SECRET_SHOP": "s",
}


def secret(kind: str, id_: str) -> str:
    return f"{kind}:{id_}"


def test_the_router_gets_milliseconds_defaults_and_agents_in_the_order_of_their_ids() -> None:
    settings = routing_settings(parse(sample_text()), 7)
    assert settings.definition_version == 7
    assert [agent.agent for agent in settings.agents] == ["ann", "ben", "carla"]
    sales, _, mail, *_ = settings.queues
    assert (sales.target_ms, sales.service_level_ms, sales.misses_max, sales.offer_ms) == (20_000, 20_000, 1, 20_000)
    assert (mail.misses_max, mail.offer_ms) == (2, 60_000)
    everything_sales = routing_settings(everything(), 1).queues[0]
    assert (everything_sales.service_level_ms, everything_sales.misses_max) == (30_000, 2)
    assert (everything_sales.wrap_up_ms, everything_sales.short_abandon_ms) == (45_000, 3_000)


def test_who_takes_no_work_is_no_agent_of_the_router_and_has_no_phone_there() -> None:
    definition = parse(EVERYTHING.replace("takes_work = true", "takes_work = false"))
    assert routing_settings(definition, 1).agents == ()
    assert voice_settings(definition, definition.switches[0]).phones == {}


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
    settings = voice_settings(definition, definition.switches[0])
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
