"""The definition in each room's own words. Secrets are looked up here and nowhere else."""

from collections.abc import Callable
from pathlib import Path

from agent_desktop.core.parts import PhoneKind
from agent_desktop.core.settings import CenterSettings, PhoneSettings, QueueShown, UserSettings
from channels.mail.settings import MailboxSettings, ServerSettings
from channels.voice import VoiceSettings
from channels.webchat.settings import SiteSettings
from config import hours
from config.blending import blending_settings
from config.definition import Definition, Mailbox, MailServer, Switch, User
from config.definition_routing import BackOff, Queue
from config.errors import BadSetting
from config.settings import Secrets
from config.translating_leaving import (
    announcement_sounds,
    called,
    emergency_places,
    emergency_settings,
    numbers,
    overflow,
    route,
)
from history.core.routing_settings import (
    ANYONE,
    AgentSettings,
    BackOffs,
    Hours,
    MediumCapacity,
    QueueSettings,
    ReasonLimits,
    RelaxationStep,
    RoutingSettings,
    SkillLevel,
)
from history.core.vocabulary import (
    AgentId,
    DestinationId,
    DispositionId,
    HoursId,
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
from router.core.requirements import every_requirement, skills_requirement

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


def routing_settings(definition: Definition, version: int, now_ms: int) -> RoutingSettings:
    """Agents in the order of their ids; queues and hours in the file's. Hours that a queue names are expanded for 400
    days from the beginning of yesterday (UTC), so that within a day the same definition gives the same settings.

    Raises:
        BadHours, router.errors.BadRequirement: hours or an expression cannot be read; `config/check.py` tells where.
    """
    agents = sorted((user for user in definition.users if user.is_agent), key=lambda user: user.id)
    return RoutingSettings(
        definition_version=version,
        agents=tuple(agent_settings(definition, user) for user in agents),
        queues=tuple(queue_settings(queue) for queue in definition.queues),
        reasons=tuple(ReasonCode(reason.id) for reason in definition.reasons),
        dispositions=tuple(DispositionId(disposition.id) for disposition in definition.dispositions),
        numbers=numbers(definition),
        reason_limits=tuple(
            ReasonLimits(
                reason=ReasonCode(reason.id),
                lasts_ms=None if reason.lasts_min is None else reason.lasts_min * 60_000,
                agents_max=reason.agents_max,
            )
            for reason in definition.reasons
            if reason.lasts_min is not None or reason.agents_max is not None
        ),
        hours=tuple(
            Hours(
                hours=HoursId(each.id),
                open=hours.expanded(hours.plan(each, definition.center.zone), hours.first_ms(now_ms)),
            )
            for each in definition.hours
            if any(queue.hours == each.id for queue in definition.queues)
        ),
        **blending_settings(definition),
    )


def agent_settings(definition: Definition, user: User) -> AgentSettings:
    capacities = definition.capacity_of(user)
    return AgentSettings(
        agent=AgentId(user.id),
        skills=_levels(user.levels),
        teams=tuple(TeamId(team) for team in user.teams),
        takes=user.takes,
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


def _levels(levels: dict[str, int]) -> tuple[SkillLevel, ...]:
    return tuple(SkillLevel(SkillId(skill), level) for skill, level in sorted(levels.items()))


def queue_settings(queue: Queue) -> QueueSettings:
    """Return what a queue means to the router.

    Raises:
        router.errors.BadRequirement: an expression of the queue cannot be read.
    """
    return QueueSettings(
        queue=QueueId(queue.id),
        medium=queue.medium,
        requirement=every_requirement(
            skills_requirement(SkillId(skill) for skill in queue.skills),
            ANYONE if queue.requires is None else queue.requires,
        ),
        relaxation=tuple(
            RelaxationStep(
                after_ms=step.after_s * 1000,
                drop=tuple(SkillId(skill) for skill in step.drop),
                lower=_levels(step.lower),
                widen=None if step.widen is None else every_requirement(step.widen),
            )
            for step in queue.relaxation
        ),
        preferred_ms=tuple(preferred_s * 1000 for preferred_s in queue.preferred_s),
        choice=queue.choice,
        weights=_levels(queue.weights),
        target_ms=queue.target_s * 1000,
        priority_step_ms=queue.priority_step_s * 1000,
        value_step_ms=round(queue.value_step_s * 1000),
        moved_max_ms=queue.moved_max_s * 1000,
        age_percent=round(queue.age_factor * 100),
        age_max_ms=queue.age_max_s * 1000,
        back_offs=_back_offs(queue.back_off, queue.medium),
        offer_ms=queue.offer_s * 1000,
        misses_max=queue.misses_max or (1 if queue.medium is Medium.VOICE else 2),
        short_abandon_ms=queue.short_abandon_s * 1000,
        hours=None if queue.hours is None else HoursId(queue.hours),
        closing_ms=None if queue.closing_s is None else queue.closing_s * 1000,
        emergency=None if queue.emergency is None else route(queue.emergency),
        overflow=tuple(overflow(rule) for rule in queue.overflow),
        again_ms=queue.again_s * 1000,
        service_level_ms=(queue.service_level_s or queue.target_s) * 1000,
        wrap_up=queue.wrap_up,
        wrap_up_ms=queue.wrap_up_s * 1000,
        extension_ms=queue.extension_s * 1000,
        extensions_max=queue.extensions_max,
        disposition_required=queue.disposition_required,
    )


def _back_offs(given: BackOff, medium: Medium) -> BackOffs:
    def ms(given_s: int | None, otherwise_s: int) -> int:
        return (otherwise_s if given_s is None else given_s) * 1000

    return BackOffs(
        declined_ms=ms(given.declined_s, 5 if medium is Medium.VOICE else 0),
        busy_ms=ms(given.busy_s, 5),
        no_answer_ms=given.no_answer_s * 1000,
        failed_ms=ms(given.failed_s, 2),
        unreachable_ms=None if given.unreachable_s is None else given.unreachable_s * 1000,
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
        destinations=tuple((DestinationId(place.id), place.name) for place in definition.destinations),
        rehearsal=definition.is_rehearsal,
        emergency_places=emergency_places(definition),
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


def voice_settings(
    definition: Definition, switch: Switch, optional_secret: Callable[[str, str], str | None]
) -> VoiceSettings:
    voice_queues = [queue.id for queue in definition.queues if queue.medium is Medium.VOICE]
    return VoiceSettings(
        switch=SwitchName(switch.id),
        numbers={number.number: QueueId(number.queue) for number in definition.numbers},
        called=dict(pair for number in definition.numbers if (pair := called(number)) is not None),
        sounds=announcement_sounds(definition),
        emergency=emergency_settings(definition, optional_secret),
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
