"""Stored values of every kind, as another version of the product may have written them: docs/stored-data.md."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db.models import JSONField
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from cloud.licences import InvalidLicenceError, Licence, key_pair_new, licence_from_claims, licence_read, licence_sign
from cloud.models import CloudConnection, CloudEvent, OwnQuota
from cloud.selectors import traffic
from cloud.selectors.quota import month_of
from cloud.selectors.usage import own_usage, usage_month
from cloud.services.offline import registration_file
from cloud.services.own_registration import manual_register
from preferences.models import AccountPreferences, RoomPreferences
from preferences.selectors.accounts import account_preferences_by_key
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save
from push.models import DesktopEvent, SandboxPush
from push.pages.lock_screen import card_for
from push.selectors.desktop import page_events
from push.sending.breaker import suspects_of
from tests.factories import DeviceFactory, EmailAddressFactory, RoomFactory, UserFactory, message_in, registered
from tests.stored import UNREADABLE, other_versions
from workspace.errors import ApplicationError
from workspace.models import FormerRow, GeneralSettings, KeptMail, Subscription, User
from workspace.models.history import rows_as_of
from workspace.services import addresses, known_clients
from workspace.services.addresses import address_of_token, verification_token

PAGE = settings.BASE_DIR / "docs" / "stored-data.md"
APPS = ("workspace", "preferences", "cloud", "push")

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


class TestInventory:
    """Every column, cookie and cached value is listed, with a rule for reading older values."""

    def test_every_json_column_is_listed(self) -> None:
        columns = {
            f"`{model.__name__}.{field.name}`"
            for model in apps.get_models()
            if model._meta.app_label in APPS
            for field in model._meta.fields
            if isinstance(field, JSONField)
        }
        text = PAGE.read_text()
        missing = {column for column in columns if column not in text}
        assert not missing, f"List {missing} in docs/stored-data.md, and say how values of other versions are read."

    @pytest.mark.parametrize(
        "written", ["signing.dumps(", "signing.Signer(", "cache.set(", "cache.add(", "localStorage.setItem("]
    )
    def test_every_module_that_stores_elsewhere_is_listed(self, written: str) -> None:
        files = [path for app in APPS for end in ("py", "js") for path in (settings.BASE_DIR / app).rglob(f"*.{end}")]
        modules = {str(path.relative_to(settings.BASE_DIR)) for path in files if written in path.read_text()}
        text = PAGE.read_text()
        missing = {module for module in modules if f"`{module}`" not in text}
        assert not missing, (
            f"List what {missing} store in docs/stored-data.md, and how values of other versions are read."
        )


class TestCookieOfKnownBrowsers:
    def test_it_is_read(self) -> None:
        user = UserFactory()
        response = HttpResponse()
        known_clients.browser_remember(request=RequestFactory().get("/"), response=response, user=user)
        stored = signing.loads(response.cookies[settings.KNOWN_BROWSER_COOKIE_NAME].value, salt=known_clients.SALT)
        assert self.browser(user, stored) == stored["id"]
        for name, other in other_versions(stored):
            assert self.browser(user, other) in (stored["id"], ""), name

    @pytest.mark.parametrize("stored", [None, [], "text", 7])
    def test_what_is_none_names_no_browser(self, stored: object) -> None:
        assert self.browser(UserFactory(), stored) == ""

    @staticmethod
    def browser(user: User, stored: object) -> str:
        request = RequestFactory().get("/")
        request.COOKIES[settings.KNOWN_BROWSER_COOKIE_NAME] = signing.dumps(stored, salt=known_clients.SALT)
        return known_clients.known_browser(request, user)


def test_verification_links_are_read_or_refused_with_the_reason() -> None:
    email = EmailAddressFactory(verified=False)
    stored = signing.loads(verification_token(email), salt=addresses.SALT)
    for name, other in other_versions(stored):
        token = signing.dumps(other, salt=addresses.SALT)
        if name == "with an unknown field":
            assert address_of_token(token) == email
        else:
            with pytest.raises(ApplicationError, match="error-invalid-token"):
                address_of_token(token)


class TestLicences:
    REQUIRED = ("jti", "sub", "plan", "nbf", "exp")

    @pytest.fixture
    def keys(self) -> tuple[str, str]:
        return key_pair_new()

    @pytest.fixture
    def licence(self) -> Licence:
        now = timezone.now().replace(microsecond=0)
        return Licence("1", "u1", "premium", ("a",), 5, now, now + timedelta(days=1), "https://cloud.example")

    def test_claims_are_read_or_the_licence_is_invalid(self, keys: tuple[str, str], licence: Licence) -> None:
        private, _public = keys
        compact = licence_sign(licence, private_key=private, key_id="1").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(compact + "=" * (-len(compact) % 4)))
        assert licence_from_claims(claims) == licence
        for name, other in other_versions(claims):
            if name.split()[-1] in self.REQUIRED and name.startswith("without"):
                with pytest.raises((KeyError, ValueError, TypeError)):
                    licence_from_claims(other)
            elif not name.startswith("with an unreadable"):
                assert licence_from_claims(other).unique_id == "u1", name

    def test_a_licence_without_a_required_claim_is_refused(
        self, keys: tuple[str, str], licence: Licence, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        private, public = keys
        for name in self.REQUIRED:
            with monkeypatch.context() as patch:
                patch.setattr("cloud.licences.jwt.encode", encode_without(name))
                token = licence_sign(licence, private_key=private, key_id="1")
            with pytest.raises(InvalidLicenceError):
                licence_read(token, public_key=public)


def encode_without(name: str) -> Callable[..., str]:
    import jwt

    encode = jwt.encode
    return lambda claims, *args, **options: encode({k: v for k, v in claims.items() if k != name}, *args, **options)


class TestRegistrationFiles:
    REQUIRED = ("workspaceId", "clientId", "clientSecret", "publicKey")

    def test_they_are_read_or_refused_with_the_reason(self) -> None:
        workspace, _token = registered(unique_id=GeneralSettings.stored().unique_id)
        blob = registration_file(workspace=workspace, ends_at=timezone.now() + timedelta(days=1))
        document = json.loads(base64.urlsafe_b64decode(blob + "=" * (-len(blob) % 4)))
        for name, other in other_versions(document):
            CloudConnection.objects.all().delete()
            text = base64.urlsafe_b64encode(json.dumps(other).encode()).decode()
            field = name.split()[-1]
            is_refused = field in self.REQUIRED or (name, field) == ("with an unreadable uniqueId", "uniqueId")
            if is_refused:
                with pytest.raises(ApplicationError) as refused:
                    manual_register(blob=text)
                assert refused.value.code == "error-registration-file", name
            else:
                assert manual_register(blob=text).workspace_id == workspace.public_id, name


def test_usage_that_the_cloud_reported_is_read_or_not_shown(admin: Client) -> None:
    workspace, _token = registered()
    stored = usage_month(workspace).as_json()
    OwnQuota.objects.create(pk=1, month=month_of(), used=0, told_at=timezone.now(), usage=stored)
    assert own_usage() is not None
    for name, other in other_versions(stored):
        OwnQuota.objects.update(usage=other)
        usage = own_usage()
        is_needed = name.split()[-1] in ("month", "used", "limit") or name.startswith("with an unreadable")
        assert usage is not None or is_needed, name
    OwnQuota.objects.update(usage=[UNREADABLE])
    assert own_usage() is None


class TestPreferences:
    def test_choices_of_clients_are_read(self) -> None:
        user = UserFactory()
        account_preferences_save(user=user, client_choices={"useEmojis": True, "clockMode": 2})
        for name, other in other_versions(AccountPreferences.objects.get().client_choices):
            AccountPreferences.objects.update(client_choices=other)
            preferences = account_preferences_by_key(user)
            assert "added_later" not in preferences, name
            assert name.startswith("with") or len({"useEmojis", "clockMode"} & set(preferences)) == 1, name

    def test_a_key_that_has_become_a_preference_hides_it_no_more(self) -> None:
        user = UserFactory()
        account_preferences_save(user=user, push="nothing")
        AccountPreferences.objects.update(client_choices={"pushNotifications": "all"})
        assert account_preferences_by_key(user)["pushNotifications"] == "nothing"

    @pytest.mark.parametrize("stored", [UNREADABLE, "text"])
    def test_what_is_none_is_replaced_by_the_next_choice(self, stored: object) -> None:
        user = UserFactory()
        account_preferences_save(user=user, push="all")
        AccountPreferences.objects.update(client_choices=stored)
        assert "useEmojis" not in account_preferences_by_key(user)
        account_preferences_save(user=user, client_choices={"useEmojis": True})
        assert account_preferences_by_key(user)["useEmojis"] is True

    def test_choices_of_another_version_stay_stored(self) -> None:
        user = UserFactory()
        account_preferences_save(user=user, client_choices={"useEmojis": True})
        AccountPreferences.objects.update(client_choices={"added_later": 1})
        account_preferences_save(user=user, client_choices={"useEmojis": False})
        assert AccountPreferences.objects.get().client_choices == {"added_later": 1, "useEmojis": False}


class TestHistory:
    def test_former_rows_are_read(self) -> None:
        user = UserFactory()
        room = RoomFactory(members=[user])
        subscription = Subscription.objects.get(room=room, user=user)
        room_preferences_save(subscription=subscription, push="nothing")
        then = timezone.now()
        room_preferences_save(subscription=subscription, push="all")
        stored = FormerRow.objects.get(kind="preferences.roompreferences").values
        for name, other in other_versions(stored):
            FormerRow.objects.update(values=other)
            (row,) = rows_as_of(RoomPreferences, user=user, at=then)
            assert row["push"] == ("" if name.endswith(" push") else "nothing"), name
            assert "added_later" not in row

    @pytest.mark.parametrize("stored", [UNREADABLE, "text", 7])
    def test_a_former_row_that_is_none_has_the_defaults(self, stored: object) -> None:
        user = DeviceFactory().user
        then = timezone.now()
        device = user.devices.get()
        device.disabled_at = timezone.now()
        device.save()
        FormerRow.objects.update(values=stored)
        (row,) = rows_as_of(type(device), user=user, at=then)
        assert row["disabled_at"] is None


class TestAdministration:
    def test_removed_abilities_are_omitted(self, admin: Client) -> None:
        device = DeviceFactory(capabilities=["clear", "removed_since"])
        assert admin.get(f"/admin/push/device/{device.pk}/change/").status_code == 200

    @pytest.mark.parametrize("details", [{"until": None, "added_later": [1]}, UNREADABLE, "text"])
    def test_details_of_the_audit_log(self, admin: Client, details: object) -> None:
        CloudEvent.objects.create(kind="licence", details=details)
        assert admin.get("/admin/cloud/cloudevent/").status_code == 200

    @pytest.mark.parametrize("stored", [{}, {"recipients": UNREADABLE, "headers": UNREADABLE}, {"headers": "text"}])
    def test_stored_mails(self, admin: Client, stored: dict[str, Any]) -> None:
        mail = KeptMail.objects.create(subject="Hello", **{"recipients": ["a@b.example"], **stored})
        assert admin.get("/admin/workspace/keptmail/").status_code == 200
        assert admin.get(f"/admin/workspace/keptmail/{mail.pk}/change/").status_code == 200


def test_suspected_devices_of_a_route_are_read() -> None:
    from push.models import RouteState

    assert suspects_of(RouteState(suspects=[1, 2])) == [1, 2]
    assert suspects_of(RouteState(suspects=UNREADABLE)) == []


def test_changes_for_open_pages_are_read() -> None:
    user = UserFactory()
    message = message_in(RoomFactory(members=[user]), UserFactory(), "hello")
    stored = {"kind": "edited", "room": "r", "message": message.public_id, "thread": ""}
    for name, other in other_versions(stored):
        for of_message in (message, None):
            event = DesktopEvent.objects.create(user=user, change=other, message=of_message)
            (page_event,) = page_events([event.pk], timezone.now())
            assert page_event.change is not None, name
    event = DesktopEvent.objects.create(user=user, change=UNREADABLE)
    assert page_events([event.pk], timezone.now())[0].change is None


@pytest.mark.parametrize(
    ("type", "payload"),
    [
        ("apn", {"aps": {"alert": {"title": "t", "body": "b"}, "thread-id": "1", "badge": 2}, "ejson": "{}"}),
        ("gcm", {"message": {"data": {"title": "t", "message": "b", "notId": "1", "msgcnt": "2", "ejson": "{}"}}}),
    ],
)
def test_pushes_to_simulated_phones_are_shown(type: str, payload: dict[str, Any]) -> None:
    assert card_for(SandboxPush(pk=1, type=type, payload=payload))["title"] == "t"
    outer = "aps" if type == "apn" else "message"
    inner = payload[outer] if type == "apn" else payload["message"]["data"]
    variants = [*other_versions(payload)]
    variants += [(name, {outer: changed}) for name, changed in other_versions(inner)]
    variants += [(name, {"message": {"data": changed}}) for name, changed in other_versions(inner)]
    for name, other in [*variants, ("nothing", {}), ("broken", {"ejson": "{"}), ("a list", {"ejson": "[]"})]:
        card = card_for(SandboxPush(pk=1, type=type, payload=other))
        assert isinstance(card["title"], str), name


@pytest.mark.parametrize("cached", [UNREADABLE, {"at": 1}, [[1.0, {"1": 2}]], [[1.0, [[1, 2]], "added later"]]])
def test_samples_of_the_traffic_that_another_version_cached_are_not_used(cached: object) -> None:
    cache.set(traffic.CACHE_KEY, cached)
    assert traffic.pushes_per_minute({1: 5}) == {}


def test_samples_of_the_traffic_are_used() -> None:
    cache.set(traffic.CACHE_KEY, [(time.time() - 30, [(1, 5)])])
    assert traffic.pushes_per_minute({1: 10})[1] == pytest.approx(10, rel=0.1)


def test_the_page_is_linked() -> None:
    assert "(docs/stored-data.md)" in Path(settings.BASE_DIR / "CONTRIBUTING.md").read_text()
