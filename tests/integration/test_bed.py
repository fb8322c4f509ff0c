"""The test bed proves itself: each server is real, answers, and is heard."""

import asyncio
import http.server
import imaplib
import smtplib
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio as redis_client
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.bed import install, tones
from tests.bed.asterisk import Asterisk, Phone, Release
from tests.bed.asterisk_folder import CannotInstallError, build_asterisk
from tests.bed.chromium import Chromium, microphone_peak_hz
from tests.bed.dovecot import CUSTOMER, CUSTOMER_SECRET, SERVICE, SERVICE_SECRET, Dovecot
from tests.bed.errors import ServerMissingError
from tests.bed.mirror import debian_mirror
from tests.bed.places import require_program
from tests.bed.ports import free_port
from tests.bed.postgres import Postgres
from tests.bed.sipp import Caller, Habit, SippPhone
from tests.bed.smtp import Fault, SmtpServer, Step
from tests.bed.waiting import until

pytest_plugins = ["tests.bed.fixtures"]
pytestmark = pytest.mark.real

DIALPLAN = """[from-trunk]
exten => 100,1,Answer()
 same => n,Playback(${BED}/sounds/greeting)
 same => n,Dial(PJSIP/agent1,20,mg)
 same => n,NoOp(ended as ${DIALSTATUS})
 same => n,Hangup()
exten => 200,1,Dial(PJSIP/agent1,20)
 same => n,Hangup(${HANGUPCAUSE})
"""
MESSAGE = b"From: ann@customer.example\r\nTo: service@shop.example\r\nSubject: Hello\r\n\r\nWhere is my order?\r\n"


@pytest.mark.parametrize("release", [22, 16])
async def test_a_caller_and_a_phone_hear_each_other(tmp_path: Path, release: Release) -> None:
    """Greeting, music, the agent: all is heard, and the phone's hang-up reaches the caller."""
    async with Asterisk(tmp_path, DIALPLAN, [Phone("agent1")], release=release) as switch:
        phone = SippPhone(tmp_path, switch.sip_port, _port(switch))
        async with phone, Caller(tmp_path, switch.sip_port, "100") as caller:
            answered = await caller.until("answered")
            assert "Ann" in (await phone.until("invited")).detail
            await caller.rtp.until_heard(880, since_s=answered.seen_s - 1)
            await until(lambda: len(caller.rtp.music_positions_ms()) >= 3, 5, "music")
            phone.answer()
            talk = await phone.until("answered")
            first_word_s = await caller.rtp.until_heard(440, since_s=talk.seen_s - 1)
            assert first_word_s - talk.seen_s < 0.3
            assert await phone.rtp.until_heard(660) - talk.seen_s < 0.3
            positions = [position for _, position in caller.rtp.music_positions_ms(until_s=first_word_s)]
            assert positions == sorted(positions)
            assert positions[0] == 0
            await until(lambda: time.time() > first_word_s + 0.5, 2, "half a second of talk")
            assert caller.rtp.longest_gap_ms(answered.seen_s + 0.2, time.time() - 0.1) < 300
            phone.hang_up()
            assert (await phone.until("ended")).detail == "self"
            assert (await caller.until("ended")).detail == "far"
            await until(lambda: not switch.channels(), 5, "the switch being empty")


@pytest.mark.parametrize(("habit", "said", "seen"), [(Habit.BUSY, "486", "486"), (Habit.DECLINES, "603", "403")])
async def test_a_phone_refuses(tmp_path: Path, habit: Habit, said: str, seen: str) -> None:
    """A busy and a declining phone are told apart on the caller's side: cause 17 is 486 there, cause 21 is 403."""
    async with Asterisk(tmp_path, DIALPLAN, [Phone("agent1")]) as switch:
        phone = SippPhone(tmp_path, switch.sip_port, _port(switch), habit=habit)
        async with phone, Caller(tmp_path, switch.sip_port, "200") as caller:
            assert (await phone.until("refused")).detail == said
            assert (await caller.until("refused")).detail == seen


async def test_a_caller_who_leaves_stops_the_ringing(tmp_path: Path) -> None:
    """Hanging up before the answer cancels the phone."""
    async with Asterisk(tmp_path, DIALPLAN, [Phone("agent1")]) as switch:
        phone = SippPhone(tmp_path, switch.sip_port, _port(switch))
        async with phone, Caller(tmp_path, switch.sip_port, "200") as caller:
            await phone.until("invited")
            await caller.until("ringing")
            await caller.leave()
            await phone.until("cancelled")
            assert caller.count("cancelled") == 1


async def test_a_phone_that_is_asked_for_is_reachable(tmp_path: Path) -> None:
    """A plugged-in phone answers OPTIONS and still takes calls; pulled out, it becomes unreachable."""
    async with Asterisk(tmp_path, DIALPLAN, [Phone("agent1", qualify_s=1)]) as switch:
        async with SippPhone(tmp_path, switch.sip_port, _port(switch), habit=Habit.ANSWERS) as phone:
            await until(lambda: " Avail" in switch.cli("pjsip show contacts"), 10, "the phone being reachable")
            async with Caller(tmp_path, switch.sip_port, "200") as caller:
                await caller.until("answered")
                await caller.leave()
                await phone.until("ended")
        await until(lambda: "Unavail" in switch.cli("pjsip show contacts"), 10, "the phone being unreachable")


async def test_a_phone_answers_by_itself_and_takes_a_second_call(tmp_path: Path) -> None:
    """After a stated time; the caller hangs up; the phone serves the next one."""
    async with Asterisk(tmp_path, DIALPLAN, [Phone("agent1")]) as switch:
        phone = SippPhone(tmp_path, switch.sip_port, _port(switch), answer_after_ms=200)
        async with phone:
            for turn in (1, 2):
                async with Caller(tmp_path, switch.sip_port, "200") as caller:
                    invited = await phone.until("invited", times=turn)
                    answered = await phone.until("answered", times=turn)
                    assert 0.1 < answered.seen_s - invited.seen_s < 1.0
                    await caller.rtp.until_heard(440)
                    await caller.leave()
                    assert (await phone.until("ended", times=turn)).detail == "far"


async def test_two_switches_live_beside_one_another(tmp_path: Path) -> None:
    """Of two releases, on their own ports; one dies without the other, and comes back on its own ports quickly."""
    async with (
        Asterisk(tmp_path, DIALPLAN, [Phone("agent1")], release=22) as one,
        Asterisk(tmp_path, DIALPLAN, release=16) as two,
    ):
        assert int(one.version().removeprefix("Asterisk ").partition(".")[0]) >= 22
        assert two.version().startswith("Asterisk 16.")
        one.kill()
        assert two.channels() == []
        began = time.monotonic()
        await asyncio.to_thread(one.restart)
        assert time.monotonic() - began < 5
        assert "agent1" in one.cli("pjsip show endpoints")
        assert "agent1" not in two.cli("pjsip show endpoints")


async def test_the_manager_interface_and_the_browser_socket_answer(tmp_path: Path) -> None:
    """The product's user signs in and is told FullyBooted; a SIP WebSocket opens; a wrong secret is refused."""
    async with Asterisk(tmp_path, DIALPLAN, [Phone("web1", secret="web-secret", browser=True)]) as switch:
        assert "FullyBooted" in await _sign_in(switch, switch.ami_secret, "FullyBooted")
        assert "Authentication failed" in await _sign_in(switch, "wrong", "Authentication failed")
        async with connect(switch.websocket_url, subprotocols=[Subprotocol("sip")]) as line:
            assert line.subprotocol == "sip"


async def test_mail_delivered_by_smtp_appears_by_imap(smtp_server: SmtpServer, dovecot: Dovecot) -> None:
    """Also over TLS with the bed's own certificate; the customer's password does not open the service's mailbox."""
    await asyncio.to_thread(_send, smtp_server.port)
    assert b"Where is my order?" in await asyncio.to_thread(_fetch, dovecot, SERVICE, SERVICE_SECRET)
    assert [kept.delivered for kept in smtp_server.kept] == [True]
    with pytest.raises(imaplib.IMAP4.error):
        await asyncio.to_thread(_fetch, dovecot, SERVICE, CUSTOMER_SECRET)
    assert await asyncio.to_thread(_fetch, dovecot, CUSTOMER, CUSTOMER_SECRET) == b""


@pytest.mark.parametrize(
    ("step", "fault", "kept"),
    [
        (Step.CONNECT, Fault.TEMPORARY, 0),
        (Step.MAIL, Fault.TEMPORARY, 0),
        (Step.RCPT, Fault.PERMANENT, 0),
        (Step.DATA, Fault.CLOSE, 0),
        (Step.DATA, Fault.HANG, 0),
        (Step.AFTER_DATA, Fault.CLOSE, 1),
    ],
)
async def test_smtp_faults_strike_once(smtp_server: SmtpServer, step: Step, fault: Fault, kept: int) -> None:
    """The first conversation fails at the scripted step, the next one is served."""
    smtp_server.script((step, fault))
    with pytest.raises((smtplib.SMTPException, TimeoutError)):
        await asyncio.to_thread(_send, smtp_server.port)
    assert len(smtp_server.kept) == kept
    await asyncio.to_thread(_send, smtp_server.port)
    assert len(smtp_server.kept) == kept + 1
    assert smtp_server.faults_left() == 0


async def test_postgresql_answers_with_fsync_on(postgres_url: str) -> None:
    """A database of the test's own."""
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    assert await connection.fetchval("show fsync") == "on"
    assert await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 0
    await connection.close()


async def test_postgresql_comes_back_after_a_power_cut(tmp_path: Path) -> None:
    """Also with connections open; what was committed is there."""
    async with Postgres(tmp_path) as server:
        address = server.url().replace("+asyncpg", "")
        connection = await asyncpg.connect(address)
        await connection.execute("create table kept (number integer)")
        await connection.execute("insert into kept values (7)")
        server.kill()
        await asyncio.to_thread(server.restart)
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await connection.fetchval("select number from kept")
        again = await asyncpg.connect(address)
        assert await again.fetchval("select number from kept") == 7
        await again.close()


async def test_redis_answers_and_is_wiped(redis_url: str) -> None:
    """What one test wrote, the next does not see."""
    client = redis_client.Redis.from_url(redis_url)
    assert await client.dbsize() == 0
    await client.set("key", "value")
    assert await client.get("key") == b"value"
    await client.aclose()


async def test_chromium_opens_a_page_and_its_microphone_says_440_hz(chromium: Chromium, page_url: str) -> None:
    """Loopback is a secure context: the microphone works without TLS."""
    async with chromium.page(page_url) as page:
        assert await page.title() == "bed"
        assert abs(await microphone_peak_hz(page) - 440) < 6


def test_tones_are_told_apart() -> None:
    """Silence is no tone, a tone is itself, music tells its position."""
    assert tones.dominant(tones.decode(tones.SILENCE), (440, 660)) is None
    assert tones.dominant(tones.decode(tones.tone(660)), (440, 660, 880)) == 660
    second_and_a_half = tones.decode(tones.music()[8 * 1_500 : 8 * 1_700])
    assert tones.music_position_ms(second_and_a_half) == 1_500


def test_the_mirror_is_read_in_both_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One-line with options, deb822 with several suites; a foreign repository is no Debian mirror."""
    monkeypatch.delenv("SWITCHROOM_DEBIAN_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "foreign.list").write_text("deb http://foreign.example/apt foreign-bookworm main\n")
    assert debian_mirror(tmp_path, "bookworm") is None
    (tmp_path / "sources.list.d" / "debian.sources").write_text(
        "# ours\nTypes: deb\nURIs: http://new.example/debian\nSuites: bookworm\n bookworm-updates\nComponents: main\n"
    )
    assert debian_mirror(tmp_path, "bookworm") == "http://new.example/debian"
    (tmp_path / "sources.list").write_text("deb [arch=amd64 trusted=yes] http://old.example/debian bookworm main\n")
    assert debian_mirror(tmp_path, "bookworm") == "http://old.example/debian"


def test_a_missing_program_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a skip, one sentence."""
    with pytest.raises(ServerMissingError, match="no-such-server is missing: run make test"):
        require_program("no-such-server")


def test_a_second_installation_is_quick_and_touches_no_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All is there: only the versions are printed."""
    monkeypatch.setattr(install, "_install", lambda: pytest.fail("something was installed again"))
    began = time.monotonic()
    assert install.main() == 0
    assert time.monotonic() - began < 5
    said = capsys.readouterr().out
    programs = ("sipp", "dovecot", "redis-server", "postgres", "chromium", "asterisk 22", "asterisk 16")
    assert all(f"{name}: " in said for name in programs)


def test_a_folder_that_cannot_be_built_leaves_nothing_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mirror that does not answer: both releases are named, and no folder is left that could be taken for whole."""
    monkeypatch.setenv("SWITCHROOM_CACHE", str(tmp_path))
    monkeypatch.setenv("SWITCHROOM_DEBIAN_MIRROR", f"http://127.0.0.1:{free_port()}/debian")
    with pytest.raises(CannotInstallError, match=r"22 of Debian sid: .*16 of Debian bullseye: .*SWITCHROOM_DEBIAN"):
        build_asterisk([22, 16])
    assert {left.name for left in tmp_path.iterdir()} == {"asterisk-sid.log", "asterisk-bullseye.log"}


@pytest.fixture
def page_url(tmp_path: Path) -> Iterator[str]:
    """A page on loopback."""
    (tmp_path / "index.html").write_text("<!doctype html><title>bed</title>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))  # type: ignore[arg-type]  # as the server gives them

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


async def _sign_in(switch: Asterisk, secret: str, until_said: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", switch.ami_port)
    writer.write(f"Action: Login\r\nUsername: switchroom\r\nSecret: {secret}\r\n\r\n".encode())
    async with asyncio.timeout(5):
        said = (await reader.readuntil(until_said.encode())).decode()
    writer.close()
    await writer.wait_closed()
    return said


def _port(switch: Asterisk) -> int:
    port = switch.phones["agent1"].port
    assert port is not None
    return port


def _send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=2) as line:
        line.sendmail(CUSTOMER, [SERVICE], MESSAGE)


def _fetch(dovecot: Dovecot, address: str, secret: str) -> bytes:
    trusted = ssl.create_default_context(cafile=str(dovecot.certificate))
    with imaplib.IMAP4_SSL("127.0.0.1", dovecot.imaps_port, ssl_context=trusted, timeout=5) as line:
        line.login(address, secret)
        line.select("INBOX")
        numbers = line.search(None, "ALL")[1][0].decode().replace(" ", ",")
        found = line.fetch(numbers, "(BODY.PEEK[])")[1] if numbers else []
        return b"".join(part[1] for part in found if isinstance(part, tuple))
