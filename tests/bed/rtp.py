"""An ear and a mouth: one RTP endpoint on 127.0.0.1 that sends a tone and keeps all that it hears.

It runs in a thread of its own, so that a busy event loop does not disturb its 20 ms; arrival times are the kernel's.
"""

import os
import socket
import struct
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.bed.tones import AUDIBLE, FRAME, FRAME_MS, SILENCE, decode, dominant, loudness, music_position_ms, tone
from tests.bed.waiting import until

HEARD_MAX = 200_000
PACKET_MAX = 2_048
MUSIC_WINDOW_MS = 200
TONE_WINDOW_MS = 60
COMMON_TONES = (440, 660, 880)
SURE = 0.8
_ULAW = 0
_SO_TIMESTAMPNS = 35
_HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet heard; ``at_s`` is seconds since the Unix epoch, ``source`` its SSRC."""

    at_s: float
    sequence: int
    timestamp: int
    source: int
    payload: bytes

    @property
    def audible(self) -> bool:
        """Whether a person would hear something in it."""
        return loudness(decode(self.payload)) > AUDIBLE


class RtpEndpoint:
    """Sends silence, or a tone, every 20 ms to ``send_to``; records up to 200,000 packets, then drops the rest."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
        self.port: int = self._socket.getsockname()[1]
        self.heard: list[Packet] = []
        self._peer: tuple[str, int] | None = None
        self._sound = SILENCE
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._live, name=f"rtp-{self.port}", daemon=True)
        self._thread.start()

    def send_to(self, port: int, address: str = "127.0.0.1") -> None:
        """Whom to send to from now on, as the other side's SDP said."""
        self._peer = (address, port)

    def quiet(self) -> None:
        """Send no packets at all, as a lost phone."""
        self._peer = None

    def say(self, hertz: int | None) -> float:
        """Send this tone (whole tens of hertz) from now on, or silence; the instant, in seconds since the epoch."""
        self._sound = SILENCE if hertz is None else tone(hertz)
        return time.time()

    def close(self) -> None:
        """End the thread and free the port."""
        self._stopping.set()
        self._thread.join(1.0)
        self._socket.close()

    def between(self, since_s: float = 0.0, until_s: float = float("inf")) -> list[Packet]:
        """What arrived in this time, in order of arrival."""
        return [packet for packet in tuple(self.heard) if since_s <= packet.at_s <= until_s]

    def longest_gap_ms(self, since_s: float, until_s: float) -> float:
        """The longest time in which nothing audible arrived, the edges of the window counted; a packet lasts 20 ms."""
        last, longest = since_s, 0.0
        for packet in self.between(since_s, until_s):
            if packet.audible:
                longest = max(longest, packet.at_s - last)
                last = packet.at_s + FRAME_MS / 1_000
        return 1_000 * max(longest, until_s - last)

    def tone_heard(self, since_s: float = 0.0, until_s: float = float("inf")) -> int | None:
        """The tone of the whole window, of the three in use; None for silence and for anything else."""
        return dominant(_samples(self.between(since_s, until_s)), COMMON_TONES)

    def first_heard_s(self, hertz: int, since_s: float = 0.0) -> float | None:
        """When the first packet of this tone arrived; it counts once three packets in a row hold it."""
        return self._search(hertz, since_s, 0)[0]

    def music_positions_ms(self, since_s: float = 0.0, until_s: float = float("inf")) -> list[tuple[float, int]]:
        """(when, position in the music) for each half second or so in which our music on hold was heard."""
        packets = self.between(since_s, until_s)
        size = MUSIC_WINDOW_MS // FRAME_MS
        chunks = (packets[at : at + size] for at in range(0, len(packets) - size + 1, size))
        found = ((chunk[0].at_s, music_position_ms(_samples(chunk))) for chunk in chunks)
        return [(at_s, position) for at_s, position in found if position is not None]

    async def until_heard(self, hertz: int, seconds: float = 5.0, since_s: float = 0.0) -> float:
        """Wait until this tone arrives; when its first packet did."""

        searched = 0

        def looked() -> float | None:
            nonlocal searched
            found, searched = self._search(hertz, since_s, searched)
            return found

        at_s = await until(looked, seconds, f"hearing {hertz} Hz at RTP port {self.port}")
        assert at_s is not None
        return at_s

    def _search(self, hertz: int, since_s: float, start: int) -> tuple[float | None, int]:
        """When the tone began among the packets from index ``start``, and the index to go on from."""
        packets, size = self.heard, TONE_WINDOW_MS // FRAME_MS
        last = len(packets) - size
        for at in range(start, last + 1):
            if packets[at].at_s >= since_s and packets[at].audible:
                window = packets[at : at + size]
                if dominant(_samples(window), (*COMMON_TONES, hertz), SURE) == hertz:
                    return window[0].at_s, at
        return None, max(start, last + 1)

    def _live(self) -> None:
        source = int.from_bytes(os.urandom(4), "big")
        sequence, timestamp, due = 0, 0, time.monotonic()
        while not self._stopping.is_set():
            self._listen(due)
            peer = self._peer
            if peer is not None:
                at = timestamp % len(self._sound)
                payload = (self._sound + self._sound[:FRAME])[at : at + FRAME]
                header = _HEADER.pack(0x80, _ULAW, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, source)
                self._send(header + payload, peer)
                sequence += 1
            timestamp += FRAME
            due += FRAME_MS / 1_000

    def _send(self, packet: bytes, peer: tuple[str, int]) -> None:
        try:
            self._socket.sendto(packet, peer)
        except OSError:
            return  # the far port is closed already: as on a real line, the packet is lost

    def _listen(self, until_s: float) -> None:
        while (left := until_s - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                data, extra, _flags, _sender = self._socket.recvmsg(PACKET_MAX, 64)
            except OSError:  # the time is over, or an answer that our last packet met a closed port
                continue
            packet = _read(data, extra)
            if packet is not None and len(self.heard) < HEARD_MAX:
                self.heard.append(packet)


def _read(data: bytes, extra: Iterable[tuple[int, int, bytes]]) -> Packet | None:
    if len(data) <= _HEADER.size:
        return None
    _version, kind, sequence, timestamp, source = _HEADER.unpack_from(data)
    if kind & 0x7F != _ULAW:
        return None
    stamps = [struct.unpack("qq", stamp) for level, _kind, stamp in extra if level == socket.SOL_SOCKET]
    at_s = stamps[0][0] + stamps[0][1] / 1e9 if stamps else time.time()
    return Packet(at_s, sequence, timestamp, source, data[_HEADER.size :])


def _samples(packets: Iterable[Packet]) -> list[int]:
    return decode(b"".join(packet.payload for packet in packets))
