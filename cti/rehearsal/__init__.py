"""The small switch for newcomers: speaks the AMI that the engine uses, follows our dialplan, carries no sound.

Callers and phones are moved by `RehearsalSwitch` in the same process, or by `RehearsalControl` over a socket, so that
it outlives a restart of the engine. It passes the contract tests of the real switch.
"""

from cti.rehearsal.control import RehearsalControl, serve_control
from cti.rehearsal.pbx import RehearsalSwitch

__all__ = ["RehearsalControl", "RehearsalSwitch", "serve_control"]
