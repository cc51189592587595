"""What every installation needs before its first request."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps

from workspace.models import GeneralSettings
from workspace.services.roles import roles_ensure


def essentials_ensure(sender: AppConfig, **_kwargs: Any) -> None:
    """Make the roles and the workspace's unique id once every app has its tables (a receiver of `post_migrate`)."""
    if sender != list(apps.get_app_configs())[-1]:
        return
    roles_ensure()
    if not GeneralSettings.objects.exists():
        GeneralSettings().save()
