"""channels.* and groups.*: roles, moderators, kick, and giving and withdrawing roles"""

from __future__ import annotations

from typing import Any

import pytest

from push.models import EndReason, Notification
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.push.conftest import queue
from tests.workspace.api.rooms.kinds import admin, events, membership, of_both_kinds, owned_room
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db

ROLES = ["owner", "moderator", "leader"]
PATHS = [
    ".addOwner",
    ".addModerator",
    ".addLeader",
    ".removeOwner",
    ".removeModerator",
    ".removeLeader",
    ".kick",
]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@of_both_kinds
class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    def test_an_owner_gives_and_withdraws_a_role(
        self, ana: User, bob: User, prefix: str, type: RoomType, role: str
    ) -> None:
        room, api = owned_room(ana, bob, type=type), ApiClient(ana)
        path = f"{prefix}.{{}}{role.capitalize()}"
        assert api.post(path.format("add"), roomId=room.public_id, userId=bob.public_id).json() == {"success": True}
        assert membership(room, bob).roles == [role]
        again = api.post(path.format("add"), roomName="ops", username="bob")
        assert failure(again).endswith(f"[error-user-already-{role}]")
        assert api.post(path.format("remove"), roomId=room.public_id, username="bob").json() == {"success": True}
        assert membership(room, bob).roles == []
        again = api.post(path.format("remove"), roomId=room.public_id, username="bob")
        assert failure(again).endswith(f"[error-user-not-{role}]")
        assert events(room) == [
            ("subscription-role-added", "ana", "bob"),
            ("subscription-role-removed", "ana", "bob"),
        ]
        assert set(room.messages.values_list("role", flat=True)) == {role}

    def test_they_are_listed_for_clients(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room = owned_room(bob, ana, UserFactory(), type=type)
        room.subscriptions.filter(user=ana).update(is_moderator=True, is_leader=True)
        api = ApiClient(bob)
        person = {
            user.username: {"_id": user.public_id, "username": user.username, "name": user.name} for user in (ana, bob)
        }
        assert api.get(f"{prefix}.roles", roomId=room.public_id).json() == {
            "roles": [
                {
                    "_id": membership(room, user).public_id,
                    "rid": room.public_id,
                    "u": person[user.username],
                    "roles": roles,
                }
                for user, roles in ((ana, ["moderator", "leader"]), (bob, ["owner"]))
            ],
            "success": True,
        }
        moderators = api.get(f"{prefix}.moderators", roomName="ops").json()
        assert moderators == {"moderators": [person["ana"]], "success": True}
        own = ApiClient(ana).get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
        assert own["roles"] == ["moderator", "leader"]

    def test_the_last_owner_remains(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room, api = owned_room(ana, bob, type=type), ApiClient(ana)
        refused = api.post(f"{prefix}.removeOwner", roomId=room.public_id, username="ana")
        assert failure(refused).endswith("[error-remove-last-owner]")
        room.subscriptions.filter(user=bob).update(is_owner=True)
        assert api.post(f"{prefix}.removeOwner", roomId=room.public_id, username="ana").status_code == 200
        assert not membership(room, ana).is_owner

    @pytest.mark.parametrize("path", PATHS)
    def test_only_owners_and_users_who_name_a_member_may(
        self, ana: User, bob: User, prefix: str, type: RoomType, path: str
    ) -> None:
        room = owned_room(ana, bob, type=type)
        call = f"{prefix}{path}"
        named: dict[str, Any] = {"roomId": room.public_id, "username": "ana"}
        assert ApiClient().post(call, **named).json() == NOT_SIGNED_IN
        assert failure(ApiClient(bob).post(call, **named)) == "Not allowed [error-not-allowed]"
        api = ApiClient(ana)
        assert failure(api.post(call, roomId=room.public_id)).endswith("[error-user-param-not-provided]")
        assert failure(api.post(call, **named | {"username": "x"})).endswith("[error-invalid-user]")
        assert failure(api.post(call, username="ana")).endswith("[error-roomid-param-not-provided]")
        other = direct_room(ana, bob)
        assert failure(api.post(call, roomId=other.public_id, username="bob")).endswith("[error-room-not-found]")
        stranger = UserFactory()
        absent = api.post(call, roomId=room.public_id, userId=stranger.public_id)
        assert failure(absent).endswith("[error-user-not-in-room]")
        room.is_archived = True
        room.save()
        assert failure(api.post(call, **named)).endswith("[error-room-archived]")
        assert not events(room)

    def test_a_role_counts_in_its_room_only(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        owned_room(bob, ana, type=type, name="other")
        room = owned_room(ana, bob, type=type)
        refused = ApiClient(bob).post(f"{prefix}.addOwner", roomId=room.public_id, username="bob")
        assert failure(refused).endswith("[error-not-allowed]")

    def test_a_workspace_wide_permission_suffices(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        root = admin()
        room = RoomFactory(type=type, members=[bob, root])
        assert ApiClient(root).post(f"{prefix}.addOwner", roomId=room.public_id, username="bob").status_code == 200
        assert membership(room, bob).is_owner


@of_both_kinds
class TestKick:
    def test_the_member_leaves_the_room_and_the_queue(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, bob, type=type)
        waiting = queue(bob, message_in(room, ana), due_in=60)
        body = ApiClient(ana).post(f"{prefix}.kick", roomId=room.public_id, userId=bob.public_id).json()
        assert body[prefix[:-1]]["usersCount"] == 1
        assert not room.subscriptions.filter(user=bob).exists()
        assert events(room) == [("ru", "ana", "bob")]
        assert Notification.objects.get(pk=waiting.pk).reason == EndReason.ACCESS_LOST

    def test_moderators_may_but_not_the_last_owner(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, bob, type=type)
        room.subscriptions.filter(user=bob).update(is_moderator=True)
        refused = ApiClient(bob).post(f"{prefix}.kick", roomId=room.public_id, username="ana")
        assert failure(refused).endswith("[error-you-are-last-owner]")
        assert room.subscriptions.count() == 2


def test_listing_roles_takes_the_same_queries_for_more_members(ana: User, django_assert_max_num_queries: Any) -> None:
    room, api = owned_room(ana), ApiClient(ana)
    for number in range(30):
        room.subscriptions.create(user=UserFactory(username=f"m{number}"), is_moderator=True)
    with django_assert_max_num_queries(8):
        assert len(api.get("channels.roles", roomId=room.public_id).json()["roles"]) == 31
