"""The demo workspace of the embedded default: people, rooms, and a real registration with the gateway beside it."""

from __future__ import annotations

from django.db import transaction

from cloud.models import SetupWizardSettings
from cloud.services.registration import connection_save, workspace_register
from push.models import PushSettings
from workspace.models import GeneralSettings, RoomType, User
from workspace.services.accounts import DEFAULT_CHANNEL_ID, user_create
from workspace.services.messages import message_post
from workspace.services.roles import ADMIN, USER
from workspace.services.rooms import members_add, room_create

PASSWORD = "callboard-demo"  # noqa: S105 - shown at every start of the embedded default, and made nowhere else
PEOPLE = (("admin", "Ada Admin", (ADMIN, USER)), ("ana", "Ana Silva", (USER,)), ("bob", "Bob Meier", (USER,)))


@transaction.atomic
def demo_prepare(*, site_url: str) -> bool:
    """Fill an empty installation and return True; one that holds any account is left untouched.

    `site_url` is where the installation answers: its own gateway is there.
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
        for username, name, roles in PEOPLE
    ]
    general = room_create(creator=admin, name="general", public_id=DEFAULT_CHANNEL_ID)
    members_add(room=general, users=others)
    room_create(creator=admin, name="operations", type=RoomType.PRIVATE, members=others)
    gateway_connect(site_url=site_url)
    message_post(sender=admin, room=general, text="Welcome to Callboard!")
    return True


def gateway_connect(*, site_url: str) -> None:
    """Register the workspace with the cloud in the same site, and push through the gateway there."""
    general = GeneralSettings.stored()
    registered, access_token = workspace_register(unique_id=general.unique_id, name=general.site_name)
    connection_save(workspace_id=registered.public_id, access_token=access_token)
    wizard = SetupWizardSettings.stored()
    wizard.register_server = wizard.privacy_terms_agreed = True
    wizard.save()
    push = PushSettings.stored()
    push.gateway = site_url
    push.save()
