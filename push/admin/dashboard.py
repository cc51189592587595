"""The admin dashboard."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cloud.pages.connectivity import MANAGE
from cloud.selectors.usage import own_usage
from push.admin import labels
from push.admin.console_dashboard import console_context
from push.explain.reasons import reason_sentence
from push.models import Device, Notification, State
from push.selectors.checklist import problems
from push.selectors.dashboard import Day, Queue, devices_by_type, last_day, last_failures, queue_summary
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

MAX_REASONS = 6
SERIES = (
    (State.SENT, gettext_lazy("Sent"), "var(--color-primary-600)"),
    (State.DROPPED, gettext_lazy("Dropped"), "var(--color-base-400)"),
    (State.FAILED, gettext_lazy("Failed"), "#dc2626"),
)


def dashboard_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the sections that the user may see (unfold's `DASHBOARD_CALLBACK`)."""
    now = timezone.now()
    context["title"] = _("Dashboard")
    context["database_problems"] = database_problems()
    context["next_steps"] = next_steps(reader_of(request)) if may_see_steps(request) else []
    context["may_dismiss"] = settings.SETUP_WIZARD and request.user.has_perm(EDIT_PERMISSION)
    if not is_workspace():
        return context | console_context(request)
    routes = routes_current()
    paused = pauses(routes)
    if request.user.has_perm("push.view_notification"):
        day = last_day(now)
        context |= {
            "queue_cards": queue_cards(queue_summary(now)),
            "day_cards": day_cards(day),
            "day_chart": day_chart(day) if any(day.total(state) for state, *_rest in SERIES) else "",
            "legend": [(title, colour) for _state, title, colour in SERIES],
            "reasons": reason_rows(day),
            "failures": failure_table(last_failures(now)),
        }
        context["pauses"] = paused
    if request.user.has_perm(VIEW_PERMISSION):
        context |= {"problems": problems(routes, paused), "asks_gateways": True}
    if request.user.has_perm(MANAGE):
        context["own_usage"] = own_usage()
    if is_cloud() and request.user.has_perm("push.view_gatewayapp"):
        context["expiring_keys"] = expiring_keys()
    if request.user.has_perm("push.view_device"):
        context["devices"] = device_rows()
    return context


def may_see_steps(request: HttpRequest) -> bool:
    """Return True if the user may see what is missing."""
    return request.user.has_perm(EDIT_PERMISSION) or request.user.has_perm("push.view_notification")


def queue_cards(queue: Queue) -> list[dict[str, Any]]:
    """Return the cards with the queue's counts."""
    queued = f"{changelist_url(Notification)}?state__exact={State.QUEUED}&state__exact={State.RETRYING}"
    oldest = _("oldest: %(time)s") % {"time": time_since(queue.oldest_due)} if queue.oldest_due else _("none overdue")
    undecided = ngettext("%(count)d message not decided yet", "%(count)d messages not decided yet", queue.undecided)
    undecided %= {"count": queue.undecided}
    return [
        {"title": _("Waiting"), "figure": queue.waiting, "note": undecided, "icon": "hourglass_top", "url": queued},
        {"title": _("Due now"), "figure": queue.due, "note": oldest, "icon": "alarm", "url": queued},
        {
            "title": _("Being sent"),
            "figure": queue.sending,
            "note": _("claimed by a worker"),
            "icon": "send",
            "url": f"{changelist_url(Notification)}?state__exact={State.CLAIMED}",
        },
    ]


def day_cards(day: Day) -> list[dict[str, Any]]:
    """Return the cards with the notifications of the last 24 hours, by outcome."""
    icons = {State.SENT: "check_circle", State.DROPPED: "filter_alt_off", State.FAILED: "error"}
    return [
        {
            "title": title,
            "figure": day.total(state),
            "note": _("in the last 24 hours"),
            "icon": icons[state],
            "url": f"{changelist_url(Notification)}?state__exact={state}",
            "is_bad": state == State.FAILED and day.total(state) > 0,
        }
        for state, title, _colour in SERIES
    ]


def day_chart(day: Day) -> str:
    """Return the data for unfold's bar chart, by hour."""
    return json.dumps(
        {
            "labels": [timezone.localtime(hour).strftime("%H:%M") for hour in day.hours],
            "datasets": [
                {
                    "label": str(title),
                    "data": day.series(state),
                    "backgroundColor": colour,
                    "stack": "all",
                    "maxBarThickness": 20,
                    "borderRadius": 2,
                    "displayYAxis": True,
                    "maxTicksXLimit": 12,
                }
                for state, title, colour in SERIES
            ],
        }
    )


def reason_rows(day: Day) -> list[dict[str, Any]]:
    """Return the most frequent reasons why notifications were not sent."""
    total = day.total(State.DROPPED) + day.total(State.FAILED) or 1
    return [
        {
            "sentence": reason_sentence(reason),
            "code": reason,
            "count": count,
            "share": round(100 * count / total),
            "failed": state == State.FAILED,
            "url": f"{changelist_url(Notification)}?reason={reason}",
        }
        for (state, reason), count in day.reasons.most_common(MAX_REASONS)
    ]


def device_rows() -> list[dict[str, Any]]:
    """Return the device counts by type, each with its percentage of the most common type for the bar."""
    paused = devices_by_type()
    most = max((enabled for _kind, enabled, _disabled in paused), default=0) or 1
    return [
        {
            "name": labels.device_type(kind.type),
            "enabled": enabled,
            "disabled": disabled,
            "share": round(100 * enabled / most),
            "url": f"{changelist_url(Device)}?type__exact={kind.type}",
        }
        for kind, enabled, disabled in paused
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
