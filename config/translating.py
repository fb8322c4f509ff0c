"""The definition in each room's own words. Secrets are looked up here and nowhere else."""

from collections.abc import Callable
from pathlib import Path

from agent_desktop.core.parts import PhoneKind
from agent_desktop.core.settings import CenterSettings, PhoneSettings, QueueShown, UserSettings
from channels.mail.settings import MailboxSettings, ServerSettings
from channels.voice import VoiceSettings
from channels.webchat.settings import SiteSettings
from config.definition import Definition, Mailbox, MailServer, Queue, Switch, User
from config.errors import BadSetting
from config.settings import Secrets
from history.core.routing_settings import (
    AgentSettings,
    BackOffs,
    MediumCapacity,
    QueueSettings,
    RoutingSettings,
    SkillLevel,
)
from history.core.vocabulary import (
    AgentId,
    DispositionId,
    MailboxId,
    Medium,
    PhoneName,
    QueueId,
    ReasonCode,
    SiteId,
    SkillId,
    SwitchName,
    TeamId,
    UserId,
)
from router.core.requirements import skills_requirement

LEVEL_WITHOUT = 5
"""A skill that is written without a level: the middle of 1 to 10."""

Secret = Callable[[str, str], str]
"""(kind, id) -> the secret, or a BadSetting that names the environment variable."""


def missing_settings(definition: Definition, secrets: Secrets, *, rehearsing: bool) -> list[str]:
    """What this definition needs of its surroundings and does not find, one sentence each: a start with it would fail.

    `rehearsing` says that a rehearsal switch runs beside the engine.
    """
    found = []
    wanted = [("ami", switch.id) for switch in definition.switches if switch.kind != "rehearsal"]
    for box in definition.mailboxes:
        if any(server is not None and server.username for server in (box.imap, box.smtp)):
            wanted.append(("mail", box.id))
    wanted += [("phone", user.phone.name) for user in definition.users if user.phone and user.phone.kind == "softphone"]
    for kind, id_ in wanted:
        try:
            secrets.required(kind, id_)
        except BadSetting as error:
            found.append(str(error))
    for box in definition.mailboxes:
        for key, server in (("imap", box.imap), ("smtp", box.smtp)):
            if server is not None and server.certificate_file and not Path(server.certificate_file).is_file():
                found.append(
                    f"mailboxes, {box.id!r}, {key}, certificate_file: there is no file {server.certificate_file}; "
                    "correct the path."
                )
    found += [
        NOT_REHEARSING.format(id=switch.id)
        for switch in definition.switches
        if switch.kind == "rehearsal" and not rehearsing
    ]
    return found


NOT_REHEARSING = (
    'switches, {id!r}: is a rehearsal switch; start with switchroom serve --rehearsal, or give it kind = "asterisk".'
)


def routing_settings(definition: Definition, version: int) -> RoutingSettings:
    """Agents in the order of their ids; queues in the file's."""
    agents = sorted((user for user in definition.users if user.is_agent), key=lambda user: user.id)
    return RoutingSettings(
        definition_version=version,
        agents=tuple(_agent(definition, user) for user in agents),
        queues=tuple(_queue(queue) for queue in definition.queues),
        reasons=tuple(ReasonCode(reason.id) for reason in definition.reasons),
        dispositions=tuple(DispositionId(disposition.id) for disposition in definition.dispositions),
    )


def _agent(definition: Definition, user: User) -> AgentSettings:
    capacities = definition.capacity_of(user)
    return AgentSettings(
        agent=AgentId(user.id),
        skills=tuple(SkillLevel(SkillId(skill), LEVEL_WITHOUT) for skill in sorted(user.skills)),
        teams=tuple(TeamId(team) for team in user.teams),
        capacities=tuple(
            MediumCapacity(
                medium=medium,
                weight=capacities[medium].weight,
                limit=capacities[medium].limit,
                interruptible=capacities[medium].interruptible,
            )
            for medium in Medium
            if medium in capacities
        ),
        switch=None if user.phone is None else SwitchName(user.phone.switch),
        phone=None if user.phone is None else PhoneName(user.phone.name),
    )


def _queue(queue: Queue) -> QueueSettings:
    voice = queue.medium is Medium.VOICE
    return QueueSettings(
        queue=QueueId(queue.id),
        medium=queue.medium,
        requirement=skills_requirement(SkillId(skill) for skill in queue.skills),
        target_ms=queue.target_s * 1000,
        offer_ms=queue.offer_s * 1000,
        misses_max=queue.misses_max or (1 if voice else 2),
        short_abandon_ms=queue.short_abandon_s * 1000,
        service_level_ms=(queue.service_level_s or queue.target_s) * 1000,
        wrap_up_ms=queue.wrap_up_s * 1000,
        disposition_required=queue.disposition_required,
        back_offs=BackOffs(declined_ms=5_000 if voice else 0),
    )


def center_settings(definition: Definition, secret: Secret) -> CenterSettings:
    return CenterSettings(
        name=definition.center.name,
        zone=definition.center.zone,
        media=definition.media,
        users=tuple(_user(definition, user, secret) for user in definition.users),
        queues=tuple(
            QueueShown(QueueId(queue.id), queue.name, queue.medium, queue.service_level_percent)
            for queue in definition.queues
        ),
        reasons=tuple((ReasonCode(reason.id), reason.name) for reason in definition.reasons),
        dispositions=tuple((DispositionId(given.id), given.name) for given in definition.dispositions),
        rehearsal=definition.is_rehearsal,
        mailboxes=tuple(
            (MailboxId(box.id), (box.address, *(other.lower() for other in box.other_addresses)))
            for box in definition.mailboxes
        ),
    )


def _user(definition: Definition, user: User, secret: Secret) -> UserSettings:
    return UserSettings(
        user=UserId(user.id),
        name=user.name,
        role=user.role,
        teams=frozenset(TeamId(team) for team in user.teams),
        is_agent=user.is_agent,
        phone=_phone(definition, user, secret),
    )


def _phone(definition: Definition, user: User, secret: Secret) -> PhoneSettings:
    if user.phone is None:
        return PhoneSettings()
    if user.phone.kind != "softphone":
        return PhoneSettings(kind=PhoneKind(user.phone.kind))
    switch = next(switch for switch in definition.switches if switch.id == user.phone.switch)
    return PhoneSettings(
        kind=PhoneKind.SOFTPHONE,
        ws_url=switch.websocket_url,
        sip_uri=f"sip:{user.phone.name}@{switch.sip_domain or switch.host}",
        password=secret("phone", user.phone.name),
    )


def voice_settings(definition: Definition, switch: Switch) -> VoiceSettings:
    voice_queues = [queue.id for queue in definition.queues if queue.medium is Medium.VOICE]
    return VoiceSettings(
        switch=SwitchName(switch.id),
        numbers={number.number: QueueId(number.queue) for number in definition.numbers},
        other_numbers=QueueId(switch.other_numbers or voice_queues[0]),
        phones={
            PhoneName(user.phone.name): AgentId(user.id)
            for user in definition.users
            if user.is_agent and user.phone is not None and user.phone.switch == switch.id
        },
        phone_region=definition.center.phone_region,
    )


def mailbox_settings(mailbox: Mailbox, secret: Secret) -> MailboxSettings:
    servers = [server for server in (mailbox.imap, mailbox.smtp) if server is not None]
    password = secret("mail", mailbox.id) if any(server.username for server in servers) else ""
    return MailboxSettings(
        id=MailboxId(mailbox.id),
        address=mailbox.address,
        queue=QueueId(mailbox.queue),
        imap=_server(mailbox.imap, password),
        smtp=_server(mailbox.smtp, password),
        folder=mailbox.folder,
        from_name=mailbox.from_name,
        other_addresses=mailbox.other_addresses,
    )


def _server(server: MailServer | None, password: str) -> ServerSettings:
    if server is None:
        return ServerSettings(host="the rehearsal folder", port=0)
    return ServerSettings(
        host=server.host,
        port=server.port,
        username=server.username,
        password=password if server.username else "",
        tls=server.tls,
        starttls=server.starttls,
        certificate_file=server.certificate_file,
    )


def site_settings(
    definition: Definition, optional_secret: Callable[[str, str], str | None]
) -> tuple[SiteSettings, ...]:
    return tuple(
        SiteSettings(
            site=SiteId(site.id),
            title=site.title,
            queue=QueueId(site.queue),
            origins=site.origins,
            identity_secret=optional_secret("site", site.id),
            greeting=site.greeting,
            colour=site.colour,
            away_ms=site.away_s * 1000,
        )
        for site in definition.sites
    )
