"""What is promised about presence, repeated inputs, a new definition, and an engine that dies."""

import pytest

from history.core import routing as facts
from history.core.routing_settings import AgentSettings, MediumCapacity
from history.core.vocabulary import AgentId, Medium, Outcome, OutcomeReason, Presence, SourceId
from router.core import inputs
from router.core.effects import RingAgent, ShowScreenPop
from tests.specs.center import Center, a_queue, an_agent

ANN = AgentId("ann")


@pytest.fixture
def center() -> Center:
    return Center(agents=(an_agent("ann"), an_agent("ben")))


def test_not_ready_needs_a_known_reason(center: Center) -> None:
    assert center.chooses("ann", Presence.NOT_READY).reason is OutcomeReason.REASON_MISSING
    assert center.chooses("ann", Presence.NOT_READY, "tea").reason is OutcomeReason.UNKNOWN_REASON
    assert center.chooses("ann", Presence.NOT_READY, "break").outcome is Outcome.ACCEPTED
    assert center.chooses("ann", Presence.NOT_READY, "lunch").outcome is Outcome.ACCEPTED
    assert center.chooses("nobody", Presence.READY).reason is OutcomeReason.UNKNOWN_AGENT


def test_choosing_the_same_again_is_ignored(center: Center) -> None:
    center.chooses("ann", Presence.READY)
    assert center.chooses("ann", Presence.READY).outcome is Outcome.IGNORED


def test_nobody_signs_out_with_work_in_hand(center: Center) -> None:
    center.signs_in("ann")
    center.arrives("chat")
    assert center.chooses("ann", Presence.SIGNED_OUT).reason is OutcomeReason.WORK_IN_HAND
    handling = center.answers("ann")
    center.ends("ann", handling)
    center.wraps_up("ann", handling)
    assert center.chooses("ann", Presence.SIGNED_OUT).outcome is Outcome.ACCEPTED


def test_news_of_unknown_agents_and_unchanged_phones_are_ignored(center: Center) -> None:
    ghost = AgentId("ghost")
    for news in (inputs.PhoneBusy, inputs.DesktopAttached, inputs.DesktopLost):
        assert center.tell(news, agent=ghost).reason is OutcomeReason.UNKNOWN_AGENT
    assert center.tell(inputs.PhoneFree, agent=ANN).reason is OutcomeReason.NO_CHANGE
    assert center.tell(inputs.DesktopLost, agent=ANN).reason is OutcomeReason.NO_CHANGE
    center.tell(inputs.DesktopAttached, agent=ANN)
    assert center.tell(inputs.DesktopAttached, agent=ANN).reason is OutcomeReason.NO_CHANGE


def test_a_repeated_input_gets_its_first_answer_and_changes_nothing(center: Center) -> None:
    given = inputs.AgentChosePresence(
        source=SourceId("tab"), source_epoch=1, source_number=1, agent=ANN, presence=Presence.NOT_READY
    )
    assert center.send(given).reason is OutcomeReason.REASON_MISSING
    before = len(center.journal)
    assert center.send(given).reason is OutcomeReason.REASON_MISSING
    assert len(center.journal) == before


def test_an_input_of_an_older_epoch_is_refused(center: Center) -> None:
    new = inputs.PhoneBusy(source=SourceId("switch"), source_epoch=2, source_number=1, agent=ANN)
    old = inputs.PhoneFree(source=SourceId("switch"), source_epoch=1, source_number=9, agent=ANN)
    center.send(new)
    assert center.send(old).reason is OutcomeReason.OLDER_EPOCH
    assert center.engine.state.agents[ANN].phone_busy


def test_an_answer_that_is_no_longer_kept_is_still_not_repeated(center: Center) -> None:
    for number in range(1, 20):
        center.send(inputs.PhoneBusy(source=SourceId("switch"), source_epoch=1, source_number=number, agent=ANN))
    first = inputs.PhoneFree(source=SourceId("switch"), source_epoch=1, source_number=1, agent=ANN)
    assert center.send(first).reason is OutcomeReason.ALREADY_HANDLED


def test_a_defect_is_remembered_and_answered_as_one(center: Center) -> None:
    given = inputs.PhoneBusy(source=SourceId("switch"), source_epoch=1, source_number=1, agent=ANN)
    aside = center.engine.set_aside(given, center.now_ms)
    assert aside.receipt.outcome is Outcome.DEFECT
    assert center.send(given).outcome is Outcome.DEFECT


def test_a_definition_that_takes_away_queues_or_agents_with_work_is_refused(center: Center) -> None:
    center.signs_in("ann")
    center.arrives("chat")
    no_chat = tuple(queue for queue in center.queues if queue.queue != "chat")
    assert center.apply_definition(queues=no_chat).reason is OutcomeReason.WORK_IN_HAND
    assert center.apply_definition(agents=(an_agent("ben"),)).reason is OutcomeReason.WORK_IN_HAND
    center.answers("ann")
    assert center.apply_definition(agents=(an_agent("ben"),)).reason is OutcomeReason.WORK_IN_HAND


def test_a_definition_may_add_and_remove_idle_agents(center: Center) -> None:
    assert center.apply_definition(agents=(an_agent("ben"), an_agent("carla"))).outcome is Outcome.ACCEPTED
    assert ANN not in center.engine.state.agents


def test_work_of_a_medium_taken_away_occupies_its_agent_wholly(center: Center) -> None:
    center.signs_in("ann")
    center.arrives("mail")
    center.answers("ann")
    voice_only = AgentSettings(
        agent=ANN,
        capacities=(MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),),
        switch=an_agent("ann").switch,
        phone=an_agent("ann").phone,
    )
    center.apply_definition(agents=(voice_only, an_agent("ben")))
    center.caller_arrives()
    center.expect_no_offer("ann")
    center.arrives("chat")
    center.expect_no_offer("ann")


def test_missed_offers_do_not_change_a_break(center: Center) -> None:
    center.signs_in("ann")
    center.caller_arrives()
    center.pop_is_shown("ann")
    center.chooses("ann", Presence.NOT_READY, "break")
    center.after(seconds=30)
    agent = center.engine.state.agents[ANN]
    assert agent.reason == "break" and agent.misses == 1


def test_after_a_recovery_what_is_due_is_released_again(center: Center) -> None:
    center.signs_in("ann")
    center.caller_arrives()
    offer = center.offer_of("ann")
    (pop,) = center.recovered().outstanding()
    assert isinstance(pop, ShowScreenPop) and pop.offer == offer
    center.pop_is_shown("ann")
    (ring,) = center.recovered().outstanding()
    assert isinstance(ring, RingAgent) and ring.offer == offer
    center.phone_rings("ann")
    assert center.recovered().outstanding() == ()


def test_a_recovered_engine_and_a_snapshot_equal_the_living_one(center: Center) -> None:
    center.signs_in("ann")
    center.signs_in("ben")
    caller = center.caller_arrives()
    center.takes("ann")
    center.arrives("chat")
    center.arrives("mail")
    center.after(seconds=25)
    center.customer_leaves(caller)
    for engine in (center.recovered(), center.from_snapshot()):
        for part in ("settings", "sources", "agents", "interactions", "offers", "handlings", "stops", "closed"):
            assert getattr(engine.state, part) == getattr(center.engine.state, part), part
        assert engine.outstanding() == center.engine.outstanding()


def test_an_agent_without_a_phone_gets_no_call() -> None:
    center = Center(agents=(an_agent("ann", phone=False),), queues=(a_queue("sales", Medium.VOICE),))
    center.signs_in("ann")
    center.caller_arrives()
    center.expect_no_offer("ann")


def test_after_a_recovery_time_brings_the_same_in_the_same_order() -> None:
    """A deadline that was put off (a call's, once it rings) is still on the heap of an engine that has folded its
    facts: it must not be taken in its old place when a lot is due at once."""
    center = Center(
        agents=(an_agent("ann"), an_agent("ben")),
        queues=(a_queue("sales", Medium.VOICE), a_queue("tasks", Medium.TASK)),
    )
    center.signs_in("ben")
    center.arrives("tasks")
    center.signs_in("ann")
    center.after(seconds=1)
    center.caller_arrives()
    center.pop_is_shown("ann")
    recovered = center.recovered()
    late_ms = center.now_ms + 60_000
    lived = center.engine.advance(late_ms).facts
    assert [fact.agent for fact in lived if isinstance(fact, facts.OfferExpired)] == ["ben", "ann"]
    assert recovered.advance(late_ms).facts == lived
