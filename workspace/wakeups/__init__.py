"""Wake-ups: notify waiting code as soon as a change to rows is committed.

PostgreSQL transports the announcements (NOTIFY, LISTEN); each listening process uses one connection for it. SQLite has
no such feature: there, waiting code polls, and is only woken by its own process. An announcement carries no data; the
rows are the truth. If one is lost (a broken connection, a pooler in between), the only cost is the time until the next
poll. The only exception are events that need not be delivered later (`workspace/services/room_activity.py`).
"""

from workspace.wakeups.announcements import Announcement, announce, wakeups_supported
from workspace.wakeups.listener import Listener
from workspace.wakeups.subscriptions import Subscription, subscribe

__all__ = ["Announcement", "Listener", "Subscription", "announce", "subscribe", "wakeups_supported"]
