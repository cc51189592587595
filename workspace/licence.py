"""What the workspace's licence grants. Which licence there is, is the business of the rooms above."""

from __future__ import annotations

from collections.abc import Callable, Collection

ModuleSource = Callable[[], Collection[str]]

_sources: list[ModuleSource] = []


def source_register(source: ModuleSource) -> None:
    """Let `source` tell, whenever asked, the names of premium modules that are granted at that moment."""
    if source not in _sources:
        _sources.append(source)


def source_unregister(source: ModuleSource) -> None:
    """Ask `source` no more."""
    if source in _sources:
        _sources.remove(source)


def module_granted(name: str) -> bool:
    """Return whether a licence grants the premium module `name`, such as `push-privacy`."""
    return any(name in source() for source in _sources)
