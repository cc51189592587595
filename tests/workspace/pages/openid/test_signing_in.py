"""Signing in with an identity provider."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from tests.factories import EmailAddressFactory, UserFactory
from tests.fakes.gateway import Reply
from tests.fakes.openid import CLIENT_ID, CLIENT_SECRET, FakeIdentityProvider
from tests.second_factors import second_factor_of
from workspace.models import OpenIdSettings, SignInSettings, User
from workspace.privacy.workspace_sections import linked_rows
from workspace.selectors.accounts import roles_of
from workspace.services.people.deletion import account_erase

pytestmark = pytest.mark.django_db

CONFIGURATION = "/.well-known/openid-configuration"


@pytest.fixture
def provider(settings: Any) -> Iterator[FakeIdentityProvider]:
    with FakeIdentityProvider() as fake:
        settings.SIGN_IN_PRIVATE_HOSTS = [fake.host]
        configure(fake)
        yield fake
    cache.clear()


def configure(fake: FakeIdentityProvider, **values: Any) -> None:
    """Save the settings of the first provider."""
    values = {
        "enabled": True,
        "label": "Example ID",
        "issuer": fake.address,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        **values,
    }
    changes = {f"{name}_1": value for name, value in values.items()}
    OpenIdSettings._default_manager.update_or_create(pk=1, defaults=changes)


def begin(client: Client, path: str = "/sign-in/with/1/", **fields: str) -> str:
    """Press the button, and return the URL of the provider to which the page leads."""
    page = client.post(path, fields).content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def sign_in(client: Client, fake: FakeIdentityProvider, **fields: str) -> Any:
    return client.get(fake.approve(begin(client, **fields)))


def shown_after(client: Client, response: Any) -> str:
    """Return the page that the response leads to, as text."""
    return html.unescape(client.get(response["Location"]).content.decode())


def test_the_sign_in_page_has_a_button_for_each_provider(client: Client, provider: FakeIdentityProvider) -> None:
    assert "Continue with Example ID" in client.get("/sign-in/").content.decode()
    configure(provider, enabled=False)
    assert "Continue with" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/with/1/").status_code == 404


def test_a_person_without_an_account_gets_one(client: Client, provider: FakeIdentityProvider) -> None:
    configure(provider, roles="user, bot")
    response = sign_in(client, provider, next="/rooms/")
    assert (response.status_code, response["Location"]) == (302, "/rooms/")
    user = get_user(client)
    assert isinstance(user, User)
    assert (user.username, user.name, user.has_usable_password()) == ("ana", "Ana Silva", False)
    assert list(user.emails.values_list("address", "verified")) == [("ana@example.org", True)]
    assert roles_of(user) == ["bot", "user"]
    # The next sign-in finds it, whatever the claims say.
    provider.claims |= {"preferred_username": "silva", "email": "silva@example.org"}
    client.post("/sign-out/")
    sign_in(client, provider)
    assert get_user(client) == user


def test_a_taken_username_gets_a_similar_one(client: Client, provider: FakeIdentityProvider) -> None:
    UserFactory(username="ana")
    provider.claims["preferred_username"] = "Ana@corp.example"
    sign_in(client, provider)
    assert get_user(client).get_username() == "ana-1"


def test_an_account_is_linked_by_an_address_that_both_have_verified(
    client: Client, provider: FakeIdentityProvider
) -> None:
    ana = UserFactory(username="ana.s")
    EmailAddressFactory(user=ana, address="Ana@example.org", verified=True)
    response = sign_in(client, provider)
    assert "An account with your e-mail address exists." in shown_after(client, response)
    configure(provider, links=True)
    sign_in(client, provider)
    assert get_user(client) == ana


def test_an_account_that_has_not_verified_the_address_is_not_linked(
    client: Client, provider: FakeIdentityProvider
) -> None:
    configure(provider, links=True)
    stranger = UserFactory(username="mallory")
    EmailAddressFactory(user=stranger, address="ana@example.org", verified=False)
    sign_in(client, provider)
    assert get_user(client).get_username() == "ana"


@pytest.mark.parametrize(
    ("claims", "values", "sentence"),
    [
        ({"email_verified": False}, {}, "Example ID has not verified your e-mail address."),
        ({"email_verified": False}, {"domains": "example.org"}, "has not verified your e-mail address."),
        # `email_verified` says nothing about another claim.
        ({"mail": "bob@example.org"}, {"email_claim": "mail"}, "has not verified your e-mail address."),
        ({"email": "ana@else.example"}, {"domains": "example.org"}, "E-mail addresses of this domain may not sign in"),
        ({"email": ""}, {"domains": "example.org"}, "did not report an e-mail address"),
        ({}, {"creates": False}, "There is no account for you here."),
    ],
)
def test_people_who_may_not_sign_in_read_why(
    client: Client, provider: FakeIdentityProvider, claims: Any, values: Any, sentence: str
) -> None:
    provider.claims |= claims
    configure(provider, **values)
    response = sign_in(client, provider)
    assert response["Location"] == "/sign-in/"
    assert sentence in shown_after(client, response)
    assert not get_user(client).is_authenticated
    assert not User.objects.exists()


def test_trusted_addresses_count_as_verified(client: Client, provider: FakeIdentityProvider) -> None:
    del provider.claims["email_verified"]
    configure(provider, trusts_email=True, domains="example.org")
    sign_in(client, provider)
    assert get_user(client).get_username() == "ana"


def test_deactivated_accounts_and_those_to_approve_are_refused(client: Client, provider: FakeIdentityProvider) -> None:
    SignInSettings(manually_approve=True).save()
    assert "An administrator must approve it" in shown_after(client, sign_in(client, provider))
    SignInSettings.objects.update(manually_approve=False)
    SignInSettings.forget_cached()
    assert "Your account here is deactivated." in shown_after(client, sign_in(client, provider))


def test_the_roles_follow_the_groups(client: Client, provider: FakeIdentityProvider) -> None:
    configure(provider, roles_claim="groups", roles_mapping="staff: moderator\nheads: leader")
    provider.claims["groups"] = ["staff", "lunch"]
    sign_in(client, provider)
    ana = User.objects.get()
    assert roles_of(ana) == ["moderator", "user"]
    provider.claims["groups"] = "heads"
    sign_in(client, provider)
    assert roles_of(ana) == ["leader", "user"]


def test_the_second_factor_is_asked_for_unless_the_provider_replaces_it(
    client: Client, provider: FakeIdentityProvider
) -> None:
    sign_in(client, provider)
    second_factor_of(User.objects.get())
    client.post("/sign-out/")
    assert "authenticator app" in sign_in(client, provider).content.decode()
    assert not get_user(client).is_authenticated
    configure(provider, replaces_second_factor=True)
    sign_in(client, provider)
    assert get_user(client).is_authenticated


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"nonce": "another"}, ""),
        ({"aud": "another client"}, ""),
        ({"aud": [CLIENT_ID, "another client"]}, ""),
        ({"iss": "https://issuer.example"}, ""),
        ({"exp": 1_000_000_000}, ""),
        ({"sub": "another person"}, ""),
        ({}, "a stranger"),
    ],
    ids=["nonce", "audience", "shared audience", "issuer", "expired", "subject of userinfo", "signature"],
)
def test_an_id_token_must_be_meant_for_this_sign_in(
    client: Client, provider: FakeIdentityProvider, changes: Any, key: str
) -> None:
    provider.token_changes, provider.signing_key = changes, key
    assert "The response of Example ID is not valid." in shown_after(client, sign_in(client, provider))
    assert not User.objects.exists()


def test_another_browser_cannot_use_the_response(client: Client, provider: FakeIdentityProvider) -> None:
    back = provider.approve(begin(client))
    stranger = Client()
    assert "This took too long" in shown_after(stranger, stranger.get(back))
    assert client.get(back)["Location"] == "/"
    # Nor can the same browser use it twice.
    client.post("/sign-out/")
    assert "This took too long" in shown_after(client, client.get(back))


@pytest.mark.parametrize(
    ("path", "reply", "sentence"),
    [
        (CONFIGURATION, Reply(500, {}, {}), "is not configured correctly"),
        (CONFIGURATION, Reply(200, {}, {"issuer": "https://else"}), "is not configured correctly"),
        ("/token", Reply(401, {}, {"error": "invalid_client"}), "does not accept this site's client ID or secret"),
        ("/token", Reply(200, {}, {"access_token": "access"}), "is not valid"),
        ("/token", Reply(500, {}, {}), "refused the sign-in"),
        ("/keys", Reply(302, {"Location": "http://127.0.0.1/"}, {}), "is not configured correctly"),
    ],
)
def test_failures_of_the_provider_are_explained_and_logged_without_secrets(
    client: Client,
    provider: FakeIdentityProvider,
    caplog: pytest.LogCaptureFixture,
    path: str,
    reply: Reply,
    sentence: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.replies[path] = reply
    response = client.post("/sign-in/with/1/")
    if response.status_code == 200:
        found = re.search(r'content="0;url=([^"]*)"', response.content.decode())
        assert found
        response = client.get(provider.approve(html.unescape(found[1])))
    assert sentence in shown_after(client, response)
    assert "user.openid_failed" in caplog.text
    assert CLIENT_SECRET not in caplog.text
    assert "code-" not in caplog.text


def test_a_cancelled_sign_in_and_an_unreachable_provider(
    client: Client, provider: FakeIdentityProvider, settings: Any
) -> None:
    state = re.search(r"state=(\w+)", begin(client))
    assert state
    response = client.get("/sign-in/with/1/callback/", {"error": "access_denied", "state": state[1]})
    assert "You cancelled the sign-in" in shown_after(client, response)
    cache.clear()
    # The hosts that the environment does not list are private, so no request is made.
    settings.SIGN_IN_PRIVATE_HOSTS = []
    requests = len(provider.requests)
    assert "Example ID cannot be reached." in shown_after(client, client.post("/sign-in/with/1/"))
    assert len(provider.requests) == requests


def test_a_link_leads_to_nobody_at_another_provider(client: Client, provider: FakeIdentityProvider) -> None:
    sign_in(client, provider)
    client.post("/sign-out/")
    with FakeIdentityProvider(claims={"sub": provider.claims["sub"], "preferred_username": "eve"}) as other:
        from_both = [provider.host, other.host]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.SIGN_IN_PRIVATE_HOSTS", from_both)
            configure(other)
            sign_in(client, other)
    assert get_user(client).get_username() == "eve"


def test_users_link_and_unlink_their_accounts(client: Client, provider: FakeIdentityProvider) -> None:
    bo = UserFactory(username="bo")
    client.force_login(bo)
    back = provider.approve(begin(client, "/account/linked/1/link/"))
    assert "You can sign in with Example ID now." in shown_after(client, client.get(back))
    link = SocialAccount.objects.get()
    assert (link.user, link.extra_data) == (bo, {})
    # The same person at the provider cannot be linked twice.
    other = Client()
    other.force_login(UserFactory(username="cy"))
    back = provider.approve(begin(other, "/account/linked/1/link/"))
    assert "is linked to another account" in shown_after(other, other.get(back))
    # Others cannot remove it.
    other.post(f"/account/linked/{link.pk}/remove/")
    assert SocialAccount.objects.exists()
    assert "The link was removed." in shown_after(client, client.post(f"/account/linked/{link.pk}/remove/"))
    assert not SocialAccount.objects.exists()


def test_the_last_way_to_sign_in_cannot_be_removed(client: Client, provider: FakeIdentityProvider) -> None:
    sign_in(client, provider)
    response = client.post(f"/account/linked/{SocialAccount.objects.get().pk}/remove/")
    assert "This is your only way to sign in." in shown_after(client, response)
    assert SocialAccount.objects.exists()


def test_a_deleted_account_leaves_no_link_and_an_export_contains_it(
    client: Client, provider: FakeIdentityProvider
) -> None:
    sign_in(client, provider)
    ana = User.objects.get()
    (row,) = linked_rows(ana)
    assert (row["provider"], row["uid"]) == (provider.address, provider.claims["sub"])
    account_erase(user=ana, may_be_last_owner=True)
    assert not SocialAccount.objects.exists()
