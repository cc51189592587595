"""integrations.create, .list, .get, .update, .remove and .history."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory
from tests.webhooks import webhook_of
from workspace.models import Integration, Room, RoomType, Subscription, SystemMessage, User

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {
    "type": "webhook-incoming",
    "name": "Grafana",
    "enabled": True,
    "username": "grafana",
    "channel": "#alerts",
    "scriptEnabled": False,
}


@pytest.fixture
def admin() -> User:
    return UserFactory(username="ada", roles=("admin",))


@pytest.fixture
def room(admin: User) -> Room:
    return RoomFactory(name="alerts", members=[admin])


@pytest.fixture
def api(admin: User, room: Room) -> ApiClient:
    return ApiClient(admin)


@pytest.fixture
def owner(room: Room) -> User:
    """A member who may manage their own webhooks."""
    role = Group.objects.create(name="integrator")
    role.permissions.add(Permission.objects.get(codename="manage_own_incoming_integrations"))
    user = UserFactory(username="otto", roles=("user", "integrator"))
    Subscription.objects.create(room=room, user=user)
    return user


def put(api: ApiClient, **fields: Any) -> Any:
    return api.client.put(
        "/api/v1/integrations.update", {"type": "webhook-incoming", **fields}, "application/json", headers=api.headers
    )


def test_creating_returns_the_token_and_the_address_works(api: ApiClient, admin: User) -> None:
    created = api.post("integrations.create", NEW | {"alias": "G", "emoji": ":x:"}).json()["integration"]
    assert created["type"] == "webhook-incoming"
    assert (created["name"], created["enabled"], created["username"]) == ("Grafana", True, "grafana")
    assert (created["channel"], created["alias"], created["emoji"]) == (["#alerts"], "G", ":x:")
    assert created["_createdBy"] == {"_id": admin.public_id, "username": "ada"}
    assert created["overrideDestinationChannelEnabled"] is False
    assert len(created["token"]) == 48
    path = f"/hooks/{created['_id']}/{created['token']}"
    assert api.client.post(path, {"text": "x"}, "application/json").json() == {"success": True}


def test_the_bot_is_made_and_added_to_the_room_by_the_creator(api: ApiClient, room: Room, admin: User) -> None:
    api.post("integrations.create", NEW)
    bot = User.objects.get(username="grafana")
    assert bot.display_name == "Grafana"
    assert Subscription.objects.filter(user=bot, room=room).exists()
    assert room.messages.filter(type=SystemMessage.ADDED, sender=admin, text="grafana").exists()


def test_later_responses_only_contain_the_end_of_the_token(api: ApiClient) -> None:
    token = api.post("integrations.create", NEW).json()["integration"]["token"]
    key = Integration.objects.get().public_id
    for response in (
        api.get("integrations.list"),
        api.get("integrations.get", integrationId=key),
        put(api, integrationId=key, name="New"),
        api.post("integrations.remove", type="webhook-incoming", integrationId=key),
    ):
        assert response.status_code == 200
        assert token not in response.content.decode()
        assert "•••" + token[-4:] in response.json().get("integration", {"token": "•••" + token[-4:]})["token"]


def test_an_existing_account_can_post(api: ApiClient, admin: User) -> None:
    created = api.post("integrations.create", NEW | {"username": "ada"}).json()["integration"]
    assert created["userId"] == admin.public_id


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"type": "webhook-outgoing"}, "Outgoing webhooks are not supported [error-not-supported]"),
        ({"type": "x"}, "Invalid integration type."),
        ({"scriptEnabled": True, "script": "x"}, "Scripts of integrations are not supported [error-not-supported]"),
        ({"channel": " , "}, "Invalid channel [error-invalid-channel]"),
        ({"channel": "alerts"}, "Invalid channel. Start with @ or # [error-invalid-channel-start-with-chars]"),
        ({"channel": "#nowhere"}, "Invalid room [error-invalid-room]"),
        ({"channel": "@nobody"}, "Invalid room [error-invalid-room]"),
    ],
)
def test_what_cannot_be_created_is_refused(api: ApiClient, changes: dict[str, Any], error: str) -> None:
    assert failure(api.post("integrations.create", NEW | changes)) == error
    assert not Integration.objects.exists()
    assert not User.objects.filter(username="grafana").exists()


@pytest.mark.parametrize("changes", [{"username": "not a name"}, {"avatar": "javascript:x"}, {"name": ""}])
def test_invalid_values_are_refused(api: ApiClient, changes: dict[str, Any]) -> None:
    assert failure(api.post("integrations.create", NEW | changes)).endswith("[invalid-params]")


@pytest.mark.parametrize("name", ["name", "enabled", "username", "channel", "type"])
def test_required_properties(api: ApiClient, name: str) -> None:
    body = {key: value for key, value in NEW.items() if key != name}
    assert failure(api.post("integrations.create", body)) == f"must have required property '{name}' [invalid-params]"


def test_a_webhook_is_changed(api: ApiClient, admin: User) -> None:
    hook = webhook_of(admin, username="robot")
    RoomFactory(name="builds", members=[admin])
    changed = put(
        api, integrationId=hook.integration.public_id, enabled=False, channel="#builds,@ada", name="New", alias="A"
    ).json()["integration"]
    assert (changed["enabled"], changed["channel"], changed["name"]) == (False, ["#builds", "@ada"], "New")
    assert (changed["alias"], changed["username"]) == ("A", "robot")
    assert hook.post(text="x").status_code == 503
    put(api, integrationId=hook.integration.public_id, enabled=True)
    assert hook.post(text="x").status_code == 200


def test_a_removed_webhook_is_unknown_and_its_bot_deactivated(api: ApiClient, admin: User) -> None:
    hook = webhook_of(admin, username="robot")
    hook.post(text="x")
    api.post("integrations.remove", type="webhook-incoming", integrationId=hook.integration.public_id)
    assert hook.post(text="x").status_code == 400
    assert not User.objects.get(username="robot").is_active
    # The next one with the same name gets the same bot.
    again = webhook_of(admin, username="robot")
    assert again.post(text="x").status_code == 200


def test_a_bot_of_two_webhooks_stays(api: ApiClient, admin: User) -> None:
    first, second = webhook_of(admin, username="robot"), webhook_of(admin, username="robot", name="Second")
    api.post("integrations.remove", type="webhook-incoming", integrationId=first.integration.public_id)
    assert second.post(text="x").status_code == 200


def test_bots_get_free_names(admin: User, room: Room) -> None:
    UserFactory(username="monitoring")
    names = [webhook_of(admin).integration.user.username for _number in range(3)]
    assert names == ["monitoring.bot", "monitoring.bot2", "monitoring.bot3"]
    assert webhook_of(admin, name="!").integration.user.username == "webhook"


def test_the_last_calls_are_listed(api: ApiClient, admin: User) -> None:
    hook = webhook_of(admin)
    hook.post(text="x")
    hook.post(text="x", channel="#nowhere")
    body = api.get("integrations.history", id=hook.integration.public_id, count=1).json()
    assert (body["count"], body["items"], body["total"], body["offset"]) == (1, 1, 2, 0)
    (call,) = body["history"]
    assert (call["error"], call["status"], call["errorMessage"]) == (True, 400, "invalid-channel")
    assert call["integration"] == {"_id": hook.integration.public_id}
    assert failure(api.get("integrations.history", id="x")) == "Invalid integration id."


def test_unknown_webhooks(api: ApiClient, admin: User) -> None:
    assert failure(api.get("integrations.get", integrationId="x")) == "The integration does not exists."
    assert failure(put(api, integrationId="x")) == "No integration found."
    assert failure(api.post("integrations.remove", type="webhook-incoming", integrationId="x")) == (
        "No integration found."
    )
    hook = webhook_of(admin)
    key = hook.integration.public_id
    assert api.get("integrations.get", integrationId=key, createdBy=admin.public_id).status_code == 200
    assert failure(api.get("integrations.get", integrationId=key, createdBy="x")) == "The integration does not exists."


def test_members_manage_their_own_webhooks_if_they_may(owner: User, admin: User, room: Room) -> None:
    foreign = webhook_of(admin)
    api = ApiClient(owner)
    created = api.post("integrations.create", NEW).json()["integration"]
    assert [found["_id"] for found in api.get("integrations.list").json()["integrations"]] == [created["_id"]]
    assert put(api, integrationId=created["_id"], name="New").status_code == 200
    key = foreign.integration.public_id
    assert failure(put(api, integrationId=key, name="New")) == "No integration found."
    assert failure(api.get("integrations.get", integrationId=key)) == "The integration does not exists."
    assert failure(api.post("integrations.remove", type="webhook-incoming", integrationId=key)) == (
        "No integration found."
    )


@pytest.mark.parametrize("username", ["ada", "ana", "monitoring"])
def test_members_cannot_post_with_the_accounts_of_others(owner: User, admin: User, room: Room, username: str) -> None:
    UserFactory(username="ana")
    webhook_of(admin)
    assert failure(ApiClient(owner).post("integrations.create", NEW | {"username": username})) == (
        "Invalid user [error-invalid-user]"
    )
    assert ApiClient(owner).post("integrations.create", NEW | {"username": "otto"}).status_code == 200


def test_members_cannot_post_with_a_bot_that_none_of_their_webhooks_uses(owner: User, admin: User, room: Room) -> None:
    """It may be in rooms that they cannot read, or have been deactivated on purpose."""
    secret = RoomFactory(name="secret", type=RoomType.PRIVATE, members=[admin])
    hook = webhook_of(admin, channels="#secret", username="robot")
    ApiClient(admin).post("integrations.remove", type="webhook-incoming", integrationId=hook.integration.public_id)
    answer = ApiClient(owner).post(
        "integrations.create", NEW | {"username": "robot", "overrideDestinationChannelEnabled": True}
    )
    assert failure(answer) == "Invalid user [error-invalid-user]"
    robot = User.objects.get(username="robot")
    assert (robot.is_active, secret.subscriptions.filter(user=robot).exists()) == (False, True)


def test_members_post_with_the_bots_of_their_own_webhooks(owner: User, room: Room) -> None:
    for name in ("First", "Second"):
        assert ApiClient(owner).post("integrations.create", NEW | {"name": name}).status_code == 200
    assert User.objects.get(username="grafana").integrations.count() == 2


def test_members_can_only_choose_rooms_of_which_they_are_members(owner: User, admin: User) -> None:
    RoomFactory(name="secret", type=RoomType.PRIVATE, members=[admin])
    assert failure(ApiClient(owner).post("integrations.create", NEW | {"channel": "#secret"})) == (
        "Invalid Channel [error-invalid-channel]"
    )


def test_others_are_refused(room: Room, admin: User) -> None:
    key = webhook_of(admin).integration.public_id
    member = ApiClient(UserFactory())
    assert failure(member.post("integrations.create", NEW)) == "Unauthorized [not_authorized]"
    for response in (
        member.get("integrations.list"),
        member.get("integrations.get", integrationId=key),
        member.get("integrations.history", id=key),
        member.post("integrations.remove", type="webhook-incoming", integrationId=key),
        put(member, integrationId=key),
    ):
        assert failure(response, 403) == "unauthorized"


def test_strangers_are_refused() -> None:
    stranger = ApiClient()
    for response in (
        stranger.post("integrations.create", NEW),
        stranger.get("integrations.list"),
        stranger.get("integrations.get", integrationId="x"),
        stranger.get("integrations.history", id="x"),
        stranger.post("integrations.remove", type="webhook-incoming", integrationId="x"),
        put(stranger, integrationId="x"),
    ):
        assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_the_number_of_queries_does_not_depend_on_the_webhooks(
    api: ApiClient, admin: User, django_assert_max_num_queries: Any
) -> None:
    webhook_of(admin)
    with django_assert_max_num_queries(30) as few:
        api.get("integrations.list")
    for number in range(3):
        webhook_of(admin, name=f"W{number}")
    with django_assert_max_num_queries(len(few)):
        assert api.get("integrations.list").json()["total"] == 4
