"""The process that reads strangers' mail: one mail in, one parsed mail out, under limits that kill it.

Started by `channels/mail/reading.py` as `python -m channels.mail.reading_worker`. On standard input and output a frame
is eight bytes of length and that many bytes. Each mail gets 10 s of CPU of its own; the memory limit holds for the life
of the process. It opens no file, no socket and no database.
"""

import contextlib
import os
import resource
import struct
import sys
from typing import BinaryIO

import msgspec

from channels.mail.parsing import parse

CPU_S = 10
MEMORY_BYTES = 512 * 1024 * 1024
LENGTH = struct.Struct(">Q")


def allow_cpu(seconds: int) -> None:
    """Let this process use that much more CPU; the kernel ends it afterwards (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer mails until the input ends."""
    encoder = msgspec.msgpack.Encoder()
    while len(header := requests.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(header)
        raw = requests.read(size)
        if len(raw) < size:
            return
        allow_cpu(CPU_S)
        body = encoder.encode(parse(raw))
        answers.write(LENGTH.pack(len(body)))
        answers.write(body)
        answers.flush()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    with contextlib.suppress(OSError):
        os.nice(5)  # reading mail may wait; routing calls may not
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
