"""Reads exports of people's data."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from workspace.models import DataExport, User
from workspace.models.data_exports import UNFINISHED
from workspace.selectors.permissions import may_manage


def exports_of(user: User) -> QuerySet[DataExport]:
    """Return the exports of the person's data that are under way, available or failed, newest first."""
    return user.data_exports.exclude(expires_at__lt=timezone.now()).select_related("requested_by").order_by("-pk")


def exports_due() -> QuerySet[DataExport]:
    """Return the exports that a worker may make now, oldest first."""
    return DataExport.objects.filter(state__in=UNFINISHED, retry_at__lte=timezone.now()).order_by("pk")


def may_export(by: User, user: User) -> bool:
    """Return True if `by` may export the data of the person: their own, or with the permission."""
    return by == user or (by.has_perm("workspace.export_user_data") and may_manage(by, user))


def export_for(reader: User, public_id: str) -> DataExport | None:
    """Return the export if the reader may download it: it is of their own data, or they have requested it."""
    export = DataExport.objects.select_related("user").filter(public_id=public_id).first()
    if export is None or not may_export(reader, export.user):
        return None
    return export if reader in (export.user, export.requested_by) else None
