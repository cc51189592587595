"""The cloud console's workspaces."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cloud.admin.workspace_actions import ACTIONS
from cloud.models import CloudEvent, Outcome, Plan, QuotaMonth, RegisteredWorkspace, UsageCount
from cloud.selectors.quota import month_of
from cloud.selectors.registration import workspace_by_access_token, workspace_by_credentials, workspace_by_gateway_key
from cloud.services.own_registration import blob_read
from tests.admin_rows import administrator, staff
from tests.factories import registered
from workspace.models import User

pytestmark = pytest.mark.django_db

LIST = "/admin/cloud/registeredworkspace/"


def revealed(html: str) -> dict[str, str]:
    """Return the secrets that the page shows once, by name."""
    found = re.findall(r'<label for="secret-\d+">(.*?)</label>\s*<textarea[^>]*>(.*?)</textarea>', html, re.DOTALL)
    return {name: unescape(text) for name, text in found}


@pytest.fixture
def console(client: Client) -> Client:
    client.force_login(administrator())
    return client


def act(client: Client, workspace: RegisteredWorkspace, name: str, **values: str) -> str:
    return client.post(f"{LIST}{workspace.pk}/act/{name}/", values, follow=True).content.decode()


def test_a_workspace_is_added_and_its_credentials_are_shown_once(console: Client) -> None:
    values = {"unique_id": "their-server", "name": "Opera", "site_url": "", "email": "", "plan": "community"}
    shown = revealed(console.post(f"{LIST}add/", values).content.decode())
    workspace = workspace_by_credentials(shown["Client id"], shown["Client secret"])
    assert (workspace.name, workspace.unique_id) == ("Opera", "their-server")
    assert shown["Client secret"] not in console.get(f"{LIST}{workspace.pk}/change/").content.decode()
    assert CloudEvent.objects.get().actor_name


def test_pages_with_secrets_are_not_cached(console: Client) -> None:
    workspace, _token = registered()
    answer = console.post(f"{LIST}{workspace.pk}/act/credentials/")
    assert "no-store" in answer["Cache-Control"]


def test_an_invalid_address_is_reported_and_the_input_is_preserved(console: Client) -> None:
    values = {"unique_id": "their-server", "name": "Opera", "site_url": "not an address", "plan": "community"}
    html = console.post(f"{LIST}add/", values).content.decode()
    assert "is not a valid server address." in html
    assert 'value="Opera"' in html
    assert not RegisteredWorkspace.objects.exists()


def test_a_suspended_workspace_is_refused_until_it_is_resumed(console: Client) -> None:
    workspace, token = registered()
    act(console, workspace, "suspend", reason="The bill is open.")
    assert workspace_by_access_token(token) is None
    assert "The bill is open." in console.get(f"{LIST}{workspace.pk}/change/").content.decode()
    act(console, workspace, "resume")
    assert workspace_by_access_token(token) == workspace


def test_an_action_asks_for_confirmation_first(console: Client) -> None:
    workspace, token = registered()
    for name in ACTIONS:
        assert console.get(f"{LIST}{workspace.pk}/act/{name}/").status_code == 200
    assert workspace_by_access_token(token) == workspace
    assert not CloudEvent.objects.exclude(kind="registered").exists()


def test_rotating_credentials_revokes_the_previous_ones(console: Client) -> None:
    workspace, token = registered()
    shown = revealed(act(console, workspace, "credentials"))
    assert workspace_by_access_token(token) is None
    assert workspace_by_credentials(shown["Client id"], shown["Client secret"]) == workspace


def test_a_plan_can_be_changed_with_its_limits(console: Client) -> None:
    workspace, _token = registered()
    until = timezone.localdate() + timedelta(days=30)
    act(console, workspace, "plan", plan="premium", ends_on=until.isoformat(), monthly_limit="20", rate_limit="")
    workspace.refresh_from_db()
    assert (workspace.plan, workspace.monthly_limit, workspace.rate_limit) == (Plan.PREMIUM, 20, None)
    assert workspace.plan_ends_at
    assert timezone.localdate(workspace.plan_ends_at) == until


def test_actions_appear_in_the_audit_log_with_the_actor_and_without_secrets(console: Client) -> None:
    workspace, _token = registered()
    until = timezone.localdate() + timedelta(days=30)
    act(console, workspace, "plan", plan="premium")
    act(console, workspace, "suspend", reason="The bill is open.")
    act(console, workspace, "resume")
    secrets = [
        *revealed(act(console, workspace, "credentials")).values(),
        *revealed(act(console, workspace, "gateway")).values(),
        *revealed(act(console, workspace, "licence", ends_on=until.isoformat())).values(),
    ]
    act(console, workspace, "gateway-revoke")
    events = list(CloudEvent.objects.filter(workspace=workspace).exclude(kind="registered").order_by("pk"))
    kinds = ["plan", "suspended", "resumed", "credentials", "gateway_key", "licence", "key_ended"]
    assert [event.kind for event in events] == kinds
    assert {event.actor_name for event in events} == {User.objects.get(is_superuser=True).username}
    html = console.get("/admin/cloud/cloudevent/").content.decode()
    assert "Credentials rotated" in html
    assert not [secret for secret in secrets if secret in html or secret in str([event.details for event in events])]


def test_a_plan_end_in_the_past_is_refused(console: Client) -> None:
    workspace, _token = registered()
    html = act(console, workspace, "plan", plan="premium", ends_on="2020-01-01")
    assert "Choose a date from today on" in html
    workspace.refresh_from_db()
    assert workspace.plan == Plan.COMMUNITY


def test_a_gateway_address_works_until_it_is_revoked(console: Client) -> None:
    workspace, _token = registered()
    address = revealed(act(console, workspace, "gateway"))["Gateway address"]
    key = address.rsplit("/", 1)[1]
    assert workspace_by_gateway_key(key) == workspace
    act(console, workspace, "gateway-revoke")
    assert workspace_by_gateway_key(key) is None


@pytest.mark.parametrize(
    ("protocol", "shown"),
    [
        ("matrix", {"Address of pushers": "/_matrix/push/v1/notify?key="}),
        ("mattermost", {"Push notification server": "/gateway/"}),
        ("generic", {"Address": "/push/v1/send", "Key": ""}),
    ],
    ids=["matrix", "mattermost", "generic"],
)
def test_a_workspace_of_another_protocol_gets_that_protocols_credentials(
    console: Client, protocol: str, shown: dict[str, str]
) -> None:
    values = {"unique_id": "their-server", "name": "Opera", "plan": "community", "protocol": protocol}
    console.post(f"{LIST}add/", values)
    workspace = RegisteredWorkspace.objects.get()
    html = act(console, workspace, "gateway")
    secrets = revealed(html)
    assert secrets.keys() == shown.keys()
    assert all(part in secrets[name] for name, part in shown.items())
    assert "docs/integrate/" in html
    key = re.split(r"[/=]", [*secrets.values()][-1])[-1]
    assert workspace_by_gateway_key(key) == workspace


def test_guides_are_links_if_the_documentation_is_published(console: Client, settings: Any) -> None:
    settings.DOCS_URL = "https://docs.example.org"
    values = {"unique_id": "their-server", "name": "Opera", "plan": "community", "protocol": "matrix"}
    console.post(f"{LIST}add/", values)
    workspace = RegisteredWorkspace.objects.get()
    link = 'href="https://docs.example.org/integrate/matrix.html"'
    assert link in act(console, workspace, "gateway")
    assert link in console.get(f"{LIST}{workspace.pk}/change/").content.decode()


def test_changing_the_protocol_revokes_the_gateway_address(console: Client) -> None:
    workspace, _token = registered()
    act(console, workspace, "gateway")
    assert "Create a gateway address for it" in act(console, workspace, "protocol", protocol="matrix")
    workspace.refresh_from_db()
    assert (workspace.protocol, workspace.gateway_key_digest) == ("matrix", None)
    assert CloudEvent.objects.filter(kind="protocol").get().details == {"before": "rocketchat", "after": "matrix"}
    assert "Synapse, Dendrite" in console.get(f"{LIST}{workspace.pk}/change/").content.decode()
    act(console, workspace, "gateway")
    assert "Nothing has changed." in act(console, workspace, "protocol", protocol="matrix")
    workspace.refresh_from_db()
    assert workspace.gateway_key_digest


def test_a_registration_file_contains_everything_the_workspace_needs(console: Client) -> None:
    workspace, _token = registered()
    act(console, workspace, "plan", plan="premium")
    until = timezone.localdate() + timedelta(days=30)
    text = revealed(act(console, workspace, "file", ends_on=until.isoformat()))["Registration file"]
    document = blob_read(text)
    assert document["uniqueId"] == workspace.unique_id
    assert document["license"]
    assert workspace_by_credentials(document["clientId"], document["clientSecret"]) == workspace


def test_a_licence_of_the_community_plan_is_refused_with_the_reason(console: Client) -> None:
    workspace, _token = registered()
    html = act(console, workspace, "licence", ends_on=timezone.localdate().isoformat())
    assert "The community plan needs no licence" in html


def test_the_page_shows_the_months_usage_and_offers_it_as_csv(console: Client) -> None:
    workspace, _token = registered()
    month = month_of()
    before = (month - timedelta(days=1)).replace(day=1)
    QuotaMonth.objects.create(workspace=workspace, month=month, used=8_000)
    QuotaMonth.objects.create(workspace=workspace, month=before, used=1_234)
    UsageCount.objects.create(
        workspace=workspace, day=month, app="org.opera", platform="apn", outcome=Outcome.ACCEPTED, count=8_000
    )
    html = console.get(f"{LIST}{workspace.pk}/change/").content.decode()
    for part in ("Push notifications", "8,000", "of 10,000 pushes", "(80 %)", "org.opera", "Apple", "1,234"):
        assert part in html
    answer = console.get(f"{LIST}{workspace.pk}/usage.csv?month={month:%Y-%m}")
    assert answer["Content-Type"].startswith("text/csv")
    assert f"{month},org.opera,apn,accepted,8000" in answer.content.decode()
    earlier = console.get(f"{LIST}{workspace.pk}/change/?month={before:%Y-%m}").content.decode()
    assert "Nothing was pushed this month." in earlier


def test_the_list_shows_each_workspaces_usage_this_month(console: Client) -> None:
    workspace, _token = registered()
    registered("idle")
    QuotaMonth.objects.create(workspace=workspace, month=month_of(), used=1_234)
    before = (month_of() - timedelta(days=1)).replace(day=1)
    QuotaMonth.objects.create(workspace=workspace, month=before, used=99)
    html = console.get(LIST).content.decode()
    assert "1,234" in html
    assert "99" not in re.findall(r"<span>([\d,]+)</span>", html)
    assert html.count("of 10,000") == 2


@pytest.mark.parametrize("month", ["9999-99", "9999-12", "x"])
def test_a_malformed_month_falls_back_to_the_current_month(console: Client, month: str) -> None:
    workspace, _token = registered()
    assert console.get(f"{LIST}{workspace.pk}/change/?month={month}").status_code == 200
    assert console.get(f"{LIST}{workspace.pk}/usage.csv?month={month}").status_code == 200


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_users_with_view_permission_cannot_run_actions(client: Client, name: str) -> None:
    workspace, token = registered()
    client.force_login(staff("cloud.view_registeredworkspace"))
    answer = client.post(f"{LIST}{workspace.pk}/act/{name}/", {"plan": "premium", "ends_on": "2030-01-01"})
    assert answer.status_code == 403
    assert workspace_by_access_token(token) == workspace


def test_users_without_permission_see_nothing(client: Client) -> None:
    workspace, _token = registered()
    client.force_login(staff("workspace.view_room"))
    for path in ("", "add/", f"{workspace.pk}/change/", f"{workspace.pk}/usage.csv", f"{workspace.pk}/act/plan/"):
        assert client.get(f"{LIST}{path}").status_code == 403


def test_an_unknown_action_or_workspace_is_not_found(console: Client) -> None:
    workspace, _token = registered()
    assert console.get(f"{LIST}{workspace.pk}/act/fly/").status_code == 404
    assert console.get(f"{LIST}{workspace.pk + 1}/act/plan/").status_code == 404
