"""Signing in: what is promised to users, and what strangers cannot do. Time is the test's own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from agent_desktop.attempts import KEYS_MAX, AttemptLimits, Attempts
from agent_desktop.errors import SignInRefused
from agent_desktop.passwords import Passwords, make_password
from agent_desktop.signin import NOT_KNOWN, SignIn
from history.audit import audit_log
from history.bus import LocalBus
from history.core.customers import Act
from history.core.vocabulary import UserId
from history.store import Store
from history.tables import sessions, socket_tickets, tokens, users
from tests.agent_desktop.center import center_settings


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms


@asynccontextmanager
async def signing_in(folder: Path) -> AsyncGenerator[tuple[SignIn, HandClock, dict[UserId, str], Store]]:
    clock = HandClock()
    store = await Store.open(f"sqlite+aiosqlite:///{folder}/test.sqlite", clock=clock, bus=LocalBus())
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    sign_in = SignIn(store, center_settings, passwords)
    try:
        yield sign_in, clock, await sign_in.make_first_passwords(), store
    finally:
        passwords.close()
        await store.close()


async def test_first_passwords_are_made_once_and_kept_hashed(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, _, made, store):
        assert set(made) == {"ann", "ben", "sam", "ada", "crm"}
        assert len(set(made.values())) == 5
        assert await sign_in.make_first_passwords() == {}
        async with store.reading() as connection:
            hashes = [row.password_hash for row in await connection.execute(select(users))]
        assert all(stored.startswith("$argon2id$") for stored in hashes)


async def test_a_session_is_new_at_each_sign_in_and_no_secret_is_stored(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, _, made, store):
        first, _ = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        second, who = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        assert first != second
        ticket = await sign_in.make_ticket(who)
        token = await sign_in.make_token(UserId("crm"), "nightly")
        async with store.reading() as connection:
            stored = str(
                [
                    tuple(row)
                    for table in (sessions, socket_tickets, tokens)
                    for row in await connection.execute(select(table))
                ]
            )
        for secret in (first, second, ticket, token):
            assert secret not in stored


async def test_wrong_password_and_unknown_user_get_the_same_answer(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, _, _, store):
        for user in ("ann", "nobody"):
            with pytest.raises(SignInRefused, match=NOT_KNOWN):
                await sign_in.sign_in(user, "wrong", "::1")
        with pytest.raises(SignInRefused, match=NOT_KNOWN):
            await sign_in.sign_in("ann", "x" * 10_000, "::1")
        assert [row.accessed.act for row in await audit_log(store)] == [Act.SIGN_IN_REFUSED] * 3


async def test_a_thousand_tries_are_stopped_and_the_right_password_waits_too(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, clock, made, store):
        for _ in range(1_000):
            with pytest.raises(SignInRefused):
                await sign_in.sign_in("ann", "wrong", "10.0.0.1")
        assert len(await audit_log(store, limit=500)) == 5
        with pytest.raises(SignInRefused, match="Try again in 15 min") as refused:
            await sign_in.sign_in("ann", made[UserId("ann")], "10.0.0.1")
        assert refused.value.retry_after_s == 900
        await sign_in.sign_in("ann", made[UserId("ann")], "10.0.0.2")
        clock.ms += 15 * 60_000
        await sign_in.sign_in("ann", made[UserId("ann")], "10.0.0.1")


async def test_sessions_end_by_idleness_by_age_and_by_signing_out(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, clock, made, _):
        idle, _ = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        clock.ms += 12 * 3_600_000
        assert await sign_in.by_cookie(idle) is None
        used, who = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        for _ in range(2):
            clock.ms += 11 * 3_600_000
            assert await sign_in.by_cookie(used) is not None
            assert await sign_in.still(who) is not None
        clock.ms += 2 * 3_600_000
        assert await sign_in.by_cookie(used) is None
        left, who = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        await sign_in.sign_out(who)
        assert await sign_in.by_cookie(left) is None
        assert await sign_in.still(who) is None
        assert await sign_in.by_cookie("made up") is None


async def test_a_new_password_ends_all_sessions(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, _, made, _):
        token, _ = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        await sign_in.set_password(UserId("ann"), "another one")
        assert await sign_in.by_cookie(token) is None
        await sign_in.sign_in("ann", "another one", "::1")


async def test_a_ticket_is_good_once_and_for_half_a_minute(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, clock, made, _):
        _, who = await sign_in.sign_in("ann", made[UserId("ann")], "::1")
        ticket = await sign_in.make_ticket(who)
        assert await sign_in.take_ticket(ticket) == who
        assert await sign_in.take_ticket(ticket) is None
        late = await sign_in.make_ticket(who)
        clock.ms += 30_000
        assert await sign_in.take_ticket(late) is None
        orphan = await sign_in.make_ticket(who)
        await sign_in.sign_out(who)
        assert await sign_in.take_ticket(orphan) is None


async def test_tokens_of_programs_expire_and_know_their_user(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, clock, _, _):
        token = await sign_in.make_token(UserId("crm"), "nightly", clock.ms + 1_000)
        who = await sign_in.by_token(token)
        assert who is not None
        assert (who.actor.user, who.by_token) == ("crm", True)
        assert await sign_in.still(who) == who
        assert await sign_in.take_ticket(await sign_in.make_ticket(who)) == who
        await sign_in.sign_out(who)
        assert await sign_in.by_token(token) is not None
        clock.ms += 1_000
        assert await sign_in.by_token(token) is None
        assert await sign_in.by_token("swt_made_up") is None
        assert await sign_in.by_token("anything") is None


async def test_a_user_whom_the_definition_no_longer_has_is_out(tmp_path: Path) -> None:
    async with signing_in(tmp_path) as (sign_in, _, _, _):
        token = await sign_in.make_token(UserId("gone"), "old")
        assert await sign_in.by_token(token) is None


def test_first_passwords_are_long_and_readable() -> None:
    password = make_password()
    assert len(password.replace("-", "")) == 16
    assert not set(password) & set("01ilo")


def test_attempts_are_remembered_in_bounds() -> None:
    attempts = Attempts(AttemptLimits(window_ms=1_000, per_account_and_address=2, per_address=3, per_account=100))
    attempts.failed("ann", "a", 0)
    assert attempts.wait_ms("ann", "a", 0) == 0
    attempts.failed("ann", "a", 100)
    assert attempts.wait_ms("ann", "a", 200) == 800
    attempts.succeeded("ann", "a")
    assert attempts.wait_ms("ann", "a", 200) == 0
    attempts.failed("ben", "a", 200)
    assert attempts.wait_ms("carla", "a", 300) == 700
    assert attempts.wait_ms("carla", "a", 1_000) == 0
    for number in range(KEYS_MAX + 10):
        attempts.failed(f"user{number}", f"address{number}", 0)
    assert len(attempts._failures) == KEYS_MAX
