"""A center of one mailbox in a process of its own that kills itself at a named point.

Arguments: folder, IMAP port, SMTP port, the point, and `answer` to let an agent answer the first mail announced.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from history.core.vocabulary import AgentId, ClientMessageId, HandlingId
from tests.channels.mail.center import arrivals, at_work, mailbox, open_store, until

LIFE_S = 20.0


async def main(folder: Path, imap_port: int, smtp_port: int, point: str, answers: bool) -> None:
    def die_at(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    box = mailbox(imap_port, smtp_port)
    async with open_store(folder) as store, at_work(store, box, reached=die_at) as channel:
        if answers:
            arrived = (await until(lambda: arrivals(store), LIFE_S, "a mail is announced"))[0]
            client_id = ClientMessageId("one")
            await channel.answer(arrived.interaction, HandlingId("h"), AgentId("ann"), client_id, "We see to it.")
        await asyncio.sleep(LIFE_S)


if __name__ == "__main__":
    place, imap, smtp, where, *rest = sys.argv[1:]
    asyncio.run(main(Path(place), int(imap), int(smtp), where, rest == ["answer"]))
