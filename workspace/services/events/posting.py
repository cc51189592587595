"""Storing the messages that a source reports: any number at once, with one statement per table.

Reports that cannot be carried out are found before anything is written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from workspace.models import EventSource, Mention, Message, Room, RoomType, TransientText, User
from workspace.selectors.events.known import members_of, message_id_of, people_known, rooms_known
from workspace.services.events.creating import NewRoom, people_create, rooms_create
from workspace.services.events.membership import MAX_DIRECT_MEMBERS, memberships_save
from workspace.services.events.reports import MAX_LISTED_MEMBERS, FieldError, MessageReport, Outcome
from workspace.services.messages import MESSAGE_MAX_LENGTH
from workspace.services.threads import thread_extend
from workspace.signals import messages_posted

UNKNOWN_PERSON, UNKNOWN_ROOM = "unknown person “{}”", "unknown room “{}”"
BATCH = 1000


def messages_report(*, source: EventSource, reports: Sequence[MessageReport]) -> list[Outcome]:
    """Store the messages in one transaction, except those that cannot be, and return the outcome of each.

    A message that the source has reported before is not stored again. If another call stores the same message, person
    or room at the same time, everything is tried once more.
    """
    try:
        return MessageBatch(source, reports).store()
    except IntegrityError:
        return MessageBatch(source, reports).store()


class MessageBatch:
    """Some messages of a source, with what is known about their rooms and people."""

    def __init__(self, source: EventSource, reports: Sequence[MessageReport]) -> None:
        self.source = source
        self.reports = reports
        self.now = timezone.now()
        self.ids = {
            external_id: message_id_of(source, external_id)
            for report in reports
            for external_id in (report.id, report.thread)
            if external_id
        }

    @transaction.atomic
    def store(self) -> list[Outcome]:
        """Store the messages; see :func:`messages_report`."""
        self.load()
        outcomes = [self.check(report) for report in self.reports]
        accepted = [report for report, outcome in zip(self.reports, outcomes, strict=True) if outcome is None]
        if accepted:
            self.create_missing(accepted)
            self.save_members(accepted)
            self.save_messages(accepted)
        return [outcome or Outcome(message=self.posted[report.id]) for report, outcome in self.paired(outcomes)]

    def paired(self, outcomes: Sequence[Outcome | None]) -> Iterator[tuple[MessageReport, Outcome | None]]:
        """Yield each report with its outcome; that of a repetition within the batch has the message by now."""
        for report, outcome in zip(self.reports, outcomes, strict=True):
            if outcome is not None and outcome.is_duplicate and outcome.message is None:
                yield report, Outcome(message=self.posted[report.id], is_duplicate=True)
            else:
                yield report, outcome

    def load(self) -> None:
        """Load the rooms, which stay locked, the people, the members, and the messages that exist already."""
        self.rooms = rooms_known(self.source, {report.room for report in self.reports}, locked=True)
        self.people = people_known(self.source, {one for report in self.reports for one in report.people})
        senders = {self.people[report.sender].pk for report in self.reports if report.sender in self.people}
        large = {room.pk for room in self.rooms.values() if room.members_count > MAX_LISTED_MEMBERS}
        small = {room.pk for room in self.rooms.values()} - large
        self.members = members_of(small, large, senders)
        stored = Message.objects.filter(public_id__among=self.ids.values()).select_related("parent")
        self.stored = {message.public_id: message for message in stored}
        self.accepted: dict[str, MessageReport] = {}
        self.posted: dict[str, Message] = {}

    def check(self, report: MessageReport) -> Outcome | None:
        """Return the outcome of a report that is not stored; None if it can be."""
        room, sender = self.rooms.get(report.room), self.people.get(report.sender)
        same = self.accepted.get(report.id)
        stored = self.stored.get(self.ids[report.id])
        if stored is not None and room and sender and (stored.room_id, stored.sender_id) == (room.pk, sender.pk):
            return Outcome(message=stored, is_duplicate=True)
        if same is not None and (same.room, same.sender) == (report.room, report.sender):
            return Outcome(is_duplicate=True)
        errors = list(self.errors_of(report, room))
        if stored is not None or same is not None:
            errors.insert(0, FieldError("id", "is the id of another message"))
        if errors:
            return Outcome(errors=errors)
        self.accepted[report.id] = report
        return None

    def errors_of(self, report: MessageReport, room: Room | None) -> Iterator[FieldError]:
        """Yield the reasons why the message cannot be stored."""
        if len(report.text) > MESSAGE_MAX_LENGTH:
            yield FieldError("text", f"must NOT have more than {MESSAGE_MAX_LENGTH} characters")
        if room is None and not self.source.creates_unknown:
            yield FieldError("room", UNKNOWN_ROOM.format(report.room))
        if room is not None and room.is_archived:
            yield FieldError("room", "the room is archived")
        yield from self.people_errors(report)
        is_large = room is not None and room.members_count > MAX_LISTED_MEMBERS
        if report.members is not None and is_large:
            yield FieldError("members", f"the room has more than {MAX_LISTED_MEMBERS} members: use events.room")
        is_direct = (room.type if room else report.room_type) == RoomType.DIRECT
        if is_direct and len({report.sender, *(report.members or ())}) > MAX_DIRECT_MEMBERS:
            yield FieldError("members", f"a direct room has at most {MAX_DIRECT_MEMBERS} members")
        if report.thread and not self.has_thread(report, room):
            yield FieldError("thread", f"the room has no message “{report.thread}”")

    def people_errors(self, report: MessageReport) -> Iterator[FieldError]:
        """Yield the people who are unknown, and a sender who is deactivated."""
        sender = self.people.get(report.sender)
        if sender is not None and not sender.is_active:
            yield FieldError("sender", "the account is deactivated")
        if self.source.creates_unknown:
            return
        for field, ids in (("sender", [report.sender]), ("members", report.members), ("mentions", report.mentions)):
            yield from (FieldError(field, UNKNOWN_PERSON.format(one)) for one in ids or () if one not in self.people)

    def has_thread(self, report: MessageReport, room: Room | None) -> bool:
        """Return True if the message to reply to is in the room, or is an earlier one of this batch."""
        earlier = self.accepted.get(report.thread)
        if earlier is not None:
            return earlier.room == report.room
        stored = self.stored.get(self.ids[report.thread])
        return stored is not None and room is not None and stored.room_id == room.pk and stored.deleted_at is None

    def create_missing(self, accepted: Sequence[MessageReport]) -> None:
        """Create the people and rooms that the messages name and that do not exist yet."""
        names: dict[str, str] = {}
        for report in accepted:
            if report.sender not in self.people and not names.get(report.sender):
                names[report.sender] = report.sender_name
            for one in (*(report.members or ()), *report.mentions):
                if one not in self.people:
                    names.setdefault(one, "")
        if names:
            self.people |= people_create(source=self.source, names=names)
        rooms = {
            report.room: NewRoom(report.room_name, report.room_type, self.people[report.sender].pk)
            for report in reversed(accepted)
            if report.room not in self.rooms
        }
        if rooms:
            self.rooms |= rooms_create(source=self.source, rooms=rooms)

    def save_members(self, accepted: Iterable[MessageReport]) -> None:
        """Save who is in the rooms. Senders are; of several lists of members, the last one counts."""
        wanted: dict[int, set[int]] = {}
        for report in accepted:
            room, sender = self.rooms[report.room].pk, self.people[report.sender].pk
            if report.members is not None:
                wanted[room] = {self.people[one].pk for one in report.members}
            elif room not in wanted:
                wanted[room] = set(self.members.get(room, ()))
            wanted[room].add(sender)
        memberships_save(
            rooms={room.pk: room for room in self.rooms.values()}, before=self.members, after=wanted, at=self.now
        )

    def save_messages(self, accepted: Sequence[MessageReport]) -> None:
        """Save the messages with their mentions, count them in their rooms, and announce them."""
        replies = {report.id for report in accepted if report.thread}
        self.insert([report for report in accepted if report.id not in replies])
        # A reply may be to a message of the same batch, so it is stored after it.
        for report in accepted:
            if report.id in replies:
                self.insert([report])
        self.count_messages(accepted)
        messages = [self.posted[report.id] for report in accepted]
        messages_posted.send(Message, messages=messages)

    def insert(self, reports: Sequence[MessageReport]) -> None:
        """Insert some of the messages, with their mentions and texts."""
        if not reports:
            return
        messages = Message.objects.bulk_create([self.message_of(report) for report in reports], batch_size=BATCH)
        self.posted |= {report.id: message for report, message in zip(reports, messages, strict=True)}
        mentions = [
            Mention(message=self.posted[report.id], user_id=self.people[one].pk)
            for report in reports
            for one in dict.fromkeys(report.mentions)
        ]
        if mentions:
            Mention.objects.bulk_create(mentions, batch_size=BATCH)
        if not self.source.stores_texts:
            TransientText.objects.bulk_create(
                [TransientText(message=self.posted[one.id], text=one.text) for one in reports if one.text],
                batch_size=BATCH,
            )
        for report, message in zip(reports, messages, strict=True):
            if message.parent is not None:
                mentioned = list(User.objects.filter(pk__in=[self.people[one].pk for one in report.mentions]))
                thread_extend(thread=message.parent, reply=message, mentioned=mentioned)

    def message_of(self, report: MessageReport) -> Message:
        """Return the message to store."""
        sender = self.people[report.sender]
        thread = self.thread_of(report)
        return Message(
            public_id=self.ids[report.id],
            room=self.rooms[report.room],
            sender_id=sender.pk,
            text=report.text if self.source.stores_texts else "",
            parent=thread,
            is_shown_in_room=report.is_shown_in_room and thread is not None,
            alias=(report.sender_name or sender.name)[:255],
            integration_id=self.source.public_id,
            mentions_all=report.mentions_all,
            mentions_here=report.mentions_here,
            sent_at=report.sent_at or self.now,
            accepted_at=self.now,
        )

    def thread_of(self, report: MessageReport) -> Message | None:
        """Return the first message of the thread that the report replies to."""
        if not report.thread:
            return None
        parent = self.posted.get(report.thread) or self.stored[self.ids[report.thread]]
        return parent.parent or parent

    def count_messages(self, accepted: Iterable[MessageReport]) -> None:
        """Count the messages in their rooms: one statement for all rooms with the same number."""
        rooms_by_count: dict[int, list[int]] = defaultdict(list)
        for room, count in Counter(self.rooms[report.room].pk for report in accepted).items():
            rooms_by_count[count].append(room)
        for count, rooms in rooms_by_count.items():
            Room.objects.filter(pk__in=rooms).update(
                messages_count=F("messages_count") + count, last_message_at=self.now, updated_at=self.now
            )
