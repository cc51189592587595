"""The checklist of an administrator: open steps of the set-up, and the first steps of a new workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cloud.models import CloudConnection
from push.models import Device, Notification, PushSettings
from push.selectors.setup.progress import progress_current, state_of
from push.selectors.setup.steps import CLOUD, DEVICE, missing_steps
from workspace.models import User
from workspace.roles import is_workspace
from workspace.services.settings import EDIT_PERMISSION


@dataclass(frozen=True, slots=True)
class NextStep:
    """One item: its key, by which it can be dismissed, its title, the reason, and the page for it."""

    key: str
    title: str | Promise
    text: str | Promise
    url: str


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The items that the user may do: those to show, and those that somebody has dismissed."""

    shown: list[NextStep]
    dismissed: list[NextStep]


def next_steps(user: User) -> NextSteps:
    """Return the items that the user may do.

    Steps of the set-up remain until they are done; the others until the first notification.
    """
    dismissed: Collection[str] = ()
    steps: list[NextStep] = []
    if settings.SETUP_WIZARD and user.has_perm(EDIT_PERMISSION):
        state = state_of(progress_current())
        dismissed = state.dismissed
        steps += [
            NextStep(step.name, step.item, step.reason, reverse("setup-step", args=[step.name]))
            for step in missing_steps(state)
        ]
    if is_workspace() and not Notification.objects.exists():
        known = {step.key for step in steps}
        steps += [step for step in _first_steps(user) if step.key not in known]
    return NextSteps(
        [step for step in steps if step.key not in dismissed], [step for step in steps if step.key in dismissed]
    )


def _first_steps(user: User) -> Iterator[NextStep]:
    needs_cloud = PushSettings.current().enable_gateway and not CloudConnection.objects.exists()
    if needs_cloud and user.has_perm("cloud.manage_cloud"):
        text = _("The push gateway requires this.")
        yield NextStep(CLOUD, _("Register the workspace with a cloud"), text, reverse("connectivity"))
    if user.has_perm("workspace.add_user") and User.objects.count() < 2:
        text = _("No one is notified of their own messages.")
        yield NextStep("people", _("Add people"), text, reverse("admin:workspace_user_add"))
    if not Device.objects.filter(disabled_at=None).exists():
        yield _device_step()
    text = _(
        "Write @ and their username. They are notified after at most two minutes, or immediately if they are offline."
    )
    yield NextStep("message", _("Post a message that mentions someone"), text, reverse("rooms"))


def _device_step() -> NextStep:
    if settings.SANDBOX:
        text = _("It shows notifications like a phone. Open it as the user you want to notify.")
        return NextStep(DEVICE, _("Open a simulated phone"), text, reverse("phone"))
    text = _("Sign in with a mobile app, or turn on notifications in this browser.")
    return NextStep(DEVICE, _("Add a device"), text, reverse("devices"))
