"""The progress of the set-up, and whether the installation has an administrator."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from push.models import SetupProgress, SetupState
from workspace.models import User
from workspace.permissions import ADMIN
from workspace.stored_json import stored_read


def progress_current() -> SetupProgress:
    """Return the progress; an unsaved one if nothing has been stored yet."""
    return SetupProgress.objects.first() or SetupProgress()


def state_of(progress: SetupProgress) -> SetupState:
    """Return what the wizard remembers."""
    return stored_read(SetupState, progress.state)


def has_administrator() -> bool:
    """Return True if an account may enter the administration, even if it is deactivated now."""
    return User.objects.filter(Q(is_superuser=True) | Q(is_staff=True) | Q(groups__name=ADMIN)).exists()


def accepts_code() -> bool:
    """Return True while the set-up code can create the first administrator."""
    return is_unfinished() and not has_administrator()


def is_unfinished() -> bool:
    """Return True until the wizard is finished or postponed."""
    return settings.SETUP_WIZARD and progress_current().closed_at is None
