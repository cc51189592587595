"""Finding the message and the person whose notification is to be explained."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from workspace.models import Message, Room, Subscription, User

SHOWN = 12


def messages_found(words: str, *, room: str = "", in_text: bool) -> QuerySet[Message]:
    """Return the latest messages whose id, room or sender is named; in their text only for those who may read it.

    `room` is a room's public id, to look in that one only.
    """
    wanted = (
        Q(public_id=words) | Q(sender__username__iexact=words.lstrip("@")) | Q(room__name__iexact=words.lstrip("#"))
    )
    if in_text:
        wanted |= Q(text__icontains=words)
    messages = Message.objects.filter(wanted) if words else Message.objects.all()
    if room:
        messages = messages.filter(room__public_id=room)
    return messages.filter(type__in=["", "e2e"]).select_related("room", "sender").order_by("-pk")[:SHOWN]


def people_found(words: str, *, room: Room | None = None) -> QuerySet[User]:
    """Return people by a part of their name; without words, some of the room's members."""
    people = User.objects.order_by("username")
    if words:
        return people.filter(Q(username__icontains=words) | Q(name__icontains=words))[:SHOWN]
    members = Subscription.objects.filter(room=room).order_by("pk").values("user")[:SHOWN]
    return people.filter(pk__in=list(members.values_list("user_id", flat=True)))


def own_messages(user: User) -> QuerySet[Message]:
    """Return the latest messages of others in the rooms that the user is in."""
    rooms = Subscription.objects.filter(user=user).values("room")
    messages = Message.objects.filter(room__in=rooms, type__in=["", "e2e"], deleted_at=None).exclude(sender=user)
    return messages.select_related("room", "sender").order_by("-pk")[:SHOWN]
