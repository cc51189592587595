"""Counts the receipts of devices that servers report to the gateway."""

from __future__ import annotations

from collections import Counter
from datetime import UTC

from django.utils import timezone

from cloud.models import Outcome
from cloud.services.quota import usage_add
from push.models import GatewayPush


def receipt_count(workspace: int, identity: str) -> None:
    """Add to the workspace's usage that a device has received a push, under the app of the push.

    Receipts of pushes that are unknown, or no longer stored, are not counted.
    """
    pushes = GatewayPush.objects.filter(workspace=workspace, identity=identity, accepted_at__isnull=False)
    push = pushes.order_by().values_list("app", "platform").first()
    if push:
        day = timezone.now().astimezone(UTC).date()
        usage_add(Counter({(workspace, day, *push, Outcome.RECEIVED): 1}))
