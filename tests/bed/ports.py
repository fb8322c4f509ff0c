"""Free ports on 127.0.0.1, below the range that the kernel gives to outgoing connections.

Each test process has a block of its own, held by a locked file: tests run side by side, and a port is often asked for
long before a server listens there, or while it is being restarted.
"""

import fcntl
import os
import random
import socket
import tempfile
from collections import deque
from functools import cache
from pathlib import Path

LOWEST, HIGHEST = 20_000, 31_999
BLOCK = 2_000
REMEMBERED = 1_200
MEDIA_LOWEST, MEDIA_HIGHEST, MEDIA_BLOCK = 10_000, 19_999, 500
TRIES_MAX = 200

_given: deque[int] = deque(maxlen=REMEMBERED)
_chance = random.SystemRandom()


def free_port() -> int:
    """A port free for TCP and UDP, given to nobody else lately: in this process not among the last 1,200."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that are all free: SIPp takes the ports behind its media port too."""
    block = _own_block()
    for _ in range(TRIES_MAX):
        first = _chance.randrange(block.start, block.stop + 1 - count)
        run = range(first, first + count)
        if not set(_given).intersection(run) and all(map(_is_free, run)):
            _given.extend(run)
            return first
    raise RuntimeError(
        f"no {count} free ports in a row between {block.start} and {block.stop - 1} after {TRIES_MAX} tries"
    )


def media_range() -> tuple[int, int]:
    """First and last port of a block for one switch's RTP; a shared block is harmless, taken ports are skipped."""
    block = _chance.randrange((MEDIA_HIGHEST + 1 - MEDIA_LOWEST) // MEDIA_BLOCK)
    first = MEDIA_LOWEST + block * MEDIA_BLOCK
    return first, first + MEDIA_BLOCK - 1


@cache
def _own_block() -> range:
    """Ports that no other test process on this machine gives, until this one ends; all of them when none is left."""
    blocks = [range(first, first + BLOCK) for first in range(LOWEST, HIGHEST, BLOCK)]
    _chance.shuffle(blocks)
    return next(filter(_hold, blocks), range(LOWEST, HIGHEST + 1))


def _hold(block: range) -> bool:
    file = Path(tempfile.gettempdir()) / f"switchroom-ports-{block.start}.lock"
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    except PermissionError:  # another user's
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    return True  # the lock stays until this process ends


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
