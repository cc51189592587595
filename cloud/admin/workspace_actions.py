"""What the console can do with one registered workspace."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cloud.admin.console import MANAGE
from cloud.models import RegisteredWorkspace
from cloud.pages.actions import PageAction, RevealedSecrets
from cloud.pages.forms import NewWorkspaceForm, PlanForm, ReasonForm, UntilForm, end_of
from cloud.services.licences import licence_issue
from cloud.services.offline import registration_file
from cloud.services.plans import plan_change
from cloud.services.registration import (
    Credentials,
    credentials_rotate,
    gateway_key_create,
    gateway_key_revoke,
    workspace_register,
)
from cloud.services.suspension import workspace_resume, workspace_suspend
from workspace.models import User


def revealed_credentials(credentials: Credentials) -> RevealedSecrets:
    """Return the page that shows a workspace's credentials."""
    return RevealedSecrets(
        _("Credentials"),
        _("What the workspace fetches its access tokens with. It learns of them only from you."),
        {_("Client id"): credentials.client_id, _("Client secret"): credentials.client_secret},
    )


def add(actor: User, _target: Any, values: dict[str, Any]) -> RevealedSecrets:
    _workspace, credentials = workspace_register(actor=actor, **values)
    return revealed_credentials(credentials)


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
    return gettext("The plan holds at the gateway at once, and at the workspace when it synchronizes next.")


def suspend(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> str:
    workspace_suspend(workspace=workspace, reason=values["reason"], actor=actor)
    return gettext("The workspace's requests are refused from now on.")


def resume(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> str:
    workspace_resume(workspace=workspace, actor=actor)
    return gettext("The workspace's requests are accepted again.")


def rotate(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> RevealedSecrets:
    return revealed_credentials(credentials_rotate(workspace=workspace, actor=actor))


def gateway_address(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> RevealedSecrets:
    key = gateway_key_create(workspace=workspace, actor=actor)
    return RevealedSecrets(
        _("Gateway address"),
        _("Enter it as the push gateway of a server that cannot fetch access tokens, such as a Rocket.Chat server."),
        {_("Gateway address"): f"{settings.SITE_URL.rstrip('/')}/gateway/{key}"},
    )


def gateway_address_revoke(actor: User, workspace: RegisteredWorkspace, _values: dict[str, Any]) -> str:
    gateway_key_revoke(workspace=workspace, actor=actor)
    return gettext("The gateway address works no longer.")


def licence(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> RevealedSecrets:
    token = licence_issue(workspace=workspace, ends_at=end_of(values["ends_on"]), actor=actor)
    return RevealedSecrets(
        _("Licence"),
        _("Paste it at the workspace, under Subscription. A workspace that reaches this cloud fetches it by itself."),
        {_("Licence"): token},
    )


def offline_file(actor: User, workspace: RegisteredWorkspace, values: dict[str, Any]) -> RevealedSecrets:
    text = registration_file(workspace=workspace, ends_at=end_of(values["ends_on"]), actor=actor)
    return RevealedSecrets(
        _("Registration file"),
        _(
            "Paste it at the workspace, under Connectivity services: “Register without a connection”, or “Re-connect” "
            "where it is registered already."
        ),
        {_("Registration file"): text},
    )


ADDING = PageAction(
    title=_("Add a workspace"),
    question=_(
        "For a server that cannot register itself. Its credentials are shown once; a gateway address or a registration "
        "file is made on the workspace's page."
    ),
    permission="cloud.add_registeredworkspace",
    form=NewWorkspaceForm,
    run=add,
)
ACTIONS = {
    "plan": PageAction(
        title=_("Change the plan"),
        question=_("What the workspace may use of this cloud."),
        permission=MANAGE,
        form=PlanForm,
        run=set_plan,
    ),
    "suspend": PageAction(
        title=_("Suspend"),
        question=_("The workspace's pushes are refused until it is let in again. Its credentials are kept."),
        permission=MANAGE,
        form=ReasonForm,
        run=suspend,
        is_dangerous=True,
    ),
    "resume": PageAction(
        title=_("Let in again"),
        question=_("The workspace's pushes are accepted again."),
        permission=MANAGE,
        run=resume,
    ),
    "credentials": PageAction(
        title=_("Rotate the credentials"),
        question=_(
            "The secret and every access token of the workspace stop working at once. It pushes nothing until it has "
            "new ones: a Callboard workspace re-connects with a registration file."
        ),
        permission=MANAGE,
        run=rotate,
        is_dangerous=True,
    ),
    "gateway": PageAction(
        title=_("Make a gateway address"),
        question=_("It stands for the workspace wherever it is used. An earlier one stops working."),
        permission=MANAGE,
        run=gateway_address,
    ),
    "gateway-revoke": PageAction(
        title=_("Revoke the gateway address"),
        question=_("The server that uses it pushes nothing any more."),
        permission=MANAGE,
        run=gateway_address_revoke,
        is_dangerous=True,
    ),
    "licence": PageAction(
        title=_("Issue a licence"),
        question=_("For a workspace without a way to this cloud."),
        permission=MANAGE,
        form=UntilForm,
        run=licence,
    ),
    "file": PageAction(
        title=_("Register without a connection"),
        question=_("The file holds new credentials and the licence; the credentials before stop working."),
        permission=MANAGE,
        form=UntilForm,
        run=offline_file,
    ),
}


def available_actions(workspace: RegisteredWorkspace) -> list[tuple[str, PageAction]]:
    """Return what makes sense for the workspace as it stands."""
    pointless = {"resume"} if workspace.is_active else {"suspend"}
    if workspace.gateway_key_digest is None:
        pointless.add("gateway-revoke")
    return [(name, action) for name, action in ACTIONS.items() if name not in pointless]
