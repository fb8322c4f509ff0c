"""The center of the random walks: a queue, a rule or a limit for everything that a definition can say of routing."""

from history.core.routing_blending import Floor, Lending, QueueShare, Reserve, Share
from history.core.routing_settings import (
    ANYONE,
    BackOffs,
    Hours,
    NumberSettings,
    OpenInterval,
    Overflow,
    ReasonLimits,
    RelaxationStep,
    Route,
    SkillLevel,
)
from history.core.vocabulary import (
    AgentChoice,
    AnnouncementId,
    DestinationId,
    HoursId,
    LentWhen,
    Medium,
    MovedBecause,
    NumberId,
    QueueId,
    ReasonCode,
    Requirement,
    RuleId,
    SkillId,
    WrapUp,
)
from tests.specs.center import a_queue

FRENCH = SkillId("french")
QUEUES = (
    a_queue(
        "sales",
        Medium.VOICE,
        relaxation=(
            RelaxationStep(after_ms=5_000, widen=Requirement("team:night")),
            RelaxationStep(after_ms=10_000, widen=Requirement("anyone")),
        ),
        requires="french >= 4",
        preferred_ms=(4_000, 2_000),
        choice=AgentChoice.BEST_SKILL,
        back_offs=BackOffs(declined_ms=5_000, no_answer_ms=3_000, unreachable_ms=4_000),
        misses_max=2,
        again_ms=60_000,
        overflow=(
            Overflow(when=MovedBecause.LENGTH, to=QueueId("service"), length=4),
            Overflow(when=MovedBecause.WAITED, to=QueueId("service"), after_ms=90_000),
        ),
    ),
    a_queue(
        "service",
        Medium.VOICE,
        "repairs",
        overflow=(Overflow(when=MovedBecause.NOBODY_READY, to=QueueId("sales"), after_ms=3_000),),
        wrap_up=WrapUp.OPTIONAL,
        wrap_up_ms=9_000,
        choice=AgentChoice.ROUND_ROBIN,
        age_percent=200,
        age_max_ms=60_000,
    ),
    a_queue(
        "office",
        Medium.VOICE,
        hours=HoursId("now_and_then"),
        closing_ms=10_000,
        overflow=(Overflow(when=MovedBecause.CLOSED, destination=DestinationId("voicemail")),),
        emergency=Route(to=QueueId("service")),
    ),
    a_queue("mail", Medium.MAIL, target_s=3600, choice=AgentChoice.LEAST_SKILLED, priority_step_ms=600_000),
    a_queue(
        "late_mail",
        Medium.MAIL,
        target_s=5,
        wrap_up=WrapUp.NONE,
        choice=AgentChoice.LEAST_OCCUPIED,
        moved_max_ms=10_000,
    ),
    a_queue(
        "chat",
        Medium.CHAT,
        target_s=1,
        misses_max=2,
        back_offs=BackOffs(declined_ms=2_000),
        wrap_up=WrapUp.TIMED,
        emergency=Route(announcement=AnnouncementId("alarm")),
        wrap_up_ms=20_000,
        extension_ms=10_000,
        extensions_max=2,
    ),
    a_queue("tasks", Medium.TASK, target_s=30, choice=AgentChoice.WEIGHTED, weights=(SkillLevel(FRENCH, 3),)),
)

OPEN_MS, SHUT_MS = 40_000, 25_000
HOURS = Hours(
    hours=HoursId("now_and_then"),
    open=tuple(
        OpenInterval(1_000_000 + n * (OPEN_MS + SHUT_MS), 1_000_000 + n * (OPEN_MS + SHUT_MS) + OPEN_MS)
        for n in range(40)
    ),
)
HOTLINE = NumberId("hotline")
NUMBERS = (NumberSettings(number=HOTLINE, emergency=Route(destination=DestinationId("mobile"))),)
RESERVES = (
    Reserve(rule=RuleId("calm"), agents=ANYONE, queues=(QueueId("sales"), QueueId("chat")), keep=1),
    Reserve(rule=RuleId("at_night"), agents=Requirement("team:night"), queues=(QueueId("service"),), keep=1),
)
SHARES = (
    Share(
        rule=RuleId("time"),
        agents=ANYONE,
        queues=(QueueShare(QueueId("mail"), 30), QueueShare(QueueId("chat"), 50), QueueShare(QueueId("sales"), 20)),
    ),
)
FLOORS = (Floor(rule=RuleId("letters"), agents=ANYONE, queues=(QueueId("mail"), QueueId("late_mail")), agents_min=2),)
LENDING = (
    Lending(
        rule=RuleId("repairs_wait"),
        agents=ANYONE,
        to=QueueId("service"),
        when=LentWhen.LONGEST_WAIT,
        lend_at=12_000,
        back_at=2_000,
        stay_ms=20_000,
        agents_max=2,
    ),
    Lending(
        rule=RuleId("chats_will_wait"),
        agents=ANYONE,
        to=QueueId("chat"),
        when=LentWhen.EXPECTED_WAIT,
        lend_at=5_000,
        back_at=1_000,
        stay_ms=10_000,
        agents_max=1,
    ),
    Lending(
        rule=RuleId("sales_are_late"),
        agents=Requirement("not team:night"),
        to=QueueId("sales"),
        when=LentWhen.SERVICE_LEVEL,
        lend_at=60,
        back_at=70,
        window_ms=120_000,
        stay_ms=30_000,
        agents_max=1,
        only=True,
    ),
)
LIMITS = (ReasonLimits(reason=ReasonCode("break"), lasts_ms=8_000, agents_max=3),)
