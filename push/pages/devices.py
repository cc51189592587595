"""The reader's own devices: what they are, how they fare; to rename, test and remove."""

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

from push.models import Device, DisabledReason
from push.pages.phone import APP_NAME as PHONE_APP
from push.pages.web import APP_NAME as WEB_APP
from push.providers.provider import DeviceKind
from push.providers.registry import providers
from push.selectors.answer_words import error_words
from push.selectors.devices import device_own, devices_own
from push.selectors.provider_values import is_enabled
from push.selectors.testing import push_test_of, push_test_result
from push.services.devices import NAME_MAX_LENGTH, device_forget, device_register, device_rename
from push.services.testing import device_test_start
from workspace.api.throttling import Rate, usage_count
from workspace.errors import ApplicationError
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of

# Test pushes, by whoever has the button before them.
TEST_RATE = Rate(10, 60_000)
# Devices that a person adds by hand: each is an address that this server will send to.
ADD_RATE = Rate(10, 60_000)

# The names of apps that people know under another than the one that they register with.
APPS: dict[str, str | Promise] = {
    WEB_APP: gettext_lazy("Browser"),
    PHONE_APP: gettext_lazy("Simulated phone"),
    "chat.rocket.android": "Rocket.Chat",
    "chat.rocket.ios": "Rocket.Chat",
    "chat.rocket.reactnative": "Rocket.Chat",
}

DeviceView = Callable[[HttpRequest, Device], HttpResponse]


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """A device as its owner reads of it."""

    device: Device

    def __getattr__(self, name: str) -> Any:
        return getattr(self.device, name)

    @property
    def is_browser(self) -> bool:
        return bool(self.device.host) and self.device.app_name == WEB_APP

    @property
    def app_shown(self) -> str:
        by_hand = self.device.kind.added_by_hand
        return str(by_hand.app_label if by_hand else APPS.get(self.device.app_name, self.device.app_name))

    @property
    def title(self) -> str:
        return self.device.name or self.app_shown

    @property
    def icon(self) -> str:
        kind = self.device.kind
        return "web" if self.is_browser else kind.own_icon or kind.icon

    @property
    def trouble(self) -> str:
        """Return why nothing is sent to it, or what was last wrong; empty where nothing is."""
        if self.device.disabled_reason == DisabledReason.ADMINISTRATOR:
            return self.device.get_disabled_reason_display()
        return error_words(self.device) or self.device.get_disabled_reason_display()

    @property
    def way(self) -> str:
        """Return who carries its notifications; of an endpoint the host only, the rest is a secret."""
        carrier = str(self.device.kind.carrier)
        return f"{carrier} ({self.device.host})" if self.device.host else carrier


def kinds_to_add() -> list[DeviceKind]:
    """Return the types of devices that people can add by hand now."""
    return [
        provider.device
        for provider in providers()
        if provider.device and provider.device.added_by_hand and is_enabled(provider)
    ]


class NameForm(forms.Form):
    """What a device is called."""

    name = forms.CharField(max_length=NAME_MAX_LENGTH, required=False)


def of_own_device(view: DeviceView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Let the view answer for one of the reader's own devices; another's is as unknown as none."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, public_id: str) -> HttpResponse:
        device = device_own(user=reader_of(request), public_id=public_id)
        if device is None:
            raise Http404
        return view(request, device)

    return guarded


@login_required
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """Show the reader's devices."""
    shown = [ShownDevice(device) for device in devices_own(reader_of(request))]
    context = {
        **page_context(request, title=_("Devices")),
        "devices": shown,
        "has_sandbox": settings.SANDBOX,
        "to_add": kinds_to_add(),
    }
    return TemplateResponse(request, "push/devices/list.html", context)


@login_required
@require_POST
def device_add_page(request: HttpRequest, type: str) -> HttpResponse:
    """Add a device of a type that people can add by hand."""
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
        added = _("“%(name)s” is added. Send it a test to see whether it arrives.")
        messages.success(request, added % {"name": ShownDevice(device).title})
    return redirect("devices")


@require_POST
@of_own_device
def device_rename_page(request: HttpRequest, device: Device) -> HttpResponse:
    """Give the device another name."""
    form = NameForm(request.POST)
    if form.is_valid():
        device_rename(device=device, name=form.cleaned_data["name"])
        messages.success(request, _("The device is called “%(name)s” now.") % {"name": ShownDevice(device).title})
    else:
        messages.error(request, _("A name has at most %(count)d characters.") % {"count": NAME_MAX_LENGTH})
    return redirect("devices")


@require_http_methods(["GET", "POST"])
@of_own_device
def device_remove_page(request: HttpRequest, device: Device) -> HttpResponse:
    """Ask whether to remove the device, and remove it."""
    if request.method == "POST":
        name = ShownDevice(device).title
        device_forget(device=device)
        messages.success(request, _("“%(name)s” is removed. It gets no more notifications.") % {"name": name})
        return redirect("devices")
    context = {**page_context(request, title=_("Remove this device?")), "device": ShownDevice(device)}
    return TemplateResponse(request, "push/devices/remove.html", context)


@require_POST
@of_own_device
def device_test_page(request: HttpRequest, device: Device) -> HttpResponse:
    """Send a test push to the device, and lead to what becomes of it."""
    if usage_count(TEST_RATE, f"device-test:{device.user_id}").exceeded:
        messages.error(request, _("That were many tests. Wait a minute, then try again."))
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
    """Show what became of the reader's test push; the page asks for the changing part until all is known."""
    notification = push_test_of(pk)
    if notification is None or notification.user != request.user:
        raise Http404
    result = push_test_result(notification)
    shown = [(ShownDevice(found.device), found) for found in result.devices]
    context = {"result": result, "shown": shown, "here": reverse("device-test-result", args=[pk])}
    if request.headers.get("HX-Request"):
        return render(request, "push/devices/test_result.html", context)
    return TemplateResponse(
        request, "push/devices/test.html", {**page_context(request, title=_("Test push")), **context}
    )
