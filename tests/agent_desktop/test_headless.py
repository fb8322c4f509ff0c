"""The headless agent does a shift: a chat, a mail and a task, and comes back after a restart of the server."""

import asyncio
from pathlib import Path

from agent_desktop.client import DesktopClient
from agent_desktop.core.protocol import CreateTask
from agent_desktop.headless import HeadlessAgent, Script
from channels.core.chat_protocol import line_refusal
from history.core.vocabulary import ClientMessageId, Medium, QueueId, UserId
from tests.agent_desktop.center import running_center
from tests.bed.waiting import until


async def test_a_headless_agent_does_every_kind_of_written_work(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("ann") as client:
        stop, said = asyncio.Event(), list[str]()
        agent = HeadlessAgent(client, Script(note="done by script"), said.append)
        running = asyncio.create_task(agent.run(stop))
        await center.chat_begins("c-1", "Hello?", await center.maria())
        await center.mail_comes("m-1", "Lamp", "Dark.")
        await until(lambda: len(agent.done.wrapped_up) == 2, seconds=20, what="chat and mail to be wrapped up")
        async with center.signed_in("sam") as sam, sam.connected():
            await sam.request(make_task(sam))
        await until(lambda: len(agent.done.wrapped_up) == 3, seconds=20, what="the task to be wrapped up")
        assert {medium for medium, _ in agent.done.wrapped_up} == {Medium.CHAT, Medium.MAIL, Medium.TASK}
        assert (agent.done.offers_shown, agent.done.accepted, agent.done.answered) == (3, 3, 2)
        ((_, key),) = center.chat.said
        assert line_refusal(key, "said") is None, "the chat would refuse it"
        stop.set()
        await asyncio.wait_for(running, 10)


def make_task(client: DesktopClient) -> CreateTask:

    return CreateTask(
        id=client.next_id(), client_message=ClientMessageId("t"), queue=QueueId("tasks"), title="Call back"
    )


async def test_it_comes_back_after_a_restart_of_the_server(tmp_path: Path) -> None:
    stop = asyncio.Event()
    async with running_center(tmp_path) as center:
        passwords, port = center.passwords, int(center.address.rpartition(":")[2])
        client = DesktopClient(center.address)
        await client.sign_in("ann", passwords[UserId("ann")])
        agent = HeadlessAgent(client)
        running = asyncio.create_task(agent.run(stop))
        await until(lambda: "desk" in client.views, seconds=10, what="the desk")
    async with client, running_center(tmp_path, passwords, port) as center:
        await center.chat_begins("c-1", "Are you back?")
        await until(lambda: len(agent.done.wrapped_up) == 1, seconds=20, what="the chat after the restart")
        stop.set()
        await asyncio.wait_for(running, 10)
