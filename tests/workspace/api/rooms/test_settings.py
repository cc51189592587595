"""channels.* and groups.*: rename, setTopic and the other settings, and what they change for members"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory
from tests.workspace.api.rooms.kinds import admin, events, of_both_kinds, owned_room
from workspace.models import Message, Room, RoomType, SystemMessage, User
from workspace.services.accounts import user_create
from workspace.services.reading import unread_count_add

pytestmark = pytest.mark.django_db

# The endpoint, the parameter, a new value, and the system message.
TEXTS = [
    (".setTopic", "topic", "topic", "room_changed_topic"),
    (".setDescription", "description", "description", "room_changed_description"),
    (".setPurpose", "purpose", "description", "room_changed_description"),
    (".setAnnouncement", "announcement", "announcement", "room_changed_announcement"),
]
BODIES: list[tuple[str, dict[str, Any]]] = [
    (".rename", {"name": "other"}),
    (".setTopic", {"topic": "x"}),
    (".setDescription", {"description": "x"}),
    (".setPurpose", {"purpose": "x"}),
    (".setAnnouncement", {"announcement": "x"}),
    (".setReadOnly", {"readOnly": True}),
    (".setType", {"type": "d"}),
    (".setCustomFields", {"customFields": {"a": 1}}),
]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def info(api: ApiClient, room: Room) -> dict[str, Any]:
    found: dict[str, Any] = api.get("rooms.info", roomId=room.public_id).json()["room"]
    return found


@of_both_kinds
class TestTexts:
    @pytest.mark.parametrize(("path", "name", "shown", "event"), TEXTS)
    def test_an_owner_changes_and_removes_a_text(
        self, api: ApiClient, ana: User, prefix: str, type: RoomType, path: str, name: str, shown: str, event: str
    ) -> None:
        room = owned_room(ana, type=type)
        for text in ("Deploys & alarms", ""):
            body = api.post(f"{prefix}{path}", {"roomId": room.public_id, name: text}).json()
            assert body == {name: text, "success": True}
            assert info(api, room)[shown] == text
        assert events(room) == [(event, "ana", "Deploys & alarms"), (event, "ana", "")]
        error = failure(api.post(f"{prefix}{path}", roomId=room.public_id))
        assert error == f'The bodyParam "{name}" is required'
        too_long = api.post(f"{prefix}{path}", {"roomId": room.public_id, name: "x" * 5001})
        assert failure(too_long).endswith("[invalid-params]")

    def test_only_channels_refuse_the_same_text(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, type=type)
        response = api.post(f"{prefix}.setTopic", roomId=room.public_id, topic="")
        if type == RoomType.CHANNEL:
            assert failure(response) == "The channel topic is the same as what it would be changed to."
        else:
            assert response.json()["topic"] == ""
        assert events(room) == []


@of_both_kinds
class TestEditing:
    @pytest.mark.parametrize(("path", "body"), BODIES)
    def test_only_members_with_the_permission_may_edit(
        self, ana: User, bob: User, prefix: str, type: RoomType, path: str, body: dict[str, Any]
    ) -> None:
        room = owned_room(ana, bob, type=type)
        named = {"roomId": room.public_id, **body}
        assert ApiClient().post(f"{prefix}{path}", named).json() == NOT_SIGNED_IN
        response = ApiClient(bob).post(f"{prefix}{path}", named)
        assert failure(response) == "Editing room is not allowed [error-action-not-allowed]"
        assert response.json()["details"] == {"method": "saveRoomSettings", "action": "Editing_room"}
        unknown = ApiClient(bob).post(f"{prefix}{path}", named | {"roomId": "nowhere"})
        assert failure(unknown).endswith("[error-room-not-found]")
        room.is_archived = True
        room.save()
        assert failure(ApiClient(ana).post(f"{prefix}{path}", named)).endswith("is archived [error-room-archived]")

    def test_moderators_may_edit_but_not_make_it_read_only(
        self, ana: User, bob: User, prefix: str, type: RoomType
    ) -> None:
        room = owned_room(ana, bob, type=type)
        room.subscriptions.filter(user=bob).update(is_moderator=True)
        api = ApiClient(bob)
        assert api.post(f"{prefix}.setTopic", roomId=room.public_id, topic="x").status_code == 200
        refused = api.post(f"{prefix}.setReadOnly", roomId=room.public_id, readOnly=True)
        assert failure(refused).endswith("[error-action-not-allowed]")


@of_both_kinds
class TestRename:
    def test_the_room_has_the_new_name(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, type=type)
        body = api.post(f"{prefix}.rename", roomName="ops", name="Operations").json()
        assert (body[prefix[:-1]]["name"], body[prefix[:-1]]["_id"]) == ("Operations", room.public_id)
        assert events(room) == [("r", "ana", "Operations")]

    @pytest.mark.parametrize(
        ("name", "code"),
        [("two words", "error-invalid-room-name"), ("BOARD", "error-duplicate-channel-name")],
    )
    def test_the_name_must_be_valid_and_free(
        self, api: ApiClient, ana: User, prefix: str, type: RoomType, name: str, code: str
    ) -> None:
        RoomFactory(name="board")
        room = owned_room(ana, type=type)
        assert failure(api.post(f"{prefix}.rename", roomId=room.public_id, name=name)).endswith(f"[{code}]")
        assert failure(api.post(f"{prefix}.rename", roomId=room.public_id)) == 'The bodyParam "name" is required'
        assert info(api, room)["name"] == "ops"


@of_both_kinds
class TestReadOnly:
    def test_only_owners_may_post_until_it_is_writable_again(
        self, api: ApiClient, ana: User, bob: User, prefix: str, type: RoomType
    ) -> None:
        room, bobs = owned_room(ana, bob, type=type), ApiClient(bob)
        body = api.post(f"{prefix}.setReadOnly", roomId=room.public_id, readOnly=True).json()
        assert body[prefix[:-1]]["ro"] is True
        assert failure(bobs.post("chat.postMessage", roomId=room.public_id, text="hello")) == "room_is_read_only"
        assert api.post("chat.postMessage", roomId=room.public_id, text="hello").status_code == 200
        again = api.post(f"{prefix}.setReadOnly", roomId=room.public_id, readOnly=True)
        assert failure(again).endswith("read only setting is the same as what it would be changed to.")
        api.post(f"{prefix}.setReadOnly", roomId=room.public_id, readOnly=False)
        assert bobs.post("chat.postMessage", roomId=room.public_id, text="hello").status_code == 200
        kinds = [kind for kind, _sender, _text in events(room)]
        assert kinds == ["room-set-read-only", "room-removed-read-only"]

    def test_an_unmuted_member_may_post_although_it_is_read_only(
        self, api: ApiClient, ana: User, bob: User, prefix: str, type: RoomType
    ) -> None:
        room, bobs = owned_room(ana, bob, type=type), ApiClient(bob)
        api.post(f"{prefix}.setReadOnly", roomId=room.public_id, readOnly=True)
        assert api.post("rooms.unmuteUser", roomId=room.public_id, username="bob").status_code == 200
        assert info(api, room)["unmuted"] == ["bob"]
        assert bobs.post("chat.postMessage", roomId=room.public_id, text="hello").status_code == 200
        assert api.post("rooms.muteUser", roomId=room.public_id, username="bob").status_code == 200
        assert failure(bobs.post("chat.postMessage", roomId=room.public_id, text="hello")) == "room_is_read_only"
        assert "unmuted" not in info(api, room)


@of_both_kinds
class TestType:
    def test_the_members_remain(self, api: ApiClient, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, bob, type=type)
        other = "p" if type == RoomType.CHANNEL else "c"
        body = api.post(f"{prefix}.setType", roomId=room.public_id, type=other).json()
        assert (body[prefix[:-1]]["t"], body[prefix[:-1]]["usersCount"]) == (other, 2)
        assert [kind for kind, _sender, _text in events(room)] == ["room_changed_privacy"]
        stranger = ApiClient(UserFactory()).get("rooms.info", roomId=room.public_id)
        assert stranger.status_code == (200 if other == "c" else 400)

    def test_the_type_must_be_another_one_that_exists(
        self, api: ApiClient, ana: User, prefix: str, type: RoomType
    ) -> None:
        room = owned_room(ana, type=type)
        same = failure(api.post(f"{prefix}.setType", roomId=room.public_id, type=type))
        assert same.endswith("type is the same as what it would be changed to.")
        for wrong in ("d", "x"):
            response = api.post(f"{prefix}.setType", roomId=room.public_id, type=wrong)
            assert "error-invalid-room-type" in failure(response)
        assert failure(api.post(f"{prefix}.setType", roomId=room.public_id)) == 'The bodyParam "type" is required'

    def test_the_owner_must_be_allowed_to_create_such_rooms(self, prefix: str, type: RoomType) -> None:
        guest = UserFactory(username="guest", roles=())
        room = owned_room(guest, type=type)
        # Guests may not view channels in general, but read those that they are in.
        other = "p" if type == RoomType.CHANNEL else "c"
        refused = ApiClient(guest).post(f"{prefix}.setType", roomId=room.public_id, type=other)
        assert failure(refused).endswith("is not allowed [error-action-not-allowed]")
        assert refused.json()["details"]["action"] == "Change_Room_Type"


@of_both_kinds
def test_clients_store_custom_fields(api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
    room = owned_room(ana, type=type)
    fields = {"ticket": {"id": 7}, "url": "https://example.org"}
    body = api.post(f"{prefix}.setCustomFields", roomId=room.public_id, customFields=fields).json()
    assert body[prefix[:-1]]["customFields"] == fields
    for unstorable in ("\0", "\ud800"):
        answer = api.post(f"{prefix}.setCustomFields", roomId=room.public_id, customFields={"a": [unstorable]})
        assert "must NOT have the character U+0000" in failure(answer)
    too_large = api.post(f"{prefix}.setCustomFields", roomId=room.public_id, customFields={"a": "x" * 10_000})
    assert failure(too_large).endswith("[error-invalid-custom-fields]")
    missing = api.post(f"{prefix}.setCustomFields", roomId=room.public_id)
    assert failure(missing) == 'The bodyParam "customFields" is required with a type like object.'


class TestDefault:
    def test_new_accounts_join_a_default_channel(self) -> None:
        root = admin()
        room, api = owned_room(root), ApiClient(root)
        body = api.post("channels.setDefault", roomId=room.public_id, default=True).json()
        assert body["channel"]["default"] is True
        newcomer = user_create(username="newcomer")
        assert room.subscriptions.filter(user=newcomer).exists()
        same = failure(api.post("channels.setDefault", roomId=room.public_id, default="true"))
        assert same == "The channel default setting is the same as what it would be changed to."
        api.post("channels.setDefault", roomId=room.public_id, default="false")
        assert not room.subscriptions.filter(user=user_create(username="later")).exists()

    def test_the_general_channel_stays_a_default_channel(self) -> None:
        root = admin()
        general, api = RoomFactory(public_id="GENERAL", name="general", members=[root]), ApiClient(root)
        assert info(api, general)["default"] is True
        refused = api.post("channels.setDefault", roomId="GENERAL", default=False)
        assert failure(refused).endswith("[error-action-not-allowed]")

    def test_owners_do_not_administer_rooms(self, api: ApiClient, ana: User) -> None:
        room = owned_room(ana)
        assert ApiClient().post("channels.setDefault", roomId=room.public_id, default=True).json() == NOT_SIGNED_IN
        refused = api.post("channels.setDefault", roomId=room.public_id, default=True)
        assert failure(refused).endswith("[error-action-not-allowed]")
        assert failure(api.post("channels.setDefault", roomId=room.public_id)) == 'The bodyParam "default" is required'


class TestJoinCode:
    def test_the_code_is_required_for_joining(self, api: ApiClient, ana: User, bob: User) -> None:
        room, bobs = owned_room(ana), ApiClient(bob)
        assert "joinCodeRequired" not in info(api, room)
        body = api.post("channels.setJoinCode", roomId=room.public_id, joinCode="s3cret").json()
        assert body["channel"]["joinCodeRequired"] is True
        assert "s3cret" not in Room.objects.get().join_code_digest
        for code, error in (({}, "error-code-required"), ({"joinCode": "wrong"}, "error-code-invalid")):
            refused = bobs.post("channels.join", roomId=room.public_id, **code)
            assert failure(refused).endswith(f"[{error}]")
        assert bobs.post("channels.join", roomId=room.public_id, joinCode="s3cret").status_code == 200
        assert room.subscriptions.filter(user=bob).exists()

    def test_some_users_join_without_it(self, api: ApiClient, ana: User) -> None:
        room = owned_room(ana)
        api.post("channels.setJoinCode", roomId=room.public_id, joinCode="s3cret")
        assert ApiClient(admin()).post("channels.join", roomId=room.public_id).status_code == 200

    def test_only_members_who_may_edit_set_it(self, ana: User, bob: User, api: ApiClient) -> None:
        room = owned_room(ana, bob)
        assert ApiClient().post("channels.setJoinCode", roomId=room.public_id, joinCode="x").json() == NOT_SIGNED_IN
        refused = ApiClient(bob).post("channels.setJoinCode", roomId=room.public_id, joinCode="x")
        assert failure(refused).endswith("[error-action-not-allowed]")
        missing = failure(api.post("channels.setJoinCode", roomId=room.public_id))
        assert missing == 'The bodyParam "joinCode" is required'


def test_changes_of_a_room_notify_nobody(api: ApiClient, ana: User, bob: User) -> None:
    room = owned_room(ana, bob)
    api.post("channels.setTopic", roomId=room.public_id, topic="@bob @all")
    unread_count_add(message=room.messages.get())
    own = ApiClient(bob).get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
    assert (own["unread"], own["alert"]) == (0, False)
    assert all(Message(type=kind).is_system for kind in SystemMessage.values)


def test_the_room_of_a_client_that_synchronizes_changes(api: ApiClient, ana: User) -> None:
    room = owned_room(ana)
    before = info(api, room)["_updatedAt"]
    api.post("channels.setTopic", roomId=room.public_id, topic="new")
    changed = api.get("rooms.get", updatedSince=before).json()["update"]
    assert [row["topic"] for row in changed] == ["new"]
