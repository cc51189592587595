"""Facts about this installation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Max, Min, Sum
from django.utils import timezone

from workspace.models import GeneralSettings, Room, User
from workspace.selectors.presence import shown_expression


def installed_at() -> datetime:
    """Return when the database was set up, which is when the first migration was applied."""
    applied_at: datetime = MigrationRecorder(connection).migration_qs.aggregate(applied_at=Min("applied"))["applied_at"]
    return applied_at


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceCounts:
    """How many accounts, rooms and messages there are."""

    accounts: Mapping[bool, int]
    presences: Mapping[str, int]
    languages: Mapping[str, int]
    rooms: Mapping[str, int]
    messages: Mapping[str, int]
    last_sign_in: datetime | None
    last_message_at: datetime | None


def workspace_counts() -> WorkspaceCounts:
    """Count accounts and rooms, with a constant number of queries; messages are counted by their rooms."""
    users, rooms = User.objects.order_by(), Room.objects.filter(deleted_at=None).order_by()
    seen = users.filter(is_active=True).annotate(shown=shown_expression(timezone.now(), "presence__"))
    of_types = {
        row["type"]: row for row in rooms.values("type").annotate(number=Count("pk"), posted=Sum("messages_count"))
    }
    return WorkspaceCounts(
        accounts=dict(users.values_list("is_active").annotate(Count("pk"))),
        presences=dict(seen.values_list("shown").annotate(Count("pk"))),
        languages=dict(users.values_list("language").annotate(Count("pk"))),
        rooms={type: row["number"] for type, row in of_types.items()},
        messages={type: row["posted"] for type, row in of_types.items()},
        last_sign_in=users.aggregate(latest=Max("last_login"))["latest"],
        last_message_at=rooms.aggregate(latest=Max("last_message_at"))["latest"],
    )


def deployment_fingerprint() -> str:
    """Return a SHA-256 (hexadecimal) that differs between this deployment and a copy of its database elsewhere."""
    identity = f"{settings.SITE_URL}\n{GeneralSettings.current().unique_id}"
    return hashlib.sha256(identity.encode()).hexdigest()
