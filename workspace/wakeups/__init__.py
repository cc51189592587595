"""Waking those who wait for rows to change, at the moment when the change is committed.

PostgreSQL carries announcements (NOTIFY, LISTEN); each process that listens holds one connection for it. SQLite has
nothing of the kind: there nobody is woken, and whoever waits looks now and then. An announcement says only "look":
the rows are the truth, and one that is lost (a broken connection, a pooler in between) costs no more than the time
until the next look.
"""

from workspace.wakeups.announcements import Announcement, announce, wakeups_supported
from workspace.wakeups.listener import Listener
from workspace.wakeups.subscriptions import Subscription, subscribe

__all__ = ["Announcement", "Listener", "Subscription", "announce", "subscribe", "wakeups_supported"]
