"""Start-up checks of the settings groups."""

from __future__ import annotations

import os
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from workspace.setting_groups import overrides
from workspace.setting_groups.registry import settings_by_id


@checks.register
def overrides_are_valid(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start with an override of an unknown setting, or with a value that it cannot hold."""
    known = settings_by_id()
    problems: list[checks.CheckMessage] = []
    for name in sorted(os.environ):
        if not name.startswith(overrides.PREFIX):
            continue
        setting_id = name.removeprefix(overrides.PREFIX)
        if setting_id not in known:
            problems.append(checks.Error(f"{name} names no setting.", id="workspace.E001"))
            continue
        try:
            overrides.value_of(setting_id, known[setting_id].field)
        except ImproperlyConfigured as error:
            problems.append(checks.Error(str(error), id="workspace.E002"))
    return problems
