"""The page Connectivity services: whether this workspace is registered with a cloud, what is wrong, what to do."""

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
UNDER_WAY = (ConnectionState.WAITING, ConnectionState.CONNECTING)


def register(actor: User, _target: Any, values: dict[str, Any]) -> str:
    pending = own_registration.registration_start(email=values["email"])
    return gettext("A link was sent to %(email)s. Open it to confirm the registration.") % {"email": pending.email}


def cancel(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    own_registration.registration_cancel()
    return gettext("The registration was called off.")


def connect(actor: User, _target: Any, values: dict[str, Any]) -> str:
    own_registration.workspace_connect(token=values["token"], actor=actor)
    return connected()


def register_by_file(actor: User, _target: Any, values: dict[str, Any]) -> str:
    own_registration.manual_register(blob=values["blob"], actor=actor)
    return gettext("This workspace is registered.")


def look(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    if own_registration.registration_poll() is None:
        return gettext("It is not confirmed yet.")
    return connected()


def connected() -> str:
    """Fetch the terms, for them to be read at once, and return what is told of the new connection."""
    sync.run_and_log_errors(sync.cloud_sync)
    return gettext("This workspace is connected. Now read the terms and agree to them.")


def synchronize(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    sync.cloud_sync()
    return gettext("The cloud answered: licence, terms and counts are current.")


def reconnect(_actor: User, _target: Any, values: dict[str, Any]) -> str:
    own_registration.workspace_reconnect(blob=values["blob"])
    sync.cloud_sync()
    return gettext("This workspace is connected again: the cloud answered.")


def agree(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    terms.terms_agree(actor=actor)
    try:
        sync.cloud_sync()
    except ApplicationError:
        return gettext("You have agreed to the terms. The cloud is told as soon as it can be reached.")
    return gettext("You have agreed to the terms.")


def withdraw(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    terms.terms_withdraw(actor=actor)
    return gettext("The agreement is withdrawn. Nothing is pushed through the gateway from now on.")


def disconnect(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    if connection.workspace_disconnect(actor=actor):
        return gettext("This workspace is disconnected.")
    return gettext(
        "This workspace is disconnected here. The cloud could not be told: remove it in its console as well."
    )


def report_address(_actor: User, _target: Any, _values: dict[str, Any]) -> str:
    connection.address_report()
    return gettext("The cloud knows the new address.")


def detach_copy(actor: User, _target: Any, _values: dict[str, Any]) -> str:
    connection.unique_id_reset(actor=actor)
    return gettext("This is a workspace of its own now. Register it anew.")


ACTIONS = {
    "register": PageAction(
        title=_("Register by e-mail"),
        question=_("The cloud sends a link to this address; opening it connects this workspace."),
        permission=REGISTER,
        form=EmailForm,
        run=register,
    ),
    "connect": PageAction(
        title=_("Connect by a registration token"),
        question=_("The token names the cloud, and lets this workspace in without an e-mail."),
        permission=MANAGE,
        form=TokenForm,
        run=connect,
    ),
    "file": PageAction(
        title=_("Register without a connection"),
        question=_("For a server without a way to the cloud: nothing is asked or sent."),
        permission=REGISTER,
        form=FileForm,
        run=register_by_file,
    ),
    "cancel": PageAction(
        title=_("Call off the registration"),
        question=_("The link in the e-mail then leads nowhere."),
        permission=REGISTER,
        run=cancel,
    ),
    "look": PageAction(
        title=_("Look whether it is confirmed"), question=_("The cloud is asked."), permission=MANAGE, run=look
    ),
    "sync": PageAction(
        title=_("Synchronize"),
        question=_("Licence, terms and counts are fetched from the cloud."),
        permission=MANAGE,
        run=synchronize,
    ),
    "reconnect": PageAction(
        title=_("Re-connect"),
        question=_(
            "A new access token is fetched, then licence, terms and counts. The workspace stays the same at the cloud."
        ),
        permission=MANAGE,
        form=ReconnectForm,
        run=reconnect,
    ),
    "agree": PageAction(
        title=_("Agree to the terms"),
        question=_("That you agree is kept here and at the cloud, with your name, the time and the version."),
        permission=MANAGE,
        run=agree,
    ),
    "withdraw": PageAction(
        title=_("Withdraw the agreement"),
        question=_(
            "The gateway takes no push of this workspace any more. Devices that are reached directly still are."
        ),
        permission=MANAGE,
        run=withdraw,
        is_dangerous=True,
    ),
    "disconnect": PageAction(
        title=_("Disconnect"),
        question=_(
            "This stops: pushes through the gateway, the licence that the cloud gave and what it unlocks, and the "
            "counts. Devices that are reached directly, e-mail and open pages go on. You can register again."
        ),
        permission=MANAGE,
        run=disconnect,
        is_dangerous=True,
    ),
    "moved": PageAction(
        title=_("It has moved"),
        question=_("This workspace keeps its registration, under its new address. A copy at the old one loses it."),
        permission=MANAGE,
        run=report_address,
    ),
    "copy": PageAction(
        title=_("It is a copy"),
        question=_(
            "This workspace gets a unique id of its own and forgets the registration and licence, which stay with the "
            "original. People, rooms and messages are kept."
        ),
        permission=MANAGE,
        run=detach_copy,
        is_dangerous=True,
    ),
}

# By which an unregistered workspace registers.
REGISTRATION_METHODS = ("register", "connect", "file")


def status_context(request: HttpRequest) -> dict[str, Any]:
    """Return how the workspace stands with its cloud, as the templates show it."""
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
        "is_under_way": status.state in UNDER_WAY,
        "may_register": request.user.has_perm(REGISTER),
    }


def registration_methods(request: HttpRequest) -> Iterator[tuple[str, PageAction, type[Form]]]:
    """Yield by which ways the reader may register the workspace."""
    for name in REGISTRATION_METHODS:
        action = ACTIONS[name]
        if action.form and request.user.has_perm(action.permission):
            yield name, action, action.form


@settings_view(permission=MANAGE)
def cloud_home(_request: HttpRequest) -> HttpResponse:
    """Lead from the address that the documentation names to the page."""
    return redirect("connectivity")


@settings_view(permission=MANAGE)
@require_GET
def connectivity(request: HttpRequest) -> HttpResponse:
    """Show how the workspace stands with its cloud, and what can be done about it."""
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
    """Go on with a registration that is under way, for the page that waits for it; reloads the page at its end."""
    # What is wrong is told by the status below.
    with suppress(ApplicationError):
        if own_registration.registration_poll():
            connected()
    context = status_context(request)
    if not context["is_under_way"]:
        return HttpResponse(headers={"HX-Redirect": reverse("connectivity")})
    return render(request, "cloud/connectivity_status.html", context)


@settings_view(permission=MANAGE)
def connectivity_act(request: HttpRequest, name: str) -> HttpResponse:
    """Ask, and do one of the things that can be done about the connection."""
    back = reverse("connectivity")
    if request.method != "POST" and name in ("sync", "look"):
        return redirect(back)
    return action_page(request, ACTIONS.get(name), target=None, back=back)
