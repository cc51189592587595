"""Makes the worker's processes stop together."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1


class StopRequest:
    """Records whether the process was asked to stop, by SIGTERM or SIGINT (Ctrl-C)."""

    def __init__(self) -> None:
        # A signal handler may only do what is safe at any point of the interrupted program, such as writing to a pipe.
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)

    def listen(self) -> None:
        """Install the signal handlers, replacing earlier ones."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._writing, b"!")

    def fileno(self) -> int:
        """Return a file descriptor that becomes readable when a stop is requested."""
        return self._reading

    def is_made(self) -> bool:
        """Return True if a stop has been requested."""
        ready, _write, _error = select.select([self._reading], [], [], 0)
        return bool(ready)


def children_bind() -> None:
    """Make all processes forked from now on die with their parent, and receive signals only through it.

    Otherwise the children of a killed worker would run forever, and a signal to the whole process group, as sent by
    terminals and process managers, would end them while they send. Linux only: on other systems children of a killed
    worker remain, which is harmless because their leases expire.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    parent = 0

    def before() -> None:
        nonlocal parent
        parent = os.getpid()

    def in_child() -> None:
        os.setpgid(0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    os.register_at_fork(before=before, after_in_child=in_child)
