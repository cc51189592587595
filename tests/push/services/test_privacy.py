"""What leaves the server with a push: everything that the gateway, Apple and Google were sent, taken at their ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import compress, product
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command

from push.content.disclosure import FIELDS
from push.content.options import push_content
from push.models import AppRoute
from push.providers.disclosure import EMPTY, LEFT_OUT, PLACEHOLDER, Disclosed, Privacy
from push.providers.registry import providers_by_type
from push.selectors.items import Item
from push.sending.dispatching import due_dispatch
from tests.factories import DeviceFactory, RoomFactory, UserFactory, direct_room, message_in
from tests.fakes.apple import ApplePush, FakeApple
from tests.fakes.certificates import TokenKey
from tests.fakes.gateway import FakeGateway
from tests.fakes.google import FakeGoogle, GooglePush
from tests.push.conftest import queue, settings_change
from workspace.models import Message, Room, RoomType, User
from workspace.services.rooms import members_add
from workspace.setting_groups import SettingsGroup, licence

pytestmark = pytest.mark.django_db

OWN = "org.example.chat"
TEXT, ROOM, USERNAME, NAME = "the merger is off", "boardroom", "anasilva", "Ana Silva"
SECRETS = (TEXT, ROOM, USERNAME, NAME)


def privacy_licence() -> Collection[str]:
    return ["push-privacy"]


@pytest.fixture
def licensed() -> Iterator[None]:
    licence.source_register(privacy_licence)
    SettingsGroup.forget_cached()
    yield
    licence.source_unregister(privacy_licence)


@pytest.fixture
def captured(
    gateway: FakeGateway, fake_apple: FakeApple, fake_google: FakeGoogle, token_key: TokenKey, service_account: str
) -> Any:
    """Return a function that returns, by who got it, everything that has been sent."""
    AppRoute.objects.create(
        app_name=OWN,
        google_api_credentials=service_account,
        apn_token_key=token_key.key,
        apn_token_key_id=token_key.key_id,
        apn_team_id=token_key.team_id,
    )

    def everything() -> dict[str, str]:
        return {
            "gateway": json.dumps([(one.token, one.options) for one in gateway.accepted], ensure_ascii=False),
            "apple": json.dumps([(one.headers, one.payload) for one in fake_apple.accepted], ensure_ascii=False),
            "google": json.dumps([one.message for one in fake_google.accepted], ensure_ascii=False),
        }

    return everything


@pytest.fixture
def receiver(db: None) -> User:
    """A member who can be reached by each way."""
    user = UserFactory(username="bob", name="Bob Meier", language="de")
    for app_name in ("chat.rocket.reactnative", OWN):
        for kind in ("apn", "gcm"):
            DeviceFactory(user=user, app_name=app_name, type=kind)
    return user


@pytest.fixture
def messages(receiver: User) -> list[Message]:
    """A message of each kind of room, in a thread, and encrypted; all of them secret."""
    sender = UserFactory(username=USERNAME, name=NAME)
    rooms = [
        RoomFactory(type=kind, name=f"{ROOM}{kind}", creator=sender) for kind in (RoomType.CHANNEL, RoomType.PRIVATE)
    ]
    for room in rooms:
        members_add(room=room, users=[receiver])
    direct: Room = direct_room(sender, receiver)
    thread = message_in(rooms[0], sender, f"{TEXT} 1")
    cipher = {"algorithm": "rc.v1.aes-sha2", "ciphertext": "q83v-ciphertext"}
    return [
        thread,
        message_in(rooms[1], sender, f"{TEXT} 2"),
        message_in(direct, sender, f"{TEXT} 3"),
        message_in(rooms[0], sender, f"{TEXT} 4", parent=thread),
        message_in(rooms[1], sender, type="e2e", text=TEXT, content=cipher),
    ]


def send(receiver: User, messages: list[Message]) -> None:
    for message in messages:
        queue(receiver, message)
    due_dispatch()


def test_with_everything_shown_each_way_is_told(receiver: User, messages: list[Message], captured: Any) -> None:
    send(receiver, messages)
    for sent in captured().values():
        assert all(secret in sent for secret in SECRETS)


def test_with_the_ids_only_nobody_between_learns_anything(
    licensed: None, receiver: User, messages: list[Message], captured: Any
) -> None:
    send(receiver, messages)
    for who, sent in captured().items():
        devices = {"gateway": 2, "apple": 1, "google": 1}[who]
        assert sent.count("message-id-only") == devices * len(messages)
        assert not [secret for secret in (*SECRETS, "q83v-ciphertext") if secret in sent], who
        assert not [message.room.public_id for message in messages if message.room.public_id in sent], who
        assert all(message.public_id in sent for message in messages)


def test_an_id_only_push_is_what_apps_expect(
    licensed: None,
    receiver: User,
    messages: list[Message],
    gateway: FakeGateway,
    captured: Any,
    fake_google: FakeGoogle,
) -> None:
    send(receiver, messages[:1])
    options = gateway.accepted[0].options
    assert options["title"] == ""
    assert options["text"] == "Sie haben eine neue Nachricht"
    payload = {
        "host": django_settings.SITE_URL,
        "messageId": messages[0].public_id,
        "notificationType": "message-id-only",
    }
    assert options["payload"] == payload
    data = fake_google.accepted[0].data
    assert json.loads(data["ejson"]) == payload
    assert (data["title"], data["message"]) == ("", options["text"])
    assert int(data["notId"]) == options["notId"]


PLACEHOLDERS = {
    "en": "You have a new message",
    "": "You have a new message",
    "de": "Sie haben eine neue Nachricht",
    "es": "mensaje",
    "pt": "mensagem",
    "fr": "message",
}


def test_the_placeholder_is_in_the_receivers_language(
    licensed: None, receiver: User, messages: list[Message], gateway: FakeGateway, captured: Any
) -> None:
    sender = messages[0].sender
    for language, words in PLACEHOLDERS.items():
        User.objects.filter(pk=receiver.pk).update(language=language)
        send(receiver, [message_in(messages[0].room, sender, TEXT)])
        text = gateway.accepted[-1].options["text"]
        assert words in text, language
        assert (text == "You have a new message") == (language in ("", "en")), language


def test_without_a_licence_the_setting_hides_nothing(
    receiver: User, messages: list[Message], gateway: FakeGateway, captured: Any
) -> None:
    send(receiver, messages[:1])
    assert TEXT in gateway.accepted[0].options["text"]


def test_without_names_none_is_sent_anywhere(receiver: User, messages: list[Message], captured: Any) -> None:
    settings_change(show_username_room=False)
    send(receiver, messages)
    for sent in captured().values():
        assert not [secret for secret in (ROOM, USERNAME, NAME) if secret in sent]
        assert TEXT in sent


def test_without_messages_none_is_sent_anywhere(receiver: User, messages: list[Message], captured: Any) -> None:
    settings_change(show_message=False)
    send(receiver, messages)
    for sent in captured().values():
        assert TEXT not in sent
        assert "q83v-ciphertext" not in sent
        assert ROOM in sent


def test_an_encrypted_message_travels_as_ciphertext_alone(
    receiver: User, messages: list[Message], captured: Any, fake_apple: FakeApple
) -> None:
    send(receiver, messages[-1:])
    for sent in captured().values():
        assert TEXT not in sent
    payload = json.loads(fake_apple.accepted[0].payload["ejson"])
    assert payload["messageType"] == "e2e"
    assert payload["content"]["ciphertext"] == "q83v-ciphertext"


def test_the_app_can_fetch_what_was_left_out(licensed: None, receiver: User, messages: list[Message]) -> None:
    item = Item(
        notification=queue(receiver, messages[0]),
        subscription=None,
        connection="offline",
        always_display_mobile=True,
        may_view_directs=True,
    )
    whole = push_content(item).shared
    assert (whole["title"], whole["payload"]["notificationType"]) == (f"#{messages[0].room.name}", "message")
    assert TEXT in whole["text"]


# Every field of every payload, under every combination of the privacy settings.

APPLE, GOOGLE = (providers_by_type()[type].disclosure for type in ("apn", "gcm"))
SHOWN_TO_APPLE = {place.removesuffix(" (header)"): one for one in FIELDS if (place := APPLE.place_of(one.path))}
SHOWN_TO_GOOGLE = {place: one for one in FIELDS if (place := GOOGLE.place_of(one.path))}
# What Apple's and Google's own forms add, which says nothing about the message.
OF_APPLE = {"aps.mutable-content", "apns-priority"}
OF_GOOGLE = {"android.priority"}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values in nested objects, each with its path; an encrypted message's content is one value."""
    if isinstance(value, dict) and path.rpartition(".")[2] != "content":
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}".lstrip("."))
    else:
        yield path, value


@pytest.fixture
def in_general(receiver: User) -> Message:
    """A message in a room whose id can be read."""
    sender = UserFactory(username=USERNAME + "2", name=NAME)
    room = RoomFactory(public_id="GENERAL", name=ROOM, creator=sender)
    members_add(room=room, users=[receiver])
    return message_in(room, sender, f"{TEXT} 5")


# Which of the three settings are on. The fast suite tests each alone.
COMBINATIONS = [
    pytest.param(
        *hidden,
        id="-".join(compress(["no names", "no message", "id only"], hidden)) or "everything",
        marks=[pytest.mark.thorough] if sum(hidden) > 1 else [],
    )
    for hidden in product([False, True], repeat=3)
]


@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.parametrize(("names_hidden", "message_hidden", "content_hidden"), COMBINATIONS)
def test_every_field_that_leaves_is_listed_and_hidden_as_the_list_says(
    licensed: None,
    receiver: User,
    messages: list[Message],
    in_general: Message,
    gateway: FakeGateway,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    captured: Any,
    names_hidden: bool,
    message_hidden: bool,
    content_hidden: bool,
) -> None:
    settings_change(
        show_username_room=not names_hidden,
        show_message=not message_hidden,
        request_content_from_server=content_hidden,
    )
    active = set(compress(Privacy, (names_hidden, message_hidden, content_hidden)))
    send(receiver, [*messages, in_general])
    for push in gateway.accepted:
        assert_all_hidden(push.options, active)
    for to_apple in fake_apple.accepted:
        assert_apple_hidden(to_apple, active)
    for to_google in fake_google.accepted:
        assert_google_hidden(to_google, active)
    for who, everything in captured().items():
        if names_hidden or content_hidden:
            assert not [secret for secret in (ROOM, USERNAME, NAME, "GENERAL") if secret in everything], who
        if message_hidden or content_hidden:
            assert TEXT not in everything, who


def assert_all_hidden(options: dict[str, Any], active: set[Privacy]) -> None:
    declared = {one.path: one for one in FIELDS}
    for path, value in leaves(options):
        assert_hidden(declared[path], value, active)


def assert_apple_hidden(push: ApplePush, active: set[Privacy]) -> None:
    payload = {name: value for name, value in push.payload.items() if name != "ejson"}
    sent = {name: value for name, value in push.headers.items() if name.startswith("apns-")}
    for path, _value in [*leaves(payload), *leaves(sent)]:
        assert path in OF_APPLE or any(path in name for name in SHOWN_TO_APPLE), path
    assert_all_hidden({"payload": json.loads(push.payload["ejson"])}, active)


def assert_google_hidden(push: GooglePush, active: set[Privacy]) -> None:
    data = {name: value for name, value in push.data.items() if name != "ejson"}
    for path, value in leaves(data):
        assert_hidden(SHOWN_TO_GOOGLE[path], value, active)
    for path, _value in leaves({"android": push.message["android"]}):
        assert path in OF_GOOGLE or path in SHOWN_TO_GOOGLE, path
    assert_all_hidden({"payload": json.loads(push.data["ejson"])}, active)


def assert_hidden(field: Disclosed, value: Any, active: set[Privacy]) -> None:
    """Check that a field that was sent may be sent, and with this value, under the active privacy settings."""
    instead = {text for privacy, text in field.hidden.items() if privacy in active}
    assert LEFT_OUT not in instead, field.path
    if EMPTY in instead:
        assert value == "", field.path
    if any(PLACEHOLDER in text for text in instead):
        assert value.endswith("Sie haben eine neue Nachricht"), field.path


def test_the_page_about_privacy_is_up_to_date() -> None:
    call_command("writedocs", "privacy", check=True)
