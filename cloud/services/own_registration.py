"""Registers this workspace with a cloud: by e-mail, by a token, or by a file if the server has no internet access."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cloud.client import CloudError, cloud_post
from cloud.models import CloudConnection, PendingRegistration
from cloud.selectors.connection import cloud_url
from cloud.services.connection import (
    access_token_renew,
    connection_establish,
    self_description,
    synced_licence_replace,
    unregistered_ensure,
)
from cloud.services.registration_requests import token_read
from workspace.errors import ApplicationError
from workspace.http_addresses import is_http_address
from workspace.models import GeneralSettings, User

# How often to ask the cloud whether the e-mail was confirmed. A user usually waits at the page for the first minutes.
POLL_EVERY = timedelta(seconds=3)
POLL_SLOWLY_EVERY = timedelta(minutes=1)
POLL_OFTEN_FOR = timedelta(minutes=15)


def cloud_url_required() -> str:
    """Return the cloud's address; raises `error-cloud-url-missing`."""
    url = cloud_url()
    if not url:
        raise ApplicationError(
            "error-cloud-url-missing",
            _("No cloud to register with: enter its address in the setting “Cloud”."),
        )
    return url


def registration_start(*, email: str) -> PendingRegistration:
    """Ask the cloud to register this workspace. The cloud sends a confirmation link to `email`.

    Raises `error-already-registered`, `error-cloud-url-missing`, and CloudError if the cloud refuses or fails.
    """
    unregistered_ensure()
    url = cloud_url_required()
    answer = cloud_post(url, "api/cloud/register", document={**self_description(), "email": email})
    ends_at = parse_datetime(str(answer.get("endsAt") or ""))
    with transaction.atomic():
        PendingRegistration.objects.all().delete()
        return PendingRegistration.objects.create(
            cloud_url=url,
            email=email,
            request_id=str(answer.get("requestId") or "")[:64],
            secret=str(answer.get("secret") or ""),
            code=str(answer.get("code") or "")[:9],
            expires_at=ends_at or timezone.now() + timedelta(days=1),
        )


@transaction.atomic
def registration_cancel() -> None:
    """Delete a registration that is in progress."""
    PendingRegistration.objects.all().delete()


def registration_poll() -> CloudConnection | None:
    """Continue the registration in progress, and return the connection once it is established.

    Raises CloudError or ApplicationError if that fails; the pending registration stores the message.
    """
    pending = PendingRegistration.objects.first()
    if pending is None:
        return None
    try:
        if pending.token:
            return workspace_connect(token=pending.token, known_url=pending.cloud_url)
        if pending.expires_at and pending.expires_at <= timezone.now():
            raise ApplicationError("error-registration-unknown", _("Nobody confirmed the e-mail in time. Start again."))
        answer = cloud_post(
            pending.cloud_url,
            "api/cloud/registration",
            document={"requestId": pending.request_id, "secret": pending.secret},
        )
    except ApplicationError as error:
        PendingRegistration.objects.update(problem_text=(error.message or error.code)[:500])
        raise
    PendingRegistration.objects.update(problem_text="")
    if not answer.get("confirmed"):
        return None
    return connection_establish({**answer, "email": pending.email}, cloud_url=pending.cloud_url)


def poll_delay(pending: PendingRegistration) -> timedelta:
    """Return how long to wait before asking the cloud again whether the registration was confirmed."""
    return POLL_EVERY if timezone.now() - pending.started_at < POLL_OFTEN_FOR else POLL_SLOWLY_EVERY


def workspace_connect(*, token: str, known_url: str = "", actor: User | None = None) -> CloudConnection:
    """Register this workspace by a registration token, which also contains the cloud's address.

    `known_url` takes precedence over the address in the token. Raises `error-already-registered`,
    `error-registration-token` if the cloud's address is unknown, and CloudError.
    """
    unregistered_ensure()
    token_url, secret = token_read(token)
    url = known_url or (token_url if is_http_address(token_url) else cloud_url())
    if not url:
        raise ApplicationError(
            "error-registration-token",
            _("This is not a registration token. Copy the complete token from the cloud's console."),
        )
    answer = cloud_post(url, "api/cloud/connect", document={**self_description(), "token": secret})
    return connection_establish(answer, cloud_url=url, actor=actor)


@transaction.atomic
def connect_later(*, token: str) -> None:
    """Have the worker register this workspace by the token as soon as the cloud can be reached."""
    url, secret = token_read(token)
    PendingRegistration.objects.all().delete()
    PendingRegistration.objects.create(cloud_url=url, token=secret)


@transaction.atomic
def manual_register(*, blob: str, actor: User | None = None) -> CloudConnection:
    """Register this workspace with a registration file from the cloud's console, without contacting the cloud.

    Raises `error-already-registered`, and `error-registration-file` if the file is invalid or for another workspace.
    """
    unregistered_ensure()
    document = blob_read(blob)
    unique_id = document.get("uniqueId")
    if unique_id and unique_id != GeneralSettings.stored().unique_id:
        raise ApplicationError("error-registration-file", _("This registration is for another workspace."))
    try:
        connection = connection_establish(document, cloud_url=str(document.get("cloudUrl") or "")[:200], actor=actor)
    except CloudError as error:
        raise ApplicationError("error-registration-file", _("This is not a registration file from a cloud.")) from error
    if document.get("license"):
        synced_licence_replace(document["license"])
    return connection


def workspace_reconnect(*, blob: str = "") -> str:
    """Fetch a new access token for this workspace, using the credentials of a registration file if one is given.

    The agreement to the terms, the licence and the usage counts stay. Raises CloudError if the cloud refuses or fails,
    and `error-registration-file` if the file is for another workspace or cloud.
    """
    current = CloudConnection.objects.first()
    if current is not None and blob:
        credentials_replace(current, blob_read(blob))
    return access_token_renew(refused=current.access_token if current else "")


@transaction.atomic
def credentials_replace(current: CloudConnection, document: dict[str, Any]) -> None:
    """Store new credentials for the existing registration."""
    own = (current.workspace_id, current.cloud_url.rstrip("/"), GeneralSettings.stored().unique_id)
    given = (document.get("workspaceId"), str(document.get("cloudUrl")).rstrip("/"), document.get("uniqueId"))
    if given != own:
        raise ApplicationError(
            "error-registration-file", _("This registration is for another workspace or another cloud.")
        )
    current.client_id = str(document.get("clientId") or "")[:64]
    current.client_secret = str(document.get("clientSecret") or "")
    current.save(update_fields=["client_id", "client_secret"])


def blob_read(blob: str) -> dict[str, Any]:
    """Decode a registration file and return its JSON object; raises `error-registration-file`."""
    compact = "".join(blob.split())
    try:
        document = json.loads(base64.urlsafe_b64decode(compact + "=" * (-len(compact) % 4)))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ApplicationError("error-registration-file", _("This is not a registration file from a cloud."))
    return document


def blob_write(document: dict[str, Any]) -> str:
    """Encode a registration file as text for copying and pasting."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")
