"""Search for the message and the user whose notification should be explained."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from workspace.models import Message, Room, Subscription, User

MAX_RESULTS = 12


def search_messages(words: str, *, room: str = "", in_text: bool) -> QuerySet[Message]:
    """Return the latest messages that match by id, room or sender, and by text if `in_text`.

    `in_text` must only be set for readers who may see message texts. `room` limits the search to one room (public id).
    """
    matches = (
        Q(public_id=words) | Q(sender__username__iexact=words.lstrip("@")) | Q(room__name__iexact=words.lstrip("#"))
    )
    if in_text:
        matches |= Q(text__icontains=words)
    messages = Message.objects.filter(matches) if words else Message.objects.all()
    if room:
        messages = messages.filter(room__public_id=room)
    return messages.filter(type__in=["", "e2e"]).select_related("room", "sender").order_by("-pk")[:MAX_RESULTS]


def search_users(words: str, *, room: Room | None = None) -> QuerySet[User]:
    """Return users whose name contains the words; without words, some of the room's members."""
    users = User.objects.order_by("username")
    if words:
        return users.filter(Q(username__icontains=words) | Q(name__icontains=words))[:MAX_RESULTS]
    members = Subscription.objects.filter(room=room).order_by("pk").values("user")[:MAX_RESULTS]
    return users.filter(pk__in=list(members.values_list("user_id", flat=True)))


def own_messages(user: User) -> QuerySet[Message]:
    """Return the latest messages by others in the user's rooms."""
    rooms = Subscription.objects.filter(user=user).values("room")
    messages = Message.objects.filter(room__in=rooms, type__in=["", "e2e"], deleted_at=None).exclude(sender=user)
    return messages.select_related("room", "sender").order_by("-pk")[:MAX_RESULTS]
