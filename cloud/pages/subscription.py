"""The page Subscription: plan, licence, and this month's push usage."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cloud.models import CloudConnection, Plan, QuotaNotice
from cloud.pages.actions import PageAction, action_page
from cloud.pages.connectivity import MANAGE
from cloud.pages.forms import LicenceForm
from cloud.pages.usage import usage_context
from cloud.selectors.licence import licence_state
from cloud.selectors.quota import month_of, own_quota
from cloud.selectors.usage import own_usage, own_usage_reported_at
from cloud.services import licences, sync
from workspace.models import GeneralSettings, User
from workspace.pages.settings.base import admin_page, settings_view


def synchronize(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    sync.cloud_sync()
    return gettext("Licence and usage are up to date.")


def paste(_actor: User, _target: Any, values: dict[str, Any]) -> str:
    licences.licence_install(token=values["token"])
    return gettext("The licence is installed.")


def remove(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    licences.licence_remove()
    return gettext("The licence is removed. The community plan applies.")


ACTIONS = {
    "sync": PageAction(
        title=_("Sync license updates"),
        question=_("This fetches the licence and usage from the cloud."),
        permission=MANAGE,
        run=synchronize,
    ),
    "licence": PageAction(
        title=_("Paste a licence"),
        question=_("For a server that cannot reach the cloud. It replaces the installed licence."),
        permission=MANAGE,
        form=LicenceForm,
        run=paste,
    ),
    "remove": PageAction(
        title=_("Remove the licence"),
        question=_("Features that the licence unlocks stop working. The features of the community plan stay."),
        permission=MANAGE,
        run=remove,
        is_dangerous=True,
    ),
}


@settings_view(permission=MANAGE)
@require_GET
def subscription(request: HttpRequest) -> HttpResponse:
    """Show the plan, the licence, and this month's push usage."""
    state, usage = licence_state(), own_usage()
    context: dict[str, Any] = {
        "licence": state,
        "plan": Plan(state.plan).label if state.plan in Plan.values else state.plan,
        "unique_id": GeneralSettings.stored().unique_id,
        "connection": CloudConnection.objects.first(),
        "notice": QuotaNotice.objects.filter(month=month_of()).first() if own_quota() else None,
        "form": LicenceForm(),
        "actions": ACTIONS,
    }
    if usage:
        context |= {**usage_context(usage), "reported_at": own_usage_reported_at()}
    return admin_page(request, "cloud/subscription.html", _("Subscription"), context)


@settings_view(permission=MANAGE)
def subscription_act(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for confirmation, then run one of the actions for the licence."""
    back = reverse("subscription")
    if request.method != "POST" and name == "sync":
        return redirect(back)
    return action_page(request, ACTIONS.get(name), target=None, back=back)


@settings_view(permission=MANAGE)
@require_GET
def subscription_file(request: HttpRequest) -> HttpResponse:
    """Return the month's pushes by day, as reported by the cloud, as CSV (RFC 4180)."""
    usage = own_usage()
    if usage is None:
        raise Http404
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["day", "pushes"])
    writer.writerows((day.isoformat(), count) for day, count in usage.by_day)
    name = f"pushes-{usage.quota.month:%Y-%m}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
