"""Ends long connections when the process is asked to stop."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable


def call_at_stop(stop: Callable[[], None]) -> None:
    """Call a function in this event loop when the process receives a stop signal, then the previous signal handler."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before) and getattr(before, "stops", None) != stop:
            signal.signal(number, stopping_handler(before, loop, stop))


def stopping_handler(
    before: Callable[..., object], loop: asyncio.AbstractEventLoop, stop: Callable[[], None]
) -> Callable[..., None]:
    """Return a signal handler that calls `stop` in the loop, and then the previous handler."""

    def handle(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)
        before(number, frame)

    handle.stops = stop  # type: ignore[attr-defined]
    return handle
