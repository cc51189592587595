"""Saving quiet hours, and pausing pushes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from preferences.models import QuietHours
from preferences.quiet.schedule import hours_normalized
from preferences.services.quiet_schedules import schedules_keep
from preferences.services.rows import choices_save
from preferences.signals import quiet_hours_changed
from workspace.models import User

LONGEST_PAUSE = timedelta(days=7)


class QuietChoices(TypedDict, total=False):
    """What may be chosen: `choice` as QuietChoice, empty for the workspace's; `hours` as in preferences/quiet/schedule.

    None for `lets_mentions_through` leaves it to the workspace.
    """

    choice: str
    hours: str
    lets_mentions_through: bool | None


@transaction.atomic
def quiet_hours_save(*, user: User, **choices: Unpack[QuietChoices]) -> None:
    """Change some of what the account chose of quiet hours; the others stay as they are.

    What waits for the user is due anew by what now holds. Raises ValidationError, saving nothing, for hours that
    cannot be understood or never end, and for own hours without any.
    """
    row = row_locked(user)
    if "hours" in choices:
        choices["hours"] = hours_normalized(choices["hours"])
    if choices.get("choice", row.choice) == "own" and not choices.get("hours", row.hours):
        raise ValidationError({"hours": _("Say on which days and at which hours it shall be quiet.")})
    choices_save(row, choices)
    schedules_keep()
    quiet_hours_changed.send(QuietHours, user=user)


@transaction.atomic
def quiet_pause(*, user: User, until: datetime) -> None:
    """Hold back the account's pushes until a moment, those that wait already among them.

    Raises ValidationError for a moment that has passed or lies further ahead than :data:`LONGEST_PAUSE`.
    """
    now = timezone.now()
    if not now < until <= now + LONGEST_PAUSE:
        raise ValidationError(_("Pause until a moment within the next %(days)d days.") % {"days": LONGEST_PAUSE.days})
    choices_save(row_locked(user), {"paused_until": until})
    quiet_hours_changed.send(QuietHours, user=user)


@transaction.atomic
def quiet_resume(*, user: User) -> None:
    """End the account's pause; what it held back is due, unless quiet hours hold it."""
    choices_save(row_locked(user), {"paused_until": None})
    quiet_hours_changed.send(QuietHours, user=user)


def row_locked(user: User) -> QuietHours:
    """Return the account's row to be changed, held until the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return QuietHours.objects.filter(user=user).first() or QuietHours(user=user)
