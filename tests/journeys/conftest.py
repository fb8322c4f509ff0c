"""What journeys of several modules need: mail servers, a browser; each module has its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bed.chromium import Chromium
from tests.bed.dovecot import MAILBOXES, Dovecot
from tests.bed.smtp import SmtpServer
from tests.journeys.correspondence import Correspondent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def correspondent(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Correspondent]:
    """A customer with a mailbox, and the service's mailbox beside it."""
    folder = tmp_path_factory.mktemp("mail")
    async with Dovecot(folder, MAILBOXES) as dovecot, SmtpServer(folder, dovecot) as smtp:
        yield Correspondent(dovecot, smtp)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """Chromium; each person has a context of their own."""
    async with Chromium(tmp_path_factory.mktemp("chromium")) as chromium:
        yield chromium
