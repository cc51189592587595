"""Prepared queries return the same rows as the querysets that they are made from."""

from __future__ import annotations

import sys
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import Model
from django.utils import timezone
from knox.models import AuthToken

import push.apps  # noqa: F401 (imports the modules with prepared queries)
from preferences.models import (
    AccountPreferences,
    AccountsSettings,
    HighlightWord,
    IgnoredSender,
    QuietHours,
    RoomPreferences,
)
from push.models import Channel, Device, Notification
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.config import urls  # noqa: F401 (imports the modules with prepared queries)
from workspace.database.prepared import PreparedQuery
from workspace.models import (
    EmailAddress,
    Message,
    Presence,
    Reaction,
    RoleDetails,
    Room,
    RoomType,
    Star,
    Subscription,
    User,
)
from workspace.selectors.accounts import role_names
from workspace.setting_groups.base import row_of

pytestmark = pytest.mark.django_db

PREPARED: dict[str, PreparedQuery[Any]] = {
    f"{module.__name__}.{name}": value
    for module in list(sys.modules.values())
    if module.__name__.startswith(("workspace.", "preferences.", "cloud.", "push."))
    for name, value in vars(module).items()
    if isinstance(value, PreparedQuery)
}
PREPARED["the row of a settings group"] = row_of(AccountsSettings)


def fill() -> tuple[list[str], list[int]]:
    """Create rows of everything that the queries read; return texts and keys to ask for."""
    ana, bob = UserFactory(username="ana"), UserFactory(username="bob")
    room = RoomFactory(members=[ana, bob])
    RoomFactory(type=RoomType.PRIVATE, members=[ana, bob]).subscriptions.filter(user=bob).update(is_muted=True)
    direct_room(ana, bob)
    thread = message_in(room, ana, "@bob Hello")
    message_in(room, bob, "@ana Hi", parent=thread)
    own = Subscription.objects.get(user=ana, room=room)
    RoomPreferences.objects.create(subscription=own, push="all", desktop_duration=3)
    IgnoredSender.objects.create(subscription=own, sender=bob)
    AccountPreferences.objects.create(user=ana, push="all", client_choices={"clockMode": 1})
    HighlightWord.objects.create(user=ana, word="Ops", folded="ops")
    QuietHours.objects.create(user=ana, choice="own", hours="mon-fri 22:00-07:00")
    Presence.objects.update_or_create(user=ana, defaults={"status": "busy"})
    token, _text = AuthToken.objects.create(user=ana)
    Device.objects.create(user=ana, type="apn", token="a", token_digest="a", session_digest=token.digest)
    Notification.objects.create(
        user=ana, message=thread, room=room, channel=Channel.PUSH, rule="mentioned", due_at=timezone.now()
    )
    EmailAddress.objects.create(user=ana, address="ana@example.org", verified=True)
    Reaction.objects.create(message=thread, user=bob, emoji=":tada:")
    Star.objects.create(message=thread, user=ana)
    AccountsSettings().save()
    demanding = {"requires_second_factor": True}
    RoleDetails.objects.update_or_create(role=Group.objects.get(name="admin"), defaults=demanding)
    return [thread.public_id, token.digest, "nothing"], [ana.pk, room.pk, thread.pk]


def values_of(row: Any) -> Any:
    """Return the values of a row, including those of related objects."""
    if not isinstance(row, Model):
        return row
    related = {name: value and values_of(value) for name, value in row._state.fields_cache.items()}
    return type(row), {name: value for name, value in vars(row).items() if name != "_state"}, related


def test_rows_are_those_of_the_queryset() -> None:
    texts, keys = fill()
    assert len(PREPARED) > 15
    empty = []
    for name, query in PREPARED.items():
        rows = []
        for arguments in product(*({str: texts, int: keys}[kind] for kind in query.kinds)):
            expected = [values_of(row) for row in query.build(*arguments)]
            for _time in range(2):
                assert [values_of(row) for row in query(*arguments)] == expected, name
            first = query.first(*arguments)
            assert (None if first is None else values_of(first)) == (expected[0] if expected else None), name
            rows += expected
        if not rows:
            empty.append(name)
    assert not empty, "Create rows for these queries in fill(), or the comparison proves nothing."


def test_several_keys_are_not_prepared() -> None:
    ana, bob = UserFactory(), UserFactory()
    names: PreparedQuery[str] = PreparedQuery(
        lambda *keys: User.objects.filter(pk__in=keys).order_by("pk").values_list("username", flat=True), int
    )
    assert names.rows_of([ana.pk]) == [ana.username]
    assert names.rows_of([ana.pk, bob.pk]) == [ana.username, bob.username]
    assert names.rows_of([]) == []


def test_a_query_without_one_of_its_arguments_is_refused() -> None:
    broken: PreparedQuery[Room] = PreparedQuery(lambda key, name: Room.objects.filter(pk=key), int, str)
    with pytest.raises(ValueError, match="all arguments"):
        broken(1, "name")


def test_a_query_that_changes_its_argument_is_refused() -> None:
    broken: PreparedQuery[Room] = PreparedQuery(lambda name: Room.objects.filter(name__icontains=name), str)
    with pytest.raises(ValueError, match="all arguments"):
        broken("name")


def test_a_query_that_prefetches_is_refused() -> None:
    broken: PreparedQuery[Message] = PreparedQuery(
        lambda key: Message.objects.filter(pk=key).prefetch_related("followers"), int
    )
    with pytest.raises(ValueError, match="prefetch"):
        broken(1)


def test_a_change_is_seen_at_once() -> None:
    ana = UserFactory()
    assert role_names(ana.pk) == list(ana.groups.order_by("name").values_list("name", flat=True))
    ana.groups.clear()
    assert role_names(ana.pk) == []
