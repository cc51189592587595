"""Creates the keys that identify this workspace to browsers' push services."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from push.models import VapidKeys
from push.providers.web_push.vapid import vapid_keys_new


def vapid_keys_ensure(**_kwargs: Any) -> VapidKeys:
    """Return the workspace's keys, and create them if there are none (also a receiver of `database_ready`)."""
    keys = VapidKeys.objects.filter(pk=1).first()
    if keys is not None:
        return keys
    public_key, private_key = vapid_keys_new()
    # Of processes that start together, one makes the keys.
    return VapidKeys.objects.get_or_create(pk=1, defaults={"public_key": public_key, "private_key": private_key})[0]


@transaction.atomic
def vapid_keys_renew() -> VapidKeys:
    """Replace the keys, and return the new ones.

    Subscriptions for the old keys are refused from then on. Browsers subscribe again when they next open a page.
    """
    public_key, private_key = vapid_keys_new()
    return VapidKeys.objects.update_or_create(
        pk=1, defaults={"public_key": public_key, "private_key": private_key, "created_at": timezone.now()}
    )[0]
