"""Reading this workspace's own registration with its cloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cloud.models import CloudConnection, PendingRegistration, SetupWizardSettings
from cloud.selectors.terms import own_consent_missing
from workspace.roles import is_cloud

# A cloud that was not heard of for this long is told as out of reach, whatever the last try said.
UNREACHABLE_AFTER = timedelta(days=2)


def connection_current() -> CloudConnection | None:
    """Return the registration that cloud services may be used with.

    None without one, and while registering or the privacy terms are not agreed to.
    """
    wizard = SetupWizardSettings.current()
    if not (wizard.register_server and wizard.privacy_terms_agreed):
        return None
    return CloudConnection.objects.first()


def cloud_url() -> str:
    """Return the address of the cloud that this workspace registers with, empty where it is not known."""
    return SetupWizardSettings.current().cloud_url or (settings.SITE_URL if is_cloud() else "")


def hosting_gateway() -> str:
    """Return the gateway of the cloud with which this workspace is registered; empty while it is not registered."""
    return CloudConnection.objects.values_list("gateway_url", flat=True).first() or ""


class ConnectionState(models.TextChoices):
    """How this workspace stands with its cloud."""

    NOT_REGISTERED = "not_registered", _("Not registered")
    WAITING = "waiting", _("Waiting for the e-mail to be confirmed")
    CONNECTING = "connecting", _("Connecting")
    CONNECTED = "connected", _("Connected")
    TERMS = "terms", _("Connected, the terms are not agreed to")
    OFFLINE = "offline", _("Connected without a way to the cloud")
    TROUBLE = "trouble", _("Something is wrong")


# What each refusal of the cloud asks of an admin.
STEPS: dict[str, str | Promise] = {
    "error-cloud-unreachable": _("Check the server's way to the internet and its proxy; it is tried again by itself."),
    "error-client-unknown": _("Re-connect with a registration file from the cloud's console."),
    "error-workspace-suspended": _("Ask whoever runs the cloud to let the workspace in again."),
    "error-workspace-cloned": _("Say whether this workspace has moved, or is a copy that becomes a new workspace."),
    "error-cloud-answer": _("Check the cloud's address."),
}
DEFAULT_STEP = _("It is tried again by itself; re-connect if that does not help.")


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """What the page Connectivity services tells."""

    state: ConnectionState
    connection: CloudConnection | None = None
    pending: PendingRegistration | None = None
    problem: str | Promise = ""
    next_step: str | Promise = ""

    @property
    def is_cloned(self) -> bool:
        """Return whether the cloud takes this workspace for a copy of another one."""
        return bool(self.connection and self.connection.problem == "error-workspace-cloned")


def connection_status() -> ConnectionStatus:
    """Return how this workspace stands with its cloud, what is wrong, and what to do about it."""
    connection, pending = CloudConnection.objects.first(), PendingRegistration.objects.first()
    if connection is None:
        return _unconnected(pending)
    if connection.problem:
        step = STEPS.get(connection.problem, DEFAULT_STEP)
        return ConnectionStatus(ConnectionState.TROUBLE, connection, pending, connection.problem_text, step)
    if not SetupWizardSettings.current().privacy_terms_agreed or own_consent_missing():
        step = _("Read the terms and agree to them: until then nothing is pushed through the gateway.")
        return ConnectionStatus(ConnectionState.TERMS, connection, pending, next_step=step)
    if connection.last_contact_at is None:
        return ConnectionStatus(ConnectionState.OFFLINE, connection, pending)
    if timezone.now() - connection.last_contact_at > UNREACHABLE_AFTER:
        problem = format_lazy(_("The cloud was not heard of since {when:%Y-%m-%d}."), when=connection.last_contact_at)
        check = _("Check whether the worker runs, and synchronize.")
        return ConnectionStatus(ConnectionState.TROUBLE, connection, pending, problem, check)
    return ConnectionStatus(ConnectionState.CONNECTED, connection, pending)


def _unconnected(pending: PendingRegistration | None) -> ConnectionStatus:
    if pending is None:
        step = _("Register with your e-mail address, or paste a registration token.")
        return ConnectionStatus(ConnectionState.NOT_REGISTERED, next_step=step)
    if pending.token:
        step = _("The worker connects it as soon as the cloud can be reached.")
        return ConnectionStatus(ConnectionState.CONNECTING, None, pending, pending.problem_text, step)
    step = _("Open the link in the e-mail; this page then changes by itself.")
    return ConnectionStatus(ConnectionState.WAITING, None, pending, pending.problem_text, step)
