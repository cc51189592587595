"""Admin pages of rooms and subscriptions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import Room, RoomType, Subscription, User
from workspace.signals import subscription_changed

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}


@pytest.fixture
def admin(client: Client) -> User:
    user = administrator()
    client.force_login(user)
    return user


def room_url(room: Room, action: str = "change") -> str:
    return f"/admin/workspace/room/{room.pk}/{action}/"


def new_room(**changes: Any) -> dict[str, Any]:
    return {"type": "c", "name": "deploys", "topic": "What went out", "members": "", **changes}


def test_a_new_room_has_its_creator_and_members_and_counts_them(client: Client, admin: User) -> None:
    people = [UserFactory(username="grace"), UserFactory(username="alan")]
    client.post("/admin/workspace/room/add/", new_room(members="@Grace, alan"))
    room = Room.objects.get(name="deploys")
    assert (room.creator, room.topic, room.members_count) == (admin, "What went out", 3)
    assert {member.user for member in room.subscriptions.all()} == {admin, *people}
    assert room.subscriptions.get(is_owner=True).user == admin


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"name": "Taken"}, "A room with this name already exists."),
        ({"name": "two words"}, "Use only letters, digits, dots, dashes and underscores."),
        ({"name": ""}, "This field is required."),
        ({"members": "nobody"}, "Unknown usernames: nobody."),
        ({"type": "d"}, "Select a valid choice."),
    ],
)
def test_an_invalid_room_is_rejected_with_an_explanation(
    client: Client, admin: User, changes: dict[str, str], result: str
) -> None:
    RoomFactory(name="taken")
    assert result in client.post("/admin/workspace/room/add/", new_room(**changes)).content.decode()
    assert Room.objects.count() == 1


def test_creating_private_groups_requires_the_permission(client: Client) -> None:
    client.force_login(staff("workspace.add_room", "workspace.view_room", "workspace.create_c"))
    refused = client.post("/admin/workspace/room/add/", new_room(type="p")).content.decode()
    assert "Your roles do not allow you to create rooms of this type." in refused
    client.post("/admin/workspace/room/add/", new_room())
    assert Room.objects.get().type == RoomType.CHANNEL


def test_people_are_added_through_the_rooms_page(client: Client, admin: User) -> None:
    room, person = RoomFactory(members=[UserFactory()]), UserFactory()
    client.post(room_url(room, "add-people"), {**CONFIRMED, "people": person.username})
    room.refresh_from_db()
    assert room.members_count == 2
    assert room.subscriptions.filter(user=person).exists()


def test_unknown_people_are_named(client: Client, admin: User) -> None:
    answer = client.post(room_url(RoomFactory(), "add-people"), {**CONFIRMED, "people": "nobody"})
    assert "Unknown usernames: nobody." in answer.content.decode()


def test_nobody_is_added_to_a_direct_room(client: Client, admin: User) -> None:
    room = direct_room(UserFactory(), UserFactory())
    answer = client.post(room_url(room, "add-people"), {**CONFIRMED, "people": UserFactory().username})
    assert answer.status_code == 404
    assert room.subscriptions.count() == 2


def test_a_room_is_archived_and_reopened_after_confirmation(client: Client, admin: User) -> None:
    room = RoomFactory()
    client.get(room_url(room, "archive"))
    assert not Room.objects.get().is_archived
    client.post(room_url(room, "archive"), CONFIRMED)
    assert Room.objects.get().is_archived
    client.post(room_url(room, "reopen"), CONFIRMED)
    assert not Room.objects.get().is_archived


def test_a_direct_room_is_shown_with_its_members_and_cannot_be_changed(client: Client, admin: User) -> None:
    room = direct_room(UserFactory(username="grace"), UserFactory(username="alan"))
    assert "@grace, @alan" in client.get("/admin/workspace/room/").content.decode()
    assert client.post(room_url(room), {"name": "named"}).status_code == 403


def test_rooms_are_not_deleted(client: Client, admin: User) -> None:
    assert client.post(room_url(RoomFactory(), "delete"), {"post": "yes"}).status_code == 403


def test_a_rooms_page_links_to_its_subscriptions(client: Client, admin: User) -> None:
    room = RoomFactory(members=[UserFactory(username="grace")])
    RoomFactory(members=[UserFactory(username="alan")])
    url = f"/admin/workspace/subscription/?room__id__exact={room.pk}"
    assert url in client.get(room_url(room)).content.decode()
    html = client.get(url).content.decode()
    assert "@grace" in html
    assert "@alan" not in html


def test_a_removed_member_is_no_longer_counted(client: Client, admin: User) -> None:
    room = RoomFactory(members=[UserFactory(), UserFactory()])
    membership = room.subscriptions.first()
    assert membership is not None
    answer = client.post(f"/admin/workspace/subscription/{membership.pk}/let_out/", CONFIRMED)
    assert answer.headers["Location"] == "/admin/workspace/subscription/"
    room.refresh_from_db()
    assert (room.members_count, room.subscriptions.count()) == (1, 1)


def test_the_last_owner_stays(client: Client, admin: User) -> None:
    room = RoomFactory(members=[UserFactory(), UserFactory()])
    Subscription.objects.filter(pk=room.subscriptions.earliest("pk").pk).update(is_owner=True)
    owner = room.subscriptions.get(is_owner=True)
    answer = client.post(f"/admin/workspace/subscription/{owner.pk}/let_out/", CONFIRMED, follow=True)
    assert "last owner" in answer.content.decode()
    assert room.subscriptions.filter(pk=owner.pk).exists()


def test_a_members_counters_cannot_be_changed(client: Client, admin: User) -> None:
    membership = RoomFactory(members=[UserFactory()]).subscriptions.get()
    inlines = {
        f"{prefix}-{count}": 0
        for prefix in ("preferences", "ignored_senders")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    sent = {"is_muted": "on", "unread": "7", **inlines}
    client.post(f"/admin/workspace/subscription/{membership.pk}/change/", sent)
    membership.refresh_from_db()
    assert (membership.is_muted, membership.unread) == (True, 0)


def test_a_member_receives_a_role_in_the_room(client: Client, admin: User) -> None:
    room = RoomFactory(members=[UserFactory()])
    membership = room.subscriptions.get()
    changed: list[User] = []

    def note(user: User, **_kwargs: object) -> None:
        changed.append(user)

    subscription_changed.connect(note)
    no_rows = {
        f"{name}-{form}_FORMS": "0" for name in ("preferences", "ignored_senders") for form in ("TOTAL", "INITIAL")
    }
    client.post(f"/admin/workspace/subscription/{membership.pk}/change/", {"is_moderator": "on", **no_rows})
    membership.refresh_from_db()
    assert membership.roles == ["moderator"]
    assert changed == [membership.user]
    assert "Moderator" in client.get("/admin/workspace/subscription/").content.decode()
