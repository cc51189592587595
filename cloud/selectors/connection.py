"""Reads this workspace's registration with its cloud."""

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

# Without contact for this long, the cloud is shown as unreachable, whatever the result of the last try.
UNREACHABLE_AFTER = timedelta(days=2)


def connection_current() -> CloudConnection | None:
    """Return the registration if cloud services may be used.

    None if there is none, or while "Register Server" is off or nobody has agreed to the privacy terms.
    """
    wizard = SetupWizardSettings.current()
    if not (wizard.register_server and wizard.privacy_terms_agreed):
        return None
    return CloudConnection.objects.first()


def cloud_url() -> str:
    """Return the address of the cloud with which this workspace registers; empty if it is unknown."""
    return SetupWizardSettings.current().cloud_url or (settings.SITE_URL if is_cloud() else "")


def hosting_gateway() -> str:
    """Return the gateway URL of this workspace's cloud; empty while it is not registered."""
    return CloudConnection.objects.values_list("gateway_url", flat=True).first() or ""


class ConnectionState(models.TextChoices):
    """The state of this workspace's connection with its cloud."""

    NOT_REGISTERED = "not_registered", _("Not registered")
    WAITING = "waiting", _("Waiting for the e-mail to be confirmed")
    CONNECTING = "connecting", _("Connecting")
    CONNECTED = "connected", _("Connected")
    TERMS = "terms", _("Connected, but nobody has agreed to the terms")
    OFFLINE = "offline", _("Registered offline")
    TROUBLE = "trouble", _("Connection problem")


# What an admin should do about each error.
STEPS: dict[str, str | Promise] = {
    "error-cloud-unreachable": _(
        "Check the server's internet connection and proxy. The server tries again automatically."
    ),
    "error-client-unknown": _("Reconnect with a registration file from the cloud's console."),
    "error-workspace-suspended": _("Ask the operator of the cloud to resume the workspace."),
    "error-workspace-cloned": _(
        "Choose whether this workspace has moved, or is a copy that should become a new workspace."
    ),
    "error-cloud-answer": _("Check the cloud's address."),
}
DEFAULT_STEP = _("The server tries again automatically. If the problem persists, reconnect.")


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """The connection's state, problem and next step, as the page Connectivity services shows them."""

    state: ConnectionState
    connection: CloudConnection | None = None
    pending: PendingRegistration | None = None
    problem: str | Promise = ""
    next_step: str | Promise = ""

    @property
    def is_cloned(self) -> bool:
        """Return True if the cloud refuses this workspace as a copy of another one."""
        return bool(self.connection and self.connection.problem == "error-workspace-cloned")


def connection_status() -> ConnectionStatus:
    """Return the state of this workspace's connection, its problem, and what to do about it."""
    connection, pending = CloudConnection.objects.first(), PendingRegistration.objects.first()
    if connection is None:
        return _unconnected(pending)
    if connection.problem:
        step = STEPS.get(connection.problem, DEFAULT_STEP)
        return ConnectionStatus(ConnectionState.TROUBLE, connection, pending, connection.problem_text, step)
    if not SetupWizardSettings.current().privacy_terms_agreed or own_consent_missing():
        step = _("Read the terms and agree to them. Until then, nothing is pushed through the gateway.")
        return ConnectionStatus(ConnectionState.TERMS, connection, pending, next_step=step)
    if connection.last_contact_at is None:
        return ConnectionStatus(ConnectionState.OFFLINE, connection, pending)
    if timezone.now() - connection.last_contact_at > UNREACHABLE_AFTER:
        problem = format_lazy(_("No contact with the cloud since {when:%Y-%m-%d}."), when=connection.last_contact_at)
        check = _("Check that the worker is running, then synchronize.")
        return ConnectionStatus(ConnectionState.TROUBLE, connection, pending, problem, check)
    return ConnectionStatus(ConnectionState.CONNECTED, connection, pending)


def _unconnected(pending: PendingRegistration | None) -> ConnectionStatus:
    if pending is None:
        step = _("Register with your e-mail address, or paste a registration token.")
        return ConnectionStatus(ConnectionState.NOT_REGISTERED, next_step=step)
    if pending.token:
        step = _("The worker connects this workspace as soon as it can reach the cloud.")
        return ConnectionStatus(ConnectionState.CONNECTING, None, pending, pending.problem_text, step)
    step = _("Open the link in the e-mail. This page then updates automatically.")
    return ConnectionStatus(ConnectionState.WAITING, None, pending, pending.problem_text, step)
