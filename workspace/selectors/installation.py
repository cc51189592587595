"""Facts about this installation."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from workspace.models import GeneralSettings


def installed_at() -> datetime:
    """Return when the database was set up, which is when the first migration was applied."""
    applied_at: datetime = MigrationRecorder(connection).migration_qs.aggregate(applied_at=Min("applied"))["applied_at"]
    return applied_at


def deployment_fingerprint() -> str:
    """Return a SHA-256 (hexadecimal) that differs between this deployment and a copy of its database elsewhere."""
    identity = f"{settings.SITE_URL}\n{GeneralSettings.current().unique_id}"
    return hashlib.sha256(identity.encode()).hexdigest()
