"""Which rows of a table of events are new, although transactions may commit in another order than their keys."""

from __future__ import annotations

from collections.abc import Iterable

# A transaction that commits this many seconds after a later key was read is missed.
COMMIT_SKEW_SECONDS = 5.0
# At most this many missing keys are searched for: a rolled-back import may leave a large gap.
MAX_MISSING = 1000


class Window:
    """The newest key that was read, and smaller keys that may still be committed.

    A reader queries the keys above `newest` and the `missing` ones, so that the number of rows it reads does not depend
    on how many events there are within the time in which others may still commit.
    """

    def __init__(self) -> None:
        self.newest = 0
        self._missing: dict[int, float] = {}

    def start(self, last_keys: Iterable[int], now: float) -> None:
        """Begin after these keys, the last ones at the moment. Gaps between them may still be filled."""
        known = set(last_keys)
        self.newest = max(known, default=0)
        first = max(min(known, default=0), self.newest - MAX_MISSING)
        self._missing = {key: now for key in range(first, self.newest) if key not in known}

    def missing(self, now: float) -> list[int]:
        """Return the smaller keys that may still be committed."""
        self._missing = {key: at for key, at in self._missing.items() if now - at <= COMMIT_SKEW_SECONDS}
        return list(self._missing)

    def note(self, keys: Iterable[int], now: float) -> None:
        """Record that these keys were read. New gaps between them may be filled later."""
        for key in sorted(keys):
            if key > self.newest:
                first = max(self.newest + 1, key - MAX_MISSING)
                self._missing.update(dict.fromkeys(range(first, key), now))
                self.newest = key
            else:
                self._missing.pop(key, None)
        while len(self._missing) > MAX_MISSING:
            del self._missing[next(iter(self._missing))]
