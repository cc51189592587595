"""The pages that explain a notification: for administrators, and for users themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from push.models import Decision, Notification
from push.services.fanout import pending_decide
from tests.admin_rows import staff
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import FormerRow, Message, Room, RoomType, TextView, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="Bob Meier")


@pytest.fixture
def room(bob: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, name="secret", members=[bob])


@pytest.fixture
def message(room: Room) -> Message:
    message = message_in(room, UserFactory(username="ana"), "@bob the <b>vault</b>")
    pending_decide()
    return message


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(UserFactory(username="ada", roles=("admin",)))


def page(client: Client, name: str, **query: Any) -> str:
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return response.content.decode()


class TestAdministration:
    def test_shows_the_chart_with_the_deciding_rule_marked(self, admin: Client, message: Message, bob: User) -> None:
        html = page(admin, "explain", message=message.public_id, user="bob")
        assert html.count('aria-current="step"') == 1
        assert 'explain-decided" id="rule-no_device" aria-current="step"' in html
        assert "sign in to the mobile app" in html

    def test_each_channel_has_its_own_chart(self, admin: Client, message: Message) -> None:
        html = page(admin, "explain", message=message.public_id, user="bob", channel="email")
        assert 'id="rule-no_email" aria-current="step"' in html
        assert 'id="rule-no_device"' not in html

    def test_times_name_their_zone(self, admin: Client, message: Message, bob: User) -> None:
        assert re.search(r">[^<]+ UTC</time>", page(admin, "explain", message=message.public_id, user="bob"))

    def test_finds_messages_by_room_sender_or_words(self, admin: Client, message: Message) -> None:
        for words in ("#secret", "ANA"):
            assert message.public_id in page(admin, "explain", message=words)
        assert message.public_id not in page(admin, "explain", message="elsewhere")
        reader = signed_in(staff("push.explain_notifications", "workspace.view_message_text"))
        assert message.public_id in page(reader, "explain", message="vault")
        assert message.public_id not in page(admin, "explain", message="vault")
        assert TextView.objects.get().place == "explanation"

    def test_offers_the_rooms_members(self, admin: Client, message: Message) -> None:
        assert "user=bob" in page(admin, "explain", message=message.public_id)

    def test_finds_people_by_a_part_of_their_name(self, admin: Client, message: Message) -> None:
        assert "user=bob" in page(admin, "explain", message=message.public_id, user="meie")

    def test_accepts_names_as_they_are_shown(self, admin: Client, message: Message) -> None:
        assert "Was Bob Meier notified" in page(admin, "explain", message=message.public_id, user="@bob")
        assert message.public_id in page(admin, "explain", message="#secret")
        assert message.public_id in page(admin, "explain", message="@ana")

    def test_keeps_the_user_that_was_searched_for(self, admin: Client, message: Message) -> None:
        html = page(admin, "explain", user="Meier & Co #1")
        assert f"?message={message.public_id}&amp;user=Meier%20%26%20Co%20%231" in html

    def test_searches_in_one_room(self, admin: Client, message: Message, room: Room) -> None:
        other = message_in(RoomFactory(), UserFactory())
        html = page(admin, "explain", room=room.public_id)
        assert message.public_id in html
        assert other.public_id not in html

    def test_texts_require_the_permission_to_read_them(self, message: Message) -> None:
        auditor = UserFactory()
        auditor.is_staff = True
        auditor.save()
        auditor.user_permissions.add(Permission.objects.get(codename="explain_notifications"))
        html = page(signed_in(auditor), "explain", message=message.public_id, user="bob")
        assert "vault" not in html
        assert message.public_id not in page(signed_in(auditor), "explain", message="vault")

    def test_texts_are_escaped(self, admin: Client, message: Message) -> None:
        assert "<b>vault" not in page(admin, "explain", message=message.public_id, user="bob")

    def test_what_if_shows_another_decision_and_writes_nothing(self, admin: Client, message: Message) -> None:
        before = [model.objects.count() for model in (Notification, Decision, FormerRow)]
        html = page(admin, "explain", message=message.public_id, user="bob", has_device="yes", status="busy")
        assert 'id="rule-busy" aria-current="step"' in html
        assert "explain-changed" in html
        assert [model.objects.count() for model in (Notification, Decision, FormerRow)] == before

    def test_what_if_with_a_preference_that_was_not_chosen(self, admin: Client, message: Message, bob: User) -> None:
        html = page(
            admin, "explain", message=message.public_id, user="bob", has_device="yes", is_named="no",
            account_push="default", default_push="nothing",
        )  # fmt: skip
        assert 'id="rule-default_nothing" aria-current="step"' in html

    def test_what_if_with_another_room_size(self, admin: Client, message: Message) -> None:
        sizes = {"members_count": "500", "max_room_members": "100"}
        html = page(
            admin, "explain", message=message.public_id, user="bob", has_device="yes", is_named="no", **sizes
        )  # fmt: skip
        assert 'id="rule-room_too_large" aria-current="step"' in html
        assert "500 members, the limit is 100" in html

    def test_an_invalid_what_if_shows_an_error(self, admin: Client, message: Message) -> None:
        html = page(admin, "explain", message=message.public_id, user="bob", members_count="many")
        assert "Enter a whole number" in html

    def test_anonymous_users_are_redirected_to_sign_in(self, message: Message) -> None:
        response = Client().get(reverse("explain"), {"message": message.public_id})
        assert response.status_code == 302

    def test_users_without_the_permission_are_forbidden(self, bob: User) -> None:
        assert signed_in(bob).get(reverse("explain")).status_code == 302
        bob.is_staff = True
        bob.save()
        assert signed_in(bob).get(reverse("explain")).status_code == 403

    def test_post_is_not_allowed(self, admin: Client) -> None:
        assert admin.post(reverse("explain")).status_code == 405


class TestLinks:
    def test_related_admin_pages_link_to_the_explanation(
        self, admin: Client, message: Message, room: Room, bob: User
    ) -> None:
        device = DeviceFactory(user=bob)
        again = message_in(room, message.sender, "@bob again")
        pending_decide()
        item = Notification.objects.get(message=again)
        for row in (message, room, bob, device, item):
            options = row._meta
            address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
            assert reverse("explain") in admin.get(address).content.decode()

    def test_a_deleted_row_causes_no_error(self, admin: Client) -> None:
        for pk in ("987654", "nonsense"):
            assert admin.get(reverse("admin:push_device_change", args=[pk])).status_code == 302

    def test_the_messages_page_counts_notified_and_other_members(self, admin: Client, message: Message) -> None:
        html = admin.get(reverse("admin:workspace_message_change", args=[message.pk])).content.decode()
        assert "no_device" in html
        assert "own_message" in html


class TestOwn:
    def test_lists_messages_by_others_in_the_users_rooms(self, message: Message, bob: User) -> None:
        elsewhere = message_in(RoomFactory(type=RoomType.PRIVATE), UserFactory())
        html = page(signed_in(bob), "explain-own")
        assert message.public_id in html
        assert elsewhere.public_id not in html

    def test_explains_only_the_users_own_notification(self, message: Message, bob: User) -> None:
        html = page(signed_in(bob), "explain-own", message=message.public_id, user="ana")
        assert 'id="rule-no_device" aria-current="step"' in html
        assert "What if" not in html

    def test_addresses_the_user_as_you(self, message: Message, bob: User) -> None:
        html = page(signed_in(bob), "explain-own", message=message.public_id)
        assert "You had no registered device." in html
        assert "the member" not in html.lower()

    def test_an_unreadable_message_is_not_found(self, message: Message) -> None:
        client = signed_in(UserFactory())
        assert client.get(reverse("explain-own"), {"message": message.public_id}).status_code == 404

    def test_the_permission_to_explain_does_not_show_the_text(self, message: Message, bob: User) -> None:
        auditor = UserFactory()
        auditor.user_permissions.add(Permission.objects.get(codename="explain_notifications"))
        assert "vault" not in page(signed_in(auditor), "explain-own", message=message.public_id)
        assert "vault" in page(signed_in(bob), "explain-own", message=message.public_id)

    def test_anonymous_users_are_redirected_to_sign_in(self, message: Message) -> None:
        response = Client().get(reverse("explain-own"), {"message": message.public_id})
        assert response.status_code == 302
        assert "sign-in" in response["Location"]
