"""What the workspace's licence grants. The licence itself is managed by upper apps."""

from __future__ import annotations

from collections.abc import Callable, Collection

ModuleSource = Callable[[], Collection[str]]

_sources: list[ModuleSource] = []


def source_register(source: ModuleSource) -> None:
    """Register a function that returns the names of the premium modules granted at the time of the call."""
    if source not in _sources:
        _sources.append(source)


def source_unregister(source: ModuleSource) -> None:
    """Remove a function registered with `source_register`."""
    if source in _sources:
        _sources.remove(source)


def module_granted(name: str) -> bool:
    """Return True if a licence grants the premium module `name`, such as `push-privacy`."""
    return name in modules_granted()


def modules_granted() -> set[str]:
    """Return the names of the premium modules that licences grant."""
    return {name for source in _sources for name in source()}
