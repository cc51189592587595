"""Suspends registered workspaces, and resumes them."""

from __future__ import annotations

from django.db import transaction

from cloud.models import EventKind, RegisteredWorkspace
from cloud.services.audit import event_record
from workspace.errors import ApplicationError
from workspace.models import User


@transaction.atomic
def workspace_suspend(*, workspace: RegisteredWorkspace, reason: str = "", actor: User | None = None) -> None:
    """Refuse the workspace's requests from now on; its credentials stay valid for when it is resumed."""
    workspace.is_active, workspace.suspended_reason = False, reason
    workspace.save(update_fields=["is_active", "suspended_reason"])
    event_record(EventKind.SUSPENDED, workspace=workspace, actor=actor, reason=reason)


@transaction.atomic
def workspace_resume(*, workspace: RegisteredWorkspace, actor: User | None = None) -> None:
    """Accept a suspended workspace's requests again."""
    workspace.is_active, workspace.suspended_reason = True, ""
    workspace.save(update_fields=["is_active", "suspended_reason"])
    event_record(EventKind.RESUMED, workspace=workspace, actor=actor)


def active_ensure(workspace: RegisteredWorkspace) -> None:
    """Raise `error-workspace-suspended` (403), with the reason, for a suspended workspace.

    Call this only after the credentials are verified: the reason is meant for the workspace's administrators.
    """
    if not workspace.is_active:
        reason = f": {workspace.suspended_reason}" if workspace.suspended_reason else ""
        message = f"This workspace is suspended at the cloud{reason}"
        raise ApplicationError("error-workspace-suspended", message, status=403)
