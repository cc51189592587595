"""Uses the cloud's gateway after the workspace was connected, and reports the quota to other programs."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from cloud.signals import quota_passed, workspace_connected
from push.models import PushSettings
from push.models.gateway_addresses import DEFAULT_GATEWAY
from push.services.webhooks import events
from workspace.errors import ApplicationError
from workspace.models import ChangeSource
from workspace.services.settings import Origin, setting_save


@receiver(workspace_connected, dispatch_uid="push.cloud.workspace_connected")
def gateway_adopt(gateway_url: str, **_kwargs: Any) -> None:
    """Set the cloud's gateway, unless an administrator chose another one or the setting is fixed."""
    if not gateway_url or PushSettings.stored().gateway.strip() != DEFAULT_GATEWAY:
        return
    try:
        setting_save(setting_id="Push_gateway", value=gateway_url, origin=Origin(source=ChangeSource.CLOUD))
    except ApplicationError:
        return


@receiver(quota_passed, dispatch_uid="push.cloud.quota_passed")
def on_quota_passed(*, month: str, percent: int, used: int, limit: int | None, **_kwargs: Any) -> None:
    events.quota_passed(month=month, percent=percent, used=used, limit=limit)
