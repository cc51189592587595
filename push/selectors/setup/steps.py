"""The steps of the wizard, in its order, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cloud.selectors.connection import ConnectionState, connection_status
from push.models import Device, PushSettings, SetupState
from push.selectors.checklist import mail_check
from push.selectors.checks import Light
from workspace.roles import Role, has_role

ADMINISTRATOR, WORKSPACE, PUSH, CLOUD, MAIL, DEVICE = "administrator", "workspace", "push", "cloud", "mail", "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep:
    """A step: its title in the wizard, and the item that is on the dashboard until the step is done.

    `role` is the kind of installation that has the step. `is_needed` is False for a step that earlier choices make
    unnecessary; it can still be opened.
    """

    name: str
    title: str | Promise
    item: str | Promise
    reason: str | Promise
    role: Role = Role.ANY
    is_done: Callable[[SetupState], bool]
    is_needed: Callable[[], bool] = lambda: True


def site_is_done(state: SetupState) -> bool:
    """Return True if the workspace was described, and its present address was reached."""
    return WORKSPACE in state.completed and state.is_verified(settings.SITE_URL)


def cloud_is_done(_state: SetupState) -> bool:
    """Return True if the workspace may use its cloud."""
    return connection_status().state in {ConnectionState.CONNECTED, ConnectionState.OFFLINE}


def mail_is_done(state: SetupState) -> bool:
    """Return True if a mail server is configured, and has accepted a test mail."""
    return state.mailed and mail_check().light == Light.GREEN


def device_is_done(state: SetupState) -> bool:
    """Return True if a test push was sent from the wizard, or somebody has a device anyway."""
    return DEVICE in state.completed or Device.objects.filter(disabled_at=None).exists()


STEPS = (
    SetupStep(
        name=ADMINISTRATOR,
        title=_("Administrator"),
        item=_("Create an administrator"),
        reason=_("Only administrators can change settings."),
        # The other steps are for administrators, so one exists.
        is_done=lambda _state: True,
    ),
    SetupStep(
        name=WORKSPACE,
        title=_("Workspace"),
        item=_("Describe the workspace and check its address"),
        reason=_("Links in notifications and e-mails lead to the address in SITE_URL."),
        is_done=site_is_done,
    ),
    SetupStep(
        name=PUSH,
        title=_("Push notifications"),
        item=_("Choose how pushes are delivered"),
        reason=_("Phones are reached through a gateway, or with your own keys for Apple and Google."),
        role=Role.WORKSPACE,
        is_done=lambda state: PUSH in state.completed,
    ),
    SetupStep(
        name=CLOUD,
        title=_("Cloud"),
        item=_("Register the workspace with a cloud"),
        reason=_("The push gateway requires this."),
        role=Role.WORKSPACE,
        is_done=cloud_is_done,
        is_needed=lambda: PushSettings.current().enable_gateway,
    ),
    SetupStep(
        name=MAIL,
        title=_("Mail server"),
        item=_("Send a test mail"),
        reason=_("Without a mail server, nobody can reset a password or receive notifications by e-mail."),
        is_done=mail_is_done,
    ),
    SetupStep(
        name=DEVICE,
        title=_("Test push"),
        item=_("Add a phone and send a test push"),
        reason=_("It shows that the whole route to a phone works."),
        role=Role.WORKSPACE,
        is_done=device_is_done,
    ),
)


def steps_shown() -> list[SetupStep]:
    """Return the steps that this installation has."""
    return [step for step in STEPS if has_role(step.role)]


def step_names() -> list[str]:
    """Return the names of the steps that this installation has."""
    return [step.name for step in steps_shown()]


def missing_steps(state: SetupState) -> list[SetupStep]:
    """Return the needed steps that are not done."""
    return [step for step in steps_shown() if step.is_needed() and not step.is_done(state)]


def next_open(state: SetupState) -> SetupStep | None:
    """Return where to resume: the first missing step that was not skipped; None if there is none."""
    return next((step for step in missing_steps(state) if step.name not in state.skipped), None)
