"""Limits on the values of labels: each distinct value is a series that Prometheus stores.

The first values that occur are accepted, and all further ones become `other`. All processes of a host share the
accepted values, in a file next to their counts.
"""

from __future__ import annotations

import json
import threading

from workspace.monitoring.metrics.files import MetricFiles

OTHER = "other"
# How many values a label may have. Apps register with any name; routes are the site's URL patterns.
LIMITS = {"app": 50, "route": 700}
LIMIT = 100
LONGEST = 120


class LabelValues:
    """The accepted values of each label."""

    def __init__(self, files: MetricFiles) -> None:
        self._files = files
        self._path = files.folder / "labels.json"
        self._lock = threading.Lock()
        self._known: dict[str, set[str]] = {}

    def accept(self, label: str, value: str) -> str:
        """Return the value, or `other` if the label already has as many values as are allowed."""
        known = self._known.get(label, set())
        if value in known:
            return value
        if len(known) >= limit_of(label):
            return OTHER
        return self._share(label, value[:LONGEST])

    def _share(self, label: str, value: str) -> str:
        with self._lock, self._files.locked():
            shared: dict[str, list[str]] = self._read()
            values = shared.setdefault(label, [])
            if value not in values and len(values) < limit_of(label):
                values.append(value)
                temporary = self._path.with_suffix(".new")
                temporary.write_text(json.dumps(shared))
                temporary.replace(self._path)
            self._known[label] = set(values)
            return value if value in values else OTHER

    def _read(self) -> dict[str, list[str]]:
        try:
            content = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def limit_of(label: str) -> int:
    """Return how many values the label may have."""
    return LIMITS.get(label, LIMIT)
