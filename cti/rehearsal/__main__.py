"""`python -m cti.rehearsal --port 5038 --control-port 5039 --phone agent1`: the rehearsal switch as its own process.

The AMI secret comes from SWITCHROOM_AMI_SECRET. It prints one line with both ports when it is ready, and stops at
SIGTERM, SIGINT, or when its standard input ends if `--with-parent` is given.
"""

import argparse
import asyncio
import os
import signal
import sys

from cti.rehearsal.control import serve_control
from cti.rehearsal.pbx import RehearsalSwitch


async def _serve(arguments: argparse.Namespace, secret: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if arguments.with_parent:
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        watcher = asyncio.ensure_future(reader.read())
        watcher.add_done_callback(lambda _: stop.set())
    switch = RehearsalSwitch(
        secret,
        username=arguments.username,
        port=arguments.port,
        phones=arguments.phone,
        destinations=arguments.destination,
    )
    async with switch:
        control = await serve_control(switch, arguments.control_port)
        control_port = control.sockets[0].getsockname()[1]
        sys.stdout.write(f"rehearsal switch: AMI 127.0.0.1:{switch.port}, control 127.0.0.1:{control_port}\n")
        sys.stdout.flush()
        await stop.wait()
        control.close()


def main() -> int:
    """0 after a clean stop; 1 with one sentence when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m cti.rehearsal", description="The rehearsal switch of Switchroom.")
    parser.add_argument("--port", type=int, default=0, help="AMI port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="port for wishes; 0 takes a free one")
    parser.add_argument("--username", default="switchroom", help="AMI user")
    parser.add_argument("--phone", action="append", default=[], help="name of a phone; may be given more than once")
    parser.add_argument(
        "--destination", action="append", default=[], help="name of a destination outside; may be given more than once"
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    arguments = parser.parse_args()
    secret = os.environ.get("SWITCHROOM_AMI_SECRET", "")
    if not secret:
        sys.stderr.write("The rehearsal switch needs the environment variable SWITCHROOM_AMI_SECRET.\n")
        return 1
    try:
        asyncio.run(_serve(arguments, secret))
    except OSError as error:
        sys.stderr.write(f"The rehearsal switch could not listen on 127.0.0.1: {error.strerror or error}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
