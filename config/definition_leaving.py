"""What a definition says about leaving a queue without an agent: overflow, closing, emergency, destinations, words.

The text under each field is what docs/configuration.md says of it. What is wrong with it is `config/check_leaving.py`'s
matter, what it means to the router `config/translating_leaving.py`'s.
"""

from enum import StrEnum

from config.definition_parts import Natural, Part, Positive


class Destination(Part, frozen=True, kw_only=True):
    """A place outside the queues to which calls can be sent: voicemail, a mobile phone, another company. Its id is an
    extension of the context `switchroom-outside` in the switch's dialplan.
    """

    id: str
    name: str


class Announcement(Part, frozen=True, kw_only=True):
    """What customers are told before they leave a queue without an agent."""

    id: str
    name: str
    sound: str | None = None
    """For calls: the switch's name of the sound, without its ending. Example: `"custom/closed"`."""
    text: str | None = None
    """For chats. Example: `"We are open again tomorrow at eight."`."""


class Way(Part, frozen=True, kw_only=True):
    """Where customers go instead of waiting: `to` another queue of the same medium, with their arrival and their wait;
    or, calls only, to a `destination`; or to neither, after the `announcement`. Mail and tasks only go to queues.
    """

    to: str | None = None
    """Id of another queue."""
    destination: str | None = None
    """Id of one of the `[[destinations]]`."""
    announcement: str | None = None
    """Id of one of the `[[announcements]]`: they are told it first, or with neither of the others it is the end."""


class EmergencyWay(Way, frozen=True, kw_only=True):
    """Where all customers go while an emergency is declared: `to` another queue of the same medium, with their arrival
    and their wait; or, calls only, to a `destination`; or to neither, after the `announcement`. Supervisors declare it
    on the wallboard, or by a call with their PIN (see docs/leaving.md).
    """

    code: str | None = None
    """Digits that name it in a call, 6 at most; no call declares it without them. Example: `"11"`."""
    lasts_min: Positive = 60
    """For how many minutes a call declares it; 10080 (7 days) at most."""


class When(StrEnum):
    """When an overflow rule holds."""

    CLOSED = "closed"
    WAITED = "waited"
    LENGTH = "length"
    EXPECTED_WAIT = "expected_wait"
    NOBODY_READY = "nobody_ready"
    NOBODY_SIGNED_IN = "nobody_signed_in"


class OverflowRule(Way, frozen=True, kw_only=True):
    """When customers leave the queue, and for where: `to` another queue of the same medium, with their arrival and
    their wait; or, calls only, to a `destination`; or to neither, after the `announcement`. The first rule that holds
    counts; rules may not lead in a circle; 20 at most.
    """

    when: When
    """`closed`: who comes outside the queue's `hours`, and after `closing_s` who still waits. `waited`: after
    `after_s`. `length`: when `length` wait already as somebody arrives. `expected_wait`: when the wait that is expected
    as somebody arrives is `wait_s` or more; while it is unknown the rule does not hold. `nobody_signed_in`,
    `nobody_ready`: when of those who could serve it nobody is signed in, or ready, at the arrival or later."""
    after_s: Natural = 0
    """Only who has been in the queue for so many seconds. Example: `120`."""
    length: Positive | None = None
    """With `when = "length"` only. Example: `20`."""
    wait_s: Positive | None = None
    """With `when = "expected_wait"` only: the wait that half of those who are told it do not reach. Example: `300`."""
