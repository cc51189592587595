"""Erasing the messages of deleted accounts, and what they have added to those of others.

The worker does this in batches, each in a transaction of its own, so that it can be interrupted and others can write.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from workspace.models import (
    ErasureType,
    Mention,
    Message,
    MessageSettings,
    PendingErasure,
    Reaction,
    Report,
    Room,
    Star,
    ThreadFollower,
    User,
)
from workspace.models.history import rows_delete
from workspace.models.messages import ENCRYPTED
from workspace.services.message_marks.touching import marks_delete
from workspace.services.messages import ERASED, message_erase
from workspace.waking import erasures_later

BATCH = 500
# Messages that may still be queued or shown on devices are deleted one by one, so that the devices are informed.
RECENT = timedelta(days=1)
RECENT_BATCH = 50
# A run ends after this many seconds, so that it does not delay the worker's other tasks.
RUN_SECONDS = 0.5


def erasure_begin(*, user: User) -> None:
    """Let the worker erase the messages of an account that is being deleted, if the workspace's settings say so."""
    erases = MessageSettings.current().erasure_type == ErasureType.DELETE
    PendingErasure.objects.create(user=user, erases_messages=erases)
    erasures_later()


def has_erasures() -> bool:
    """Return True if the worker has messages to erase."""
    return PendingErasure.objects.exists()


def erasures_continue(*, seconds: float = RUN_SECONDS) -> bool:
    """Erase batches until the time is up or nothing is left; return False if there is more to erase."""
    end = time.monotonic() + seconds
    while (key := PendingErasure.objects.order_by("pk").values_list("pk", flat=True).first()) is not None:
        batch_erase(key)
        if time.monotonic() > end:
            return not has_erasures()
    return True


@transaction.atomic
def batch_erase(key: int) -> None:
    """Erase the next batch of an account. Other workers wait, so that nothing is counted twice."""
    pending = PendingErasure.objects.select_for_update().filter(pk=key).first()
    if pending is None:
        return
    user = User.with_deleted.get(pk=pending.user_id)
    steps: tuple[Callable[[User], bool], ...] = (followers_delete, mentions_delete, reactions_delete, stars_delete)
    if pending.erases_messages:
        steps = (recent_messages_erase, other_messages_erase, *steps)
    # The next step only begins when the one before has nothing left.
    if not any(step(user) for step in steps):
        pending.delete()


def recent_messages_erase(user: User) -> bool:
    """Erase some of the account's latest messages, and inform devices; return False if there are none."""
    recent = Message.objects.filter(sender=user, deleted_at=None, accepted_at__gt=timezone.now() - RECENT)
    messages = list(recent.select_related("room", "parent").order_by("-pk")[:RECENT_BATCH])
    for message in messages:
        message_erase(message=message)
    reports_erase([message.pk for message in messages])
    return bool(messages)


def other_messages_erase(user: User) -> bool:
    """Erase a batch of the account's messages; return False if there are none."""
    keys = keys_of(Message.objects.filter(sender=user, deleted_at=None))
    if keys:
        messages_erase(keys)
    return bool(keys)


def messages_erase(keys: list[int]) -> None:
    """Erase the content of messages, with a constant number of queries."""
    now, messages = timezone.now(), Message.objects.filter(pk__in=keys)
    counted = messages.filter(type__in=("", ENCRYPTED)).order_by()
    replies = counted.filter(parent=OuterRef("pk")).values("parent").annotate(n=Count("pk")).values("n")
    of_room = counted.filter(room=OuterRef("pk")).values("room").annotate(n=Count("pk")).values("n")
    Message.objects.filter(pk__in=counted.exclude(parent=None).values("parent")).update(
        reply_count=Greatest(F("reply_count") - number_of(replies), 0), updated_at=now
    )
    Room.objects.filter(pk__in=counted.values("room")).update(
        messages_count=Greatest(F("messages_count") - number_of(of_room), 0), updated_at=now
    )
    marks_delete(messages=messages)
    reports_erase(keys)
    messages.update(**ERASED, deleted_at=now, updated_at=now)


def reports_erase(keys: list[int]) -> None:
    """Erase the texts of the messages in reports. Without these, the reports are useless, so they are dismissed."""
    reports = Report.objects.filter(message__in=keys)
    reports.filter(dismissed_at=None).update(dismissed_at=timezone.now())
    reports.update(text="")


def followers_delete(user: User) -> bool:
    """Let the account follow fewer threads; return False if it follows none."""
    keys = keys_of(ThreadFollower.objects.filter(user=user))
    rows_delete(rows=ThreadFollower.objects.filter(pk__in=keys))
    return bool(keys)


def mentions_delete(user: User) -> bool:
    """Delete a batch of mentions of the account; return False if there are none."""
    keys = keys_of(Mention.objects.filter(user=user))
    Mention.objects.filter(pk__in=keys).delete()
    return bool(keys)


def reactions_delete(user: User) -> bool:
    """Delete a batch of the account's reactions; return False if there are none."""
    reactions = Reaction.objects.filter(pk__in=keys_of(Reaction.objects.filter(user=user)))
    Message.objects.filter(pk__in=reactions.values("message")).update(updated_at=timezone.now())
    deleted, _by_model = reactions.delete()
    return bool(deleted)


def stars_delete(user: User) -> bool:
    """Delete a batch of the account's stars; return False if there are none."""
    keys = keys_of(Star.objects.filter(user=user))
    Star.objects.filter(pk__in=keys).delete()
    return bool(keys)


def keys_of(rows: QuerySet[Any]) -> list[int]:
    """Return the keys of a batch of the rows."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def number_of(rows: object) -> Coalesce:
    """Return the number in a subquery; 0 without rows."""
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)  # type: ignore[arg-type]
