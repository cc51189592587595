"""Admin pages of sources of events."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.sources import Source, source_of
from workspace.models import EventSource, User
from workspace.selectors.events.sources import source_of_key

pytestmark = pytest.mark.django_db

LIST = "/admin/workspace/eventsource/"
KEY = re.compile(r"<code>(cbs_\w{48})</code>")


@pytest.fixture
def admin(client: Client) -> User:
    user = administrator()
    client.force_login(user)
    return user


@pytest.fixture
def desk(admin: User) -> Source:
    return source_of(admin)


def form(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "Help desk",
        "is_enabled": "on",
        "kinds": ["message", "read"],
        "events_per_minute": "6000",
        "creates_unknown": "on",
        "stores_texts": "on",
        "frame_origins": "https://desk.example.org  http://localhost:8000",
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def test_the_key_of_a_new_source_is_shown_once(client: Client, admin: User) -> None:
    page = client.post(f"{LIST}add/", form(), follow=True).text
    found = KEY.search(page)
    assert found
    source = EventSource.objects.get()
    assert source_of_key(found[1]) == source
    assert (source.kinds, source.created_by) == ("message read", admin)
    assert source.frame_origins == "https://desk.example.org http://localhost:8000"
    later = client.get(f"{LIST}{source.pk}/change/").text
    assert not KEY.search(later)
    assert f"cbs_•••{source.key_end}" in later


@pytest.mark.parametrize(
    "changes", [{"frame_origins": "https://desk.example.org/path"}, {"frame_origins": "*"}, {"kinds": None}]
)
def test_invalid_values_are_refused(client: Client, admin: User, changes: dict[str, Any]) -> None:
    assert client.post(f"{LIST}add/", form(**changes)).status_code == 200
    assert EventSource.objects.count() == 0


def test_a_source_is_changed_and_removed_while_its_people_remain(client: Client, desk: Source) -> None:
    desk.report("message", id="m1", room="r1", sender="anna")
    page = f"{LIST}{desk.source.pk}/"
    client.post(f"{page}change/", form(stores_texts=None, name="Desk"))
    desk.source.refresh_from_db()
    assert (desk.source.name, desk.source.stores_texts) == ("Desk", False)
    assert "anna" in client.get(f"/admin/workspace/sourceperson/?source__id__exact={desk.source.pk}").text
    assert "r1" in client.get(f"/admin/workspace/sourceroom/?source__id__exact={desk.source.pk}").text
    anna = desk.person("anna")
    client.post(f"{page}delete/", {"post": "yes"})
    assert not EventSource.objects.exists()
    assert User.objects.filter(pk=anna.pk).exists()


def test_a_rotated_key_is_shown_and_the_previous_one_can_be_ended(client: Client, desk: Source) -> None:
    actions = f"{LIST}{desk.source.pk}"
    page = client.post(f"{actions}/rotate_key/", {"_form_submitted": "True"}, follow=True).text
    found = KEY.search(page)
    assert found
    assert source_of_key(found[1]) == source_of_key(desk.key) == desk.source
    client.post(f"{actions}/end_previous_key/", {"_form_submitted": "True"}, follow=True)
    assert source_of_key(desk.key) is None
    assert source_of_key(found[1]) == desk.source


@pytest.mark.parametrize("address", [LIST, f"{LIST}add/", "/admin/workspace/sourceperson/"])
def test_staff_without_the_permission_are_refused(client: Client, address: str) -> None:
    client.force_login(staff("workspace.view_user"))
    assert client.get(address).status_code == 403
