"""Second factors of accounts in the administration."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import UserFactory
from tests.passkeys import SoftPasskey, local_client
from tests.second_factors import email_factor_of, second_factor_of
from workspace.selectors.sign_ins.factors import has_any_factor
from workspace.services.people.roles import second_factor_require

pytestmark = pytest.mark.django_db
BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(administrator(username="root"), backend=BACKEND)
    return client


def test_the_page_of_an_account_shows_and_resets_its_second_factors(admin_client: Client) -> None:
    ana = UserFactory(username="ana")
    own = local_client()
    own.force_login(ana, backend=BACKEND)
    SoftPasskey().add(own, name="<Phone>")
    factor = second_factor_of(ana)
    email_factor_of(ana)
    page = f"/admin/workspace/user/{ana.pk}"
    html = admin_client.get(f"{page}/change/").content.decode()
    for shown in ("Authenticator app since", "12 unused recovery codes", "&lt;Phone&gt;", "Codes by e-mail since"):
        assert shown in html, shown
    assert factor.secret not in html
    assert not any(code in html for code in factor.recovery_codes)
    assert "you are sure who is asking" in admin_client.get(f"{page}/remove_second_factor/").content.decode()
    assert has_any_factor(ana)
    admin_client.post(f"{page}/remove_second_factor/", {"_form_submitted": "True"})
    assert not has_any_factor(ana)
    logged = LogEntry.objects.get()
    assert (logged.user.username, logged.object_id, logged.change_message) == (
        "root",
        str(ana.pk),
        "Remove second factor",
    )


def test_accounts_are_found_by_their_second_factors(admin_client: Client) -> None:
    Group.objects.create(name="treasurer")
    for name, role in (("app", "user"), ("mail", "treasurer"), ("none", "treasurer"), ("free", "user")):
        UserFactory(username=name).groups.set(Group.objects.filter(name=role))
    ids = {user.username: user for user in Group.objects.get(name="user").user_set.all()}
    second_factor_of(ids["app"])
    email_factor_of(Group.objects.get(name="treasurer").user_set.get(username="mail"))
    second_factor_require(role=Group.objects.get(name="treasurer"), is_required=True)

    def found(value: str) -> set[str]:
        response = admin_client.get("/admin/workspace/user/", {"second_factor": value})
        return {user.username for user in response.context["cl"].result_list} - {"root"}

    assert found("yes") == {"app", "mail"}
    assert found("no") == {"none", "free"}
    assert found("missing") == {"none"}
