"""A check of a checklist, and the links to fix problems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from push.models import AppRoute, PushSettings
from workspace.pages.settings.presentation import setting_url
from workspace.setting_groups.registry import settings_by_id


class Light(StrEnum):
    """The result of a check."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its result, a sentence, and a link to fix the problem."""

    light: Light
    title: str | Promise
    sentence: str
    url: str = ""
    step: str | Promise = ""


def setting_step(setting_id: str) -> tuple[str, str]:
    """Return the URL and name of the setting that fixes a problem."""
    entry = settings_by_id()[setting_id]
    return setting_url(entry), entry.label


def connection_step() -> tuple[str, Promise]:
    """Return the URL and name of the page for the workspace's connection to its cloud."""
    return reverse("connectivity"), gettext_lazy("Connectivity services")


def key_step(source: PushSettings | AppRoute, name: str) -> tuple[str, str]:
    """Return the URL and name of the page where a key is entered: in the settings or in an app's own route."""
    if isinstance(source, AppRoute):
        return reverse("admin:push_approute_change", args=[source.pk]), source.app_name
    return setting_step(f"Push_{name}")
