"""Posting, editing and deleting messages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, User

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def send(client: Client, room: Room, text: str, **fields: str) -> str:
    answer = client.post(f"/rooms/{room.public_id}/messages/", {"text": text, **fields}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_posted_message_is_shown_and_read_by_its_author(client: Client, room: Room, ana: User) -> None:
    assert "Hello there" in send(client, room, " Hello there ")
    message = Message.objects.get()
    assert (message.sender, message.text) == (ana, "Hello there")
    assert room.subscriptions.get(user=ana).last_seen_at >= message.accepted_at


def test_a_message_is_sent_by_script_without_leaving_the_page(client: Client, room: Room) -> None:
    answer = client.post(f"/rooms/{room.public_id}/messages/", {"text": "Hello"}, headers=HTMX)
    assert answer["HX-Trigger"] == "callboard:message"
    assert Message.objects.get().text == "Hello"


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x" * 5001, "The limit is 5,000 characters"),
        ("  ", "Enter a message first."),
        ("\0", "Enter a message first."),
    ],
)
def test_a_rejected_message_shows_the_problem(
    client: Client, room: Room, text: str, problem: str, headers: dict[str, str]
) -> None:
    answer = client.post(f"/rooms/{room.public_id}/messages/", {"text": text}, headers=headers)
    html = answer.content.decode()
    assert problem in html
    assert 'role="alert"' in html
    assert "HX-Trigger" not in answer
    assert ("x" * 5001 in html) is (not headers and text.startswith("x"))
    assert not Message.objects.exists()


def test_links_lead_to_the_room_after_a_failed_post(client: Client, room: Room, bob: User) -> None:
    posted = [message_in(room, bob) for _ in range(50)]
    html = client.post(f"/rooms/{room.public_id}/messages/", {"text": " "}).content.decode()
    for message, query in ((posted[10], "before"), (posted[49], "msg")):
        assert f'href="/channel/ops?{query}={message.public_id}"' in html
    fields = {"text": " ", "thread": posted[49].public_id}
    message_in(room, bob, parent=posted[49])
    html = client.post(f"/rooms/{room.public_id}/messages/", fields).content.decode()
    assert f'href="/threads/{posted[49].public_id}/?msg=' in html


def test_a_line_end_counts_as_one_character(client: Client, room: Room) -> None:
    text = "a\n" * 2499 + "b"
    send(client, room, text.replace("\n", "\r\n"))
    message = Message.objects.get()
    assert message.text == text
    client.post(f"/messages/{message.public_id}/edit/", {"text": "one\r\ntwo"})
    message.refresh_from_db()
    assert message.text == "one\ntwo"


def test_users_cannot_post_without_permission(client: Client, room: Room, ana: User) -> None:
    room.subscriptions.filter(user=ana).update(is_muted=True)
    assert "You may not do that in this room." in send(client, room, "Hello")
    assert "You are muted in this room." in send(client, room, "Hello")
    Room.objects.filter(pk=room.pk).update(is_archived=True)
    assert "The room is archived" in client.get("/channel/ops").content.decode()
    other = RoomFactory(name="secret", type="p")
    assert client.post(f"/rooms/{other.public_id}/messages/", {"text": "Hello"}).status_code == 404
    assert not Message.objects.exists()


def test_anonymous_users_are_redirected_to_the_sign_in_page(client: Client) -> None:
    message = message_in(RoomFactory(), UserFactory())
    for address in (
        f"/rooms/{message.room.public_id}/messages/",
        f"/rooms/{message.room.public_id}/read/",
        f"/messages/{message.public_id}/edit/",
        f"/messages/{message.public_id}/delete/",
        f"/threads/{message.public_id}/following/",
    ):
        assert client.post(address)["Location"].startswith("/sign-in/")


def test_text_is_shown_as_text_with_mentions_addresses_and_code_marked(client: Client, room: Room) -> None:
    html = send(client, room, "<b>@Ana</b> @bob `@all <i>` https://example.org/?a=1&b=2 ana@example.org\nnext")
    assert "&lt;b&gt;" in html
    assert '<span class="said-mention said-mention-own">@Ana</span>' in html
    assert '<span class="said-mention said-mention-other">@bob</span>' in html
    assert "<code>@all &lt;i&gt;</code>" in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert "<br>next" in html


@pytest.mark.parametrize("written", ["@ana.", "_@ana_", "__@Ana__", "@here"])
def test_mentions_of_the_reader_are_highlighted(client: Client, room: Room, written: str) -> None:
    assert f'<span class="said-mention said-mention-own">{written}</span>' in send(client, room, f"to {written} now")


def test_ones_own_message_is_changed(client: Client, room: Room, ana: User) -> None:
    message = message_in(room, ana, "Helo")
    address = f"/messages/{message.public_id}/edit/"
    assert ">Helo</textarea>" in client.get(address).content.decode()
    assert "Enter a text, or delete the message." in client.post(address, {"text": " "}).content.decode()
    html = client.post(address, {"text": "Hello"}, follow=True).content.decode()
    assert "Hello" in html
    assert "(edited)" in html


def test_an_encrypted_message_cannot_be_edited_on_a_page(client: Client, room: Room, ana: User) -> None:
    message = message_in(room, ana, "", type="e2e", content={"ciphertext": "x"})
    assert client.post(f"/messages/{message.public_id}/edit/", {"text": "plain"}).status_code == 404
    message.refresh_from_db()
    assert (message.text, message.content) == ("", {"ciphertext": "x"})


def test_deleting_asks_first(client: Client, room: Room, ana: User) -> None:
    message = message_in(room, ana, "oops")
    address = f"/messages/{message.public_id}/delete/"
    assert "Delete the message?" in client.get(address).content.decode()
    message.refresh_from_db()
    assert message.deleted_at is None
    assert "The message was deleted." in client.post(address, follow=True).content.decode()
    message.refresh_from_db()
    assert message.deleted_at is not None


def test_messages_of_others_cannot_be_edited(client: Client, room: Room, bob: User) -> None:
    message = message_in(room, bob, "mine")
    for name in ("edit", "delete"):
        assert client.get(f"/messages/{message.public_id}/{name}/").status_code == 404
        assert client.post(f"/messages/{message.public_id}/{name}/", {"text": "yours"}).status_code == 404
    message.refresh_from_db()
    assert (message.text, message.deleted_at) == ("mine", None)
