"""Locked settings: those that admins cannot change, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import licence, overrides

if TYPE_CHECKING:
    from workspace.setting_groups.base import Setting

STORED = object()


class LockKind(models.TextChoices):
    """The reason why a setting is locked."""

    ENVIRONMENT = "environment", _("Fixed by the environment")
    HOSTED = "hosted", _("Fixed by the host")
    PREMIUM = "premium", _("Premium")
    BUILT_IN = "built-in", _("Not changeable")


@dataclass(frozen=True, slots=True)
class Lock:
    """Why a setting cannot be changed, and its effective value (:data:`STORED`: the stored one)."""

    kind: LockKind
    reason: str | Promise
    value: Any


def lock_of(declaration: Setting, field: models.Field[Any, Any]) -> Lock | None:
    """Return the lock of the setting, or None.

    The environment takes precedence, except over a missing licence.
    """
    if declaration.premium_module and not licence.module_granted(declaration.premium_module):
        reason = format_lazy(
            _("Requires a licence with the module “{module}”. Without it, the setting is off."),
            module=declaration.premium_module,
        )
        return Lock(LockKind.PREMIUM, reason, _off_value(field))
    if overrides.is_overridden(declaration.id):
        reason = format_lazy(
            _("Fixed by the environment variable {name} of the server."), name=overrides.PREFIX + declaration.id
        )
        return Lock(LockKind.ENVIRONMENT, reason, overrides.override_value(declaration.id, field))
    if declaration.when_hosted and settings.CLOUD_HOSTED:
        reason = _("Fixed, because this workspace is hosted in the cloud.")
        return Lock(LockKind.HOSTED, reason, declaration.when_hosted())
    if not field.editable:
        return Lock(LockKind.BUILT_IN, _("Generated when the workspace was created. It cannot be changed."), STORED)
    return None


def _off_value(field: models.Field[Any, Any]) -> Any:
    return False if isinstance(field, models.BooleanField) else field.get_default()
