"""The cloud's side of registration: by a confirmed e-mail, or by a token from the console."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cloud.models import (
    Admission,
    CloudServiceSettings,
    EventKind,
    Plan,
    RegisteredWorkspace,
    RegistrationRequest,
    RegistrationToken,
)
from cloud.secrets import secret_digest, secret_matches, secret_new
from cloud.services.audit import event_record
from cloud.services.registration import Credentials, invalid, workspace_register
from workspace.addresses import absolute_url
from workspace.errors import ApplicationError
from workspace.models import MailKind, User
from workspace.services.people.requested_mails import mail_request

REQUEST_VALID_FOR = timedelta(hours=24)
TOKEN_VALID_FOR = timedelta(days=7)
# Confirmation e-mails per day to one address, and for one workspace.
MAILS_PER_DAY = 5
CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"


@transaction.atomic
def registration_request(*, unique_id: str, name: str, site_url: str, email: str) -> tuple[RegistrationRequest, str]:
    """Store a workspace's registration request, send the confirmation e-mail, and return the request and its secret.

    The response does not reveal whether the unique id is registered already; that is checked after the confirmation.
    Raises `error-registration-closed` (403) if registration by e-mail is off, `error-too-many-requests` (429) for an
    address or workspace with too many requests today, and `invalid-params` for invalid values.
    """
    if not CloudServiceSettings.current().email_registration:
        raise ApplicationError(
            "error-registration-closed", "This cloud registers workspaces by a registration token only", status=403
        )
    now = timezone.now()
    recent = RegistrationRequest.objects.filter(created_at__gt=now - timedelta(days=1))
    if max(recent.filter(email__iexact=email).count(), recent.filter(unique_id=unique_id).count()) >= MAILS_PER_DAY:
        raise ApplicationError(
            "error-too-many-requests", "Too many registration requests today; try again tomorrow", status=429
        )
    secret = secret_new()
    request = RegistrationRequest(
        unique_id=unique_id,
        name=name,
        site_url=site_url,
        email=email,
        secret_digest=secret_digest(secret),
        confirmation_digest=secret_digest(confirmation_of(secret_digest(secret))),
        code=code_new(),
        created_at=now,
        ends_at=now + REQUEST_VALID_FOR,
    )
    try:
        request.full_clean(exclude=("confirmed_at", "finished_at"))
    except ValidationError as error:
        raise invalid(error) from error
    request.save()
    mail_request(kind=MailKind.CONFIRMATION, reference=request.pk)
    return request, secret


def confirmation_of(digest: str) -> str:
    """Return the secret part of the confirmation link, derived from the digest of the request's secret.

    It is derived with this installation's key, so the worker that writes the e-mail can compute it again.
    """
    return salted_hmac("cloud.confirmation", digest, algorithm="sha256").hexdigest()


def code_new() -> str:
    """Return a random code that is easy to compare, such as `KX4T-9PDM`."""
    drawn = "".join(secrets.choice(CODE_ALPHABET) for _position in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def confirmation_mail_send(request_pk: str) -> None:
    """Send the e-mail that confirms a request; does nothing if the request is confirmed or has expired."""
    waiting = RegistrationRequest.objects.filter(confirmed_at=None, ends_at__gt=timezone.now())
    request = waiting.filter(pk=request_pk).first()
    if request is None:
        return
    url = absolute_url(reverse("cloud-confirm", args=[confirmation_of(request.secret_digest)]))
    context = {"registration": request, "url": url, "cloud_url": settings.SITE_URL}
    subject = _("Confirm the registration of %(name)s") % {"name": " ".join(request.name.split())}
    send_mail(subject, render_to_string("cloud/mail/confirm.txt", context), None, [request.email])


def request_by_confirmation(confirmation: str) -> RegistrationRequest | None:
    """Return the registration request of a confirmation link; None if it is unknown or has expired."""
    rows = RegistrationRequest.objects.filter(confirmation_digest=secret_digest(confirmation))
    return rows.filter(ends_at__gt=timezone.now()).first()


@transaction.atomic
def request_confirm(*, request: RegistrationRequest) -> None:
    """Record that the recipient of the e-mail confirmed the request."""
    RegistrationRequest.objects.filter(pk=request.pk, confirmed_at=None).update(confirmed_at=timezone.now())


@transaction.atomic
def request_finish(*, request_id: str, secret: str) -> tuple[RegisteredWorkspace, Credentials] | None:
    """Register the workspace of a confirmed request and return its credentials; None while it is not confirmed.

    A workspace that lost the response may repeat the call until the request expires, and gets new credentials. Raises
    `error-registration-unknown` (404) and the errors of :func:`workspace_register`.
    """
    rows = RegistrationRequest.objects.select_for_update()
    request = rows.filter(public_id=request_id, ends_at__gt=timezone.now()).first()
    if request is None or not secret_matches(secret, request.secret_digest):
        raise ApplicationError(
            "error-registration-unknown", "This registration is unknown or has expired; start again", status=404
        )
    if request.confirmed_at is None:
        return None
    if request.finished_at is not None:
        RegisteredWorkspace.objects.filter(unique_id=request.unique_id, email=request.email).update(
            disconnected_at=timezone.now()
        )
    registered = workspace_register(
        unique_id=request.unique_id,
        name=request.name,
        site_url=request.site_url,
        email=request.email,
        admission=Admission.EMAIL,
    )
    request.finished_at = timezone.now()
    request.save(update_fields=["finished_at"])
    return registered


@transaction.atomic
def registration_token_create(
    *, note: str = "", plan: str = Plan.COMMUNITY, actor: User | None = None, ends_at: datetime | None = None
) -> tuple[RegistrationToken, str]:
    """Create a registration token for one workspace; returns the row and its text, which contains the cloud's URL."""
    secret = secret_new()
    token = RegistrationToken.objects.create(
        digest=secret_digest(secret),
        note=note,
        plan=plan,
        created_by=actor,
        ends_at=ends_at or timezone.now() + TOKEN_VALID_FOR,
    )
    event_record(EventKind.TOKEN_MADE, actor=actor, note=note, plan=plan)
    return token, token_text(settings.SITE_URL, secret)


def token_text(cloud_url: str, secret: str) -> str:
    """Encode a registration token as text for copying and pasting."""
    document = json.dumps({"url": cloud_url, "token": secret}, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def token_read(text: str) -> tuple[str, str]:
    """Decode a pasted token and return the cloud's address (empty if the token has none) and the secret."""
    compact = "".join(text.split())
    try:
        document = json.loads(base64.urlsafe_b64decode(compact + "=" * (-len(compact) % 4)))
        return str(document["url"]), str(document["token"])
    except (ValueError, KeyError, TypeError):
        return "", compact


@transaction.atomic
def registration_token_use(
    *, secret: str, unique_id: str, name: str, site_url: str
) -> tuple[RegisteredWorkspace, Credentials]:
    """Register a workspace by a token, and return its row and credentials.

    The same workspace may use the token again until it expires, because a response may get lost. Raises
    `error-token-unknown` (404) if the token is unknown, expired or used by another workspace, and the errors of
    :func:`workspace_register`.
    """
    rows = RegistrationToken.objects.select_for_update(of=("self",)).select_related("workspace")
    token = rows.filter(digest=secret_digest(secret), ends_at__gt=timezone.now()).first()
    is_repeat = bool(token and token.workspace and token.workspace.unique_id == unique_id)
    if token is None or (token.used_at is not None and not is_repeat):
        raise ApplicationError(
            "error-token-unknown", "This registration token is unknown, has expired, or was already used", status=404
        )
    if is_repeat:
        RegisteredWorkspace.objects.filter(unique_id=unique_id).update(disconnected_at=timezone.now())
    registered = workspace_register(
        unique_id=unique_id, name=name, site_url=site_url, admission=Admission.TOKEN, plan=token.plan
    )
    token.used_at, token.workspace = timezone.now(), registered[0]
    token.save(update_fields=["used_at", "workspace"])
    return registered
