"""Why an offer was made, and why nobody has it yet: by HTTP, for supervisors, with a row in the audit log."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agent_desktop.client import DesktopClient
from agent_desktop.core import protocol as p
from agent_desktop.core.parts import OfferCard
from agent_desktop.errors import ChannelRefused, ClientError
from agent_desktop.explanations import WAITING_MAX, ExplanationDesk
from history.audit import audit_log
from history.contents import texts_of
from history.core.customers import Act
from history.core.vocabulary import InteractionId, Presence
from router.driver import RULES
from tests.agent_desktop.center import running_center
from tests.agent_desktop.test_steering import at_desk
from tests.history.sample import eventually


async def explained(client: DesktopClient, interaction: str, query: str = "") -> dict[str, Any]:
    """The answer, once the interaction is known to the projections."""

    async def found() -> dict[str, Any] | None:
        try:
            told: dict[str, Any] = await client.get(f"/api/interactions/{interaction}/explanation{query}")
        except ClientError:
            return None
        return told

    told = await eventually(found, 5, "the interaction being known")
    assert told is not None
    return told


async def test_an_offer_says_who_got_it_and_why_not_somebody_else(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("sam") as sam:
        async with center.signed_in("ann") as ann, ann.connected():
            await at_desk(ann)
            await center.chat_begins("c-1", "Hello?")
            await ann.until(lambda: bool(ann.parts("desk", OfferCard)), 5, "an offer")
            told = await explained(sam, "c-1")
            (offer,) = told["offers"]
            why = offer["explanation"]
            assert (why["agent"], why["agrees"], why["queue"], why["runner_up"]) == ("ann", True, "chat", None)
            assert [each["agent"] for each in why["candidates"]] == ["ann"]
            (other,) = why["others"]
            assert (other["agent"], other["because"]) == ("ben", ["signed_out", "no_desktop"])
            assert offer["sentence"] == f"The rules of today ({RULES}) choose the same."
            assert (offer["rules"], offer["today"], told["before"], told["now"]) == ("test/1", RULES, None, None)
            assert told["names"] == {"ann": "Ann Archer", "ben": "Ben Baker"}

            about_ben = await explained(sam, "c-1", "?agent=ben")
            assert about_ben["about"] == [
                {"number": offer["number"], "got_it": False, "sentence": "Not ben: signed out; no desktop connected."}
            ]
            about_ann = await explained(sam, "c-1", "?agent=ann")
            assert about_ann["offers"][0]["explanation"]["others"] == []
            assert about_ann["about"][0]["got_it"]
            nobody = await explained(sam, "c-1", "?agent=dan")
            assert nobody["about"][0]["sentence"] == "Not dan: is no agent of the definition."
            assert (await explained(sam, "c-1", f"?before={offer['number']}"))["offers"] == []

        looks = [row for row in await audit_log(center.store) if row.accessed.act is Act.OFFER_EXPLAINED]
        assert {row.accessed.user for row in looks} == {"sam"}
        wanted = {row.accessed.subject for row in looks if row.accessed.subject is not None}
        async with center.store.reading() as connection:
            subjects = set((await texts_of(connection, center.store.tenant, wanted)).values())
        assert subjects == {"c-1", "c-1 about ben", "c-1 about ann", "c-1 about dan"}


async def test_what_waits_says_what_keeps_everybody_from_it(tmp_path: Path) -> None:
    async with (
        running_center(tmp_path) as center,
        center.signed_in("sam") as sam,
        center.signed_in("ann") as ann,
        ann.connected(),
    ):
        await ann.open("desk")
        await ann.ask(p.SetPresence, presence=Presence.NOT_READY, reason="lunch")
        await center.chat_begins("c-2", "Hello?")
        now = (await explained(sam, "c-2", "?of=now"))["now"]
        assert (now["queue"], now["offered_to"], now["parked_until_ms"]) == ("chat", None, None)
        against = {each["agent"]: (each["because"], each["reason"]) for each in now["others"]}
        assert against == {"ann": (["not_ready"], "lunch"), "ben": (["signed_out", "no_desktop"], None)}
        told = await explained(sam, "c-2", "?of=now&agent=ann")
        assert told["about"] == [{"number": None, "got_it": False, "sentence": "Not ann: not ready (lunch)."}]
        assert (await explained(sam, "c-2"))["offers"] == []


async def test_agents_and_unknown_interactions_are_told_that_there_is_nothing(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        for user, interaction in (("ann", "c-3"), ("crm", "c-3"), ("sam", "c-none")):
            await center.chat_begins("c-3", "Hello?") if user == "ann" else None
            async with center.signed_in(user) as client:
                for query in ("", "?of=now"):
                    answer = await client.http.get(f"/api/interactions/{interaction}/explanation{query}")
                    assert (answer.status_code, answer.json()["reason"]) == (404, "not_allowed")


async def test_few_are_worked_out_at_a_time(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        desk = ExplanationDesk(center.store)
        asked = [asyncio.create_task(desk.now(InteractionId("c-none"))) for _ in range(WAITING_MAX + 3)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        refused = [each for each in answers if isinstance(each, ChannelRefused)]
        assert len(refused) == 2
        assert [each for each in answers if each is not None and each not in refused] == []
        with pytest.raises(ChannelRefused, match="ask again in a moment"):
            raise refused[0]
