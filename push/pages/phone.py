"""The simulated phone: a lock screen that shows pushes as a real phone would (only if the sandbox is enabled)."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from push.pages.lock_screen import card_for
from push.pages.phone_texts import phone_texts
from push.selectors.checklist import blocking_checks
from push.selectors.checks import Light
from push.selectors.devices import device_by_token, sandbox_inbox
from push.selectors.gateway_checks import gateway_checks
from workspace.addresses import message_path, room_path
from workspace.errors import ApplicationError
from workspace.models import GeneralSettings, User
from workspace.pages.form_data import parse_key
from workspace.pages.reader import View, reader_of, signed_in_only
from workspace.selectors.messages import message_shown_to
from workspace.selectors.rooms import room_readable_by
from workspace.services.settings import VIEW_PERMISSION
from workspace.services.sign_in import sign_in

APP_NAME = "callboard.phone"
PHONES_PER_BROWSER = 9


def sandbox_only(view: View) -> View:
    """Decorate a view that only exists if the sandbox is enabled; otherwise it gives 404."""

    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        if not settings.SANDBOX:
            raise Http404
        return view(request)

    return wrapper


@require_GET
@sandbox_only
@login_required
def phone(request: HttpRequest) -> HttpResponse:
    """Show the phone; `?phone=2` is a second one in the same browser."""
    number = phone_number(request.GET.get("phone", ""))
    site_name = GeneralSettings.current().site_name
    context = {
        "next_number": number + 1 if number < PHONES_PER_BROWSER else 1,
        "site_name": site_name,
        "title": phone_name(number),
        "config": phone_config(request, number=number, site_name=site_name),
    }
    return render(request, "push/phone.html", context)


def phone_number(raw: str) -> int:
    """Return the number of the browser's phone, 1 to 9; 1 if the value is invalid."""
    return int(raw) if raw in {str(number) for number in range(1, PHONES_PER_BROWSER + 1)} else 1


def phone_name(number: int) -> str:
    """Return the name of a phone's page and device."""
    return _("Phone %(number)d") % {"number": number}


def phone_config(request: HttpRequest, *, number: int, site_name: str) -> dict[str, Any]:
    """Return the configuration for the phone's script."""
    return {
        "number": number,
        "name": phone_name(number),
        "userId": request.user.public_id if isinstance(request.user, User) else "",
        "appName": APP_NAME,
        "siteName": site_name,
        "urls": {
            "credentials": reverse("phone-credentials"),
            "inbox": reverse("phone-inbox"),
            "problems": reverse("phone-problems"),
            "open": reverse("phone-open"),
            "token": f"{settings.SITE_PATH}/api/v1/push.token",
            "receipt": f"{settings.SITE_PATH}/api/v1/push.ack",
            "logout": f"{settings.SITE_PATH}/api/v1/logout",
        },
        "texts": phone_texts(),
    }


@require_POST
@sandbox_only
@signed_in_only
def phone_credentials(request: HttpRequest, user: User) -> HttpResponse:
    """Sign the phone in to the API as the session's user and return the credentials for its requests."""
    auth_token = sign_in(user=user)
    return JsonResponse({"authToken": auth_token, "userId": user.public_id})


@require_GET
@sandbox_only
@signed_in_only
def phone_inbox(request: HttpRequest, user: User) -> HttpResponse:
    """Return the pushes that the user's phone (`token`) received after the push with id `after`, or 404."""
    device = device_by_token(user=user, token=request.GET.get("token", ""))
    if device is None:
        return JsonResponse({"success": False, "error": "error-device-not-found"}, status=404)
    after = parse_key(request.GET.get("after", "")) or 0
    return JsonResponse({"pushes": [card_for(push) for push in sandbox_inbox(device=device, after=after)]})


@require_GET
@sandbox_only
@login_required
def phone_open(request: HttpRequest) -> HttpResponse:
    """Open the target of a tapped notification, as an app does: its `message`, otherwise its `room`."""
    user = reader_of(request)
    message = message_shown_to(user=user, public_id=request.GET.get("message", ""))
    if message is not None:
        return redirect(message_path(message))
    try:
        return redirect(room_path(room_readable_by(user=user, public_id=request.GET.get("room", ""))))
    except ApplicationError:
        messages.error(request, _("The message no longer exists."))
        return redirect("rooms")


@require_GET
@sandbox_only
@signed_in_only
def phone_problems(request: HttpRequest, user: User) -> HttpResponse:
    """Return the reasons why pushes cannot reach the simulated phones, with links for users who may fix them."""
    checks = blocking_checks(APP_NAME)
    checks += [check for check in gateway_checks() if check.light == Light.RED]
    may_view = user.has_perm(VIEW_PERMISSION)
    problems = [
        {
            "title": str(check.title),
            "sentence": check.sentence,
            "url": check.url if may_view else "",
            "step": str(check.step),
        }
        for check in checks
    ]
    return JsonResponse({"problems": problems})
