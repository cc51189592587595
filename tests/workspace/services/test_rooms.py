"""Creating rooms, adding members and removing them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, Subscription, User
from workspace.services.rooms import (
    direct_room_open,
    member_remove,
    members_add,
    room_create,
    room_invite,
    room_join,
    room_leave,
)
from workspace.signals import membership_ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def counted_truly(room: Room) -> bool:
    """Return True if the stored member count, and the one of the instance, equal the number of subscriptions."""
    stored = Room.objects.get(pk=room.pk).members_count
    return room.members_count == stored == room.subscriptions.count()


def code_of(raised: pytest.ExceptionInfo[ApplicationError]) -> str:
    return raised.value.code


def test_the_member_count_is_correct_after_adding_users_twice(ana: User) -> None:
    room, bob = RoomFactory(), UserFactory()
    assert members_add(room=room, users=[ana, ana, bob]) == 2
    assert members_add(room=room, users=[bob, UserFactory()]) == 1
    assert members_add(room=room, users=[]) == 0
    assert room.members_count == 3
    assert counted_truly(room)


def test_the_member_count_is_correct_after_leaving(ana: User) -> None:
    room = RoomFactory(members=[ana, UserFactory()])
    room_leave(user=ana, room=room)
    assert room.members_count == 1
    assert counted_truly(room)
    with pytest.raises(ApplicationError) as raised:
        room_leave(user=ana, room=room)
    assert code_of(raised) == "error-user-not-in-room"
    assert counted_truly(room)


def test_the_creator_owns_the_room(ana: User) -> None:
    bob = UserFactory()
    room = room_create(creator=ana, name="ops", members=[bob, ana])
    owners = set(room.subscriptions.filter(is_owner=True).values_list("user", flat=True))
    assert owners == {ana.pk}
    assert room.members_count == 2


@pytest.mark.parametrize("name", ["", "two words", "x" * 256, "ops\n", "#ops"])
def test_a_room_needs_a_valid_name(ana: User, name: str) -> None:
    with pytest.raises(ApplicationError) as raised:
        room_create(creator=ana, name=name)
    assert code_of(raised) == "error-invalid-room-name"
    assert not Room.objects.exists()


def test_room_names_are_unique_across_types_ignoring_case(ana: User) -> None:
    room_create(creator=ana, name="Ops")
    with pytest.raises(ApplicationError) as raised:
        room_create(creator=ana, name="oPS", type=RoomType.PRIVATE)
    assert code_of(raised) == "error-duplicate-channel-name"
    assert raised.value.details == {"channel_name": "oPS"}


@pytest.mark.parametrize("type", [RoomType.CHANNEL, RoomType.PRIVATE])
def test_creating_a_room_requires_the_permission(type: RoomType) -> None:
    with pytest.raises(ApplicationError) as raised:
        room_create(creator=UserFactory(roles=()), name="ops", type=type)
    assert raised.value.status == 403


def test_the_same_people_have_one_direct_room(ana: User) -> None:
    bob, cy = UserFactory(), UserFactory()
    room = direct_room_open(creator=ana, others=[bob])
    assert direct_room_open(creator=bob, others=[ana, ana]) == room
    assert direct_room_open(creator=ana, others=[bob, cy]) != room
    assert (room.members_count, room.name) == (2, "")
    assert counted_truly(room)


def test_a_direct_room_with_oneself(ana: User) -> None:
    assert direct_room_open(creator=ana, others=[ana]).members_count == 1


def test_opening_a_hidden_direct_room_shows_it_to_the_opener(ana: User) -> None:
    bob = UserFactory()
    room = direct_room(ana, bob)
    Subscription.objects.update(is_open=False)
    direct_room_open(creator=ana, others=[bob])
    assert list(room.subscriptions.filter(is_open=True).values_list("user", flat=True)) == [ana.pk]


def test_direct_rooms_stay_small(ana: User) -> None:
    people = [UserFactory() for _number in range(8)]
    assert direct_room_open(creator=ana, others=people[:7]).members_count == 8
    with pytest.raises(ApplicationError) as raised:
        direct_room_open(creator=ana, others=people)
    assert code_of(raised) == "error-direct-message-max-user-exceeded"


def test_joining_again_changes_nothing(ana: User) -> None:
    room = RoomFactory()
    room_join(user=ana, room=room)
    room_join(user=ana, room=room)
    assert counted_truly(room)


def test_only_open_channels_are_joined(ana: User) -> None:
    group, direct = RoomFactory(type=RoomType.PRIVATE), direct_room(UserFactory(), UserFactory())
    archived = RoomFactory(is_archived=True)
    for room, code in (
        (group, "error-not-allowed"),
        (direct, "error-not-allowed"),
        (archived, "error-room-archived"),
    ):
        with pytest.raises(ApplicationError) as raised:
            room_join(user=ana, room=room)
        assert code_of(raised) == code


def test_members_can_add_users_and_administrators_can_to_every_channel(ana: User) -> None:
    admin, guest = UserFactory(roles=("admin",)), UserFactory()
    channel = RoomFactory(members=[ana])
    group = RoomFactory(type=RoomType.PRIVATE, members=[ana])
    for inviter, room in ((ana, channel), (ana, group), (admin, channel)):
        room_invite(inviter=inviter, room=room, users=[guest, UserFactory()])
        assert counted_truly(room)
    for inviter, room in ((guest, RoomFactory()), (admin, group), (ana, direct_room(ana, guest))):
        with pytest.raises(ApplicationError) as raised:
            room_invite(inviter=inviter, room=room, users=[UserFactory()])
        assert raised.value.status == 403


def test_the_last_owner_cannot_leave_other_members_without_an_owner(ana: User) -> None:
    bob = UserFactory()
    room = room_create(creator=ana, name="ops")
    members_add(room=Room.objects.get(pk=room.pk), users=[bob])
    with pytest.raises(ApplicationError) as raised:
        room_leave(user=ana, room=room)
    assert code_of(raised) == "error-you-are-last-owner"
    Subscription.objects.filter(user=bob).update(is_owner=True)
    room_leave(user=ana, room=room)
    room_leave(user=bob, room=room)
    assert room.members_count == 0


def test_the_last_owner_can_be_kept_where_nobody_would_be_left(ana: User) -> None:
    room = room_create(creator=ana, name="ops")
    with pytest.raises(ApplicationError) as raised:
        room_leave(user=ana, room=room, keeps_owner=True)
    assert code_of(raised) == "error-you-are-last-owner"
    room_leave(user=ana, room=room)
    assert not room.subscriptions.exists()


@pytest.mark.parametrize("type", [RoomType.CHANNEL, RoomType.PRIVATE])
def test_leaving_requires_the_permission_and_being_removed_does_not(type: RoomType) -> None:
    guest = UserFactory(roles=())
    room = RoomFactory(type=type, members=[guest])
    with pytest.raises(ApplicationError) as raised:
        room_leave(user=guest, room=room)
    assert code_of(raised) == "error-not-allowed"
    member_remove(user=guest, room=room)
    assert not room.subscriptions.exists()


def test_a_direct_room_cannot_be_left(ana: User) -> None:
    room = direct_room(ana, UserFactory())
    with pytest.raises(ApplicationError) as raised:
        room_leave(user=ana, room=room)
    assert code_of(raised) == "error-not-allowed"


def test_leaving_is_announced(ana: User) -> None:
    sent: list[tuple[User, Room]] = []

    def listen(user: User, room: Room, **_kwargs: Any) -> None:
        sent.append((user, room))

    room = RoomFactory(members=[ana])
    membership_ended.connect(listen)
    try:
        room_leave(user=ana, room=room)
    finally:
        membership_ended.disconnect(listen)
    assert sent == [(ana, room)]


def system_messages(room: Room) -> list[tuple[str, str, str]]:
    """Return the system messages of the room: type, acting user, and affected user."""
    return list(room.messages.order_by("pk").values_list("type", "sender__username", "text"))


def test_system_messages_record_who_joined_and_left(ana: User) -> None:
    room, bob = RoomFactory(members=[UserFactory()]), UserFactory(username="bob")
    room_join(user=ana, room=room)
    room_invite(inviter=ana, room=room, users=[bob, ana])
    room_leave(user=bob, room=room)
    assert system_messages(room) == [("uj", "ana", "ana"), ("au", "ana", "bob"), ("ul", "bob", "bob")]


def test_joining_again_posts_no_second_message(ana: User) -> None:
    room = RoomFactory()
    room_join(user=ana, room=room)
    room_join(user=ana, room=room)
    assert [kind for kind, _who, _whom in system_messages(room)] == ["uj"]
