"""The actions that the console offers for a registered workspace."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cloud.admin.console import MANAGE
from cloud.gateway_protocols import protocol_of
from cloud.models import RegisteredWorkspace
from cloud.pages.actions import PageAction, RevealedSecrets
from cloud.pages.forms import NewWorkspaceForm, PlanForm, ProtocolForm, ReasonForm, UntilForm, end_of
from cloud.services.licences import licence_issue
from cloud.services.offline import registration_file
from cloud.services.plans import plan_change
from cloud.services.registration import (
    Credentials,
    credentials_rotate,
    gateway_key_create,
    gateway_key_revoke,
    protocol_change,
    workspace_register,
)
from cloud.services.suspension import workspace_resume, workspace_suspend
from workspace.models import User


def credentials_secrets(credentials: Credentials) -> RevealedSecrets:
    """Return a workspace's credentials, to be shown once."""
    return RevealedSecrets(
        _("Credentials"),
        _("The workspace needs them to fetch access tokens. Enter them there; they are not sent automatically."),
        {_("Client id"): credentials.client_id, _("Client secret"): credentials.client_secret},
    )


def add(actor: User, _target: Any, values: dict[str, Any]) -> RevealedSecrets:
    _workspace, credentials = workspace_register(actor=actor, **values)
    return credentials_secrets(credentials)


def set_plan(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> str:
    ends_on = values["ends_on"]
    plan_change(
        workspace=workspace,
        plan=values["plan"],
        ends_at=end_of(ends_on) if ends_on else None,
        monthly_limit=values["monthly_limit"],
        modules=workspace.modules,
        rate_limit=values["rate_limit"],
        actor=actor,
    )
    return gettext("The plan applies at the gateway now, and in the workspace after its next synchronization.")


def suspend(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> str:
    workspace_suspend(workspace=workspace, reason=values["reason"], actor=actor)
    return gettext("The workspace's requests are refused from now on.")


def resume(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> str:
    workspace_resume(workspace=workspace, actor=actor)
    return gettext("The workspace's requests are accepted again.")


def rotate(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> RevealedSecrets:
    return credentials_secrets(credentials_rotate(workspace=workspace, actor=actor))


def gateway_address(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> RevealedSecrets:
    key = gateway_key_create(workspace=workspace, actor=actor)
    protocol = protocol_of(workspace.protocol)
    return RevealedSecrets(
        _("Gateway address"),
        protocol.explanation,
        protocol.credentials(settings.SITE_URL.rstrip("/"), key),
        guide=protocol.docs,
    )


def set_protocol(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> str:
    if not protocol_change(workspace=workspace, protocol=values["protocol"], actor=actor):
        return gettext("Nothing has changed.")
    return gettext("The workspace must use this protocol from now on. Create a gateway address for it.")


def gateway_address_revoke(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> str:
    gateway_key_revoke(workspace=workspace, actor=actor)
    return gettext("The gateway address is revoked.")


def licence(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> RevealedSecrets:
    token = licence_issue(workspace=workspace, ends_at=end_of(values["ends_on"]), actor=actor)
    return RevealedSecrets(
        _("Licence"),
        _(
            "Paste it in the workspace, on the page Subscription. A workspace that can reach this cloud "
            "fetches it itself."
        ),
        {_("Licence"): token},
    )


def offline_file(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> RevealedSecrets:
    text = registration_file(workspace=workspace, ends_at=end_of(values["ends_on"]), actor=actor)
    return RevealedSecrets(
        _("Registration file"),
        _(
            "Paste it in the workspace, on the page Connectivity services, under “Register offline”, or under "
            "“Reconnect” if the workspace is already registered."
        ),
        {_("Registration file"): text},
    )


ADDING = PageAction(
    title=_("Add a workspace"),
    question=_(
        "For a server that cannot register itself. The credentials are shown once. You can create a gateway address or "
        "a registration file on the workspace's page."
    ),
    permission="cloud.add_registeredworkspace",
    form=NewWorkspaceForm,
    run=add,
)
ACTIONS = {
    "plan": PageAction(
        title=_("Change the plan"),
        question=_("The plan and its limits apply to this workspace only."),
        permission=MANAGE,
        form=PlanForm,
        run=set_plan,
    ),
    "suspend": PageAction(
        title=_("Suspend"),
        question=_("The workspace's pushes are refused until you resume it. Its credentials do not change."),
        permission=MANAGE,
        form=ReasonForm,
        run=suspend,
        is_dangerous=True,
    ),
    "resume": PageAction(
        title=_("Resume"),
        question=_("The workspace's pushes will be accepted again."),
        permission=MANAGE,
        run=resume,
    ),
    "credentials": PageAction(
        title=_("Rotate the credentials"),
        question=_(
            "The workspace's secret and access tokens stop working at once. It cannot push until it has new "
            "credentials. A Callboard workspace reconnects with a registration file."
        ),
        permission=MANAGE,
        run=rotate,
        is_dangerous=True,
    ),
    "protocol": PageAction(
        title=_("Change the protocol"),
        question=_(
            "The gateway refuses pushes of this workspace in any other protocol. The workspace's gateway address is "
            "revoked."
        ),
        permission=MANAGE,
        form=ProtocolForm,
        run=set_protocol,
        is_dangerous=True,
    ),
    "gateway": PageAction(
        title=_("Create a gateway address"),
        question=_("Every push sent to this address counts for this workspace. An earlier address stops working."),
        permission=MANAGE,
        run=gateway_address,
    ),
    "gateway-revoke": PageAction(
        title=_("Revoke the gateway address"),
        question=_("The server that uses this address can no longer push."),
        permission=MANAGE,
        run=gateway_address_revoke,
        is_dangerous=True,
    ),
    "licence": PageAction(
        title=_("Issue a licence"),
        question=_("For a workspace that cannot reach this cloud."),
        permission=MANAGE,
        form=UntilForm,
        run=licence,
    ),
    "file": PageAction(
        title=_("Create a registration file"),
        question=_(
            "For a workspace that cannot reach this cloud. The file contains new credentials and the licence. The "
            "previous credentials stop working."
        ),
        permission=MANAGE,
        form=UntilForm,
        run=offline_file,
    ),
}


def available_actions(workspace: RegisteredWorkspace) -> list[tuple[str, PageAction]]:
    """Return the actions that are possible in the workspace's current state."""
    unavailable = {"resume"} if workspace.is_active else {"suspend"}
    if workspace.gateway_key_digest is None:
        unavailable.add("gateway-revoke")
    return [(name, action) for name, action in ACTIONS.items() if name not in unavailable]
