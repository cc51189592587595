"""Reviews paused routes when addresses, credentials or routes change, or when the cloud admits the workspace again."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from cloud.models import CloudConnection, SetupWizardSettings
from cloud.signals import workspace_admitted
from push.models import AppRoute, ProviderValue, PushSettings
from push.sending.breaker import gateways_resume, held_release, pauses_review
from workspace.setting_groups import SettingsGroup


@receiver(post_save, sender=PushSettings, dispatch_uid="push.routes.settings")
@receiver(post_save, sender=SetupWizardSettings, dispatch_uid="push.routes.wizard")
@receiver(post_save, sender=CloudConnection, dispatch_uid="push.routes.connection")
def on_routes_changed(**_kwargs: Any) -> None:
    """Review the pauses with the values that were just saved, not with cached ones."""
    SettingsGroup.forget_cached()
    pauses_review()


@receiver(workspace_admitted, dispatch_uid="push.routes.admitted")
def on_workspace_admitted(**_kwargs: Any) -> None:
    gateways_resume()


@receiver(post_save, sender=AppRoute, dispatch_uid="push.routes.saved")
@receiver(post_delete, sender=AppRoute, dispatch_uid="push.routes.deleted")
@receiver(post_save, sender=ProviderValue, dispatch_uid="push.routes.provider_saved")
@receiver(post_delete, sender=ProviderValue, dispatch_uid="push.routes.provider_deleted")
def on_app_route_changed(**kwargs: Any) -> None:
    """Review the pauses; notifications that wait for a paused route may have another route now."""
    on_routes_changed(**kwargs)
    held_release()
