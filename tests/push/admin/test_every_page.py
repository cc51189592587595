"""Rules for all admin pages, of all apps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cloud.models import CloudConnection
from push.models import Device
from tests.admin_rows import administrator, rows_add, staff
from tests.factories import UserFactory
from tests.pages import inline_scripts
from workspace.models import User

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# The models of an app together, because the rows that are shown take longer than a page.
each_app = pytest.mark.parametrize("app", sorted({model._meta.app_label for model in MODELS}))


def url_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def pages_of(model: type[Model]) -> Iterator[str]:
    """Yield the URLs of the model's list and detail pages."""
    yield url_of(model, "changelist")
    yield url_of(model, "add")
    if row := model._default_manager.order_by("pk").last():
        yield url_of(model, "change", row.pk)
        yield url_of(model, "history", row.pk)


def lists_of(model: type[Model]) -> Iterator[str]:
    """Yield the URLs of a search and of a sorted list."""
    yield url_of(model, "changelist") + "?q=e"
    yield url_of(model, "changelist") + "?o=-3.-2.-1"


def models_of(app: str) -> list[type[Model]]:
    return [model for model in MODELS if model._meta.app_label == app]


def every_page() -> list[str]:
    return [url for model in MODELS for url in pages_of(model)]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_anonymous_users_are_redirected_to_sign_in(client: Client) -> None:
    rows_add()
    for url in every_page():
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/admin/login/")


def test_a_member_without_access_is_redirected_to_sign_in() -> None:
    rows_add()
    client = signed_in(UserFactory())
    for url in every_page():
        assert client.get(url).status_code == 302


def test_staff_without_the_permission_see_nothing() -> None:
    rows_add()
    client = signed_in(staff())
    for url in every_page():
        assert client.get(url).status_code == 403


def secrets() -> list[str]:
    """Return the secrets that no page may show."""
    tokens = [token for device in Device.objects.all() for token in (device.token, device.voip_token)]
    return [*tokens, CloudConnection.objects.get().access_token, "secret-token-of-provider"]


@pytest.mark.thorough
@pytest.mark.any_database
@each_app
def test_every_page_opens_in_an_empty_workspace(app: str) -> None:
    client = signed_in(administrator())
    for model in models_of(app):
        for url in (*pages_of(model), *lists_of(model)):
            assert client.get(url).status_code in ((200, 403) if url.endswith("/add/") else (200,)), url


@each_app
def test_every_page_opens_with_rows_and_shows_no_token_and_runs_no_inline_script(app: str) -> None:
    rows_add()
    client = signed_in(administrator())
    hidden = secrets()
    for model in models_of(app):
        for url in pages_of(model):
            page_check(client, url, hidden)


@pytest.mark.thorough
@pytest.mark.any_database
@each_app
def test_searches_and_sorted_lists_do_the_same(app: str) -> None:
    rows_add()
    client = signed_in(administrator())
    hidden = secrets()
    for model in models_of(app):
        for url in lists_of(model):
            page_check(client, url, hidden)


def page_check(client: Client, url: str, hidden: list[str]) -> None:
    answer = client.get(url)
    html = answer.content.decode()
    assert answer.status_code in ((200, 403) if url.endswith("/add/") else (200,)), url
    assert not [secret for secret in hidden if secret in html], url
    assert not inline_scripts(html), url


@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.usefixtures("settings_remembered")
@each_app
def test_a_lists_queries_do_not_depend_on_the_number_of_rows(app: str) -> None:
    rows_add()
    client = signed_in(administrator())
    urls = [url_of(model, "changelist") for model in models_of(app)]
    for url in urls:
        client.get(url)
    few = {url: queries_of(client, url) for url in urls}
    for _time in range(3):
        rows_add()
    many = {url: queries_of(client, url) for url in urls}
    assert {url: (few[url], many[url]) for url in urls if many[url] > few[url]} == {}


def queries_of(client: Client, url: str) -> int:
    """Return how many queries the page makes."""
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def test_no_page_of_the_libraries_shows_tokens_or_tasks() -> None:
    registered = {model._meta.label for model in MODELS}
    assert not {label for label in registered if label.split(".")[0] in {"knox", "django_q"}}


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/search/?s=us", "/admin/workspace/", "/admin/push/", "/admin/cloud/"]
)
def test_the_first_pages_open(path: str) -> None:
    rows_add()
    assert signed_in(administrator()).get(path, follow=True).status_code == 200


@pytest.mark.parametrize("app", sorted({model._meta.app_label for model in MODELS} - {"cloud"}))
def test_no_page_only_lists_the_tables_of_an_app(app: str) -> None:
    client = signed_in(administrator())
    answer = client.get(f"/admin/{app}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_the_title_of_a_list_does_not_name_the_app() -> None:
    html = signed_in(administrator()).get(url_of(Device, "changelist")).content.decode()
    assert 'href="/admin/push/"' not in html


def test_the_sidebar_shows_only_permitted_pages() -> None:
    html = signed_in(staff("workspace.view_room")).get("/admin/").content.decode()
    assert url_of(admin.site._registry[User].model, "changelist") not in html
    assert "/admin/workspace/room/" in html
