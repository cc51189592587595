"""Saving and removing the apps that the gateway pushes for; each is noted in the cloud's audit log."""

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
    """Save an app that has been validated; `changed` names the fields that differ, of which no value is noted."""
    app.save()
    event_record(
        EventKind.APP_SAVED, actor=actor, **described(app), active=app.is_active, changed=" ".join(sorted(changed))
    )


@transaction.atomic
def gateway_app_remove(*, app: GatewayApp, actor: User | None) -> None:
    """Remove an app with its keys; nothing is pushed to it any more."""
    noted = described(app)
    app.delete()
    event_record(EventKind.APP_REMOVED, actor=actor, **noted)


def described(app: GatewayApp) -> dict[str, Any]:
    """Return what tells the app from others."""
    told = {"app": app.app_name or "*", "service": app.type}
    if app.type == APN:
        told["environment"] = "production" if app.production else "development"
    return told
