"""Who is asking: passwords, sessions, tokens of programs, tickets of sockets. All of it durable, secrets only hashed.

A session is a random 256-bit token in a cookie; the database keeps its SHA-256. It ends after `idle_ms` without use,
after `absolute_ms` in any case, at sign-out, and when the definition no longer has its user. Roles and teams are the
definition's as it is now, so that a right that is taken away is gone at the next request.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update

from agent_desktop.attempts import AttemptLimits, Attempts
from agent_desktop.core.rights import Actor
from agent_desktop.core.settings import CenterSettings, UserSettings
from agent_desktop.errors import SignInRefused
from agent_desktop.passwords import Passwords, TooBusy, make_password
from history import audit
from history.core.customers import Act
from history.core.vocabulary import SessionId, UserId
from history.store import Store
from history.tables import sessions, socket_tickets, tokens, users
from history.writing import insert_for

NOT_KNOWN = "The user name or the password is wrong."
TOKEN_PREFIX = "swt_"
"""So that a leaked token can be found by its look."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    idle_ms: int = 12 * 3_600_000
    absolute_ms: int = 24 * 3_600_000
    ticket_ms: int = 30_000
    touch_ms: int = 60_000
    """A use is written down at most this often."""


@dataclass(frozen=True, slots=True)
class Who:
    """A signed-in user and by which session (or token) they are."""

    actor: Actor
    session: SessionId
    by_token: bool


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class SignIn:
    def __init__(
        self,
        store: Store,
        center: Callable[[], CenterSettings],
        passwords: Passwords,
        limits: SessionLimits | None = None,
        attempt_limits: AttemptLimits | None = None,
    ) -> None:
        self._store = store
        self._center = center
        self._passwords = passwords
        self._limits = limits or SessionLimits()
        self._attempts = Attempts(attempt_limits)

    async def make_first_passwords(self) -> dict[UserId, str]:
        """Give each user of the definition who has none a password; return those made now, to be shown once."""
        async with self._store.reading() as connection:
            rows = await connection.execute(select(users.c.user).where(users.c.tenant == self._store.tenant))
            known = {row.user for row in rows}
        made: dict[UserId, str] = {}
        for user in self._center().users:
            if user.user not in known:
                made[user.user] = make_password()
                await self.set_password(user.user, made[user.user])
        return made

    async def set_password(self, user: UserId, password: str) -> None:
        """Replace a user's password; all their sessions end."""
        values = {"password_hash": await self._passwords.hash(password), "changed_ms": self._store.clock.now_ms()}
        async with self._store.writing("signin.set_password") as writing:
            await writing.connection.execute(
                insert_for(writing.connection, users)
                .values(**writing.scope.row, user=user, **values)
                .on_conflict_do_update(index_elements=["tenant", "user"], set_=values)
            )
            await writing.connection.execute(
                update(sessions)
                .where(sessions.c.tenant == writing.tenant, sessions.c.user == user, sessions.c.ended_ms.is_(None))
                .values(ended_ms=values["changed_ms"])
            )

    async def sign_in(self, user: str, password: str, address: str) -> tuple[str, Who]:
        """Return a new session's secret token and who it is.

        Raises:
            SignInRefused: unknown user or wrong password (the same answer, in the same time), or too many tries.
        """
        account, now_ms = user[:200], self._store.clock.now_ms()
        wait_ms = self._attempts.wait_ms(account, address, now_ms)
        if wait_ms > 0:
            raise SignInRefused(
                f"There were too many wrong tries. Try again in {-(-wait_ms // 60_000)} min.", -(-wait_ms // 1000)
            )
        known = self._center().user(account)
        try:
            fits = await self._passwords.verify(await self._hash_of(account), password)
        except TooBusy:
            raise SignInRefused("Many people are signing in just now. Try again in a few seconds.", 5) from None
        if not fits or known is None:
            self._attempts.failed(account, address, self._store.clock.now_ms())
            await audit.record(self._store, Act.SIGN_IN_REFUSED, subject=account, address=address)
            raise SignInRefused(NOT_KNOWN)
        self._attempts.succeeded(account, address)
        return await self._begin_session(known, address)

    async def _begin_session(self, user: UserSettings, address: str) -> tuple[str, Who]:
        token, session = secrets.token_urlsafe(32), SessionId(f"s-{secrets.token_hex(8)}")
        now_ms = self._store.clock.now_ms()
        async with self._store.writing("signin.begin_session") as writing:
            await writing.connection.execute(
                insert(sessions).values(
                    **writing.scope.row,
                    token_hash=digest(token),
                    session=session,
                    user=user.user,
                    made_ms=now_ms,
                    last_ms=now_ms,
                    expires_ms=now_ms + self._limits.absolute_ms,
                )
            )
            await writing.connection.execute(
                delete(sessions).where(sessions.c.tenant == writing.tenant, sessions.c.expires_ms < now_ms)
            )
            await audit.record_in(
                writing, Act.SIGNED_IN, user=user.user, session=session, role=user.role, address=address
            )
        return token, Who(actor_of(user), session, by_token=False)

    async def _hash_of(self, user: str) -> str | None:
        async with self._store.reading() as connection:
            found = await connection.scalar(
                select(users.c.password_hash).where(users.c.tenant == self._store.tenant, users.c.user == user)
            )
        return str(found) if found is not None else None

    async def by_cookie(self, token: str) -> Who | None:
        """Whose session this is; none when it has ended. Counts as use."""
        return await self._by_session(sessions.c.token_hash == digest(token))

    async def still(self, who: Who) -> Who | None:
        """The same, as it is now: for sockets, which live longer than a request."""
        if who.by_token:
            return await self._by_token_row(tokens.c.token == who.session)
        return await self._by_session(sessions.c.session == who.session)

    async def _by_session(self, which: ColumnElement[bool]) -> Who | None:
        now_ms = self._store.clock.now_ms()
        async with self._store.reading() as connection:
            row = (
                await connection.execute(select(sessions).where(sessions.c.tenant == self._store.tenant, which))
            ).one_or_none()
        if row is None or row.ended_ms is not None:
            return None
        if now_ms >= row.expires_ms or now_ms >= row.last_ms + self._limits.idle_ms:
            return None
        user = self._center().user(row.user)
        if user is None:
            return None
        if now_ms >= row.last_ms + self._limits.touch_ms:
            await self._touch(row.session, now_ms)
        return Who(actor_of(user), SessionId(row.session), by_token=False)

    async def _touch(self, session: str, now_ms: int) -> None:
        async with self._store.writing("signin.touch") as writing:
            await writing.connection.execute(
                update(sessions)
                .where(sessions.c.tenant == writing.tenant, sessions.c.session == session)
                .values(last_ms=now_ms)
            )

    async def sign_out(self, who: Who) -> None:
        """End the session now; a program's token is not ended this way."""
        if who.by_token:
            return
        async with self._store.writing("signin.sign_out") as writing:
            await writing.connection.execute(
                update(sessions)
                .where(sessions.c.tenant == writing.tenant, sessions.c.session == who.session)
                .values(ended_ms=self._store.clock.now_ms())
            )
            await audit.record_in(
                writing, Act.SIGNED_OUT, user=who.actor.user, session=who.session, role=who.actor.role
            )

    async def make_token(self, user: UserId, label: str, expires_ms: int | None = None) -> str:
        """Make a program's token for this user; it is shown once and kept hashed."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        name = SessionId(f"t-{secrets.token_hex(8)}")
        async with self._store.writing("signin.make_token") as writing:
            await writing.connection.execute(
                insert(tokens).values(
                    **writing.scope.row,
                    token_hash=digest(token),
                    token=name,
                    user=user,
                    label=label[:200],
                    made_ms=self._store.clock.now_ms(),
                    expires_ms=expires_ms,
                )
            )
            await audit.record_in(writing, Act.TOKEN_MADE, user=user, session=name, subject=label[:200])
        return token

    async def by_token(self, token: str) -> Who | None:
        """Whose token this is; none when it has expired or was revoked."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        return await self._by_token_row(tokens.c.token_hash == digest(token))

    async def _by_token_row(self, which: ColumnElement[bool]) -> Who | None:
        async with self._store.reading() as connection:
            row = (
                await connection.execute(select(tokens).where(tokens.c.tenant == self._store.tenant, which))
            ).one_or_none()
        if row is None or row.revoked_ms is not None:
            return None
        if row.expires_ms is not None and self._store.clock.now_ms() >= row.expires_ms:
            return None
        user = self._center().user(row.user)
        return Who(actor_of(user), SessionId(row.token), by_token=True) if user else None

    async def make_ticket(self, who: Who) -> str:
        """A ticket for one WebSocket, good once and for `ticket_ms`."""
        ticket, now_ms = secrets.token_urlsafe(32), self._store.clock.now_ms()
        async with self._store.writing("signin.make_ticket") as writing:
            await writing.connection.execute(
                delete(socket_tickets).where(
                    socket_tickets.c.tenant == writing.tenant, socket_tickets.c.expires_ms <= now_ms
                )
            )
            await writing.connection.execute(
                insert(socket_tickets).values(
                    **writing.scope.row,
                    ticket_hash=digest(ticket),
                    session=who.session,
                    user=who.actor.user,
                    expires_ms=now_ms + self._limits.ticket_ms,
                )
            )
        return ticket

    async def take_ticket(self, ticket: str) -> Who | None:
        """Whose ticket this was; it is gone with this. None for one that was used, is too old or never was."""
        now_ms = self._store.clock.now_ms()
        async with self._store.writing("signin.take_ticket") as writing:
            row = (
                await writing.connection.execute(
                    delete(socket_tickets)
                    .where(socket_tickets.c.tenant == writing.tenant, socket_tickets.c.ticket_hash == digest(ticket))
                    .returning(socket_tickets.c.session, socket_tickets.c.user, socket_tickets.c.expires_ms)
                )
            ).one_or_none()
        if row is None or now_ms >= row.expires_ms:
            return None
        user = self._center().user(row.user)
        if user is None:
            return None
        return await self.still(Who(actor_of(user), SessionId(row.session), by_token=row.session.startswith("t-")))


def actor_of(user: UserSettings) -> Actor:
    return Actor(user.user, user.role, user.teams)
