"""Matching: the most urgent interaction that somebody free can take is offered to the agent that the policy picks.

The heads of all work classes are looked at in the order of their due times (arrival + target), then arrival, then id;
only a head can be next in its class, unless somebody has declined it: then those behind it are looked at too. A class
that nobody available can serve is passed over and keeps its order.
"""

from history.core import routing as facts
from history.core.routing_records import InteractionRecord
from history.core.vocabulary import Medium, OfferId
from router.core.decision import Deciding
from router.core.selection import Choice, choose


def next_offer(deciding: Deciding) -> bool:
    """Add the facts of one offer, or return False when nobody who waits can be served now."""
    state = deciding.state
    heads = [head for work_class in list(state.waiting) for head in state.heads(work_class)]
    heads.sort(key=lambda head: (head.due_ms, head.arrived_ms, head.interaction))
    for head in heads:
        choice = choose(state, head, deciding.now_ms)
        if choice is not None:
            _offer(deciding, head, choice)
            return True
    return False


def _offer(deciding: Deciding, head: InteractionRecord, choice: Choice) -> None:
    state = deciding.state
    queue = state.queue_settings[head.queue]
    desktop = state.agents[choice.winner.agent].desktop
    voice_wait_ms = state.settings.pop_wait_ms if desktop else 0
    deciding.add(
        facts.OfferMade(
            offer=OfferId(f"o{state.offers_made + 1}"),
            interaction=head.interaction,
            visit=head.visit,
            queue=head.queue,
            medium=head.medium,
            agent=choice.winner.agent,
            waited_ms=max(0, deciding.now_ms - head.queued_ms),
            expires_at_ms=deciding.now_ms + (voice_wait_ms if head.medium is Medium.VOICE else queue.offer_ms),
            idle_ms=choice.idle_ms,
            candidates=choice.candidates,
            runner_up=None if choice.runner_up is None else choice.runner_up.agent,
            runner_up_idle_ms=choice.runner_up_idle_ms,
        )
    )
