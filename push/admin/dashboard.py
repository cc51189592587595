"""The admin dashboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cloud.pages.connectivity import MANAGE
from cloud.selectors.usage import own_usage
from push.admin import labels
from push.admin.console_dashboard import console_context
from push.admin.devices import UNKNOWN_VERSION
from push.admin.statistics.context import statistics_context
from push.admin.statistics.texts import count_text
from push.explain.reasons import reason_sentence
from push.models import Device, Notification, State
from push.providers.registry import device_kind
from push.selectors.checklist import problems
from push.selectors.counts import LIMIT, DeviceCount, device_counts
from push.selectors.dashboard import Queue, app_versions, devices_by_type, last_failures, queue_summary
from push.selectors.gateway_apps import expiring_keys
from push.selectors.next_steps import next_steps
from push.selectors.route_overview import pauses
from push.selectors.routes import routes_current
from workspace.admin.columns import change_link, room_link, time_cell, user_link
from workspace.admin.contributions import changelist_url
from workspace.pages.reader import reader_of
from workspace.roles import is_cloud, is_workspace
from workspace.selectors.database import database_problems
from workspace.services.settings import EDIT_PERMISSION, VIEW_PERMISSION
from workspace.templatetags.times import time_since


def dashboard_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the sections that the user may see (unfold's `DASHBOARD_CALLBACK`)."""
    now = timezone.now()
    context["title"] = _("Dashboard")
    context["database_problems"] = database_problems()
    if may_see_steps(request):
        steps = next_steps(reader_of(request))
        context |= {"next_steps": steps.shown, "dismissed_steps": len(steps.dismissed)}
    context["may_dismiss"] = settings.SETUP_WIZARD and request.user.has_perm(EDIT_PERMISSION)
    if not is_workspace():
        return context | console_context(request)
    routes = routes_current()
    paused = pauses(routes)
    devices = device_counts()
    if request.user.has_perm("push.view_notification"):
        context |= {
            "queue_cards": queue_cards(queue_summary(now)),
            "failures": failure_table(last_failures(now)),
            **statistics_context(request),
        }
        context["pauses"] = paused
    if request.user.has_perm(VIEW_PERMISSION):
        context |= {"problems": problems(routes, paused, devices), "asks_gateways": True}
    if request.user.has_perm(MANAGE):
        context["own_usage"] = own_usage()
    if is_cloud() and request.user.has_perm("push.view_gatewayapp"):
        context["expiring_keys"] = expiring_keys()
    if request.user.has_perm("push.view_device"):
        context |= {"devices": device_rows(devices), "versions": version_table(app_versions(devices))}
    return context


def may_see_steps(request: HttpRequest) -> bool:
    """Return True if the user may see what is missing."""
    return request.user.has_perm(EDIT_PERMISSION) or request.user.has_perm("push.view_notification")


def queue_cards(queue: Queue) -> list[dict[str, Any]]:
    """Return the cards with the queue's counts."""
    queued = f"{changelist_url(Notification)}?state__exact={State.QUEUED}&state__exact={State.RETRYING}"
    oldest = _("oldest: %(time)s") % {"time": time_since(queue.oldest_due)} if queue.oldest_due else _("none overdue")
    undecided = ngettext("%(count)s message not decided yet", "%(count)s messages not decided yet", queue.undecided)
    undecided %= {"count": limited(queue.undecided)}
    return [
        {
            "title": _("Waiting"),
            "figure": limited(queue.waiting),
            "note": undecided,
            "icon": "hourglass_top",
            "url": queued,
        },
        {"title": _("Due now"), "figure": limited(queue.due), "note": oldest, "icon": "alarm", "url": queued},
        {
            "title": _("Being sent"),
            "figure": limited(queue.sending),
            "note": _("claimed by a worker"),
            "icon": "send",
            "url": f"{changelist_url(Notification)}?state__exact={State.CLAIMED}",
        },
    ]


def limited(count: int) -> str:
    """Return a count that stops at a limit."""
    return _("more than %(limit)s") % {"limit": count_text(LIMIT)} if count > LIMIT else count_text(count)


def version_table(versions: list[DeviceCount]) -> dict[str, Any]:
    """Return the enabled devices by app and version, with links to them."""
    rows = [
        {
            "name": f"{version.app_name} {version.version}".strip(),
            "cells": [
                {"text": str(device_kind(version.type).label)},
                {"text": count_text(version.enabled), "url": f"{changelist_url(Device)}?{version_query(version)}"},
            ],
        }
        for version in versions
    ]
    return {"headers": [_("Type"), _("Devices")], "rows": rows}


def version_query(version: DeviceCount) -> str:
    """Return the filters of the list of devices for an app's version."""
    values = {"app_name": version.app_name, "type__exact": version.type, "enabled": "yes"}
    return urlencode({**values, "version": version.version or UNKNOWN_VERSION})


def device_rows(counts: list[DeviceCount]) -> list[dict[str, Any]]:
    """Return the device counts by type, each with its percentage of the most common type for the bar."""
    by_type = devices_by_type(counts)
    most = max((enabled for _kind, enabled, _disabled in by_type), default=0) or 1
    return [
        {
            "name": labels.device_type(kind.type),
            "enabled": enabled,
            "disabled": disabled,
            "share": round(100 * enabled / most),
            "url": f"{changelist_url(Device)}?type__exact={kind.type}",
        }
        for kind, enabled, disabled in by_type
    ]


def failure_table(failures: list[Notification]) -> dict[str, Any]:
    """Return the latest failures for unfold's table."""
    return {
        "headers": [_("failed"), _("member"), _("room"), _("channel"), _("reason")],
        "rows": [
            [
                change_link(failure, time_cell(failure.finished_at)),
                user_link(failure.user),
                room_link(failure.room),
                labels.channel(failure.channel),
                reason_sentence(failure.reason),
            ]
            for failure in failures
        ],
    }
