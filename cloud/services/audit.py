"""Writes the cloud's audit log."""

from __future__ import annotations

from typing import Any

from cloud.models import CloudEvent, EventKind, RegisteredWorkspace
from workspace.models import User


def event_record(
    kind: EventKind, *, workspace: RegisteredWorkspace | None = None, actor: User | None = None, **details: Any
) -> None:
    """Add an entry. Without an actor, the workspace or the cloud itself acted. `details` must not contain secrets."""
    CloudEvent.objects.create(
        kind=kind,
        workspace=workspace,
        actor=actor,
        actor_name=actor.username if actor else "",
        details=details,
    )
