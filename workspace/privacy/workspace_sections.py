"""The sections of an export with the workspace's own tables."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.socialaccount.models import SocialAccount
from knox.models import AuthToken

from workspace.models import (
    Message,
    MessageSettings,
    Presence,
    Reaction,
    Report,
    Star,
    Subscription,
    TextView,
    User,
)
from workspace.privacy.sections import ExportSection, Row, columns_of, sections_contribute
from workspace.selectors.rooms import room_title_for
from workspace.selectors.sign_ins.clients import browsers_of

CHUNK = 1000


def account_rows(user: User) -> Iterator[Row]:
    """Yield the account itself."""
    yield {
        **columns_of(user, "public_id", "username", "name", "nickname", "bio", "language", "time_zone", "is_active"),
        **columns_of(user, "created_at", "updated_at", "last_login"),
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "has_picture": bool(user.avatar_etag),
    }


def address_rows(user: User) -> Iterator[Row]:
    """Yield the account's e-mail addresses."""
    yield from user.emails.order_by("pk").values("address", "verified", "suppressed_at")


def linked_rows(user: User) -> Iterator[Row]:
    """Yield the sign-ins at other services that are linked to the account."""
    yield from (
        SocialAccount.objects.filter(user=user).order_by("pk").values("provider", "uid", "date_joined", "last_login")
    )


def room_rows(user: User) -> Iterator[Row]:
    """Yield the rooms that the person is a member of."""
    rows = Subscription.objects.filter(user=user).select_related("room").order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {
            "room": room_title_for(room=row.room, user=user),
            **columns_of(row.room, "public_id", "type"),
            **columns_of(row, "is_owner", "is_moderator", "is_leader", "is_favorite", "joined_at", "last_seen_at"),
        }


def message_rows(user: User) -> Iterator[Row]:
    """Yield the messages that the person has sent and that were not deleted."""
    rows = Message.objects.filter(sender=user, deleted_at=None).select_related("room", "parent").order_by("pk")
    titles: dict[int, str] = {}
    for message in rows.iterator(CHUNK):
        if message.room_id not in titles:
            titles[message.room_id] = room_title_for(room=message.room, user=user)
        yield {
            **columns_of(message, "public_id", "text", "type", "attachments", "content", "sent_at", "edited_at"),
            "room": titles[message.room_id],
            "thread": message.parent.public_id if message.parent else None,
        }


def reaction_rows(user: User) -> Iterator[Row]:
    """Yield the person's reactions to messages."""
    rows = Reaction.objects.filter(user=user).order_by("pk")
    yield from rows.values("message__public_id", "emoji", "created_at").iterator(CHUNK)


def star_rows(user: User) -> Iterator[Row]:
    """Yield the messages that the person has marked with a star."""
    yield from Star.objects.filter(user=user).order_by("pk").values("message__public_id", "created_at").iterator(CHUNK)


def presence_rows(user: User) -> Iterator[Row]:
    """Yield the person's status, and when they were last active."""
    yield from Presence.objects.filter(user=user).values("status", "status_text", "status_expires_at", "last_active_at")


def session_rows(user: User) -> Iterator[Row]:
    """Yield the apps in which the person is signed in, and the personal access tokens, without the tokens."""
    rows = AuthToken.objects.filter(user=user).order_by("created")
    client = ("client__program", "client__address", "client__used_at")
    yield from rows.values("created", "expiry", "personal__name", *client)


def browser_rows(user: User) -> Iterator[Row]:
    """Yield the browsers in which the person is signed in."""
    yield from browsers_of(user).values("program", "address", "created_at", "used_at").iterator(CHUNK)


def report_rows(user: User) -> Iterator[Row]:
    """Yield the person's reports of messages."""
    rows = Report.objects.filter(reporter=user).order_by("pk")
    yield from rows.values("message__public_id", "description", "created_at", "dismissed_at").iterator(CHUNK)


def reader_rows(user: User) -> Iterator[Row]:
    """Yield who has read the person's messages in the administration, if the workspace shows this to its users."""
    if not MessageSettings.current().shows_readers:
        return
    rows = TextView.objects.filter(message__sender=user).order_by("pk")
    yield from rows.values("reader_name", "message__public_id", "place", "viewed_at").iterator(CHUNK)


def read_rows(user: User) -> Iterator[Row]:
    """Yield whose messages the person has read in the administration; only their ids."""
    rows = TextView.objects.filter(reader=user).order_by("pk")
    yield from rows.values("message__public_id", "about", "place", "viewed_at").iterator(CHUNK)


sections_contribute(
    ExportSection("account", account_rows),
    ExportSection("addresses", address_rows),
    ExportSection("linked-sign-ins", linked_rows),
    ExportSection("rooms", room_rows),
    ExportSection("messages", message_rows),
    ExportSection("reactions", reaction_rows),
    ExportSection("stars", star_rows),
    ExportSection("presence", presence_rows),
    ExportSection("signed-in-apps", session_rows),
    ExportSection("signed-in-browsers", browser_rows),
    ExportSection("reports", report_rows),
    ExportSection("readers-of-my-messages", reader_rows),
    ExportSection("messages-read-in-administration", read_rows),
)
