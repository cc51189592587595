"""Start-up checks of the settings groups."""

from __future__ import annotations

import os
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from workspace.setting_groups import overrides
from workspace.setting_groups.kinds import Kind
from workspace.setting_groups.registry import actions_by_id, settings_by_id

TAG = "settings_groups"


@checks.register(TAG)
def overrides_are_valid(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Reject overrides of unknown settings, and invalid values, when the server starts."""
    known = settings_by_id()
    problems: list[checks.CheckMessage] = []
    for name in sorted(os.environ):
        if not name.startswith(overrides.PREFIX):
            continue
        setting_id = name.removeprefix(overrides.PREFIX)
        if setting_id not in known:
            problems.append(checks.Error(f"{name} does not name a setting.", id="workspace.E001"))
            continue
        try:
            overrides.override_value(setting_id, known[setting_id].field)
        except ImproperlyConfigured as error:
            problems.append(checks.Error(str(error), id="workspace.E002"))
    return problems


@checks.register
def requirements_are_known(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Reject declarations that require a setting which does not exist or is not a boolean."""
    known = settings_by_id()
    requirements = [(entry.id, entry.declaration.requires) for entry in known.values()]
    requirements += [(name, entry.action.requires) for name, entry in actions_by_id().items()]
    return [
        checks.Error(f"{name} requires {other}, which is not a boolean setting.", id="workspace.E003")
        for name, requires in requirements
        for other in (required.removeprefix("!") for required in requires)
        if other not in known or known[other].kind != Kind.BOOLEAN
    ]
