"""The test push: started by a POST, with a result page that updates for each device."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from push.models import Notification
from push.selectors.testing import push_test_of, push_test_result
from push.services.testing import OTHERS_PERMISSION, OWN_PERMISSION, push_test_start
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.pages.form_data import posted_text
from workspace.pages.settings.base import admin_page, settings_view
from workspace.selectors.accounts import user_by_username


@require_POST
@settings_view(permission=OWN_PERMISSION)
def start(request: HttpRequest) -> HttpResponse:
    """Send a test push to the admin's own devices, or to those of the user named in `username`."""
    assert isinstance(request.user, User)
    username = posted_text(request, "username")
    user = user_by_username(username) if username else request.user
    if user is None:
        messages.error(request, _("There is no user “%(name)s”.") % {"name": username[:64]})
        return redirect("settings_group", "push")
    try:
        notification = push_test_start(user=user, actor=request.user)
    except ApplicationError as error:
        messages.error(request, error.message)
        return redirect("settings_group", "push")
    return redirect("push_test_result", notification.pk)


@settings_view(permission=OWN_PERMISSION)
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the result of the test push. The page polls the changing part until the result is final."""
    context = {"result": push_test_result(_visible(request, pk)), "here": reverse("push_test_result", args=[pk])}
    if request.headers.get("HX-Request"):
        return render(request, "push/settings/test_devices.html", context)
    return admin_page(request, "push/settings/test.html", gettext_lazy("Test push"), context)


def _visible(request: HttpRequest, pk: int) -> Notification:
    notification = push_test_of(pk)
    if notification is None:
        raise Http404
    if notification.user != request.user and not request.user.has_perm(OTHERS_PERMISSION):
        raise PermissionDenied
    return notification
