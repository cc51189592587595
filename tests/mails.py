"""E-mails that people wait for, sent at once instead of by a worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workspace.tasks import requested_mail


def mails_send_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the tasks of requested e-mails when they are queued."""
    tasks: dict[str, Callable[[int], None]] = {"workspace.tasks.requested_mail": requested_mail}
    monkeypatch.setattr("workspace.waking.async_task", lambda path, key: tasks[path](key))
