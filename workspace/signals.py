"""Signals for upper apps, sent inside the transaction that makes the change.

Rows that a receiver writes are therefore committed together with the change, or not at all. Work that can wait should
be queued for the worker with `transaction.on_commit`.
"""

from django.dispatch import Signal

# sender: Message, message: Message
message_posted = Signal()
message_deleted = Signal()

# sender: Message, messages: Sequence[Message]. Several messages were posted at once, without `message_posted`.
messages_posted = Signal()

# sender: Message, message: Message, before: MentionTargets (before the edit)
message_edited = Signal()

# sender: Message, message: Message (some of its fields may be out of date). Something other than its content has
# changed: its thread, followers, reactions, stars or pin. Nobody is notified of that.
message_details_changed = Signal()

# sender: Message, user: User, room: Room, since: datetime. Receivers return MentionTargets by message key, for messages
# accepted since then whose post, edit or deletion is not yet included in the member's counters: the targets that the
# counters are based on, or None for messages that are not counted.
counters_behind = Signal()

# sender: Subscription, user: User, room: Room, at: datetime
room_read = Signal()

# sender: Message, user: User, thread: Message (the first one of the thread), at: datetime
thread_read = Signal()

# sender: Subscription, user: User, room: Room
membership_ended = Signal()

# sender: Subscription, room: Room, users: frozenset[int] (account keys)
memberships_began = Signal()

# sender: Subscription, user: User, room: Room. The member hid or showed the room, made it a favorite, was muted or
# received another role.
subscription_changed = Signal()

# sender: Room, room: Room. Its name, type, topic or another setting has changed.
room_changed = Signal()

# sender: Room, room: Room. Its memberships still exist.
room_deleted = Signal()

# sender: Presence, user: User
presence_changed = Signal()

# sender: AppConfig. All migrations are applied, and the data that every installation needs exists.
database_ready = Signal()

# sender: AppConfig, backed_up_at: datetime, keeps_queue: bool (False: what was waiting has probably been sent since
# then). A backup was restored and migrated. Receivers may return a sentence for the operator.
installation_restored = Signal()

# sender: User, user: User, digest: str (of the API token that was deleted)
signed_out = Signal()

# sender: User, user: User (signed out of all apps and browsers), kept: frozenset[str] (the digests of API tokens that
# remain valid, such as that of the app in use)
signed_out_everywhere = Signal()

# sender: User, user: User (about to lose its remaining data; its memberships, messages and sign-ins have ended)
account_deleted = Signal()
