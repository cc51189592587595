"""The next steps for an administrator of a new workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cloud.models import CloudConnection
from push.models import Device, Notification, PushSettings
from workspace.models import User


@dataclass(frozen=True, slots=True)
class NextStep:
    """One step: its title, the reason, and the page for it."""

    title: str | Promise
    text: str | Promise
    url: str


def next_steps(user: User) -> list[NextStep]:
    """Return the remaining steps, which the user may do, until the first notification; empty after it."""
    return [] if Notification.objects.exists() else list(_steps(user))


def _steps(user: User) -> Iterator[NextStep]:
    needs_cloud = PushSettings.current().enable_gateway and not CloudConnection.objects.exists()
    if needs_cloud and user.has_perm("cloud.manage_cloud"):
        text = _("The push gateway requires this.")
        yield NextStep(_("Register the workspace with a cloud"), text, reverse("connectivity"))
    if user.has_perm("workspace.add_user") and User.objects.count() < 2:
        text = _("No one is notified of their own messages.")
        yield NextStep(_("Add people"), text, reverse("admin:workspace_user_add"))
    if not Device.objects.filter(disabled_at=None).exists():
        yield _device_step()
    text = _(
        "Write @ and their username. They are notified after at most two minutes, or immediately if they are offline."
    )
    yield NextStep(_("Post a message that mentions someone"), text, reverse("rooms"))


def _device_step() -> NextStep:
    if settings.SANDBOX:
        text = _("It shows notifications like a phone. Open it as the user you want to notify.")
        return NextStep(_("Open a simulated phone"), text, reverse("phone"))
    text = _("Sign in with a mobile app, or turn on notifications in this browser.")
    return NextStep(_("Add a device"), text, reverse("devices"))
