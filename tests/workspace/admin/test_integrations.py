"""Admin pages of incoming webhooks and their calls."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.factories import RoomFactory, UserFactory
from tests.webhooks import Webhook, webhook_of
from workspace.models import Integration, Room, User

pytestmark = pytest.mark.django_db

LIST = "/admin/workspace/integration/"
CALLS = "/admin/workspace/integrationcall/"


@pytest.fixture
def admin(client: Client) -> User:
    user = administrator()
    client.force_login(user)
    return user


@pytest.fixture
def room(admin: User) -> Room:
    return RoomFactory(name="alerts", members=[admin])


@pytest.fixture
def hook(admin: User, room: Room) -> Webhook:
    return webhook_of(admin)


def form(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "Grafana",
        "is_enabled": "on",
        "channels": "#alerts",
        "alias": "",
        "emoji": "",
        "avatar": "",
        "calls_per_minute": "60",
    }
    return values | changes


def page_of(client: Client, hook: Webhook, action: str = "change") -> str:
    return client.get(f"{LIST}{hook.integration.pk}/{action}/").content.decode()


def address_on(html: str) -> str:
    found = re.search(r"<code>https?://[^/]+(/hooks/\w+/\w{48})</code>", html)
    assert found
    return found[1]


def test_a_new_webhook_shows_its_address_once(client: Client, admin: User, room: Room) -> None:
    html = client.post(f"{LIST}add/", form(alias="G", may_choose_room="on"), follow=True).content.decode()
    address = address_on(html)
    assert client.post(address, {"text": "x"}, "application/json").json() == {"success": True}
    integration = Integration.objects.get()
    assert (integration.alias, integration.may_choose_room, integration.created_by) == ("G", True, admin)
    assert integration.user.username == "grafana"
    html = client.get(f"{LIST}{integration.pk}/change/").content.decode()
    assert address not in html
    assert "•••" + address[-4:] in html


@pytest.mark.parametrize(
    ("channels", "sentence"),
    [
        ("alerts", "Begin each room with # and each username with @."),
        ("#nowhere", "There is no such room or user."),
        (",", "Name at least one room."),
    ],
)
def test_the_rooms_are_checked(client: Client, admin: User, room: Room, channels: str, sentence: str) -> None:
    assert sentence in client.post(f"{LIST}add/", form(channels=channels)).content.decode()
    assert not Integration.objects.exists()


def test_a_webhook_is_changed_and_disabled(client: Client, hook: Webhook) -> None:
    UserFactory(username="ana")
    sent = form(name="New", channels="#alerts, @ana", is_enabled="")
    assert client.post(f"{LIST}{hook.integration.pk}/change/", sent).status_code == 302
    hook.integration.refresh_from_db()
    assert (hook.integration.name, hook.integration.is_enabled) == ("New", False)
    assert hook.integration.targets == ["#alerts", "@ana"]
    assert "Disabled" in client.get(LIST).content.decode()


def test_a_new_address_replaces_the_earlier_one(client: Client, hook: Webhook) -> None:
    assert "stops working at once" in page_of(client, hook, "renew_token")
    sent = {"_form_submitted": "True"}
    html = client.post(f"{LIST}{hook.integration.pk}/renew_token/", sent, follow=True).content.decode()
    assert hook.post(text="x").status_code == 400
    assert client.post(address_on(html), {"text": "x"}, "application/json").json() == {"success": True}


def test_a_webhook_whose_creator_left_says_so_and_can_be_taken_over(client: Client, room: Room, admin: User) -> None:
    creator = staff("workspace.manage_own_incoming_integrations")
    room.subscriptions.create(user=creator)
    hook = webhook_of(creator)
    assert "Take over" not in page_of(client, hook)
    creator.groups.clear()
    assert "Creator lacks the permission" in client.get(LIST).content.decode()
    assert "its creator may no longer manage webhooks" in page_of(client, hook)
    User.objects.filter(pk=creator.pk).update(is_active=False)
    assert "Creator deactivated" in client.get(LIST).content.decode()
    assert "Take over" in page_of(client, hook)
    client.post(f"{LIST}{hook.integration.pk}/take_over/", {"_form_submitted": "True"}, follow=True)
    assert "Take over" not in page_of(client, hook)
    assert hook.post(text="x").status_code == 200
    assert Integration.objects.get().created_by == admin


def test_a_webhook_is_removed_with_its_calls(client: Client, hook: Webhook) -> None:
    hook.post(text="x")
    assert client.post(f"{LIST}{hook.integration.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Integration.objects.exists()
    assert not User.objects.get(username="monitoring").is_active


def test_the_last_calls_are_listed_with_their_outcomes(client: Client, hook: Webhook) -> None:
    hook.post({"heartbeat": None, "monitor": None, "msg": "up"})
    hook.post(text="x", channel="#nowhere")
    html = client.get(f"{CALLS}?integration__id__exact={hook.integration.pk}").content.decode()
    assert "Uptime Kuma" in html
    assert "invalid-channel" in html
    assert "Posted" in html
    assert "Last calls" in page_of(client, hook)


def test_the_sidebar_and_pages_are_for_those_who_may_manage_webhooks(client: Client, hook: Webhook) -> None:
    assert "Incoming webhooks" in client.get("/admin/").content.decode()
    client.force_login(staff("workspace.view_user"))
    assert "Incoming webhooks" not in client.get("/admin/").content.decode()
    for page in (LIST, CALLS, f"{LIST}add/", f"{LIST}{hook.integration.pk}/change/"):
        assert client.get(page).status_code in (302, 403)


def test_others_only_see_their_own_webhooks(client: Client, hook: Webhook, room: Room) -> None:
    otto = staff("workspace.manage_own_incoming_integrations")
    client.force_login(otto)
    room.subscriptions.create(user=otto)
    own = webhook_of(otto, name="Backups")
    hook.post(text="x")
    own.post(text="x")
    html = client.get(LIST).content.decode()
    assert "Backups" in html
    assert "Monitoring" not in html
    assert "Monitoring" not in client.get(CALLS).content.decode()
    assert client.get(f"{LIST}{hook.integration.pk}/change/").status_code == 302


def test_the_number_of_queries_does_not_depend_on_the_rows(
    client: Client, hook: Webhook, admin: User, django_assert_max_num_queries: Any
) -> None:
    for page in (LIST, CALLS):
        client.get(page)
        with django_assert_max_num_queries(60) as few:
            client.get(page)
        count = len(few)
        for number in range(3):
            webhook_of(admin, name=f"W{number}").post(text="x")
        with django_assert_max_num_queries(count):
            client.get(page)
