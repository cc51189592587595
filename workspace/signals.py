"""What the rooms above may hear of; sent inside the transaction that makes it true.

A receiver that writes rows therefore writes them together with what it heard of, or not at all. Work that can wait
belongs on the worker, handed over in `transaction.on_commit`.
"""

from django.dispatch import Signal

# sender: Message, message: Message
message_posted = Signal()
message_deleted = Signal()

# sender: Message, message: Message, before: MentionTargets (whom it called until it was edited)
message_edited = Signal()

# sender: Message, user: User, room: Room, since: datetime. Receivers return MentionTargets by message key, for messages
# accepted since then whose post, edit or deletion the member's counters do not contain yet: whom they call according to
# the counters, None if they are not counted.
counters_behind = Signal()

# sender: Subscription, user: User, room: Room, at: datetime
room_read = Signal()

# sender: Message, user: User, thread: Message (the one that begins it), at: datetime
thread_read = Signal()

# sender: Subscription, user: User, room: Room
membership_ended = Signal()

# sender: Presence, user: User
presence_changed = Signal()

# sender: AppConfig; every migration is applied, and what each installation needs is made
database_ready = Signal()

# sender: User, user: User, digest: str (of the API token that ended)
signed_out = Signal()

# sender: User, user: User (of whom every sign-in has ended, of apps and browsers alike)
signed_out_everywhere = Signal()
