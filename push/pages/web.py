"""Endpoints for web push: the service worker, the subscription key, the registration, and receipts."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from rest_framework import serializers

from push.api.devices import KeysParams
from push.browsers import browser_name, browser_version, session_digest_of
from push.models import Capability, VapidKeys
from push.providers.endpoints import ENDPOINT_MAX_LENGTH
from push.providers.web_push.transport import TYPE as WEB_PUSH
from push.sending.receipts import receipt_record
from push.services.devices import SubscriptionKeys, device_register
from workspace.api.params import Params, TextParam
from workspace.api.throttling import Rate, usage_count
from workspace.errors import ApplicationError
from workspace.models import GeneralSettings, User
from workspace.pages.reader import signed_in_only

# The app name of registered browsers; mobile apps send their own name to the API.
APP_NAME = "callboard.web"
NO_SILENT_PUSH_HOST = ".push.apple.com"
BODY_MAX_BYTES = 16 * 1024
TOKEN_MAX_LENGTH = 200
# A browser registers once, and again when its subscription or session changes.
RATE = Rate(20, 60_000)


class SubscriptionParams(Params):
    """A subscription in the JSON format of the browser's `PushSubscription`."""

    endpoint = TextParam(max_length=ENDPOINT_MAX_LENGTH)
    keys = KeysParams()


@require_GET
def worker_script(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the site's root, because it only controls URLs below its own path."""
    config = json.dumps(worker_config())
    response = render(request, "push/web/worker.js", {"config": config}, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def worker_config() -> dict[str, str]:
    """Return the service worker's configuration: values that pushes do not contain."""
    return {
        "site": GeneralSettings.current().site_name,
        "subscription": reverse("web-push-subscription"),
        "icon": static("workspace/icon-192.png"),
        "badge": static("push/web/badge.png"),
    }


def capabilities_for(endpoint: str) -> list[str]:
    """Return the capabilities of the subscription. Apple ends subscriptions that receive silent pushes."""
    host = urlsplit(endpoint).hostname or ""
    return [] if host.endswith(NO_SILENT_PUSH_HOST) else [Capability.CLEAR.value]


@require_GET
def subscription_config(request: HttpRequest) -> HttpResponse:
    """Return the key and CSRF token that a page or the service worker needs to subscribe."""
    return JsonResponse({"publicKey": VapidKeys.current_public_key(), "csrfToken": get_token(request)})


@signed_in_only
def subscription(request: HttpRequest, user: User) -> HttpResponse:
    """Register the browser's subscription (POST), or return what is needed to subscribe (GET)."""
    if request.method != "POST":
        return subscription_config(request)
    if usage_count(RATE, f"web-push:{user.pk}").exceeded:
        return failure(ApplicationError("error-too-many-requests", "Too many requests", status=429))
    try:
        params = SubscriptionParams.read(json_read(request))
        device = device_register(
            user=user,
            type=WEB_PUSH,
            app_name=APP_NAME,
            token=params["endpoint"],
            keys=SubscriptionKeys(params["keys"]["p256dh"], params["keys"]["auth"]),
            capabilities=capabilities_for(params["endpoint"]),
            session_digest=session_digest_of(request),
            name=browser_name(request.headers.get("User-Agent", "")),
            app_version=browser_version(request.headers.get("User-Agent", "")),
        )
    except ApplicationError as error:
        return failure(error)
    except serializers.ValidationError:
        return failure(ApplicationError("invalid-params", "The subscription is not valid"))
    return JsonResponse({"success": True, "id": device.public_id})


@csrf_exempt
@require_POST
def received(request: HttpRequest) -> HttpResponse:
    """Record that a device received a notification. The token, which is part of the push, authenticates the request.

    The response is the same for every token, and repeated requests have no effect.
    """
    token = json_read(request).get("token")
    if isinstance(token, str) and len(token) <= TOKEN_MAX_LENGTH:
        receipt_record(token=token)
    return HttpResponse(status=204)


def json_read(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in the request's body, or an empty one if there is none."""
    try:
        body = json.loads(request.read(BODY_MAX_BYTES).decode())
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def failure(error: ApplicationError) -> JsonResponse:
    """Return the error as JSON for the page's script."""
    return JsonResponse({"success": False, "error": error.message, "errorType": error.code}, status=error.status)
