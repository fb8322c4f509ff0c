"""A TCP line between an engine and a switch that can be cut, silenced, and recorded."""

import asyncio
from types import TracebackType
from typing import Self


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes bytes on to `target`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.refusing = False
        self.recorded = bytearray()
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Break every line; with `refusing` set, none is made again."""
        for writer in list(self._writers):
            writer.transport.abort()

    def silence(self, silent: bool) -> None:
        """Let nothing through in either direction, the connection standing."""
        (self._flowing.clear if silent else self._flowing.set)()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer, b"> "), self._pass(far_reader, writer, b""))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mark: bytes) -> None:
        try:
            while data := await reader.read(65_536):
                await self._flowing.wait()
                if not mark:
                    self.recorded += data
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()
