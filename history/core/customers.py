"""Facts of the streams `customer/<id>`, `definition` and `access`: customers, versions, acts."""

from enum import StrEnum

from history.core.entries import Fact
from history.core.vocabulary import ContentId, CustomerId, DigestHex, IdentityId, Role, SessionId, Trust, UserId


class IdentityKind(StrEnum):
    PHONE = "phone"  # E.164
    MAIL = "mail"  # normalised address
    CHAT = "chat"  # visitor id signed by the site's owner
    EXTERNAL = "external"  # id in another system


class CustomerCreated(Fact, frozen=True, kw_only=True, omit_defaults=True):
    customer: CustomerId
    name: ContentId | None = None


class IdentityLinked(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """From here on this key means this customer. The key itself is a content."""

    customer: CustomerId
    identity: IdentityId
    kind: IdentityKind
    key: ContentId
    trust: Trust


class DefinitionStored(Fact, frozen=True, kw_only=True):
    """A version of the definition; its text stands in the table `definitions`."""

    definition_version: int
    digest: DigestHex


class Act(StrEnum):
    """Privileged and security-relevant acts, each audited."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    TOKEN_MADE = "token_made"
    DENIED = "denied"
    DEFINITION_APPLIED = "definition_applied"
    CUSTOMER_VIEWED = "customer_viewed"
    TASK_MADE = "task_made"
    # what supervisors do to other people's presence and wrap-ups, and to waiting work
    PRESENCE_FORCED = "presence_forced"
    AGENT_LENT = "agent_lent"
    AGENT_RECALLED = "agent_recalled"
    LENDING_KEPT = "lending_kept"
    WRAP_UP_CLOSED = "wrap_up_closed"
    WORK_PRIORITISED = "work_prioritised"
    WORK_MOVED = "work_moved"
    WORK_PARKED = "work_parked"
    WORK_RESUMED = "work_resumed"
    WORK_GIVEN = "work_given"
    OFFER_EXPLAINED = "offer_explained"
    """Somebody looked why an agent was offered work, and why others were not."""
    EMERGENCY_DECLARED = "emergency_declared"
    EMERGENCY_LIFTED = "emergency_lifted"


class Accessed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """One row of the audit log."""

    act: Act
    user: UserId | None = None
    session: SessionId | None = None
    role: Role | None = None
    customer: CustomerId | None = None
    subject: ContentId | None = None
    """What was asked for, where it is no id (a refused user name, a denied path)."""
    address: ContentId | None = None


CUSTOMER_FACTS: tuple[type[Fact], ...] = (CustomerCreated, IdentityLinked, DefinitionStored, Accessed)
