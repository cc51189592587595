"""Reporting messages to the administrators, and dismissing reports."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import Report, User
from workspace.selectors.messages import message_shown_to


@transaction.atomic
def message_report(*, reporter: User, public_id: str, description: str) -> Report:
    """Store a report of the message, with its text as it is now.

    Raises `error-invalid-description` for an empty description, and `error-invalid-message_id` if there is no such
    message or the reporter may not read it.
    """
    if not description.strip():
        raise ApplicationError("error-invalid-description", "error-invalid-description")
    message = message_shown_to(user=reporter, public_id=public_id)
    if message is None:
        raise ApplicationError("error-invalid-message_id", "error-invalid-message_id")
    return Report.objects.create(message=message, reporter=reporter, description=description, text=message.text)


@transaction.atomic
def reports_dismiss(*, moderator: User, reports: QuerySet[Report], reason: str = "") -> int:
    """Dismiss the reports that are open, and return their number.

    Raises MissingPermissionError unless the moderator may.
    """
    if not moderator.has_perm("workspace.manage_moderation_actions"):
        raise MissingPermissionError()
    return reports.filter(dismissed_at=None).update(dismissed_at=timezone.now(), dismissed_by=moderator, reason=reason)
