"""Waiting for other processes: for something to become true, or for as long as a fault lasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

LOOK_SECONDS = 0.05


def wait_until(condition: Callable[[], bool], *, seconds: float = 30, failure: str = "It did not come about.") -> None:
    """Wait for what other processes bring about, looking again and again; fails the test when it takes too long."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"{failure} (waited {seconds} s)")
        pause.wait(LOOK_SECONDS)


def fault_last(seconds: float) -> None:
    """Let a fault last that long. The time is part of the fault itself; no result is waited for by it."""
    threading.Event().wait(seconds)
