"""/hooks/<id>/<token>: what programs post, and what they are answered."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from tests.admin_rows import staff
from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory
from tests.webhooks import Webhook, webhook_of
from workspace.errors import ApplicationError
from workspace.models import Integration, IntegrationCall, Message, Room, RoomType, Subscription, User
from workspace.services.integrations.managing import integration_take_over
from workspace.services.integrations.receiving import MAX_CALLS

pytestmark = pytest.mark.django_db

PAYLOADS = settings.BASE_DIR / "tests" / "data" / "webhooks"
SUCCESS = {"success": True}
UNKNOWN = {"success": False, "error": "Invalid integration id or token provided."}


@pytest.fixture
def admin() -> User:
    return UserFactory(username="ada", roles=("admin",))


@pytest.fixture
def room(admin: User) -> Room:
    return RoomFactory(name="alerts", members=[admin])


@pytest.fixture
def hook(admin: User, room: Room) -> Webhook:
    return webhook_of(admin)


@pytest.fixture
def open_hook(admin: User, room: Room) -> Webhook:
    return webhook_of(admin, may_choose_room=True)


def texts() -> list[str]:
    return list(Message.objects.filter(type="").order_by("pk").values_list("text", flat=True))


def last() -> Message:
    return Message.objects.filter(type="").latest("pk")


def test_a_text_is_posted_in_the_room_of_the_webhook(hook: Webhook, room: Room) -> None:
    response = hook.post(text="The disk is full")
    assert (response.status_code, response.json()) == (200, SUCCESS)
    message = last()
    assert (message.text, message.room, message.sender.username) == ("The disk is full", room, "monitoring")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"text": "hello"}), "application/json"),
        (json.dumps({"text": "hello"}), "application/json; charset=utf-8"),
        (json.dumps({"text": "hello"}), "text/plain"),
        (json.dumps({"text": "hello"}), "application/x-www-form-urlencoded"),
        (urlencode({"payload": json.dumps({"text": "hello"})}), "application/x-www-form-urlencoded"),
        (urlencode({"text": "hello"}), "application/x-www-form-urlencoded"),
        (
            '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"text": "hello"}\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
def test_json_and_forms_are_read(hook: Webhook, body: str, content_type: str) -> None:
    assert hook.post(body, content_type=content_type).json() == SUCCESS
    assert texts() == ["hello"]


@pytest.mark.parametrize("path", ["{id}/{token}/", "{id}/someuserid/{token}", "{id}/someuserid/{token}/"])
def test_the_other_forms_of_the_address(hook: Webhook, path: str) -> None:
    path = "/hooks/" + path.format(id=hook.integration.public_id, token=hook.token)
    assert Client().post(path, {"text": "x"}, content_type="application/json").json() == SUCCESS
    assert texts() == ["x"]


def test_programs_that_can_only_get_put_the_message_in_the_query(hook: Webhook) -> None:
    assert Client().get(hook.path, {"text": "hello"}).json() == SUCCESS
    assert Client().get(hook.path).json() == SUCCESS
    assert texts() == ["hello"]


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_the_payload_of_each_program_is_posted(admin: User, room: Room, path: Any) -> None:
    RoomFactory(name="builds", members=[admin])
    hook = webhook_of(admin, may_choose_room=True)
    assert hook.post(path.read_text()).json() == SUCCESS
    message = last()
    assert message.text or message.attachments


def test_clients_receive_the_names_and_pictures(hook: Webhook, room: Room, admin: User) -> None:
    hook.post(text="x", username="Grafana", icon_url="https://example.org/a.png", attachments=[{"title": "T"}])
    message = ApiClient(admin).get("chat.getMessage", msgId=last().public_id).json()["message"]
    assert message["alias"] == "Grafana"
    assert message["avatar"] == "https://example.org/a.png"
    assert message["bot"] == {"i": hook.integration.public_id}
    assert message["groupable"] is False
    assert message["attachments"] == [{"title": "T"}]
    assert "emoji" not in message
    hook.post(text="x", icon_emoji=":bell:")
    assert ApiClient(admin).get("chat.getMessage", msgId=last().public_id).json()["message"]["emoji"] == ":bell:"


def test_the_webhooks_own_appearance_is_the_default(admin: User, room: Room) -> None:
    hook = webhook_of(admin, alias="Robot", avatar="https://example.org/r.png", emoji=":robot:")
    hook.post(text="a")
    assert (last().alias, last().avatar, last().emoji) == ("Robot", "https://example.org/r.png", "")
    hook.post(text="b", username="X", emoji=":x:")
    assert (last().alias, last().avatar, last().emoji) == ("X", "", ":x:")


@pytest.mark.parametrize("channel", ["#other", "other", "{id}", ["#other"]])
def test_another_room_may_be_named_if_the_webhook_allows_it(open_hook: Webhook, channel: Any) -> None:
    other = RoomFactory(name="other")
    name = channel.format(id=other.public_id) if isinstance(channel, str) else channel
    assert open_hook.post(text="x", channel=name).json() == SUCCESS
    assert last().room == other


def test_a_person_may_be_named(open_hook: Webhook) -> None:
    ana = UserFactory(username="ana")
    for name in ("@ana", ana.public_id):
        assert open_hook.post(text="x", channel=name).json() == SUCCESS
        assert last().room.type == RoomType.DIRECT
        assert Subscription.objects.filter(room=last().room, user=ana).exists()


def test_several_rooms_may_be_named_and_each_gets_the_message_once(open_hook: Webhook, room: Room) -> None:
    UserFactory(username="ana")
    assert open_hook.post(text="x", channel=["#alerts", "alerts", "@ana"]).json() == SUCCESS
    assert texts() == ["x", "x"]


def test_a_webhook_may_have_several_rooms(admin: User, room: Room) -> None:
    UserFactory(username="ana")
    hook = webhook_of(admin, channels="#alerts, @ana")
    hook.post(text="x")
    assert texts() == ["x", "x"]


def test_nothing_is_posted_if_one_room_is_unknown(open_hook: Webhook) -> None:
    response = open_hook.post(text="x", channel=["#alerts", "#nowhere"])
    assert (response.status_code, response.json()) == (400, {"success": False, "error": "invalid-channel"})
    assert texts() == []


def test_naming_another_room_is_refused_unless_the_webhook_allows_it(hook: Webhook) -> None:
    RoomFactory(name="other")
    UserFactory(username="ana")
    for channel in ("#other", "@ana"):
        response = hook.post(text="x", channel=channel)
        assert (response.status_code, response.json()["error"]) == (
            400,
            "overriding destination channel is disabled for this integration",
        )
    assert not Room.objects.filter(type=RoomType.DIRECT).exists()


def test_naming_its_own_room_is_allowed(hook: Webhook, room: Room) -> None:
    for channel in ("#alerts", "alerts", room.public_id):
        assert hook.post(text="x", channel=channel).json() == SUCCESS


def test_a_private_room_must_be_that_of_the_webhook(open_hook: Webhook, admin: User) -> None:
    secret = RoomFactory(name="secret", type=RoomType.PRIVATE, members=[admin])
    response = open_hook.post(text="x", channel="#secret")
    assert (response.status_code, response.json()["error"]) == (400, "error-not-allowed")
    assert webhook_of(admin, channels="#secret", name="Second").post(text="x").json() == SUCCESS
    assert last().room == secret


def test_a_removed_bot_joins_its_channel_again(hook: Webhook, room: Room) -> None:
    Subscription.objects.filter(user=hook.integration.user).delete()
    assert hook.post(text="x").json() == SUCCESS


def test_a_reply_in_a_thread(hook: Webhook, admin: User, room: Room) -> None:
    hook.post(text="first")
    first = last()
    hook.post(text="reply", tmid=first.public_id)
    assert last().parent == first


def test_an_empty_call_succeeds_and_posts_nothing(hook: Webhook) -> None:
    for body in ("", "{}"):
        assert hook.post(body).json() == SUCCESS
    assert not texts()
    assert not IntegrationCall.objects.exists()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{", "The body is not valid JSON"),
        ("[1]", "The body is not valid JSON"),
        ("[" * 100_000, "The body is not valid JSON"),
        ('{"a":' * 100_000, "The body is not valid JSON"),
        ('{"foo": 1}', "The payload has neither a text nor a format that is known"),
        (json.dumps({"text": "x" * 5001}), "error-message-size-exceeded"),
    ],
)
def test_what_cannot_be_posted_is_refused(hook: Webhook, body: str, error: str) -> None:
    response = hook.post(body)
    assert (response.status_code, response.json()) == (400, {"success": False, "error": error})


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"])
def test_characters_that_cannot_be_stored_are_left_out(hook: Webhook, text: str) -> None:
    body = f'{{"text": "{text}", "attachments": [{{"title": "{text}", "n": NaN, "m": 1e999}}]}}'
    assert hook.post(body).json() == SUCCESS
    last().refresh_from_db()


def test_a_body_that_is_too_large_is_refused(hook: Webhook) -> None:
    response = hook.post(text="x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    assert (response.status_code, response.json()["success"]) == (413, False)


def test_a_wrong_token_is_answered_like_an_unknown_id(hook: Webhook) -> None:
    integration = hook.integration
    for path in (
        f"/hooks/{integration.public_id}/wrong",
        f"/hooks/Zz9/{hook.token}",
        f"/hooks/{integration.public_id}/x",
    ):
        response = Client().post(path, {"text": "x"}, content_type="application/json")
        assert (response.status_code, response.json()) == (400, UNKNOWN)
    assert not texts()
    assert not IntegrationCall.objects.exists()


def test_only_a_digest_of_the_token_is_stored(hook: Webhook) -> None:
    stored = Integration.objects.values().get()
    assert hook.token not in str(stored)
    assert stored["token_end"] == hook.token[-4:]


@pytest.mark.parametrize("why", ["disabled", "deactivated"])
def test_a_disabled_webhook_is_unavailable(hook: Webhook, why: str) -> None:
    Integration.objects.update(is_enabled=why != "disabled")
    User.objects.filter(pk=hook.integration.user_id).update(is_active=why != "deactivated")
    response = hook.post(text="x")
    assert (response.status_code, response.json()) == (503, {"success": False, "error": "Service Unavailable"})


def test_needs_no_sign_in_cookie_or_token_against_forgery(hook: Webhook) -> None:
    response = hook.post(text="x")
    assert (response.json(), dict(response.cookies)) == (SUCCESS, {})


def test_calls_are_limited_for_each_webhook(admin: User, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "API_RATE_LIMITING", True)
    hook, other = webhook_of(admin, calls_per_minute=2), webhook_of(admin, name="Other")
    assert [hook.post(text="x").status_code for _time in range(4)] == [200, 200, 429, 429]
    refused = hook.post(text="x")
    assert refused.json()["errorType"] == "error-too-many-requests"
    assert refused["x-ratelimit-limit"] == "2"
    assert other.post(text="x").status_code == 200
    # The refused calls are listed once.
    assert list(IntegrationCall.objects.filter(integration=hook.integration).values_list("status", flat=True)) == [
        429,
        200,
        200,
    ]


@pytest.mark.thorough
@pytest.mark.any_database
def test_wrong_tokens_are_limited_for_each_address(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "API_RATE_LIMITING", True)
    statuses = [Client().get("/hooks/x/y").status_code for _time in range(62)]
    assert (statuses[59], statuses[60]) == (400, 429)
    assert hook.post(text="x").status_code == 200


def test_the_last_calls_are_recorded_without_their_contents(hook: Webhook) -> None:
    hook.post((PAYLOADS / "zabbix.json").read_text())
    posted = last()
    hook.post(text="secret text", channel="#nowhere")
    refused, good = IntegrationCall.objects.all()
    assert (good.status, good.error, good.format, good.message_ids) == (200, "", "zabbix", posted.public_id)
    assert (refused.status, refused.error, refused.format) == (400, "invalid-channel", "slack")
    assert good.size > 100
    stored = str(list(IntegrationCall.objects.values()))
    assert "secret text" not in stored
    assert hook.token not in stored


def test_old_calls_are_removed(hook: Webhook) -> None:
    IntegrationCall.objects.bulk_create(
        [IntegrationCall(integration=hook.integration, status=400, size=1) for _number in range(MAX_CALLS + 5)]
    )
    hook.post(text="x")
    assert IntegrationCall.objects.count() == MAX_CALLS
    assert IntegrationCall.objects.first() == IntegrationCall.objects.filter(status=200).get()


def test_the_bot_cannot_sign_in(hook: Webhook) -> None:
    bot = hook.integration.user
    assert sorted(bot.groups.values_list("name", flat=True)) == ["bot", "user"]
    assert not bot.has_usable_password()
    assert ApiClient(UserFactory()).get("users.info", userId=bot.public_id).json()["user"]["type"] == "bot"
    for password in ("!", bot.password):
        assert ApiClient().post("login", user=bot.username, password=password).status_code == 401


def test_the_number_of_queries_does_not_depend_on_the_members(
    hook: Webhook, room: Room, django_assert_max_num_queries: Any
) -> None:
    hook.post(text="warm")
    with django_assert_max_num_queries(60) as few:
        hook.post(text="x")
    for _number in range(5):
        Subscription.objects.create(room=room, user=UserFactory())
    with django_assert_max_num_queries(len(few)):
        hook.post(text="x")


LOSSES = {
    "deactivated": lambda creator: User.objects.filter(pk=creator.pk).update(is_active=False),
    "without the permission": lambda creator: creator.groups.clear(),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_webhook_stops_with_the_rights_of_its_creator(hook: Webhook, admin: User, loss: str) -> None:
    LOSSES[loss](admin)
    response = hook.post(text="x")
    assert (response.status_code, response.json()) == (503, {"success": False, "error": "Service Unavailable"})
    assert IntegrationCall.objects.get().status == 503
    other = UserFactory(roles=("admin",))
    integration_take_over(by=other, integration=hook.integration)
    assert hook.post(text="x").json() == SUCCESS


def test_one_of_both_permissions_is_enough(room: Room) -> None:
    creator = staff("workspace.manage_own_incoming_integrations")
    room.subscriptions.create(user=creator)
    hook = webhook_of(creator)
    assert hook.post(text="x").json() == SUCCESS
    with pytest.raises(ApplicationError, match="Unauthorized"):
        integration_take_over(by=UserFactory(), integration=hook.integration)
