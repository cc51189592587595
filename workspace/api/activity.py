"""What the API's calls say of presence: a mobile app that calls is in somebody's hands."""

from __future__ import annotations

from knox.models import AuthToken
from rest_framework.request import Request

from workspace.cache import first_within
from workspace.clients import token_client_name
from workspace.database.writes import write_if_possible
from workspace.models import User
from workspace.services.presence import activity_report

# What the mobile app's `User-Agent` begins with.
MOBILE_APP = "RC Mobile"
# The calls of this many seconds are told as one.
INTERVAL = 15


def mobile_activity_note(request: Request) -> None:
    """Count a call of the mobile app as activity of its client, once within :data:`INTERVAL`."""
    user, auth_token = request.user, request.auth
    if not isinstance(user, User) or not isinstance(auth_token, AuthToken):
        return
    if not request.headers.get("User-Agent", "").startswith(MOBILE_APP):
        return
    client = token_client_name(auth_token.digest)
    if first_within(f"presence:{client}", seconds=INTERVAL):
        write_if_possible(lambda: activity_report(user=user, client=client))
