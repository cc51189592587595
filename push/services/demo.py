"""The demo workspace of the embedded default: people, rooms, and a real registration with the gateway beside it."""

from __future__ import annotations

from django.db import transaction

from cloud.services.own_registration import connect_later
from cloud.services.registration_requests import registration_token_create
from workspace.models import ChangeSource, RoomType, User
from workspace.permissions import ADMIN, USER
from workspace.roles import is_cloud, is_workspace
from workspace.services.accounts import DEFAULT_CHANNEL_ID, user_create
from workspace.services.messages import message_post
from workspace.services.rooms import members_add, room_create
from workspace.services.settings import Origin, settings_save, unlocked_values

PASSWORD = "callboard-demo"  # noqa: S105 - shown at every start of the embedded default, and made nowhere else
PEOPLE = (("admin", "Ada Admin", (ADMIN, USER)), ("ana", "Ana Silva", (USER,)), ("bob", "Bob Meier", (USER,)))


@transaction.atomic
def demo_prepare(*, site_url: str) -> bool:
    """Fill an empty installation and return True; one that holds any account is left untouched.

    `site_url` is where the installation answers: its own gateway is there. One that is a cloud only has nobody but its
    administrator, and one that is a workspace only is connected to no cloud yet.
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
    return True


def rooms_prepare(admin: User, others: list[User]) -> None:
    """Make the rooms of the demo workspace, with a first message."""
    general = room_create(creator=admin, name="general", public_id=DEFAULT_CHANNEL_ID)
    members_add(room=general, users=others)
    room_create(creator=admin, name="operations", type=RoomType.PRIVATE, members=others)
    message_post(sender=admin, room=general, text="Welcome to Callboard!")


def gateway_connect(*, site_url: str) -> None:
    """Let the worker connect the workspace to the cloud in the same site, as soon as that answers, and push there.

    By a registration token, over HTTP, as any other workspace would. What the environment fixes stays as it is.
    """
    _token, text = registration_token_create(note="demo")
    connect_later(token=text)
    wanted = {"Cloud_Service_Agree_PrivacyTerms": True, "Push_gateway": site_url}
    settings_save(values=unlocked_values(wanted), origin=Origin(source=ChangeSource.COMMAND))
