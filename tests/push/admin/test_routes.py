"""The routes page, and the form of an app's own route."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from push.models import AppRoute, GatewayApp, RouteState
from push.providers.routes import Route
from push.selectors.routes import routes_current
from tests.admin_rows import administrator, staff
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway
from tests.keys import certificate_pem, ec_key, key_pem, rsa_key, service_account_json
from workspace.models import User

pytestmark = pytest.mark.django_db

LIST = "/admin/push/approute/"
ADD = "/admin/push/approute/add/"
APP = "org.example.chat"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return signed_in(administrator())


def entered(**values: Any) -> dict[str, Any]:
    """Return the form data of a route with a token key."""
    return {
        **dict.fromkeys(("apn_cert", "apn_key", "apn_passphrase", "google_api_credentials"), ""),
        "app_name": APP,
        "kind": "direct",
        "gateway": "",
        "production": "on",
        "apn_token_key": key_pem(ec_key()),
        "apn_token_key_id": "ABCDEFGHIJ",
        "apn_team_id": "KLMNOPQRST",
        **values,
    }


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_page_of_an_empty_workspace_shows_what_is_missing(client: Client) -> None:
    text = text_of(client, LIST)
    assert "No app has registered a device yet." in text
    assert "Server notifications are misconfigured" in text


def test_every_app_is_listed_with_its_devices_and_route(client: Client, gateway: FakeGateway) -> None:
    DeviceFactory.create_batch(2, user=UserFactory(), app_name="chat.rocket.reactnative")
    DeviceFactory(app_name="chat.rocket.reactnative", type="gcm", disabled_at=timezone.now())
    DeviceFactory(app_name=APP, type="gcm")
    AppRoute.objects.create(app_name=APP, google_api_credentials=service_account_json())
    text = " ".join(text_of(client, LIST).split())
    official, own = text.split("chat.rocket.reactnative</strong>")[1], text.split(f"{APP}</strong>")[1]
    assert "2 devices: Gateway 127.0.0.1" in official
    assert "0 devices, 1 disabled: Gateway" in official
    assert "Own route" in own.split("</li>")[0]
    assert "1 device: Google directly" in own
    assert text.index(f"{APP}</strong>") < text.index("chat.rocket.reactnative</strong>")


def test_an_app_is_found_by_its_name(client: Client) -> None:
    DeviceFactory(app_name="org.one")
    DeviceFactory(app_name="org.two")
    text = text_of(client, LIST + "?q=two")
    assert "org.two" in text
    assert "org.one" not in text
    assert "No app found." in text_of(client, LIST + "?q=three")


def test_the_list_is_bounded(client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(120):
        DeviceFactory(app_name=f"org.app{number}")
    client.get(LIST)
    with django_assert_max_num_queries(40):
        text = text_of(client, LIST)
    assert text.count('class="cb-app"') == 100
    assert "There are more" in text


def test_a_route_is_added_for_an_app_that_was_seen(client: Client) -> None:
    device = DeviceFactory(app_name=APP)
    assert f'value="{APP}"' in text_of(client, f"{ADD}?app_name={APP}")
    assert client.post(ADD, entered()).status_code == 302
    way = routes_current().of(device)
    assert isinstance(way, Route)
    assert (way.key, way.way.production) == (f"apple:{APP}", True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"apn_token_key": "no key"}, "not a private key in PEM format"),
        ({"apn_token_key_id": ""}, "needs its key id and team id"),
        ({"apn_team_id": "short"}, "10 capital letters and digits"),
        ({"apn_token_key": ""}, "Enter credentials for Apple, for Google, or for both."),
        ({"google_api_credentials": "{}"}, "are missing"),
        ({"apn_cert": certificate_pem(rsa_key())}, "A certificate needs its key, and a key its certificate."),
        ({"apn_cert": certificate_pem(rsa_key()), "apn_key": key_pem(rsa_key("other"))}, "does not belong to the cert"),
        ({"apn_cert": certificate_pem(rsa_key(), days=-1), "apn_key": key_pem(rsa_key())}, "expired on"),
        ({"app_name": "no name"}, "Letters, digits, dots and hyphens only."),
        ({"kind": "gateway"}, "Enter at least one gateway address."),
        ({"kind": "gateway", "gateway": "ftp://x"}, "is not a valid server address."),
    ],
)
def test_errors_are_shown_and_nothing_is_saved(client: Client, values: dict[str, Any], words: str) -> None:
    answer = client.post(ADD, entered(**values))
    assert answer.status_code == 200
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not AppRoute.objects.exists()


def test_secrets_are_kept_replaced_and_removed_but_never_shown(client: Client) -> None:
    certificate, key = certificate_pem(rsa_key()), key_pem(rsa_key())
    client.post(ADD, entered(apn_cert=certificate, apn_key=key, google_api_credentials=service_account_json()))
    route = AppRoute.objects.get()
    page = reverse("admin:push_approute_change", args=[route.pk])
    text = text_of(client, page)
    assert "BEGIN" not in text
    assert "private_key_id" not in text
    assert "expires on" in text
    assert "example-project" in text
    client.post(page, entered(apn_token_key="", apn_team_id="TTTTTTTTTT"))
    route.refresh_from_db()
    assert route.apn_token_key == key_pem(ec_key()).strip()
    assert (route.apn_team_id, bool(route.google_api_credentials)) == ("TTTTTTTTTT", True)
    client.post(page, entered(apn_token_key="", google_api_credentials__clear="on"))
    route.refresh_from_db()
    assert not route.google_api_credentials
    stored = (
        AppRoute.objects.filter(pk=route.pk).extra(select={"raw": "apn_token_key"}).values_list("raw", flat=True)[0]
    )
    assert "BEGIN" not in stored


def test_a_route_is_removed_after_confirmation(client: Client) -> None:
    route = AppRoute.objects.create(app_name=APP, google_api_credentials=service_account_json())
    page = reverse("admin:push_approute_delete", args=[route.pk])
    assert client.get(page).status_code == 200
    assert AppRoute.objects.exists()
    client.post(page, {"post": "yes"})
    assert not AppRoute.objects.exists()


def pause(**fields: Any) -> RouteState:
    route = next(routes_current().all())
    given = {"key": route.key, "fingerprint": route.fingerprint, "status": 401, "paused_at": timezone.now(), **fields}
    return RouteState.objects.create(probe_at=timezone.now(), **given)


@pytest.mark.parametrize("path", [LIST, "/admin/settings/push/", "/admin/"])
def test_a_paused_route_is_shown_as_an_alert(client: Client, gateway: FakeGateway, path: str) -> None:
    pause()
    text = text_of(client, path)
    assert "A route is paused" in text
    assert f"since {timezone.localdate():%Y-%m-%d} " in text
    assert 'href="/admin/connectivity/">Fix: Connectivity services' in text
    assert "Gateway: the credentials were refused (HTTP 401)." in text


def test_a_paused_route_is_resumed_after_confirmation(client: Client, gateway: FakeGateway) -> None:
    page = reverse("admin:push_approute_resume", args=[pause().pk])
    assert "the credentials were refused" in text_of(client, page)
    assert RouteState.objects.exists()
    assert client.post(page).status_code == 302
    assert not RouteState.objects.exists()


def test_resuming_requires_the_permission_to_change_routes(gateway: FakeGateway) -> None:
    page = reverse("admin:push_approute_resume", args=[pause().pk])
    reader = signed_in(staff("push.view_approute"))
    assert reader.get(LIST).status_code == 200
    assert page not in text_of(reader, LIST)
    assert reader.post(page).status_code == 403
    assert Client().post(page).status_code == 302
    assert RouteState.objects.exists()


@pytest.mark.parametrize("path", ["push.approute", "push.gatewayapp"])
def test_viewers_of_a_route_see_no_secret(path: str) -> None:
    """Django shows a field's plain value if there is no form."""
    key = key_pem(ec_key())
    keys = {"apn_token_key": key, "apn_token_key_id": "ABCDEFGHIJ", "apn_team_id": "KLMNOPQRST"}
    app, model = path.split(".")
    kind = AppRoute if model == "approute" else GatewayApp
    row = kind.objects.create(app_name=APP, **keys)
    text = text_of(signed_in(staff(f"{app}.view_{model}")), reverse(f"admin:{app}_{model}_change", args=[row.pk]))
    assert APP in text
    assert "BEGIN" not in text
    assert key.splitlines()[1] not in text
    row.refresh_from_db()
    assert row.apn_token_key == key
