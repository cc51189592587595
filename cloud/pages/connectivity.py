"""The page Connectivity services: the state of this workspace's registration with a cloud, and actions for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cloud.pages.actions import PageAction, action_page
from cloud.pages.forms import EmailForm, FileForm, ReconnectForm, TokenForm
from cloud.selectors.connection import ConnectionState, cloud_url, connection_status
from cloud.selectors.console import console_is_used
from cloud.selectors.terms import own_consent, own_consent_missing, own_terms
from cloud.services import connection, own_registration, sync, terms
from workspace.address_masks import address_mask
from workspace.errors import ApplicationError
from workspace.models import GeneralSettings, User
from workspace.pages.settings.base import admin_page, settings_view
from workspace.roles import is_cloud

MANAGE = "cloud.manage_cloud"
REGISTER = "cloud.register_on_cloud"
CONSOLE = "cloud.view_registeredworkspace"

COLOURS = {
    ConnectionState.CONNECTED: "green",
    ConnectionState.OFFLINE: "green",
    ConnectionState.TROUBLE: "red",
    ConnectionState.NOT_REGISTERED: "amber",
    ConnectionState.WAITING: "amber",
    ConnectionState.CONNECTING: "amber",
    ConnectionState.TERMS: "amber",
}
IN_PROGRESS = (ConnectionState.WAITING, ConnectionState.CONNECTING)


def register(actor: User, _target: Any, values: dict[str, Any]) -> str:
    pending = own_registration.registration_start(email=values["email"])
    return gettext("A link was sent to %(email)s. Open it to confirm the registration.") % {"email": pending.email}


def cancel(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    own_registration.registration_cancel()
    return gettext("The registration was cancelled.")


def connect(actor: User, _target: Any, values: dict[str, Any]) -> str:
    own_registration.workspace_connect(token=values["token"], actor=actor)
    return connected()


def register_by_file(actor: User, _target: Any, values: dict[str, Any]) -> str:
    own_registration.manual_register(blob=values["blob"], actor=actor)
    return gettext("This workspace is registered.")


def check(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    if own_registration.registration_poll() is None:
        return gettext("The registration is not confirmed yet.")
    return connected()


def connected() -> str:
    """Fetch the terms, so that they can be read at once, and return the success message of a new connection."""
    sync.run_and_log_errors(sync.cloud_sync)
    return gettext("This workspace is connected. Now read the terms and agree to them.")


def synchronize(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    sync.cloud_sync()
    return gettext("Synchronized: licence, terms and usage are up to date.")


def reconnect(_actor: User, _target: Any, values: dict[str, Any]) -> str:
    own_registration.workspace_reconnect(blob=values["blob"])
    sync.cloud_sync()
    return gettext("This workspace is connected again.")


def agree(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    terms.terms_agree(actor=actor)
    try:
        sync.cloud_sync()
    except ApplicationError:
        return gettext("You have agreed to the terms. This is reported to the cloud as soon as it can be reached.")
    return gettext("You have agreed to the terms.")


def withdraw(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    terms.terms_withdraw(actor=actor)
    return gettext("The agreement is withdrawn. This workspace no longer pushes through the gateway.")


def disconnect(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    if connection.workspace_disconnect(actor=actor):
        return gettext("This workspace is disconnected.")
    return gettext(
        "This workspace is disconnected. The cloud could not be reached, so remove the workspace in its console too."
    )


def report_address(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    connection.address_report()
    return gettext("The cloud now has the new address.")


def detach_copy(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    connection.unique_id_reset(actor=actor)
    return gettext("This is now a new workspace. Register it with the cloud.")


ACTIONS = {
    "register": PageAction(
        title=_("Register by e-mail"),
        question=_("The cloud sends a link to this address. Open it to connect this workspace."),
        permission=REGISTER,
        form=EmailForm,
        run=register,
    ),
    "connect": PageAction(
        title=_("Connect with a registration token"),
        question=_("The token contains the cloud's address. No e-mail is needed."),
        permission=MANAGE,
        form=TokenForm,
        run=connect,
    ),
    "file": PageAction(
        title=_("Register offline"),
        question=_("For a server that cannot reach the cloud. The cloud is not contacted."),
        permission=REGISTER,
        form=FileForm,
        run=register_by_file,
    ),
    "cancel": PageAction(
        title=_("Cancel the registration"),
        question=_("The link in the e-mail will stop working."),
        permission=REGISTER,
        run=cancel,
    ),
    "look": PageAction(
        title=_("Check the confirmation"), question=_("This asks the cloud."), permission=MANAGE, run=check
    ),
    "sync": PageAction(
        title=_("Synchronize"),
        question=_("This fetches the licence, terms and usage from the cloud."),
        permission=MANAGE,
        run=synchronize,
    ),
    "reconnect": PageAction(
        title=_("Reconnect"),
        question=_(
            "This fetches a new access token, then the licence, terms and usage. The registration does not change."
        ),
        permission=MANAGE,
        form=ReconnectForm,
        run=reconnect,
    ),
    "agree": PageAction(
        title=_("Agree to the terms"),
        question=_("Your agreement is stored here and at the cloud, with your name, the time and the version."),
        permission=MANAGE,
        run=agree,
    ),
    "withdraw": PageAction(
        title=_("Withdraw the agreement"),
        question=_(
            "The gateway will refuse this workspace's pushes. Devices that do not need the gateway still "
            "receive pushes."
        ),
        permission=MANAGE,
        run=withdraw,
        is_dangerous=True,
    ),
    "disconnect": PageAction(
        title=_("Disconnect"),
        question=_(
            "This ends pushes through the gateway, usage counts, and the licence from the cloud with "
            "everything that it "
            "unlocks. Devices that do not need the gateway, e-mail and open pages still work. You can register again."
        ),
        permission=MANAGE,
        run=disconnect,
        is_dangerous=True,
    ),
    "moved": PageAction(
        title=_("The workspace has moved"),
        question=_("The registration moves to the new address. A copy at the old address loses it."),
        permission=MANAGE,
        run=report_address,
    ),
    "copy": PageAction(
        title=_("The workspace is a copy"),
        question=_(
            "This workspace gets a new unique id and loses its registration and licence, which stay with the original. "
            "Users, rooms and messages stay."
        ),
        permission=MANAGE,
        run=detach_copy,
        is_dangerous=True,
    ),
}

# The actions by which an unregistered workspace registers.
REGISTRATION_METHODS = ("register", "connect", "file")


def status_context(request: HttpRequest) -> dict[str, Any]:
    """Return the state of the connection for the templates."""
    status = connection_status()
    facts: list[tuple[str | Promise, Any]] = [(_("Unique id"), GeneralSettings.stored().unique_id)]
    if status.connection:
        row = status.connection
        facts = [(_("Workspace id"), row.workspace_id), *facts]
        facts += [
            (_("Cloud"), address_mask(row.cloud_url)),
            (_("Registered by"), row.email),
            (_("Connected since"), row.connected_at),
        ]
        facts += [(_("Last contact"), row.last_contact_at)]
    return {
        "status": status,
        "colour": COLOURS[status.state],
        "facts": [(name, value) for name, value in facts if value],
        "is_in_progress": status.state in IN_PROGRESS,
        "may_register": request.user.has_perm(REGISTER),
    }


def registration_methods(request: HttpRequest) -> Iterator[tuple[str, PageAction, type[Form]]]:
    """Yield the registration actions that the user may perform, with their forms."""
    for name in REGISTRATION_METHODS:
        action = ACTIONS[name]
        if action.form and request.user.has_perm(action.permission):
            yield name, action, action.form


@settings_view(permission=MANAGE)
def cloud_home(_request: HttpRequest) -> HttpResponse:
    """Redirect from the URL in the documentation to the page."""
    return redirect("connectivity")


@settings_view(permission=MANAGE)
@require_GET
def connectivity(request: HttpRequest) -> HttpResponse:
    """Show the state of the connection, and the actions for it."""
    context = {
        **status_context(request),
        "cloud_url": address_mask(cloud_url()),
        "offers_console": is_cloud() and not console_is_used() and request.user.has_perm(CONSOLE),
        "terms": own_terms(),
        "consent": own_consent(),
        "consent_missing": own_consent_missing(),
        "registration_methods": {name: (action, form()) for name, action, form in registration_methods(request)},
    }
    return admin_page(request, "cloud/connectivity.html", _("Connectivity services"), context)


@settings_view(permission=MANAGE)
@require_POST
def connectivity_wait(request: HttpRequest) -> HttpResponse:
    """Continue a registration in progress; polled by the waiting page, which is reloaded when it is finished."""
    # The status below includes any error.
    with suppress(ApplicationError):
        if own_registration.registration_poll():
            connected()
    context = status_context(request)
    if not context["is_in_progress"]:
        return HttpResponse(headers={"HX-Redirect": reverse("connectivity")})
    return render(request, "cloud/connectivity_status.html", context)


@settings_view(permission=MANAGE)
def connectivity_act(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for confirmation, then run one of the actions for the connection."""
    back = reverse("connectivity")
    if request.method != "POST" and name in ("sync", "look"):
        return redirect(back)
    return action_page(request, ACTIONS.get(name), target=None, back=back)
