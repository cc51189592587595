"""Waiting for other processes: until a condition is true, or while a fault lasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

LOOK_SECONDS = 0.05


def wait_until(condition: Callable[[], bool], *, seconds: float = 30, failure: str = "It did not come about.") -> None:
    """Poll a condition that other processes make true; fails after the deadline."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"{failure} (waited {seconds} s)")
        pause.wait(LOOK_SECONDS)


def fault_last(seconds: float) -> None:
    """Let a fault last for this time. The time is part of the fault; the test does not wait for a result."""
    threading.Event().wait(seconds)
