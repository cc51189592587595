"""Saves quiet hours, and pauses pushes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from preferences.models import QuietHours
from preferences.quiet.schedule import hours_normalized
from preferences.services.quiet_schedules import schedules_update
from preferences.services.rows import choices_save
from preferences.signals import quiet_hours_changed
from workspace.models import User

LONGEST_PAUSE = timedelta(days=7)


class QuietChoices(TypedDict, total=False):
    """The values that can be set: `choice` is a QuietChoice, or empty for the workspace's default.

    `hours` are in the format of preferences/quiet/schedule.py. None for `lets_mentions_through` means the workspace's
    default.
    """

    choice: str
    hours: str
    lets_mentions_through: bool | None


@transaction.atomic
def quiet_hours_save(*, user: User, **choices: Unpack[QuietChoices]) -> None:
    """Change the given values of the account's quiet hours; the others stay unchanged.

    The due times of the user's waiting pushes are recomputed. Raises ValidationError, saving nothing, if the hours are
    malformed or never end, or if `choice` is "own" without any hours.
    """
    row = row_locked(user)
    if "hours" in choices:
        choices["hours"] = hours_normalized(choices["hours"])
    if choices.get("choice", row.choice) == "own" and not choices.get("hours", row.hours):
        raise ValidationError({"hours": _("Enter the days and times of your quiet hours.")})
    choices_save(row, choices)
    schedules_update()
    quiet_hours_changed.send(QuietHours, user=user)


@transaction.atomic
def quiet_pause(*, user: User, until: datetime) -> None:
    """Hold back the account's pushes until a time, including those that are already waiting.

    Raises ValidationError if the time is in the past or further ahead than :data:`LONGEST_PAUSE`.
    """
    now = timezone.now()
    if not now < until <= now + LONGEST_PAUSE:
        raise ValidationError(_("Choose a time within the next %(days)d days.") % {"days": LONGEST_PAUSE.days})
    choices_save(row_locked(user), {"paused_until": until})
    quiet_hours_changed.send(QuietHours, user=user)


@transaction.atomic
def quiet_resume(*, user: User) -> None:
    """End the account's pause. Pushes that it held back are due now, unless quiet hours apply."""
    choices_save(row_locked(user), {"paused_until": None})
    quiet_hours_changed.send(QuietHours, user=user)


def row_locked(user: User) -> QuietHours:
    """Lock the account until the end of the transaction, and return its quiet hours, new or stored."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return QuietHours.objects.filter(user=user).first() or QuietHours(user=user)
