"""Creates rows of every kind that the administration shows."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.utils import timezone

from cloud.models import CloudConnection
from cloud.services.connection import connection_save
from push.models import (
    Answer,
    Attempt,
    Channel,
    ClaimedItem,
    Decision,
    Device,
    GatewayApp,
    Lease,
    Notification,
    OutcomeCount,
    SandboxPush,
    State,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookTry,
)
from tests import factories
from tests.keys import service_account_json
from workspace.models import KeptMail, Message, TextView, User
from workspace.services.presence import activity_report

numbers = count(1)


def administrator(**fields: Any) -> User:
    """Return an account with all permissions."""
    return factories.UserFactory(roles=("admin",), is_superuser=True, **fields)


def staff(*permissions: str) -> User:
    """Return an account with access to the administration and only these permissions (`app.codename`)."""
    user = factories.UserFactory(roles=(), is_staff=True)
    group = Group.objects.create(name=f"role{next(numbers)}")
    for permission in permissions:
        app, codename = permission.split(".")
        group.permissions.add(group.permissions.model.objects.get(content_type__app_label=app, codename=codename))
    user.groups.add(group)
    return user


def notification_of(message: Message, user: User, state: State = State.FAILED, **fields: Any) -> Notification:
    """Return a push notification for the message, with an end time if it is finished."""
    now = timezone.now()
    if state in (State.SENT, State.DROPPED, State.FAILED):
        fields = {"finished_at": now, **fields}
    given = {"channel": Channel.PUSH, "rule": "mentioned", "due_at": now, **fields}
    stored = State.QUEUED if state == State.CLAIMED else state
    item = Notification.objects.create(user=user, message=message, room=message.room, state=stored, **given)
    if state == State.CLAIMED:
        lease = Lease.objects.create(token=f"worker {item.pk}", until=now + timedelta(seconds=30))
        ClaimedItem.objects.create(notification=item, user=user, lease=lease, begun_at=now)
    return item


def device_of(user: User) -> Device:
    """Return a device with tokens long enough for showing their last characters."""
    number = next(numbers)
    return factories.DeviceFactory(user=user, token=f"secret-token-{number:08}", voip_token=f"secret-voip-{number:08}")


def rows_add() -> None:
    """Create one row of every kind, with new users, rooms and devices."""
    sender, member = factories.UserFactory(), factories.UserFactory()
    factories.EmailAddressFactory(user=member)
    activity_report(user=member)
    room = factories.RoomFactory(members=[sender, member])
    message = factories.message_in(room, sender, f"@{member.username} secret-text")
    factories.message_in(factories.direct_room(sender, member), sender)
    membership = room.subscriptions.get(user=member)
    factories.RoomPreferencesFactory(subscription=membership, push="nothing")
    factories.IgnoredSenderFactory(subscription=membership, sender=sender)
    factories.AccountPreferencesFactory(user=member, push="all")
    factories.HighlightWordFactory(user=member)
    device = device_of(member)
    notification = notification_of(message, member, reason="gave_up")
    Attempt.objects.create(notification=notification, device=device, answer=Answer.RETRY)
    Attempt.objects.create(notification=notification, device=None, number=2, answer=Answer.REFUSED)
    Decision.objects.filter(message=message).update(counts={"push": {"mentioned": 1, "own_message": 1}})
    OutcomeCount.objects.create(day=date(2026, 1, 1) + timedelta(days=next(numbers)), channel="push", state="sent")
    KeptMail.objects.create(sender="site@example.org", recipients=["to@example.org"], subject="news", text="words")
    TextView.objects.create(reader=sender, reader_name=sender.username, message=message, room=room, place="page")
    SandboxPush.objects.create(
        token_digest=device.token_digest,
        type=device.type,
        payload={"message": {"token": device.token, "data": {"title": "hello"}}},
        headers={"authorization": "bearer secret-token-of-provider"},
    )
    number = next(numbers)
    _workspace, token = factories.registered(f"unique{number}", f"Workspace {number}")
    if not CloudConnection.objects.exists():
        connection_save(workspace_id="here", access_token=f"secret-token-{token}")
    GatewayApp.objects.create(
        type="gcm",
        app_name=f"org.app{number}",
        google_api_credentials=service_account_json(private_key="secret-token-of-provider"),
    )
    endpoint = WebhookEndpoint.objects.create(
        name=f"CRM {number}", url="https://crm.example.org/secret-token-of-webhook", secret="whsec_secret-token"
    )
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event_id=f"msg_{number}", type="x", body="{}")
    WebhookTry.objects.create(delivery=delivery, seconds=0.1, status=500)
    AccessAttempt.objects.create(
        username=member.username, ip_address=f"203.0.113.{number % 250}", path_info="/", failures_since_start=10
    )
    Group.objects.create(name=f"role{number}")
