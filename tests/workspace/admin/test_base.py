"""Behaviour that all lists have in common."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import UserFactory
from workspace.admin import base
from workspace.admin.base import CappedPaginator
from workspace.models import User

pytestmark = pytest.mark.django_db


def test_a_list_is_only_counted_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "COUNT_LIMIT", 3)
    UserFactory.create_batch(3)
    short = CappedPaginator(User.objects.order_by("pk"), 2)
    assert (short.count, short.is_capped) == (3, False)
    UserFactory.create_batch(3)
    long = CappedPaginator(User.objects.order_by("pk"), 2)
    assert (long.count, long.is_capped) == (4, True)


def test_a_list_beyond_the_limit_shows_more_than(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "COUNT_LIMIT", 3)
    client.force_login(administrator())
    UserFactory.create_batch(5)
    assert "More than" in client.get("/admin/workspace/user/").content.decode()


def test_the_heading_counts_results_of_a_search_only(client: Client) -> None:
    client.force_login(administrator(username="ada"))
    assert "result" not in client.get("/admin/workspace/user/").context["cl"].paginator.template_name
    assert "1 result" not in client.get("/admin/workspace/user/").content.decode()
    assert "1 result" in client.get("/admin/workspace/user/", {"q": "ada"}).content.decode()


def test_a_list_has_the_name_of_its_model_as_title(client: Client) -> None:
    client.force_login(administrator())
    html = client.get("/admin/workspace/user/").content.decode()
    assert re.findall(r"<title>\s*(.*?)\s*</title>", html) == ["Users | Callboard"]


def test_the_heading_leaves_names_as_they_are(client: Client) -> None:
    admin = administrator(username="ada")
    client.force_login(admin)
    html = client.get(f"/admin/workspace/user/{admin.pk}/change/").content.decode()
    assert re.findall(r'tracking-tight">\s*(\w+)\s*</', html) == ["Users", "ada"]


def test_an_empty_list_shows_a_text_and_possible_actions(client: Client) -> None:
    client.force_login(administrator())
    mails = client.get("/admin/workspace/keptmail/").content.decode()
    assert "Nothing here yet" in mails
    assert "Show all" not in mails
    assert "Add e-mail" not in mails
    rooms = client.get("/admin/workspace/room/").content.decode()
    assert "Nothing here yet" in rooms
    assert "Add room" in rooms


def test_a_search_without_results_links_to_all_rows(client: Client) -> None:
    client.force_login(administrator())
    html = client.get("/admin/workspace/user/?q=nobody").content.decode()
    assert "Nothing matches the search and the filters." in html
    assert "Show all" in html
    assert "Add user" not in html.split("No results")[1]
