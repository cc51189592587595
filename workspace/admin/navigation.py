"""The sidebar of the administration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from workspace.pages.settings.navigation import settings_navigation
from workspace.roles import Role, has_role


def view_permission(app: str, model: str) -> Callable[[HttpRequest], bool]:
    """Return a function that returns True if the user may see the model's rows in this installation."""

    def may_view(request: HttpRequest) -> bool:
        return bool(admin.site._registry[apps.get_model(app, model)].has_view_permission(request))

    return may_view


def list_link(title: str | Promise, icon: str, app: str, model: str) -> dict[str, Any]:
    """Return a sidebar link to the list of a model, for users who may see its rows."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": view_permission(app, model),
    }


def page_link(title: str | Promise, icon: str, view: str, permission: str) -> dict[str, Any]:
    """Return a sidebar link to a page, for users who have the permission."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(view),
        "permission": lambda request: request.user.has_perm(permission),
    }


# `role` (workspace/roles.py) limits a part to installations with that role. `is_used` is the dotted path of a function
# that returns whether the sidebar shows the part; the search finds its pages in any case.
NAVIGATION: list[dict[str, Any]] = [
    {"items": [{"title": _("Dashboard"), "icon": "space_dashboard", "link": reverse_lazy("admin:index")}]},
    {
        "title": _("Notifications"),
        "role": "workspace",
        "items": [
            list_link(_("Notifications"), "notifications", "push", "notification"),
            page_link(_("Explain notifications"), "help", "explain", "push.explain_notifications"),
            page_link(_("Follow a notification"), "steps", "follow", "push.explain_notifications"),
            list_link(_("Attempts"), "send_to_mobile", "push", "attempt"),
            list_link(_("Decisions"), "rule", "push", "decision"),
            list_link(_("Devices"), "devices", "push", "device"),
            list_link(_("Routes"), "alt_route", "push", "approute"),
            list_link(_("Past outcomes"), "history", "push", "outcomecount"),
        ],
    },
    {
        "title": _("People"),
        "items": [
            list_link(_("Users"), "person", "workspace", "user"),
            list_link(_("Roles"), "shield_person", "auth", "group"),
            list_link(_("Presences"), "sensors", "workspace", "presence"),
            list_link(_("E-mails"), "mail", "workspace", "keptmail"),
            list_link(_("Data exports"), "folder_shared", "workspace", "dataexport"),
            list_link(_("Failed sign-ins"), "lock_clock", "axes", "accessattempt"),
        ],
    },
    {
        "title": _("Rooms"),
        "role": "workspace",
        "items": [
            list_link(_("Rooms"), "forum", "workspace", "room"),
            list_link(_("Subscriptions"), "groups", "workspace", "subscription"),
            list_link(_("Messages"), "chat", "workspace", "message"),
            list_link(_("Reported messages"), "flag", "workspace", "report"),
            list_link(_("Message access log"), "visibility", "workspace", "textview"),
        ],
    },
    {
        "title": _("Integrations"),
        "role": "workspace",
        "items": [
            list_link(_("Incoming webhooks"), "webhook", "workspace", "integration"),
            list_link(_("Calls of webhooks"), "history", "workspace", "integrationcall"),
            list_link(_("Outgoing webhooks"), "output", "push", "webhookendpoint"),
            list_link(_("Deliveries of webhooks"), "outbox", "push", "webhookdelivery"),
            list_link(_("Sources"), "login", "workspace", "eventsource"),
        ],
    },
    {
        "title": _("Connection to the cloud"),
        "role": "workspace",
        "items": [
            page_link(_("Connectivity services"), "cloud_done", "connectivity", "cloud.manage_cloud"),
            page_link(_("Subscription"), "workspace_premium", "subscription", "cloud.manage_cloud"),
        ],
    },
    {
        "title": _("Cloud console"),
        "role": "cloud",
        "is_used": "cloud.selectors.console.console_is_used",
        "items": [
            list_link(_("Registered workspaces"), "domain", "cloud", "registeredworkspace"),
            list_link(_("Gateway apps"), "apps", "push", "gatewayapp"),
            page_link(_("Live traffic"), "monitoring", "cloud_traffic", "cloud.view_usagecount"),
            list_link(_("Registration tokens"), "key", "cloud", "registrationtoken"),
            list_link(_("Terms"), "gavel", "cloud", "terms"),
            list_link(_("Audit log"), "history", "cloud", "cloudevent"),
            list_link(_("Sandbox pushes"), "science", "push", "sandboxpush"),
        ],
    },
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the parts of the sidebar that are in use in this installation."""
    return [part for part in all_navigation(request) if "is_used" not in part or import_string(part["is_used"])()]


def all_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return all parts of the administration that this installation has, shown in the sidebar or not."""
    first, *others = (part for part in NAVIGATION if has_role(Role(part.get("role", "any"))))
    return [first, settings_navigation(request), *others]
