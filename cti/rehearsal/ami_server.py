"""The AMI server of the rehearsal switch: sign-in, the few actions that the engine uses, and events for all.

What an action does to calls is asked of the `Floor`, which `pbx.py` is.
"""

import asyncio
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

Headers = list[tuple[str, str]]

LINE_BYTES_MAX = 1_024
HEADERS_MAX = 128
UNREAD_BYTES_MAX = 4_000_000
SESSIONS_MAX = 32


class Floor(Protocol):
    """What an AMI session may see and do."""

    def now(self) -> str:
        """The switch's own time, as Asterisk writes a Timestamp."""
        ...

    def started(self) -> tuple[str, str]:
        """Date and time of the start."""
        ...

    def read_global(self, name: str) -> str:
        """'' where it is unset."""
        ...

    def write_global(self, name: str, value: str) -> None:
        """Set it."""
        ...

    def write_variable(self, channel: str, name: str, value: str) -> bool:
        """Set it on a channel; False where there is no such channel."""
        ...

    def devices(self) -> Iterable[tuple[str, str]]:
        """Each device with its state."""
        ...

    def channels(self, variables: list[str]) -> Iterable[Headers]:
        """A Status event's headers for each channel."""
        ...

    def redirect(self, channel: str, to: tuple[str, str], extra: tuple[str, str]) -> bool:
        """To a context and extension, and a second channel at once to an extension there; False where there is no such
        channel."""
        ...

    def hang_up(self, channel: str) -> bool:
        """End a phone's channel; False where there is none."""
        ...

    def originate(self, channel: str, action: Mapping[str, str]) -> str | None:
        """Ring a phone beside others; why not, as Asterisk puts it."""
        ...


class AmiServer:
    """Listens on loopback; tells each signed-in session every event."""

    def __init__(self, floor: Floor, username: str, secret: str) -> None:
        self._floor = floor
        self._username, self._secret = username, secret
        self._sessions: dict[_Session, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """The port it listens on; 0 takes a free one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=LINE_BYTES_MAX)
        taken: int = self._server.sockets[0].getsockname()[1]
        return taken

    async def stop(self) -> None:
        """Close all sessions."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._sessions.values())
        self.cut()
        await asyncio.gather(*tasks, return_exceptions=True)

    def cut(self) -> None:
        """Break every session, as a network does."""
        for session in list(self._sessions):
            session.writer.transport.abort()

    def tell(self, headers: Headers) -> None:
        """One event to every session that has signed in."""
        for session in list(self._sessions):
            if session.signed_in:
                session.send(headers)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._sessions) >= SESSIONS_MAX:
            writer.close()
            return
        session = _Session(self._floor, reader, writer, self._knows)
        self._sessions[session] = asyncio.ensure_future(session.run())
        try:
            await self._sessions[session]
        except (OSError, ValueError):
            pass  # the peer is gone, or sent a line longer than any of ours
        finally:
            del self._sessions[session]
            writer.close()

    def _knows(self, username: str, secret: str) -> bool:
        return username == self._username and hmac.compare_digest(secret.encode(), self._secret.encode())


class _Session:
    """One client."""

    def __init__(
        self,
        floor: Floor,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        knows: Callable[[str, str], bool],
    ) -> None:
        self._floor, self._reader, self.writer, self._knows = floor, reader, writer, knows
        self.signed_in = False

    def send(self, headers: Headers) -> None:
        """Write one message; a client that does not read is cut off."""
        text = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in headers)
        self.writer.write(f"{text}\r\n".encode())
        if self.writer.transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self.writer.transport.abort()

    async def run(self) -> None:
        """Serve until the client leaves."""
        self.writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        while (action := await self._read()) is not None:
            name = action.get("action", "").lower()
            if not self.signed_in and name != "login":
                self._refuse(action, "Permission denied")
            elif name == "logoff":
                self._answer(action, [], "Goodbye")
                return
            elif not self._act(name, action):
                return

    async def _read(self) -> dict[str, str] | None:
        headers: dict[str, str] = {}
        while line := await self._reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                if headers:
                    return headers
                continue
            name, colon, value = text.partition(":")
            if colon and len(headers) < HEADERS_MAX:
                headers[name.strip().lower()] = value.strip()
        return None

    def _answer(self, action: dict[str, str], headers: Headers, response: str = "Success") -> None:
        self.send([("Response", response), *_action_id(action), *headers])

    def _refuse(self, action: dict[str, str], message: str) -> None:
        self._answer(action, [("Message", message)], "Error")

    def _act(self, name: str, action: dict[str, str]) -> bool:
        """Carry it out; False ends the session."""
        floor = self._floor
        match name:
            case "login":
                return self._login(action)
            case "ping":
                self._answer(action, [("Ping", "Pong"), ("Timestamp", floor.now())])
            case "corestatus":
                date, time = floor.started()
                self._answer(action, [("CoreStartupDate", date), ("CoreStartupTime", time)])
            case "getvar":
                variable = action.get("variable", "")
                self._answer(action, [("Variable", variable), ("Value", floor.read_global(variable))])
            case "setvar":
                variable, value, channel = (action.get(key, "") for key in ("variable", "value", "channel"))
                if not channel:
                    floor.write_global(variable, value)
                    self._answer(action, [("Message", "Variable Set")])
                elif floor.write_variable(channel, variable, value):
                    self._answer(action, [("Message", "Variable Set")])
                else:
                    self._refuse(action, "No such channel")
            case "devicestatelist":
                states = [[("Device", device), ("State", state)] for device, state in floor.devices()]
                self._list(action, "DeviceStateChange", states, "DeviceStateListComplete")
            case "status":
                variables = [variable for variable in action.get("variables", "").split(",") if variable]
                self._list(action, "Status", list(floor.channels(variables)), "StatusComplete")
            case "redirect" | "hangup" | "originate":
                self._steer(name, action)
            case _:
                self._refuse(action, "Invalid/unknown command")
        return True

    def _steer(self, name: str, action: dict[str, str]) -> None:
        floor, channel = self._floor, action.get("channel", "")
        if name == "originate":
            refusal = floor.originate(channel, action)
            if refusal is not None:
                self._refuse(action, refusal)
            else:
                self._answer(action, [("Message", "Originate successfully queued")])
            return
        if name == "hangup":
            done = floor.hang_up(channel)
        else:
            to = (action.get("context", ""), action.get("exten", ""))
            extra = (action.get("extrachannel", ""), action.get("extraexten", ""))
            done = floor.redirect(channel, to, extra)
        if done:
            self._answer(action, [("Message", "Redirect successful")])
        else:
            self._refuse(action, "Channel does not exist")

    def _login(self, action: dict[str, str]) -> bool:
        if not self._knows(action.get("username", ""), action.get("secret", "")):
            self._refuse(action, "Authentication failed")
            return False
        self.signed_in = True
        self._answer(action, [("Message", "Authentication accepted")])
        self.send([("Event", "FullyBooted"), ("Status", "Fully Booted")])
        return True

    def _list(self, action: dict[str, str], event: str, items: list[Headers], complete: str) -> None:
        self._answer(action, [("EventList", "start"), ("Message", "A listing follows")])
        for item in items:
            self.send([("Event", event), *_action_id(action), *item])
        count = str(len(items))
        self.send([("Event", complete), *_action_id(action), ("EventList", "Complete"), ("ListItems", count)])


def _action_id(action: dict[str, str]) -> Headers:
    return [("ActionID", action["actionid"])] if "actionid" in action else []


def _one_line(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", value)
