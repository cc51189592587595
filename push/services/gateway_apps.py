"""Saves and removes the apps for which the gateway sends pushes. Changes are recorded in the cloud's audit log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cloud.models import EventKind
from cloud.services.audit import event_record
from push.models import GatewayApp
from push.providers.protocol import APN
from workspace.models import User


@transaction.atomic
def gateway_app_save(*, app: GatewayApp, actor: User | None, changed: Iterable[str] = ()) -> None:
    """Save a validated app. The audit log records the names of the `changed` fields, but no values."""
    app.save()
    event_record(
        EventKind.APP_SAVED, actor=actor, **described(app), active=app.is_active, changed=" ".join(sorted(changed))
    )


@transaction.atomic
def gateway_app_remove(*, app: GatewayApp, actor: User | None) -> None:
    """Remove an app and its keys. No more pushes are sent to it."""
    noted = described(app)
    app.delete()
    event_record(EventKind.APP_REMOVED, actor=actor, **noted)


def described(app: GatewayApp) -> dict[str, Any]:
    """Return the values that identify the app."""
    told = {"app": app.app_name or "*", "service": app.type}
    if app.type == APN:
        told["environment"] = "production" if app.production else "development"
    return told
