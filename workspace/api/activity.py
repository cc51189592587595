"""Presence derived from API calls: if the mobile app makes calls, it is in use."""

from __future__ import annotations

from knox.models import AuthToken
from rest_framework.request import Request

from workspace.cache import first_within
from workspace.clients import token_client_name
from workspace.database.writes import write_if_possible
from workspace.models import User
from workspace.services.presence import activity_report

# The prefix of the mobile app's `User-Agent`.
MOBILE_APP = "RC Mobile"
# Calls within this many seconds count as one report.
INTERVAL = 15


def mobile_activity_record(request: Request) -> None:
    """Count a call of the mobile app as activity of its client, once within :data:`INTERVAL`."""
    user, auth_token = request.user, request.auth
    if not isinstance(user, User) or not isinstance(auth_token, AuthToken):
        return
    if not request.headers.get("User-Agent", "").startswith(MOBILE_APP):
        return
    client = token_client_name(auth_token.digest)
    if first_within(f"presence:{client}", seconds=INTERVAL):
        write_if_possible(lambda: activity_report(user=user, client=client))
