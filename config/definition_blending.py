"""What a definition says about sharing agents between inbound, outbound and deferred work.

The text under each field is what docs/configuration.md says of it; docs/blending.md explains the rules together.
"""

from typing import Annotated

import msgspec

from config.definition_parts import Natural, Part, Percent, Positive
from history.core.vocabulary import LentWhen

Minutes = Annotated[int, msgspec.Meta(ge=1, le=120)]


class Reserve(Part, frozen=True, kw_only=True):
    """Idle agents who are kept for some queues: of these `agents` the last `keep` who have nothing in hand are offered
    nothing else. 100 rules of each kind at most.
    """

    id: str
    agents: str
    """Expression of whom it is about, as in `requires` of a queue. Example: `"team:blue and french"`."""
    queues: tuple[str, ...]
    """Ids of the queues that they are kept for. Example: `["sales"]`."""
    keep: Positive
    """So many of them have to be idle, or nobody of them is offered work of other queues. Example: `2`."""


class Lending(Part, frozen=True, kw_only=True):
    """Agents who help out in another queue while it is short of them. One agent at a time is lent, ten seconds apart;
    what they have in hand stays theirs. Who has gone back is not lent again by a rule for 15 minutes.
    """

    id: str
    agents: str
    """Expression of who may be lent, as in `requires` of a queue. Example: `"team:back_office"`."""
    to: str
    """Id of the queue that they help in, whatever it asks."""
    when: LentWhen
    """`longest_wait`: how long waits who waits longest of those who are next. `expected_wait`: what somebody who came
    now would be told, for queues of calls and chats; while it is unknown nothing happens. `service_level`: that of the
    queue over the last `window_min` minutes."""
    above_s: Positive | None = None
    """With either wait: from so many seconds on agents are lent. Example: `60`."""
    back_s: Natural | None = None
    """With either wait: up to so many seconds they go back; less than `above_s`. Example: `10`."""
    below_percent: Percent | None = None
    """With `service_level`: below so many percent agents are lent. Example: `75`."""
    back_percent: Percent | None = None
    """With `service_level`: from so many percent on they go back; more than `below_percent`. Example: `85`."""
    window_min: Minutes | None = None
    """With `service_level`: 15, if not given."""
    stay_min: Minutes = 15
    """Nobody goes back sooner."""
    agents_max: Positive
    """So many are lent at once by this rule. Example: `4`."""
    only: bool = False
    """Whether they are offered nothing else meanwhile."""


class Share(Part, frozen=True, kw_only=True):
    """How the time at work of some agents is to be divided between queues, over the last half hour. Who becomes free
    takes first from the queue that is furthest below its share; nobody is kept idle for it.
    """

    id: str
    agents: str
    """Expression of whom it is about, as in `requires` of a queue. Example: `"team:blue"`."""
    queues: dict[str, int]
    """Percent by id of a queue, 100 in all. Example: `{ sales = 60, letters = 40 }`."""


class Floor(Part, frozen=True, kw_only=True):
    """So many of some agents are at work for deferred or outbound work while there is any, however much else waits: who
    becomes free takes it first, and they are offered nothing of other queues beside it.
    """

    id: str
    agents: str = "anyone"
    """Expression of whom it is about, as in `requires` of a queue. Example: `"team:blue"`."""
    queues: tuple[str, ...]
    """Ids of the queues whose work goes on. Example: `["letters"]`."""
    agents_min: Positive
    """Example: `3`."""
