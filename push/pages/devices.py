"""The page with the user's own devices: their state, and actions to rename, test and remove them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from push.browsers import session_digest_of
from push.models import Device, DisabledReason, VapidKeys
from push.pages.phone import APP_NAME as PHONE_APP
from push.pages.web import APP_NAME as WEB_APP
from push.providers.provider import DeviceKind
from push.providers.registry import providers
from push.selectors.devices import device_own, devices_own
from push.selectors.provider_values import is_enabled
from push.selectors.response_texts import error_text
from push.selectors.testing import push_test_of, push_test_result
from push.services.devices import NAME_MAX_LENGTH, device_forget, device_register, device_rename
from push.services.testing import device_test_start
from workspace.api.throttling import Rate, usage_count
from workspace.errors import ApplicationError
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of

# Test pushes per user.
TEST_RATE = Rate(10, 60_000)
# Devices that users add by hand; this server sends requests to each of their addresses.
ADD_RATE = Rate(10, 60_000)

# Display names of apps that register with a technical name.
APPS: dict[str, str | Promise] = {
    WEB_APP: gettext_lazy("Browser"),
    PHONE_APP: gettext_lazy("Simulated phone"),
    "chat.rocket.android": "Rocket.Chat",
    "chat.rocket.ios": "Rocket.Chat",
    "chat.rocket.reactnative": "Rocket.Chat",
}

DeviceView = Callable[[HttpRequest, Device], HttpResponse]


@dataclass(frozen=True, slots=True)
class DeviceDisplay:
    """A device with the texts that its owner sees."""

    device: Device

    def __getattr__(self, name: str) -> Any:
        return getattr(self.device, name)

    @property
    def is_browser(self) -> bool:
        return bool(self.device.host) and self.device.app_name == WEB_APP

    @property
    def app_label(self) -> str:
        by_hand = self.device.kind.added_by_hand
        return str(by_hand.app_label if by_hand else APPS.get(self.device.app_name, self.device.app_name))

    @property
    def title(self) -> str:
        return self.device.name or self.app_label

    @property
    def icon(self) -> str:
        kind = self.device.kind
        return "web" if self.is_browser else kind.own_icon or kind.icon

    @property
    def problem(self) -> str:
        """Return why the device is disabled, or its last error; empty if there is none."""
        if self.device.disabled_reason == DisabledReason.ADMINISTRATOR:
            return self.device.get_disabled_reason_display()
        return error_text(self.device) or self.device.get_disabled_reason_display()

    @property
    def push_service(self) -> str:
        """Return the push service; for web push with the endpoint's host only, because the rest is a secret."""
        carrier = str(self.device.kind.carrier)
        return f"{carrier} ({self.device.host})" if self.device.host else carrier


def kinds_to_add() -> list[DeviceKind]:
    """Return the device types that users can currently add by hand."""
    return [
        provider.device
        for provider in providers()
        if provider.device and provider.device.added_by_hand and is_enabled(provider)
    ]


class NameForm(forms.Form):
    """The form to rename a device."""

    name = forms.CharField(max_length=NAME_MAX_LENGTH, required=False)


def own_device_view(view: DeviceView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Decorate a view of one of the user's own devices. A device of another user gives 404."""

    @wraps(view)
    @login_required
    def wrapper(request: HttpRequest, public_id: str) -> HttpResponse:
        device = device_own(user=reader_of(request), public_id=public_id)
        if device is None:
            raise Http404
        return view(request, device)

    return wrapper


@login_required
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """Show the user's devices."""
    shown = [DeviceDisplay(device) for device in devices_own(reader_of(request))]
    context = {
        **page_context(request, title=_("Devices")),
        "devices": shown,
        "has_sandbox": settings.SANDBOX,
        "to_add": kinds_to_add(),
    }
    return TemplateResponse(request, "push/devices/list.html", context)


@login_required
@require_GET
def device_here(request: HttpRequest) -> HttpResponse:
    """Show a short page to a phone that scanned the set-up's code: turn on notifications here, or use the app."""
    context = {
        **page_context(request, title=_("Notify this phone")),
        "devices": [DeviceDisplay(device) for device in devices_own(reader_of(request))],
        "site_url": settings.SITE_URL,
        "script": web_push_data(request),
        "is_framed": False,
    }
    return TemplateResponse(request, "push/devices/here.html", context)


def web_push_data(request: HttpRequest) -> dict[str, str]:
    """Return the data for the scripts that subscribe this browser to web push and keep the subscription up to date."""
    return {
        "web-push": "",
        "user": reader_of(request).public_id,
        "session": session_digest_of(request),
        "key": VapidKeys.current_public_key(),
        "url": reverse("web-push-subscription"),
        "worker": reverse("web-push-worker"),
    }


@login_required
@require_POST
def device_add_page(request: HttpRequest, type: str) -> HttpResponse:
    """Add a device whose type allows adding by hand."""
    user = reader_of(request)
    kind = next((kind for kind in kinds_to_add() if kind.type == type), None)
    if kind is None or kind.added_by_hand is None:
        raise Http404
    if usage_count(ADD_RATE, f"device-add:{user.pk}").exceeded:
        messages.error(request, _("Too many attempts. Wait a minute, then try again."))
        return redirect("devices")
    try:
        token = kind.added_by_hand.token_of(request.POST.get("address", "").strip())
        device = device_register(user=user, type=type, app_name=kind.added_by_hand.app_name, token=token)
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        added = _("“%(name)s” was added. Send a test to check that pushes arrive.")
        messages.success(request, added % {"name": DeviceDisplay(device).title})
    return redirect("devices")


@require_POST
@own_device_view
def device_rename_page(request: HttpRequest, device: Device) -> HttpResponse:
    """Rename the device."""
    form = NameForm(request.POST)
    if form.is_valid():
        device_rename(device=device, name=form.cleaned_data["name"])
        messages.success(request, _("The device is now called “%(name)s”.") % {"name": DeviceDisplay(device).title})
    else:
        messages.error(request, _("A name can have at most %(count)d characters.") % {"count": NAME_MAX_LENGTH})
    return redirect("devices")


@require_http_methods(["GET", "POST"])
@own_device_view
def device_remove_page(request: HttpRequest, device: Device) -> HttpResponse:
    """Ask for confirmation (GET), or remove the device (POST)."""
    if request.method == "POST":
        name = DeviceDisplay(device).title
        device_forget(device=device)
        messages.success(request, _("“%(name)s” was removed and will get no more notifications.") % {"name": name})
        return redirect("devices")
    context = {**page_context(request, title=_("Remove this device?")), "device": DeviceDisplay(device)}
    return TemplateResponse(request, "push/devices/remove.html", context)


@require_POST
@own_device_view
def device_test_page(request: HttpRequest, device: Device) -> HttpResponse:
    """Send a test push to the device and redirect to its result."""
    if usage_count(TEST_RATE, f"device-test:{device.user_id}").exceeded:
        messages.error(request, _("Too many tests. Wait a minute and try again."))
        return redirect("devices")
    try:
        notification = device_test_start(device=device)
    except ApplicationError as error:
        messages.error(request, error.message)
        return redirect("devices")
    return redirect("device-test-result", notification.pk)


@login_required
@require_GET
def device_test_result_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the result of the user's test push. The page polls the changing part until the result is final."""
    notification = push_test_of(pk)
    if notification is None or notification.user != request.user:
        raise Http404
    result = push_test_result(notification)
    results = [(DeviceDisplay(one.device), one) for one in result.devices]
    context = {"result": result, "results": results, "here": reverse("device-test-result", args=[pk])}
    if request.headers.get("HX-Request"):
        return render(request, "push/devices/test_result.html", context)
    return TemplateResponse(
        request, "push/devices/test.html", {**page_context(request, title=_("Test push")), **context}
    )
