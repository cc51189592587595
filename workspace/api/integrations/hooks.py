"""The addresses that programs post to: `/hooks/<id>/<token>`."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from workspace.api.base import PublicApi
from workspace.api.errors import TooManyRequestsError, application_error
from workspace.api.throttling import Rate, usage_count
from workspace.cache import first_within
from workspace.errors import ApplicationError
from workspace.models import Integration
from workspace.selectors.integrations import integration_called, stop_reason
from workspace.services.integrations.receiving import Outcome, call_record, incoming_post
from workspace.webhooks.bodies import payload_of
from workspace.webhooks.messages import message_read

UNKNOWN = "Invalid integration id or token provided."
UNAVAILABLE = "Service Unavailable"
MINUTE = 60_000
# Calls with a wrong token that an address may make.
WRONG_TOKENS = Rate(60, MINUTE)


class IncomingWebhookApi(PublicApi):
    """Posts the message of a program. The token in the address is the only credential."""

    schema = None
    throttle_classes = []
    is_background = True

    def get(self, request: Request, **path: str) -> Response:
        """Post the message in the query; some programs cannot do otherwise."""
        return self.post(request, **path)

    def post(self, request: Request, integration_id: str, token: str, **_path: str) -> Response:
        integration = integration_called(public_id=integration_id, token=token)
        if integration is None:
            self.count(WRONG_TOKENS, f"address:{request.META.get('REMOTE_ADDR')}")
            return answer(Outcome(status=400, error=UNKNOWN))
        size = len(request.META.get("QUERY_STRING", "") if request.method == "GET" else request._request.body)
        try:
            self.count(Rate(integration.calls_per_minute, MINUTE), integration.public_id)
        except TooManyRequestsError as error:
            # Programs that call too often must not fill the list of calls.
            if first_within(f"hook-refused:{integration.pk}", seconds=60):
                call_record(integration=integration, outcome=Outcome(status=429, error=error.code), size=size)
            raise
        outcome = carry_out(integration, request)
        if outcome.messages or outcome.error:
            call_record(integration=integration, outcome=outcome, size=size)
        return answer(outcome)

    def count(self, rate: Rate, caller: str) -> None:
        """Count the call; raises TooManyRequestsError if there were too many."""
        if not settings.API_RATE_LIMITING:
            return
        self.usage = usage_count(rate, f"hooks:{caller}")
        if self.usage.exceeded:
            raise TooManyRequestsError(max(1, round(self.usage.reset / 1000 - time.time())))


def carry_out(integration: Integration, request: Request) -> Outcome:
    """Post the message of the call, and return what became of it. An empty call does nothing, as clients expect."""
    if stop_reason(integration):
        return Outcome(status=503, error=UNAVAILABLE)
    recognised = ""
    try:
        payload = payload_of(request._request)
        if not payload:
            return Outcome()
        incoming = message_read(payload)
        recognised = incoming.format
        posted = incoming_post(integration=integration, incoming=incoming)
    except (ApplicationError, ValidationError) as exception:
        error = application_error(exception)
        # Clients know the codes of errors; those of a payload that cannot be read are for people.
        text = error.message if error.code.startswith("invalid-pa") else error.code
        return Outcome(status=400, error=text, format=recognised)
    return Outcome(format=recognised, messages=posted)


def answer(outcome: Outcome) -> Response:
    """Return the response to a call."""
    body: dict[str, Any] = {"success": not outcome.error}
    if outcome.error:
        body["error"] = outcome.error
    return Response(body, status=outcome.status)
