"""Which field of a refused input stands in the way: the reason says what is wrong, this says with what."""

from history.core.vocabulary import OutcomeReason as Why
from router.core.inputs import AnyInput

_FIELDS: dict[Why, tuple[str, ...]] = {
    Why.OLDER_EPOCH: ("source_epoch",),
    Why.UNKNOWN_AGENT: ("agent",),
    Why.UNKNOWN_QUEUE: ("settings", "to", "queue"),
    Why.UNKNOWN_REASON: ("reason",),
    Why.UNKNOWN_DISPOSITION: ("disposition",),
    Why.UNKNOWN_INTERACTION: ("interaction",),
    Why.UNKNOWN_OFFER: ("offer",),
    Why.UNKNOWN_HANDLING: ("handling",),
    Why.NOT_YOURS: ("agent",),
    Why.OFFER_ENDED: ("offer",),
    Why.OFFER_NOT_ACCEPTABLE_HERE: ("offer",),
    Why.HANDLING_ENDED: ("handling",),
    Why.STILL_TALKING: ("handling",),
    Why.DISPOSITION_MISSING: ("disposition",),
    Why.INTERACTION_CLOSED: ("interaction",),
    Why.WORK_IN_HAND: ("settings", "presence", "agent"),
    Why.REASON_MISSING: ("reason",),
    Why.REQUIREMENT_UNREADABLE: ("settings", "agents", "requirement"),
    Why.UNKNOWN_WORK: ("work",),
    Why.NOT_WAITING: ("interaction",),
    Why.OUT_OF_RANGE: ("settings", "priority", "until_ms"),
    Why.REASON_FULL: ("reason",),
    Why.NO_EXTENSION_LEFT: ("handling",),
    Why.WRONG_MEDIUM: ("to",),
    Why.NOT_SIGNED_IN: ("agent",),
    Why.NOBODY_FREE: ("agents",),
    Why.KEPT_FOR_OTHERS: ("agents",),
    Why.UNKNOWN_RESERVATION: ("reservation",),
    Why.NOT_LENT: ("agent",),
    Why.UNKNOWN_HOURS: ("settings",),
    Why.UNKNOWN_NUMBER: ("number",),
    Why.NO_EMERGENCY_ROUTE: ("queue", "number"),
    Why.NO_CALL: ("handling",),
    Why.ONE_TARGET: ("to_agent",),
    Why.YOURSELF: ("to_agent",),
    Why.NOBODY_COULD_SERVE: ("to_queue",),
    Why.QUEUE_CLOSED: ("to_queue",),
    Why.CONSULT_STANDS: ("act", "handling"),
    Why.NO_CONSULT: ("act",),
    Why.NOT_ANSWERED: ("act",),
    Why.PARTIES_FULL: ("handling",),
    Why.UNKNOWN_LEG: ("leg",),
    Why.LEG_OVER: ("leg",),
    Why.LEG_IS_LOST: ("handling",),
    Why.HELD_BY_PHONE: ("act",),
    Why.WORK_OF_A_CALL: ("kind", "work"),
    **{
        why: ("to_agent",)
        for why in (
            Why.NOT_READY,
            Why.CHANGE_PLANNED,
            Why.BACKED_OFF,
            Why.MEDIUM_NOT_TAKEN,
            Why.NO_PHONE,
            Why.PHONE_UNREACHABLE,
            Why.PHONE_BUSY,
            Why.HELD_FOR_ANOTHER,
            Why.LENT_ELSEWHERE,
            Why.OFFER_STANDS,
            Why.LIMIT_REACHED,
            Why.FULLY_LOADED,
            Why.RESERVED,
        )
    },
}
"""By reason: the field, the first one that the input has. Of a queue or a number the one that is given."""

_OF_TARGETS = {
    Why.UNKNOWN_AGENT,
    Why.UNKNOWN_QUEUE,
    Why.NOT_SIGNED_IN,
    Why.NOBODY_FREE,
    Why.KEPT_FOR_OTHERS,
    Why.WRONG_MEDIUM,
}
"""What is said of whom or what somebody wants to be connected with, if there is one."""
_TARGETS = ("to_queue", "to_agent")


def field_of(given: AnyInput, reason: Why | None) -> str | None:
    """Return the name of the field for which an input was refused for this reason."""
    known = [name for name in _FIELDS.get(reason, ()) if name in type(given).__struct_fields__] if reason else []
    target = next((name for name in _TARGETS if getattr(given, name, None) is not None), None)
    if target is not None and reason in _OF_TARGETS:
        return target
    if reason is Why.NO_EMERGENCY_ROUTE:
        known = [name for name in known if getattr(given, name) is not None]
    return known[0] if known else None
