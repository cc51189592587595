"""The settings in the sidebar of the administration."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from workspace.pages.settings.base import groups_by_label, may_view


def settings_navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the sidebar section "Workspace": the settings, each of their groups, and their history."""
    links = [(group.label(), group.icon, reverse("settings_group", args=[group.slug()])) for group in groups_by_label()]
    links.insert(0, (_("Settings"), "settings", reverse("settings_index")))
    links.append((_("Settings history"), "history", reverse("settings_history")))
    items = [
        {"title": title, "icon": icon, "link": link, "permission": may_view, "active": request.path == link}
        for title, icon, link in links
    ]
    return {"title": _("Workspace"), "items": items}
