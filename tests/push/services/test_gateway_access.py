"""How the workspace stands with the gateway: its access token is renewed in time, the end of its quota noticed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from cloud.models import CloudConnection, OwnQuota, TermsConsent
from cloud.selectors.quota import month_of
from cloud.services.sync import cloud_sync, cloud_work_due
from push.models import Answer, Attempt, Channel, ClaimedItem, EndReason, Notification, RouteState, ShownRoom, State
from push.sending.dispatching import due_dispatch
from push.sending.remove_shown import remove_shown
from push.stopping import stop_request
from tests.factories import DeviceFactory, EmailAddressFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webpush import FakePushService
from tests.push.conftest import Post, queue, subscribe
from tests.waiting import wait_until
from workspace.models import Room, User
from workspace.services.reading import room_mark_read
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud(gateway: FakeGateway) -> FakeGateway:
    """The gateway as the cloud that this workspace is connected to; it has given another token meanwhile."""
    gateway.access_token = "newer"
    CloudConnection.objects.update(cloud_url=gateway.address, client_id="us", client_secret="secret")
    connection = CloudConnection.objects.get()
    connection.client_secret = "secret"
    connection.save()
    return gateway


def test_a_refused_access_token_is_renewed_and_the_push_sent_again(
    cloud: FakeGateway, receiver: User, post: Post
) -> None:
    cloud.access_tokens = ["newest"]
    DeviceFactory(user=receiver)
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT
    assert [one.status for one in cloud.received] == [401, 401, 200, 200]
    assert {one.authorization for one in cloud.accepted} == {"Bearer newest"}
    assert set(Attempt.objects.values_list("answer", "number")) == {(Answer.ACCEPTED, 1)}
    assert not RouteState.objects.exists()


@pytest.mark.parametrize("code", ["error-terms-not-agreed", "error-workspace-suspended"])
def test_what_was_refused_for_the_workspaces_sake_goes_on_once_its_cloud_admits_it(
    cloud: FakeGateway, receiver: User, post: Post, code: str
) -> None:
    cloud.access_tokens = ["newest"]
    cloud.script(receiver.devices.get().token, Reply(422, body={"errorType": code}))
    item = queue(receiver, post())
    due_dispatch()
    cloud_sync()
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.RETRYING, EndReason.ROUTE_PAUSED)
    if code == "error-terms-not-agreed":
        TermsConsent.record(UserFactory())
    else:
        CloudConnection.objects.update(problem=code)
    cloud_sync()
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT
    assert not RouteState.objects.exists()


def test_it_is_renewed_once_and_then_the_route_waits(cloud: FakeGateway, receiver: User, post: Post) -> None:
    cloud.access_tokens = ["another", "not asked for"]
    cloud.script(receiver.devices.get().token, *[Reply(401)] * 5)
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.RETRYING, EndReason.ROUTE_PAUSED)
    assert len(cloud.received) == 2
    assert cloud.access_tokens == ["not asked for"]


def test_where_the_cloud_gives_none_the_route_waits(cloud: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.RETRYING
    assert CloudConnection.objects.get().problem == "error-workspace-suspended"


def test_a_token_that_is_about_to_end_is_renewed_before_it_is_refused(
    cloud: FakeGateway, receiver: User, post: Post
) -> None:
    cloud.access_tokens = ["newest"]
    CloudConnection.objects.update(access_token_ends_at=timezone.now() + timedelta(minutes=1))
    cloud_sync()
    queue(receiver, post())
    due_dispatch()
    assert [one.authorization for one in cloud.received] == ["Bearer newest"]


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_cloud_that_does_not_respond_delays_nobody_else(
    cloud: FakeGateway, receiver: User, room: Room, post: Post, push_service: FakePushService, late_soon: None
) -> None:
    """The new access token is waited for by the pushes that need it, and by nothing else."""
    cloud.access_tokens, cloud.cloud_hold = ["newest"], threading.Event()
    browser = UserFactory()
    members_add(room=room, users=[browser])
    subscribe(browser, push_service)
    waiting, free = queue(receiver, post()), queue(browser, post())
    due_dispatch()
    wait_until(lambda: Notification.objects.filter(pk=free.pk, state=State.SENT).exists())
    waiting.refresh_from_db()
    assert waiting.current_state == State.CLAIMED
    cloud.cloud_hold.set()
    wait_until(lambda: Notification.objects.filter(pk=waiting.pk, state=State.SENT).exists())
    assert set(waiting.attempts.values_list("answer", "number")) == {(Answer.ACCEPTED, 1)}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_stops_returns_what_waits_for_an_access_token(
    cloud: FakeGateway, receiver: User, post: Post, late_soon: None
) -> None:
    cloud.access_tokens, cloud.cloud_hold = ["newest"], threading.Event()
    item = queue(receiver, post())
    due_dispatch()
    stop_request.make()
    try:
        wait_until(lambda: not ClaimedItem.objects.exists())
    finally:
        stop_request.withdraw()
        cloud.cloud_hold.set()
    item.refresh_from_db()
    assert item.state == State.RETRYING
    assert item.attempts.get().answer == Answer.HELD
    assert not RouteState.objects.exists()


EXHAUSTED = Reply(
    429, body={"error": "Used up [error-push-quota-exhausted]", "errorType": "error-push-quota-exhausted"}
)


def used(percent: str) -> Reply:
    """Return how a gateway answers that has accepted the push and tells of the quota."""
    return Reply(headers={"Callboard-Quota-Used": percent})


@pytest.mark.parametrize(
    ("known", "reply", "is_asked"),
    [
        (75, EXHAUSTED, True),
        (100, EXHAUSTED, False),
        (79, used("80"), True),
        (80, used("94"), False),
        (94, used("96"), True),
        (96, used("100"), True),
        (79, used("many"), False),
        (79, Reply(), False),
    ],
)
def test_a_step_of_the_quota_is_asked_about_at_once_and_only_once(
    cloud: FakeGateway, receiver: User, post: Post, known: int, reply: Reply, is_asked: bool
) -> None:
    now = timezone.now()
    CloudConnection.objects.update(last_tried_at=now - timedelta(seconds=31), next_sync_at=now + timedelta(minutes=4))
    OwnQuota.objects.create(month=month_of(), used=known, limit=100)
    cloud.access_token = CloudConnection.objects.get().access_token
    cloud.script(receiver.devices.get().token, reply)
    queue(receiver, post())
    due_dispatch()
    assert cloud_work_due() is is_asked


def test_a_cloud_that_was_asked_just_now_is_asked_again_half_a_minute_later(
    cloud: FakeGateway, receiver: User, post: Post
) -> None:
    asked_at = timezone.now()
    CloudConnection.objects.update(last_tried_at=asked_at, next_sync_at=asked_at + timedelta(minutes=5))
    cloud.access_token = CloudConnection.objects.get().access_token
    cloud.script(receiver.devices.get().token, used("80"))
    queue(receiver, post())
    due_dispatch()
    assert CloudConnection.objects.get().next_sync_at == asked_at + timedelta(seconds=30)


def test_an_exhausted_quota_ends_the_push_at_once_and_says_so(gateway: FakeGateway, receiver: User, post: Post) -> None:
    gateway.script(receiver.devices.get().token, EXHAUSTED)
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.FAILED, EndReason.QUOTA_EXHAUSTED)
    assert Attempt.objects.get().answer == Answer.OVER_QUOTA
    assert not RouteState.objects.exists()


def test_beyond_the_quota_emails_go_on(
    gateway: FakeGateway, receiver: User, post: Post, mailoutbox: list[object]
) -> None:
    EmailAddressFactory(user=receiver)
    gateway.script(receiver.devices.get().token, EXHAUSTED)
    message = post()
    push, email = queue(receiver, message), queue(receiver, message, channel=Channel.EMAIL)
    due_dispatch()
    push.refresh_from_db()
    email.refresh_from_db()
    assert (push.state, email.state) == (State.FAILED, State.SENT)
    assert len(mailoutbox) == 1


def test_terms_that_wait_for_agreement_hold_the_route(gateway: FakeGateway, receiver: User, post: Post) -> None:
    gateway.script(receiver.devices.get().token, Reply(422, body={"errorType": "error-terms-not-agreed"}))
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.RETRYING
    assert RouteState.objects.get().reason == "error-terms-not-agreed"


def test_an_update_that_is_refused_for_its_access_token_is_sent_again_with_a_new_one(
    cloud: FakeGateway, receiver: User, room: Room, post: Post
) -> None:
    cloud.access_tokens = ["newest", "newest of all"]
    receiver.devices.update(capabilities=["clear"])
    queue(receiver, post())
    due_dispatch()
    room_mark_read(user=receiver, room=room)
    cloud.access_token = "changed again"
    assert remove_shown()
    assert [one.status for one in cloud.received if one.options.get("silent")] == [401, 200]
    assert cloud.accepted[-1].authorization == "Bearer newest of all"
    assert not ShownRoom.objects.exists()


def test_an_update_that_is_refused_twice_is_not_sent_a_third_time(
    cloud: FakeGateway, receiver: User, room: Room, post: Post
) -> None:
    cloud.access_tokens = ["newest", "newest of all", "not asked for"]
    receiver.devices.update(capabilities=["clear"])
    queue(receiver, post())
    due_dispatch()
    room_mark_read(user=receiver, room=room)
    cloud.script(receiver.devices.get().token, Reply(401), Reply(401), Reply(401))
    assert remove_shown()
    assert [one.status for one in cloud.received if one.options.get("silent")] == [401, 401]
    assert cloud.access_tokens == ["not asked for"]
