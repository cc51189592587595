"""The step in which a phone is added by a QR code and rings."""

from __future__ import annotations

import base64
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from push.lazy_modules import lazy_module
from push.pages.devices import DeviceDisplay
from push.pages.setup.base import AdministratorOnly, StepView, step_url
from push.selectors.devices import devices_own
from push.selectors.setup.steps import DEVICE, STEPS
from push.selectors.testing import push_test_of, push_test_result
from push.services.setup.progress import step_complete, step_skip
from push.services.testing import push_test_start
from workspace.addresses import absolute_url
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.pages.form_data import parse_key
from workspace.pages.reader import reader_of

qrcode = lazy_module("qrcode")
qrcode_svg = lazy_module("qrcode.image.svg")


class DeviceStep(StepView):
    """Shows a QR code, waits for the device, sends a test push, and shows its result."""

    step = next(step for step in STEPS if step.name == DEVICE)
    template_name = "push/setup/device.html"

    def extra(self) -> dict[str, Any]:
        link = absolute_url(reverse("device-here"))
        return {
            **devices_context(self.actor),
            **self.result_context(),
            "link": link,
            "qr_code": qr_code(link),
            "site_url": settings.SITE_URL,
            "has_sandbox": settings.SANDBOX,
        }

    def result_context(self) -> dict[str, Any]:
        """Return the result of the test push that the URL names."""
        pk = parse_key(self.request.GET.get("test", ""))
        return test_context(self.actor, pk) if pk is not None else {}

    def save_and_go_on(self) -> HttpResponse:
        """Go on; without a device, this counts as skipped."""
        (step_complete if devices_own(self.actor) else step_skip)(step=DEVICE)
        return HttpResponseRedirect(step_url(self.neighbour(1)))

    def act_test(self) -> HttpResponse:
        """Send a test push to the administrator's devices; the page then follows it."""
        is_part = bool(self.request.headers.get("HX-Request"))
        try:
            notification = push_test_start(user=self.actor, actor=self.actor)
        except ApplicationError as error:
            if is_part:
                return render(self.request, "push/setup/test_failed.html", {"problem": error.message or error.code})
            messages.error(self.request, error.message or error.code)
            return HttpResponseRedirect(step_url(DEVICE))
        if is_part:
            return render(self.request, "push/devices/test_result.html", test_context(self.actor, notification.pk))
        return HttpResponseRedirect(f"{step_url(DEVICE)}?test={notification.pk}")


class DeviceList(AdministratorOnly):
    """The administrator's devices, polled by the step until one is there."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "push/setup/devices.html", devices_context(reader_of(request)))


def devices_context(user: User) -> dict[str, Any]:
    """Return the user's devices for the template."""
    return {"devices": [DeviceDisplay(device) for device in devices_own(user)]}


def test_context(user: User, pk: int) -> dict[str, Any]:
    """Return the result of a test push for the template of the devices' page; empty if it is not the user's."""
    notification = push_test_of(pk)
    if notification is None or notification.user != user:
        return {}
    result = push_test_result(notification)
    results = [(DeviceDisplay(one.device), one) for one in result.devices]
    return {"result": result, "results": results, "here": reverse("device-test-result", args=[pk])}


def qr_code(text: str) -> str:
    """Return a QR code as the address of an image."""
    image = qrcode.make(text, image_factory=qrcode_svg.SvgPathImage, border=2)
    return f"data:image/svg+xml;base64,{base64.b64encode(image.to_string()).decode()}"
