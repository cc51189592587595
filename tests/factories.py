"""Factories for tests. They use the services of the product if there are any."""

from __future__ import annotations

from typing import Any

import factory
from django.db import connection
from factory.django import DjangoModelFactory

from cloud.models import RegisteredWorkspace
from cloud.services.registration import access_token_issue, workspace_register
from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, RoomPreferences
from push.models import Device, token_digest
from workspace.models import EmailAddress, Message, Room, RoomType, Subscription, User
from workspace.services.messages import message_post
from workspace.services.rooms import direct_key_of, members_add

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A user with the role `user`; `roles=("admin",)` makes an administrator."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    name = factory.LazyAttribute(lambda user: user.username.title())
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def roles(user: User, create: bool, extracted: tuple[str, ...] | None) -> None:  # noqa: N805
        names = ("user",) if extracted is None else extracted
        # One statement, because thousands of tests create users. `groups.add` makes three, and publishes the roles.
        places = ", ".join(["%s"] * len(names)) or "''"
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO workspace_user_groups (user_id, group_id) "
                f"SELECT %s, id FROM auth_group WHERE name IN ({places})",
                [user.pk, *names],
            )
        if "admin" in names:
            user.is_staff = True
            user.save(update_fields=["is_staff"])


class EmailAddressFactory(DjangoModelFactory[EmailAddress]):
    class Meta:
        model = EmailAddress

    user = factory.SubFactory(UserFactory)
    address = factory.LazyAttribute(lambda email: f"{email.user.username}@example.org")
    verified = True


class RoomFactory(DjangoModelFactory[Room]):
    """A channel with `members=[...]`."""

    class Meta:
        model = Room
        skip_postgeneration_save = True

    type = RoomType.CHANNEL
    name = factory.Sequence(lambda number: f"room{number}")
    creator = factory.SubFactory(UserFactory)

    @factory.post_generation
    def members(room: Room, create: bool, extracted: list[User] | None) -> None:  # noqa: N805
        if extracted:
            members_add(room=room, users=extracted)


def direct_room(*people: User) -> Room:
    """Return a direct room of these users."""
    room = Room.objects.create(type=RoomType.DIRECT, creator=people[0], direct_key=direct_key_of(people))
    members_add(room=room, users=people)
    return room


def registered(unique_id: str = "u1", name: str = "Theatre", **fields: Any) -> tuple[RegisteredWorkspace, str]:
    """Return a workspace registered with this cloud, and an access token for it."""
    workspace, _credentials = workspace_register(unique_id=unique_id, name=name, **fields)
    return workspace, access_token_issue(workspace=workspace)[0]


def message_in(room: Room, sender: User, text: str = "hello", **fields: Any) -> Message:
    """Post a message. The sender is added to the room if necessary."""
    if not Subscription.objects.filter(room=room, user=sender).exists():
        members_add(room=room, users=[sender])
    return message_post(sender=sender, room=room, text=text, **fields)


class AccountPreferencesFactory(DjangoModelFactory[AccountPreferences]):
    class Meta:
        model = AccountPreferences

    user = factory.SubFactory(UserFactory)


class RoomPreferencesFactory(DjangoModelFactory[RoomPreferences]):
    """Requires `subscription`."""

    class Meta:
        model = RoomPreferences


class IgnoredSenderFactory(DjangoModelFactory[IgnoredSender]):
    """Requires `subscription` and `sender`."""

    class Meta:
        model = IgnoredSender


class HighlightWordFactory(DjangoModelFactory[HighlightWord]):
    class Meta:
        model = HighlightWord

    user = factory.SubFactory(UserFactory)
    word = "deploy"


class DeviceFactory(DjangoModelFactory[Device]):
    class Meta:
        model = Device

    user = factory.SubFactory(UserFactory)
    type = "apn"
    app_name = "chat.rocket.reactnative"
    token = factory.Sequence(lambda number: f"{number:064x}")
    token_digest = factory.LazyAttribute(lambda device: token_digest(device.token))
