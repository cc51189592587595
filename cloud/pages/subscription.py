"""The page Subscription: the plan, the licence, and what is used of this month's pushes."""

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
    return gettext("The licence and the counts are those of the cloud.")


def paste(_actor: User, _target: Any, values: dict[str, Any]) -> str:
    licences.licence_install(token=values["token"])
    return gettext("The licence is installed.")


def remove(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    licences.licence_remove()
    return gettext("The licence is removed: the community plan holds.")


ACTIONS = {
    "sync": PageAction(
        title=_("Sync license updates"),
        question=_("Licence and counts are fetched from the cloud."),
        permission=MANAGE,
        run=synchronize,
    ),
    "licence": PageAction(
        title=_("Paste a licence"),
        question=_("For a server without a way to the cloud. It takes the place of the licence that is there."),
        permission=MANAGE,
        form=LicenceForm,
        run=paste,
    ),
    "remove": PageAction(
        title=_("Remove the licence"),
        question=_("What it unlocks is locked again; what the community plan has goes on."),
        permission=MANAGE,
        run=remove,
        is_dangerous=True,
    ),
}


@settings_view(permission=MANAGE)
@require_GET
def subscription(request: HttpRequest) -> HttpResponse:
    """Show the plan, the licence, and what is used of the month."""
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
        context |= {**usage_context(usage), "told_at": own_usage_reported_at()}
    return admin_page(request, "cloud/subscription.html", _("Subscription"), context)


@settings_view(permission=MANAGE)
def subscription_act(request: HttpRequest, name: str) -> HttpResponse:
    """Ask, and do one of the things that can be done about the licence."""
    back = reverse("subscription")
    if request.method != "POST" and name == "sync":
        return redirect(back)
    return action_page(request, ACTIONS.get(name), target=None, back=back)


@settings_view(permission=MANAGE)
@require_GET
def subscription_file(request: HttpRequest) -> HttpResponse:
    """Answer with the month's pushes by day, as the cloud told them, as CSV (RFC 4180)."""
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
