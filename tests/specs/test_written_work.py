"""What is promised about chats, mails and tasks: the same queue, the same router."""

import pytest

from history.core import routing as facts
from history.core.vocabulary import (
    AgentId,
    CustomerId,
    HandlingId,
    InteractionId,
    LegFailure,
    Medium,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
)
from router.core import inputs
from tests.specs.center import Center, an_agent, closed_as


@pytest.fixture
def center() -> Center:
    center = Center(agents=(an_agent("ann"), an_agent("ben")))
    center.signs_in("ann")
    return center


def test_a_chat_is_accepted_on_the_desktop_and_ended_by_the_agent(center: Center) -> None:
    chat = center.arrives("chat")
    handling = center.answers("ann")
    assert center.ends("ann", handling).outcome is Outcome.ACCEPTED
    center.wraps_up("ann", handling)
    assert closed_as(center, chat) == "handled"


def test_a_visitor_who_leaves_ends_the_agents_part(center: Center) -> None:
    chat = center.arrives("chat")
    handling = center.answers("ann")
    center.customer_leaves(chat)
    assert center.ends("ann", handling).reason is OutcomeReason.HANDLING_ENDED
    center.wraps_up("ann", handling)
    assert closed_as(center, chat) == "handled"


def test_a_missed_chat_keeps_its_place_and_the_second_miss_makes_the_agent_not_ready(center: Center) -> None:
    chat = center.arrives("chat")
    center.after(seconds=20)
    center.expect_offer("ann", chat)
    assert center.presence_of("ann") is Presence.READY
    center.after(seconds=20)
    assert center.presence_of("ann") is Presence.NOT_READY
    center.expect_no_offer("ann")


def test_an_answer_forgets_earlier_misses(center: Center) -> None:
    center.arrives("chat")
    center.after(seconds=20)
    center.answers("ann")
    assert center.engine.state.agents[AgentId("ann")].misses == 0


def test_a_declined_chat_goes_to_somebody_else(center: Center) -> None:
    center.after(seconds=1)
    center.signs_in("ben")
    chat = center.arrives("chat")
    offer = center.offer_of("ann")
    declined = center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ann"), offer=offer)
    assert declined.outcome is Outcome.ACCEPTED
    center.expect_offer("ben", chat)
    again = center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ann"), offer=offer)
    assert again.reason is OutcomeReason.OFFER_ENDED


def test_what_an_agent_declined_comes_back_to_them_after_a_while_only(center: Center) -> None:
    declined = center.arrives("chat")
    center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ann"), offer=center.offer_of("ann"))
    center.expect_no_offer("ann")
    other = center.arrives("chat")
    center.expect_offer("ann", other)
    center.answers("ann")
    center.expect_no_offer("ann")
    center.after(seconds=30)
    center.expect_offer("ann", declined)


def test_a_declined_call_is_left_alone_for_a_while_and_so_is_the_phone_for_a_moment(center: Center) -> None:
    declined = center.caller_arrives()
    center.pop_is_shown("ann")
    center.phone_fails("ann", LegFailure.DECLINED)
    other = center.caller_arrives()
    center.expect_no_offer("ann")
    center.after(seconds=5)
    center.expect_offer("ann", other)
    center.signs_in("ben")
    center.expect_offer("ben", declined)


def test_two_chats_at_once_and_no_third(center: Center) -> None:
    center.arrives("chat")
    center.answers("ann")
    center.arrives("chat")
    center.answers("ann")
    third = center.arrives("chat")
    center.expect_no_offer("ann")
    assert center.engine.state.interactions[third].offer is None


def test_a_call_finds_an_agent_who_answers_mail(center: Center) -> None:
    center.arrives("mail")
    center.answers("ann")
    caller = center.caller_arrives()
    center.expect_offer("ann", caller)


def test_no_mail_is_offered_during_a_call(center: Center) -> None:
    center.caller_arrives()
    center.takes("ann")
    center.arrives("mail")
    center.expect_no_offer("ann")


def test_no_call_is_offered_during_a_chat(center: Center) -> None:
    center.arrives("chat")
    center.answers("ann")
    center.caller_arrives()
    center.expect_no_offer("ann")


def test_an_agent_is_asked_one_thing_at_a_time_but_a_call_passes_an_offered_mail(center: Center) -> None:
    first = center.arrives("mail")
    center.arrives("mail")
    center.expect_offer("ann", first)
    caller = center.caller_arrives()
    offered = [center.engine.state.offers[offer].interaction for offer in center.offers_of("ann")]
    assert offered == [first, caller]


def test_written_work_needs_a_desktop() -> None:
    center = Center(agents=(an_agent("ann"),))
    center.signs_in("ann", desktop=False)
    chat = center.arrives("chat")
    center.expect_no_offer("ann")
    center.tell(inputs.DesktopAttached, agent=AgentId("ann"))
    center.expect_offer("ann", chat)


def test_the_most_urgent_work_goes_first_over_all_media(center: Center) -> None:
    center.chooses("ann", Presence.NOT_READY, "break")
    center.arrives("mail")
    task = center.arrives("tasks", due_ms=center.now_ms + 1000)
    center.after(seconds=1)
    center.chooses("ann", Presence.READY)
    first = center.journal[-3:]
    offered = [fact.interaction for _, fact in first if isinstance(fact, facts.OfferMade)]
    assert offered[0] == task


def test_a_task_keeps_the_due_time_it_was_given(center: Center) -> None:
    task = center.arrives("tasks", due_ms=5_000_000)
    assert center.engine.state.interactions[task].due_ms == 5_000_000


def test_a_queue_that_is_gone_leads_to_the_first_of_its_medium(center: Center) -> None:
    arrived = center.tell(
        inputs.InteractionArrived,
        interaction=InteractionId("m-lost"),
        medium=Medium.MAIL,
        queue=QueueId("gone"),
        arrived_ms=center.now_ms,
    )
    assert arrived.outcome is Outcome.ACCEPTED
    assert center.engine.state.interactions[InteractionId("m-lost")].queue == "mail"


def test_a_medium_without_a_queue_is_refused() -> None:
    center = Center(agents=(an_agent("ann"),), queues=())
    refused = center.tell(
        inputs.InteractionArrived,
        interaction=InteractionId("m-1"),
        medium=Medium.MAIL,
        queue=QueueId("mail"),
        arrived_ms=center.now_ms,
    )
    assert refused.reason is OutcomeReason.UNKNOWN_QUEUE


def test_what_is_learnt_later_is_kept_with_the_interaction(center: Center) -> None:
    mail = center.arrives("mail")
    center.tell(inputs.InteractionLearnt, interaction=mail, customer=CustomerId("cu1"))
    assert center.engine.state.interactions[mail].customer == "cu1"
    unknown = center.tell(inputs.InteractionLearnt, interaction=InteractionId("m-99"))
    assert unknown.reason is OutcomeReason.UNKNOWN_INTERACTION


def test_nobody_acts_for_somebody_else(center: Center) -> None:
    ben = AgentId("ben")
    center.arrives("chat")
    offer = center.offer_of("ann")
    for request in (inputs.AgentAcceptedOffer, inputs.AgentDeclinedOffer, inputs.PopShown):
        assert center.tell(request, agent=ben, offer=offer).reason is OutcomeReason.NOT_YOURS
    handling = center.answers("ann")
    assert center.ends("ben", handling).reason is OutcomeReason.NOT_YOURS
    center.ends("ann", handling)
    assert center.wraps_up("ben", handling).reason is OutcomeReason.NOT_YOURS


def test_a_call_cannot_be_accepted_by_a_click(center: Center) -> None:
    center.caller_arrives()
    refused = center.tell(inputs.AgentAcceptedOffer, agent=AgentId("ann"), offer=center.offer_of("ann"))
    assert refused.reason is OutcomeReason.OFFER_NOT_ACCEPTABLE_HERE


def test_requests_about_what_is_not_there_are_refused(center: Center) -> None:
    ann = AgentId("ann")
    assert center.tell(inputs.AgentAcceptedOffer, agent=ann, offer="o9").reason is OutcomeReason.UNKNOWN_OFFER
    assert center.tell(inputs.PopShown, agent=ann, offer="o9").reason is OutcomeReason.UNKNOWN_OFFER
    assert center.ends("ann", HandlingId("h9")).reason is OutcomeReason.UNKNOWN_HANDLING
    assert center.wraps_up("ann", HandlingId("h9")).reason is OutcomeReason.UNKNOWN_HANDLING


def test_an_agent_may_decline_a_ringing_call_on_the_desktop(center: Center) -> None:
    center.caller_arrives()
    center.pop_is_shown("ann")
    center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ann"), offer=center.offer_of("ann"))
    assert center.found(facts.RingingToStop)
