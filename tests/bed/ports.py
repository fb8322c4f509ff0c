"""Free ports on 127.0.0.1, below the range that the kernel gives to outgoing connections."""

import random
import socket

LOWEST, HIGHEST = 20_000, 31_999
MEDIA_LOWEST, MEDIA_HIGHEST, MEDIA_BLOCK = 10_000, 19_999, 500
TRIES_MAX = 200

_given: set[int] = set()
_chance = random.SystemRandom()


def free_port() -> int:
    """A port free for TCP and UDP, never given twice in this process."""
    for _ in range(TRIES_MAX):
        port = _chance.randrange(LOWEST, HIGHEST + 1)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST} after {TRIES_MAX} tries")


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that are all free: SIPp takes the ports behind its media port too."""
    for _ in range(TRIES_MAX):
        first = _chance.randrange(LOWEST, HIGHEST + 1 - count)
        run = range(first, first + count)
        if not _given.intersection(run) and all(map(_is_free, run)):
            _given.update(run)
            return first
    raise RuntimeError(f"no {count} free ports in a row between {LOWEST} and {HIGHEST} after {TRIES_MAX} tries")


def media_range() -> tuple[int, int]:
    """First and last port of a block for one switch's RTP; a shared block is harmless, taken ports are skipped."""
    block = _chance.randrange((MEDIA_HIGHEST + 1 - MEDIA_LOWEST) // MEDIA_BLOCK)
    first = MEDIA_LOWEST + block * MEDIA_BLOCK
    return first, first + MEDIA_BLOCK - 1


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
