"""Which way each device's pushes go, and that none waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from cloud.models import CloudConnection
from push.models import Answer, AppRoute, Attempt, Device, DisabledReason, EndReason, Notification, RouteState, State
from push.providers.apple.credentials import AppleTokenKey
from push.selectors.response_texts import error_text
from push.sending.dispatching import due_dispatch
from push.services.devices import device_register
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.apple import FakeApple, apple_error
from tests.fakes.certificates import TokenKey
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.google import FakeGoogle, google_error
from tests.fakes.webpush import FakePushService
from tests.push.conftest import ACCESS_TOKEN, Post, gateway_connect, queue, settings_change, subscribe
from tests.waiting import wait_until
from workspace.models import Room, User
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db

OWN = "org.example.chat"
OFFICIAL = "chat.rocket.reactnative"


def key_fields(key: TokenKey) -> dict[str, str]:
    return {"apn_token_key": key.key, "apn_token_key_id": key.key_id, "apn_team_id": key.team_id}


@pytest.fixture
def direct(
    db: None,
    answers_together: None,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    token_key: TokenKey,
    service_account: str,
) -> None:
    """Push settings with the gateway off, and with keys that the fakes accept."""
    settings_change(enable_gateway=False, google_api_credentials=service_account, **key_fields(token_key))


@pytest.fixture
def own_route(
    db: None,
    answers_together: None,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    token_key: TokenKey,
    service_account: str,
) -> AppRoute:
    return AppRoute.objects.create(app_name=OWN, google_api_credentials=service_account, **key_fields(token_key))


def members_with_devices(room: Room, count: int, **fields: object) -> list[Device]:
    users = UserFactory.create_batch(count)
    members_add(room=room, users=users)
    return [DeviceFactory(user=user, **fields) for user in users]


def send_to(devices: list[Device], post: Post) -> list[Notification]:
    message = post("disk full")
    items = [queue(device.user, message) for device in devices]
    due_dispatch()
    for item in items:
        item.refresh_from_db()
    return items


# Which way.


def test_without_the_gateway_pushes_go_to_apple_and_google(
    direct: None, fake_apple: FakeApple, fake_google: FakeGoogle, receiver: User, device: Device, post: Post
) -> None:
    android = DeviceFactory(user=receiver, type="gcm")
    [item] = send_to([device], post)
    assert item.state == State.SENT
    [to_apple], [to_google] = fake_apple.accepted, fake_google.accepted
    assert (to_apple.token, to_apple.topic) == (device.token, device.app_name)
    assert to_apple.payload["aps"]["alert"] == {"title": "#ops", "body": "ana: disk full"}
    assert to_google.token == android.token
    assert {attempt.route for attempt in Attempt.objects.all()} == {"apple", "google"}


def test_every_push_service_stores_a_push_for_as_long_as_the_setting_says(
    direct: None,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    push_service: FakePushService,
    receiver: User,
    device: Device,
    post: Post,
) -> None:
    settings_change(message_lifetime=600)
    DeviceFactory(user=receiver, type="gcm")
    subscribe(receiver, push_service)
    begun = int(time.time())
    send_to([device], post)
    [to_apple], [to_google], [to_browser] = fake_apple.accepted, fake_google.accepted, push_service.delivered
    assert begun + 600 <= int(to_apple.headers["apns-expiration"]) <= time.time() + 600
    assert to_google.message["android"]["ttl"] == "600s"
    assert to_browser.headers["ttl"] == "600"


def test_each_app_is_pushed_under_its_own_topic(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    DeviceFactory(user=receiver, app_name=OWN)
    send_to([device], post)
    assert {push.topic for push in fake_apple.accepted} == {OFFICIAL, OWN}


def test_an_own_app_goes_its_own_way_beside_the_gateway(
    gateway: FakeGateway,
    own_route: AppRoute,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    receiver: User,
    post: Post,
) -> None:
    official = Device.objects.get(user=receiver)
    iphone = DeviceFactory(user=receiver, app_name=OWN)
    android = DeviceFactory(user=receiver, app_name=OWN, type="gcm")
    [item] = send_to([official], post)
    assert item.state == State.SENT
    assert [one.token for one in gateway.accepted] == [official.token]
    assert [push.token for push in fake_apple.accepted] == [iphone.token]
    assert [push.token for push in fake_google.accepted] == [android.token]
    assert set(Attempt.objects.values_list("route", flat=True)) == {"gateway", f"apple:{OWN}", f"google:{OWN}"}


def test_an_own_app_may_have_a_gateway_of_its_own(gateway: FakeGateway, receiver: User, post: Post) -> None:
    with FakeGateway() as other:
        AppRoute.objects.create(app_name=OWN, kind="gateway", gateway=other.address)
        own = DeviceFactory(user=receiver, app_name=OWN)
        send_to([own], post)
        assert [one.token for one in other.accepted] == [own.token]
    assert own.token not in [one.token for one in gateway.received]


def test_an_own_gateway_is_not_handed_the_access_token_and_needs_no_registration(
    receiver: User, device: Device, post: Post
) -> None:
    with FakeGateway() as other:
        AppRoute.objects.create(app_name=device.app_name, kind="gateway", gateway=other.address)
        [item] = send_to([device], post)
        assert item.state == State.SENT
        gateway_connect("https://gateway.example.org")
        send_to([device], post)
        assert [one.authorization for one in other.accepted] == ["", ""]


def test_the_gateway_of_the_settings_is_handed_the_access_token_on_an_own_route_as_well(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    with FakeGateway() as other:
        # An address of its own on the same server; the first one cannot be reached.
        addresses = f"http://127.0.0.1:1\n{gateway.address}/"
        AppRoute.objects.create(app_name=device.app_name, kind="gateway", gateway=f"{addresses}\n{other.address}")
        send_to([device], post)
        assert [one.authorization for one in gateway.accepted] == [f"Bearer {ACCESS_TOKEN}"]


def test_an_own_gateway_that_refuses_the_workspace_costs_no_access_token(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    with FakeGateway() as other:
        other.access_token = "another workspace's"
        AppRoute.objects.create(app_name=device.app_name, kind="gateway", gateway=other.address)
        [item] = send_to([device], post)
    assert item.reason == EndReason.ROUTE_PAUSED
    assert CloudConnection.objects.get().access_token == ACCESS_TOKEN


def test_an_own_app_needs_no_registration(
    own_route: AppRoute, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    Device.objects.filter(pk=device.pk).update(app_name=OWN)
    [item] = send_to([device], post)
    assert item.state == State.SENT


def test_a_device_without_a_way_has_its_reason_and_keeps_no_other_from_being_reached(
    own_route: AppRoute, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    own = DeviceFactory(user=receiver, app_name=OWN)
    [item] = send_to([own], post)
    assert item.state == State.SENT
    unreached = Attempt.objects.get(device=device)
    assert unreached.answer == Answer.NO_ROUTE
    assert "Register Server" in unreached.detail


def test_credentials_for_apple_alone_reach_no_android(
    fake_apple: FakeApple, token_key: TokenKey, receiver: User, device: Device, post: Post
) -> None:
    settings_change(enable_gateway=False, **key_fields(token_key))
    android = DeviceFactory(user=receiver, type="gcm")
    Device.objects.filter(pk=device.pk).delete()
    [item] = send_to([android], post)
    assert (item.state, item.reason) == (State.FAILED, EndReason.NO_ROUTE)


def test_what_no_database_keeps_in_an_answer_spoils_no_others(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    other = DeviceFactory(user=receiver)
    gateway.script(device.token, Reply(422, body={"error": "no\0t \ud800", "errorType": "\0\udfff"}))
    [item] = send_to([device], post)
    assert item.state == State.SENT
    assert Attempt.objects.get(device=other).answer == Answer.ACCEPTED
    refused = Attempt.objects.get(device=device)
    assert (refused.answer, refused.detail, refused.reason) == (Answer.REFUSED, "no\ufffdt \ufffd", "\ufffd\ufffd")


# Dead tokens.


def test_a_dead_token_is_disabled_with_reason_and_time(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    fake_apple.script(device.token, apple_error("Unregistered", since=timezone.now()))
    [item] = send_to([device], post)
    assert (item.state, item.reason) == (State.DROPPED, EndReason.TOKEN_DEAD)
    device.refresh_from_db()
    assert device.disabled_at is not None
    assert device.disabled_reason == DisabledReason.TOKEN_DEAD
    assert "Unregistered" in error_text(device)


def test_a_token_that_was_registered_after_it_was_found_dead_lives(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    fake_apple.script(device.token, apple_error("Unregistered", since=datetime(2020, 1, 1, tzinfo=UTC)))
    send_to([device], post)
    device.refresh_from_db()
    assert device.disabled_at is None


def test_a_dead_token_that_is_registered_again_is_pushed_to_again(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    fake_apple.script(device.token, apple_error("Unregistered", since=timezone.now()))
    send_to([device], post)
    device_register(user=receiver, type=device.type, app_name=device.app_name, token=device.token)
    [item] = send_to([device], post)
    assert item.state == State.SENT


# Bursts.


@pytest.mark.parametrize("reason", ["DeviceTokenNotForTopic", "TopicDisallowed", "BadDeviceToken"])
def test_a_burst_that_speaks_of_many_tokens_pauses_the_app_and_forgets_none(
    direct: None, fake_apple: FakeApple, room: Room, post: Post, reason: str
) -> None:
    devices = members_with_devices(room, 6, app_name=OWN)
    others = members_with_devices(room, 2)
    for device in devices:
        fake_apple.script(device.token, apple_error(reason))
    items = send_to(devices + others, post)
    assert [item.state for item in items] == [State.RETRYING] * 6 + [State.SENT] * 2
    assert {item.reason for item in items[:6]} == {EndReason.ROUTE_PAUSED}
    state = RouteState.objects.get(paused_at__isnull=False)
    assert (state.key, state.app_name, state.reason) == ("apple", OWN, reason)
    assert not Device.objects.filter(disabled_at__isnull=False).exists()


def test_a_route_of_its_own_lets_a_paused_app_go_on_at_once(
    direct: None, fake_apple: FakeApple, token_key: TokenKey, room: Room, post: Post
) -> None:
    devices = members_with_devices(room, 5, app_name=OWN)
    for device in devices:
        fake_apple.script(device.token, apple_error("DeviceTokenNotForTopic"))
    items = send_to(devices, post)
    AppRoute.objects.create(app_name=OWN, **key_fields(token_key))
    assert not RouteState.objects.exists()
    due_dispatch()
    for item in items:
        item.refresh_from_db()
    assert {item.state for item in items} == {State.SENT}


def test_a_route_of_its_own_takes_an_app_off_a_paused_route_at_once(
    direct: None, fake_apple: FakeApple, service_account: str, room: Room, post: Post
) -> None:
    settings_change(apn_token_key_id="WRONGKEY42")
    official, own = members_with_devices(room, 1) + members_with_devices(room, 1, app_name=OWN)
    waiting, freed = send_to([official, own], post)
    with FakeGateway() as other:
        AppRoute.objects.create(app_name=OWN, kind="gateway", gateway=other.address)
        due_dispatch()
        assert [one.token for one in other.accepted] == [own.token]
    for item in (waiting, freed):
        item.refresh_from_db()
    assert (freed.state, waiting.reason) == (State.SENT, EndReason.ROUTE_PAUSED)
    assert RouteState.objects.get().paused_at is not None


def test_googles_other_project_pauses_the_app(direct: None, fake_google: FakeGoogle, room: Room, post: Post) -> None:
    devices = members_with_devices(room, 5, app_name=OWN, type="gcm")
    for device in devices:
        fake_google.script(device.token, google_error("SENDER_ID_MISMATCH"))
    items = send_to(devices, post)
    assert {item.state for item in items} == {State.RETRYING}
    assert RouteState.objects.get().reason == "SENDER_ID_MISMATCH"


@pytest.mark.parametrize("reason", ["InvalidProviderToken", "BadCertificateEnvironment", "Forbidden"])
def test_refused_keys_pause_the_route_at_once(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post, reason: str
) -> None:
    fake_apple.script(device.token, apple_error(reason))
    [item] = send_to([device], post)
    assert item.state == State.RETRYING
    assert RouteState.objects.get().app_name == ""


def test_keys_that_were_good_a_moment_ago_speak_for_no_others(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    send_to([device], post)
    settings_change(apn_token_key_id="WRONGKEY42")
    [item] = send_to([device], post)
    assert (item.state, item.reason) == (State.RETRYING, EndReason.ROUTE_PAUSED)


def test_one_wrong_token_among_good_ones_pauses_nothing(
    direct: None, fake_apple: FakeApple, room: Room, post: Post
) -> None:
    devices = members_with_devices(room, 3)
    fake_apple.script(devices[0].token, apple_error("DeviceTokenNotForTopic"))
    items = send_to(devices, post)
    assert [item.state for item in items] == [State.FAILED, State.SENT, State.SENT]
    assert not RouteState.objects.filter(paused_at__isnull=False).exists()


def test_one_device_that_is_refused_again_and_again_is_no_burst(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post
) -> None:
    fake_apple.script(device.token, *[apple_error("DeviceTokenNotForTopic")] * 8)
    for _time in range(8):
        send_to([device], post)
    assert not RouteState.objects.filter(paused_at__isnull=False).exists()


def test_a_handful_of_damaged_tokens_where_others_accept_is_no_burst(
    direct: None, fake_apple: FakeApple, room: Room, post: Post
) -> None:
    good = members_with_devices(room, 1)
    send_to(good, post)
    damaged = members_with_devices(room, 6)
    for device in damaged:
        fake_apple.script(device.token, apple_error("BadDeviceToken"))
    send_to(damaged, post)
    assert Device.objects.filter(disabled_at__isnull=False).count() == 6
    assert not RouteState.objects.filter(paused_at__isnull=False).exists()


def test_new_keys_let_a_paused_route_go_on(
    direct: None, fake_apple: FakeApple, receiver: User, device: Device, post: Post, token_key: TokenKey
) -> None:
    fake_apple.keys.clear()
    [item] = send_to([device], post)
    assert item.state == State.RETRYING
    fake_apple.keys["NEWKEYID42"] = AppleTokenKey(token_key.key, "NEWKEYID42", token_key.team_id)  # type: ignore[assignment]
    settings_change(apn_token_key_id="NEWKEYID42")
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT


# Side by side.


@pytest.fixture
def hung() -> Iterator[FakeGateway]:
    """A second gateway that takes what it is sent and does not answer until it is let go."""
    with FakeGateway() as fake:
        yield fake


def states_of(*items: Notification) -> list[str]:
    return list(Notification.objects.filter(pk__in=[item.pk for item in items]).values_list("state", flat=True))


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_route_that_does_not_answer_holds_up_no_other(
    gateway: FakeGateway, hung: FakeGateway, room: Room, post: Post, late_soon: None
) -> None:
    AppRoute.objects.create(app_name=OWN, kind="gateway", gateway=hung.address)
    slow, later, fast = (
        *members_with_devices(room, 2, app_name=OWN),
        *members_with_devices(room, 1),
    )
    go_on = threading.Event()
    hung.script(slow.token, Reply(hold=go_on))
    [held_up] = send_to([slow], post)
    assert held_up.current_state == State.CLAIMED
    behind, free = send_to([later, fast], post)
    wait_until(lambda: set(states_of(behind, free)) == {State.SENT})
    go_on.set()
    wait_until(lambda: Notification.objects.get(pk=held_up.pk).state == State.SENT)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_what_follows_for_a_member_does_not_overtake_what_is_under_way(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, late_soon: None
) -> None:
    go_on = threading.Event()
    gateway.script(device.token, Reply(hold=go_on))
    queue(receiver, post("first"))
    queue(receiver, post("second"))
    due_dispatch()
    assert [one.options["text"] for one in gateway.received] == ["ana: first"]
    go_on.set()
    wait_until(lambda: Notification.objects.filter(state=State.SENT).count() == 1)
    due_dispatch()
    assert gateway.texts == ["ana: first", "ana: second"]


def test_a_transport_that_breaks_is_no_answer(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("push.sending.carriers.providers_by_route", dict)
    [item] = send_to([device], post)
    assert item.state == State.RETRYING
    assert Attempt.objects.get().answer == Answer.RETRY


def test_two_gateways_of_the_settings_are_one_route(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway_connect("http://127.0.0.1:1", gateway.address)
    [item] = send_to([device], post)
    assert item.state == State.SENT
