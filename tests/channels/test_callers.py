"""Who calls: the customer with the number, somebody new, or nobody who says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from history.core.conversations import ConversationBegan
from history.core.customers import IdentityKind
from history.core.routing import InteractionQueued, VisitAbandoned
from history.core.vocabulary import QueueId, Trust
from history.customers import create_customer, customer_of, link_identity
from history.feed import Feed
from tests.channels.voice_floor import Floor, a_floor, interaction_of


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_floor(tmp_path) as made:
        yield made


async def began(floor: Floor, unique_id: str) -> ConversationBegan:
    async for entry in Feed(floor.store).follow(f"conversation/{interaction_of(unique_id)}"):
        fact = floor.store.registry.fact(entry)
        assert isinstance(fact, ConversationBegan)
        return fact
    raise AssertionError("the stream ended")


async def test_a_known_number_brings_its_customer_and_the_number_is_written_down_first(floor: Floor) -> None:
    maria = await create_customer(floor.store, "Maria Lopez")
    identity = await link_identity(floor.store, maria, IdentityKind.PHONE, "+442079460101", Trust.CLAIMED)
    call = floor.switch.caller_calls("100", "020 7946 0101", "Maria")
    queued = await floor.sees(InteractionQueued, interaction=interaction_of(call))
    assert (queued.queue, queued.customer, queued.identity) == ("sales", maria, identity)
    conversation = await began(floor, call)
    assert (conversation.customer, conversation.trust) == (maria, Trust.CLAIMED)
    assert conversation.subject is not None
    assert await floor.store.text(conversation.subject) == "Maria 020 7946 0101"


@pytest.mark.parametrize(("name", "kept"), [("", None), ("+442079460177", None), ("Otto Kern", "Otto Kern")])
async def test_a_number_that_nobody_had_is_somebody_new(floor: Floor, name: str, kept: str | None) -> None:
    call = floor.switch.caller_calls("100", "+442079460177", name)
    queued = await floor.sees(InteractionQueued, interaction=interaction_of(call))
    assert queued.customer is not None
    assert (queued.trust, (await began(floor, call)).customer) == (Trust.CLAIMED, queued.customer)
    customer = await customer_of(floor.store, queued.customer)
    assert customer is not None
    assert customer.name == kept
    assert [(each.kind, each.key) for each in customer.identities] == [(IdentityKind.PHONE, "+442079460177")]
    subject = (await began(floor, call)).subject
    assert subject is not None
    assert await floor.store.text(subject) == ("Otto Kern +442079460177" if kept else "+442079460177")


async def test_many_calls_from_one_new_number_are_one_customer(floor: Floor) -> None:
    calls = [floor.switch.caller_calls("100", "+442079460178") for _ in range(5)]
    queued = [await floor.sees(InteractionQueued, interaction=interaction_of(call)) for call in calls]
    assert len({each.customer for each in queued}) == len({each.identity for each in queued}) == 1


async def test_an_unknown_caller_who_drops_out_and_calls_again_has_the_old_place_back(floor: Floor) -> None:
    dropped = floor.switch.caller_calls("100", "+442079460179")
    first = await floor.sees(InteractionQueued, interaction=interaction_of(dropped))
    floor.switch.caller_hangs_up(dropped)
    await floor.sees(VisitAbandoned, interaction=interaction_of(dropped))
    again = await floor.sees(
        InteractionQueued, interaction=interaction_of(floor.switch.caller_calls("100", "+442079460179"))
    )
    assert (again.again, again.due_ms) == (True, first.due_ms)


@pytest.mark.parametrize(("number", "text"), [("", None), ("anonymous", "anonymous")])
async def test_a_withheld_number_arrives_without_a_customer(floor: Floor, number: str, text: str | None) -> None:
    call = floor.switch.caller_calls("100", number, "")
    queued = await floor.sees(InteractionQueued, interaction=interaction_of(call))
    assert queued.customer is None and queued.identity is None
    subject = (await began(floor, call)).subject
    assert (None if subject is None else await floor.store.text(subject)) == text


async def test_a_number_that_the_definition_does_not_name_goes_to_the_other_numbers_queue(floor: Floor) -> None:
    call = floor.switch.caller_calls("999")
    assert (await floor.sees(InteractionQueued, interaction=interaction_of(call))).queue == QueueId("other")
