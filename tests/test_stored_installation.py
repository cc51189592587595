"""An installation that version 0.1.0 wrote: it is migrated, shown, explained, and its work is finished.

It is stored as a SQLite file and as a script for PostgreSQL.

tests/data/README.md tells how it was made.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import DjangoDbBlocker

from cloud.licences import licence_read
from cloud.models import CloudConnection, InstalledLicence
from cloud.selectors.usage import own_usage
from cloud.services.own_registration import workspace_reconnect
from preferences.selectors.accounts import account_preferences_by_key
from push.explain.explanations import explanation_of
from push.models import Attempt, Channel, Decision, Device, Notification
from push.selectors.setup.codes import setup_code
from push.selectors.setup.progress import progress_current
from push.sending.dispatching import due_dispatch
from push.services.fanout import pending_decide, remainder_count
from push.services.setup.administrator import code_check
from push.worker.signing import is_task, task_signing_install
from tests.api_client import ApiClient
from tests.conftest import caches_forget
from tests.fakes.gateway import FakeGateway
from tests.other_databases import IS_SQLITE, database_create, database_drop, database_name, use_database
from tests.push.conftest import gateway_connect
from workspace.errors import ApplicationError
from workspace.models import Message, Room, Subscription, User
from workspace.models.history import rows_as_of
from workspace.services.messages import message_post

DATA = Path(__file__).parent / "data"
# As make_installation.py sets them, so that the secrets can be decrypted, and where it was its own cloud.
SETTINGS = {
    "SECRET_KEY": "stored-installation-signing",
    "SALT_KEY": ["stored-installation-encryption"],
    "SITE_URL": "http://127.0.0.1:38487",
}
# A little later than its last message.
NOW = datetime(2026, 11, 30, 12, 45, tzinfo=UTC)

pytestmark = [pytest.mark.database, pytest.mark.thorough]


@pytest.fixture(scope="module")
def migrated(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Return the name of the installation's database, migrated by today's migrations."""
    with django_db_blocker.unblock():
        name = database_name("stored", tmp_path_factory.mktemp("installation"))
        database_create(name)
        with use_database(name), override_settings(**SETTINGS, MIGRATION_MODULES={}):
            stored_load()
            call_command("migrate", verbosity=0)
        yield name
        database_drop(name)


@pytest.fixture(autouse=True)
def _installation(migrated: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Use a copy of the installation, a few minutes after it was left."""
    copy = database_name("copy", tmp_path)
    with django_db_blocker.unblock():
        database_create(copy, template=migrated)
        with use_database(copy), override_settings(**SETTINGS), time_machine.travel(NOW):
            task_signing_install()
            yield
        database_drop(copy)
    task_signing_install()


def stored_load() -> None:
    """Fill the database in use with what version 0.1.0 wrote."""
    if IS_SQLITE:
        with gzip.open(DATA / "installation-0.1.0.sqlite3.gz") as stored:
            Path(connection.settings_dict["NAME"]).write_bytes(stored.read())
        return
    with gzip.open(DATA / "installation-0.1.0.sql.gz", "rt") as stored, connection.cursor() as cursor:
        cursor.execute(stored.read())
    # The script has changed the session's search path.
    connection.close()


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend=django_settings.AUTHENTICATION_BACKENDS[-1])
    return client


def test_work_that_is_half_done_is_finished() -> None:
    half = Decision.objects.get(message__text__contains="half decided")
    partly_counted = Decision.objects.get(message__text__contains="only you")
    assert (half.decided_at, half.position) == (None, 4)
    assert (partly_counted.decided_at is not None, partly_counted.position) == (True, 0)
    assert pending_decide() == 3
    assert remainder_count()
    assert not Decision.objects.filter(decided_at=None).exists()
    assert not Decision.objects.exclude(failures=0, position=None).exists()
    for decision in (half, partly_counted):
        decision.refresh_from_db()
        members = decision.message.room.members_count
        assert {channel: sum(counts.values()) for channel, counts in decision.counts.items()} == dict.fromkeys(
            Channel.values, members
        )
    notified = Notification.objects.filter(message=half.message, channel="push").count()
    assert notified == sum(number for code, number in half.counts["push"].items() if code in SENDING)


SENDING = ("default_all", "account_all", "room_all", "group_mention", "mentioned", "highlight")


def test_every_message_is_explained() -> None:
    bob = User.objects.get(username="bob")
    for message in Message.objects.select_related("room", "sender"):
        assert len(explanation_of(message=message, user=bob).channels) == 3


@pytest.mark.thorough
def test_every_message_is_explained_to_everybody_once_it_is_decided() -> None:
    pending_decide()
    for message in Message.objects.select_related("room", "sender"):
        for user in User.objects.all():
            assert len(explanation_of(message=message, user=user).channels) == 3


def test_pushes_are_explained_as_they_were_recorded() -> None:
    recorded = 0
    for notification in Notification.objects.exclude(rule="test_push").select_related("message", "user"):
        explained = explanation_of(message=notification.message, user=notification.user)
        of_channel = next(one for one in explained.channels if one.channel == notification.channel)
        assert of_channel.code == notification.rule
        recorded += 1
    assert recorded > 20


def test_pickled_tasks_in_the_broker_are_dropped() -> None:
    """The rows say what is to be done."""
    payloads = list(OrmQ.objects.values_list("payload", flat=True))
    assert payloads
    assert not any(is_task(payload) for payload in payloads)


def test_the_licence_usage_and_registration_are_read() -> None:
    cloud = CloudConnection.objects.get()
    assert cloud.client_secret
    licence = licence_read(InstalledLicence.objects.get().token, public_key=cloud.public_key)
    assert licence.plan == "premium"
    usage = own_usage()
    assert usage is not None
    assert usage.quota.used > 0
    registration = (DATA / "registration-0.1.0.txt").read_text()
    cloud.client_id = "another"
    cloud.save()
    # Its cloud does not run here, but the file is understood.
    with pytest.raises(ApplicationError) as refused:
        workspace_reconnect(blob=registration)
    assert refused.value.code == "error-cloud-unreachable"
    cloud.refresh_from_db()
    assert cloud.client_id != "another"


def test_preferences_and_history_are_read() -> None:
    bob = User.objects.get(username="bob")
    preferences = account_preferences_by_key(bob)
    assert (preferences["desktopNotifications"], preferences["pushNotifications"], preferences["hideFlexTab"]) == (
        "mentions",
        "all",
        False,
    )
    assert preferences["highlights"] == ["curtain"]
    before = Message.objects.order_by("pk").values_list("accepted_at", flat=True)[0] + timedelta(seconds=4)
    member = User.objects.get(username="member5")
    assert not member.is_active
    assert rows_as_of(User, user=member, at=NOW)[0]["is_active"] is False
    assert all(row["is_active"] for row in rows_as_of(User, user=member, at=before))


class TestApi:
    @pytest.fixture(params=["admin", "bob"])
    def api(self, request: pytest.FixtureRequest) -> ApiClient:
        return ApiClient(User.objects.get(username=request.param))

    def test_lists(self, api: ApiClient) -> None:
        for name in ("me", "rooms.get", "subscriptions.get", "channels.list", "users.presence", "users.getPreferences"):
            assert api.get(name).status_code == 200, name
        for name in ("permissions.listAll", "push.info", "settings.public", "users.list"):
            assert api.get(name).status_code == 200, name

    def test_rooms_and_messages(self, api: ApiClient) -> None:
        user = User.objects.get(public_id=api.headers["X-User-Id"])
        rooms = Room.objects.filter(subscriptions__user=user)
        for room in rooms:
            assert api.get("rooms.info", roomId=room.public_id).status_code == 200, room
            assert api.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"], room
        for message in Message.objects.filter(room__in=rooms, deleted_at=None):
            assert api.get("chat.getMessage", msgId=message.public_id).status_code == 200, message
            assert api.get("notifications.explain", messageId=message.public_id).status_code == 200, message

    def test_settings(self) -> None:
        api = ApiClient(User.objects.get(username="admin"))
        answer = api.get("settings", count=500).json()
        values = {one["_id"]: one["value"] for one in answer["settings"]}
        assert values["Push_show_username_room"] is False


def test_the_queue_is_shown() -> None:
    client = signed_in("admin")
    for model in (Decision, Notification, Attempt):
        assert client.get(reverse(f"admin:push_{model._meta.model_name}_changelist")).status_code == 200
    half = Decision.objects.get(message__text__contains="half decided")
    assert client.get(reverse("admin:push_decision_change", args=[half.pk])).status_code == 200


@pytest.mark.thorough
def test_every_row_of_the_administration_is_shown() -> None:
    client = signed_in("admin")
    for model, shown in admin.site._registry.items():
        if not client.get(listed := reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")):
            pytest.fail(listed)
        for row in shown.get_queryset(request_of(client)).order_by("pk")[:3]:
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
            assert client.get(address).status_code in (200, 302, 403), address


def request_of(client: Client) -> Any:
    """Return a request of the signed-in administrator."""
    return client.get(reverse("admin:index")).wsgi_request


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("username", "begins"),
    [("admin", ["/admin/", "/"]), ("bob", ["/"]), ("ana", ["/"])],
    ids=["admin", "bob", "ana"],
)
def test_every_page_that_a_link_leads_to_is_shown(username: str, begins: list[str]) -> None:
    """Follow the links of all pages: of addresses that only differ in an id, the first three."""
    client, waiting, seen = signed_in(username), deque(begins), {*begins}
    shapes = Counter[str]()
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        assert answer.status_code in (200, 204, 302, 403), (address, answer.status_code)
        if answer.status_code != 200 or "text/html" not in answer["Content-Type"] or answer.streaming:
            continue
        for link in LINK.findall(answer.content.decode()):
            path, _question, query = unescape(link).partition("?")
            found = f"{path}?{query}" if query and path in ("/why/", "/admin/explain/") else path
            shape = ID.sub("/id", found)
            if found not in seen and not path.startswith(OUTSIDE) and shapes[shape] < 3:
                shapes[shape] += 1
                seen.add(found)
                waiting.append(found)
    assert len(seen) > 20


LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
ID = re.compile(r"/(?:\d+|[0-9A-Za-z]{17})(?=/|$)|(?<==)[^&]+")
# Files, streams that do not end, and pages that sign out.
OUTSIDE = ("/static/", "/media/", "/events/", "/admin/logout/", "/sign-out/", "//")


def test_devices_and_memberships_are_still_there() -> None:
    assert Device.objects.count() == 16
    assert Subscription.objects.count() == 26


def test_messages_are_pushed_after_the_upgrade() -> None:
    """What version 0.1.0 left is decided, and a new message reaches the devices that it had registered."""
    pending_decide()
    ana, stage = User.objects.get(username="ana"), Room.objects.get(name="stage")
    with FakeGateway() as gateway:
        # The stored cloud does not run here.
        gateway_connect(gateway.address)
        caches_forget()
        message = message_post(sender=ana, room=stage, text="@bob after the upgrade")
        pending_decide()
        due_dispatch()
        pushed = Notification.objects.get(message=message, user__username="bob", channel="push")
        assert (pushed.state, pushed.reason) == ("sent", "")
        assert gateway.received


def test_an_installation_with_accounts_shows_no_set_up(settings: Any) -> None:
    settings.SETUP_WIZARD = True
    # Even if none of them is an administrator.
    User.objects.update(is_staff=False, is_superuser=False)
    for user in User.objects.all():
        user.groups.clear()
    assert Client().get("/sign-in/").status_code == 200
    assert Client().get("/setup/").headers["Location"].startswith("/sign-in/")
    with pytest.raises(ApplicationError, match="set up already"):
        code_check(code=setup_code(progress_current()), caller="192.0.2.1")
