"""Letting the worker's processes live and die together."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1


class StopRequest:
    """That the process was asked to stop, by SIGTERM or SIGINT (Ctrl-C)."""

    def __init__(self) -> None:
        # A handler may only do what is safe at any moment of the program it interrupts: writing to a pipe is.
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)

    def listen(self) -> None:
        """Hear the signals from now on, in place of whoever heard them before."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._writing, b"!")

    def fileno(self) -> int:
        """Return what becomes readable when the request is made, to wait for it together with other things."""
        return self._reading

    def is_made(self) -> bool:
        """Return whether the process has been asked to stop."""
        ready, _write, _error = select.select([self._reading], [], [], 0)
        return bool(ready)


def children_bind() -> None:
    """Let every process forked from now on die with its parent, and hear of signals through it alone.

    Without this, killing the worker outright would leave its children running for ever; and a signal sent to the
    whole process group, as a terminal or process manager does, would end them in the middle of a send. Linux only:
    elsewhere children of a killed worker remain, which the claims' leases make harmless.
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
