"""When settings were last changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from workspace.models import SettingChange

# What the history does not record, such as the environment and built-in values, changes with a start of the server.
STARTED_AT = timezone.now()


def setting_times() -> Callable[[str], datetime]:
    """Return a function from the id of a setting to the time when it was last changed."""
    rows = SettingChange.objects.order_by().values("setting_id").annotate(last=Max("at"))
    times = dict(rows.values_list("setting_id", "last"))
    return lambda setting_id: max(times.get(setting_id, STARTED_AT), STARTED_AT)
