"""Keeping a registered workspace from the cloud and gateway, and letting it back."""

from __future__ import annotations

from django.db import transaction

from cloud.models import RegisteredWorkspace


@transaction.atomic
def workspace_suspend(*, workspace: RegisteredWorkspace) -> None:
    """Refuse the workspace's requests from now on; its access token is kept."""
    workspace.is_active = False
    workspace.save(update_fields=["is_active"])


@transaction.atomic
def workspace_resume(*, workspace: RegisteredWorkspace) -> None:
    """Accept a suspended workspace's requests again."""
    workspace.is_active = True
    workspace.save(update_fields=["is_active"])
