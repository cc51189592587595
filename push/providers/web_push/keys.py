"""Making the keys by which push services of browsers know this workspace."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from push.models import VapidKeys
from push.providers.web_push.vapid import vapid_keys_new


def vapid_keys_ensure(**_kwargs: Any) -> VapidKeys:
    """Return the workspace's keys, made unless they are there (also a receiver of `database_ready`)."""
    known = VapidKeys.objects.filter(pk=1).first()
    if known is not None:
        return known
    public_key, private_key = vapid_keys_new()
    # Of processes that start together, one makes the keys.
    return VapidKeys.objects.get_or_create(pk=1, defaults={"public_key": public_key, "private_key": private_key})[0]


@transaction.atomic
def vapid_keys_renew() -> VapidKeys:
    """Replace the keys, and return the new ones.

    What was subscribed for the old ones is refused from then on; browsers subscribe anew when they next open a page.
    """
    public_key, private_key = vapid_keys_new()
    return VapidKeys.objects.update_or_create(
        pk=1, defaults={"public_key": public_key, "private_key": private_key, "created_at": timezone.now()}
    )[0]
