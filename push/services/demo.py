"""Creates the demo workspace of the embedded default: users, rooms, and a real registration with its own gateway."""

from __future__ import annotations

from django.db import transaction

from cloud.services.own_registration import connect_later
from cloud.services.registration_requests import registration_token_create
from push.selectors.setup.steps import PUSH, WORKSPACE
from push.services.setup.progress import setup_close, step_complete, url_verified
from workspace.models import ChangeSource, RoomType, User
from workspace.models.rooms import DEFAULT_CHANNEL_ID
from workspace.permissions import ADMIN, USER
from workspace.roles import is_cloud, is_workspace
from workspace.services.accounts import user_create
from workspace.services.messages import message_post
from workspace.services.rooms import members_add, room_create
from workspace.services.settings import Origin, settings_save, unlocked_values

PASSWORD = "callboard-demo"  # noqa: S105 - shown at every start of the embedded default, not used elsewhere
PEOPLE = (("admin", "Ada Admin", (ADMIN, USER)), ("ana", "Ana Silva", (USER,)), ("bob", "Bob Meier", (USER,)))


@transaction.atomic
def demo_prepare(*, site_url: str) -> bool:
    """Fill an empty installation and return True. Do nothing if any account exists.

    `site_url` is the installation's own URL, where its gateway is. A cloud-only installation gets just an
    administrator; a workspace-only one is not connected to a cloud yet.
    """
    if User.objects.exists():
        return False
    admin, *others = [
        user_create(
            username=username,
            name=name,
            password=PASSWORD,
            email=f"{username}@callboard.example",
            email_verified=True,
            roles=roles,
        )
        for username, name, roles in (PEOPLE if is_workspace() else PEOPLE[:1])
    ]
    if is_workspace():
        rooms_prepare(admin, others)
    if is_workspace() and is_cloud():
        gateway_connect(site_url=site_url)
    for step in (WORKSPACE, PUSH):
        step_complete(step=step)
    url_verified(url=site_url)
    setup_close()
    return True


def rooms_prepare(admin: User, others: list[User]) -> None:
    """Create the rooms of the demo workspace, with a first message."""
    general = room_create(creator=admin, name="general", public_id=DEFAULT_CHANNEL_ID)
    members_add(room=general, users=others)
    room_create(creator=admin, name="operations", type=RoomType.PRIVATE, members=others)
    message_post(sender=admin, room=general, text="Welcome to Callboard!")


def gateway_connect(*, site_url: str) -> None:
    """Make the worker connect the workspace to the cloud on the same site as soon as it responds, and use its gateway.

    It connects with a registration token over HTTP, like any other workspace. Settings fixed by the environment are
    not changed.
    """
    _token, text = registration_token_create(note="demo")
    connect_later(token=text)
    wanted = {"Cloud_Service_Agree_PrivacyTerms": True, "Push_gateway": site_url}
    settings_save(values=unlocked_values(wanted), origin=Origin(source=ChangeSource.COMMAND))
