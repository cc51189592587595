"""Garbage collection of the web process."""

from __future__ import annotations

import gc

# Collections of young objects start after this many new ones; the older ones follow after so many of these.
THRESHOLDS = (10_000, 20, 20)


def garbage_configure() -> None:
    """Make garbage collections short and rare. Call it when the application has been loaded.

    A collection stops the process. With thousands of open sockets, one of all objects takes 200 ms, most of it for the
    modules, which are never garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
