"""The worker's entry points. Tasks in the broker name these functions, so a renamed one would be lost in an upgrade.

A task that runs out of time queues itself again (see push/waking.py).
"""

from __future__ import annotations

import time

from cloud.services.sync import cloud_work
from preferences.services.quiet_schedules import schedules_update
from preferences.tasks import sign_in_alerts as sign_in_alerts_send
from push.gateway.ledger import RECOVERED_AT_ONCE, abandoned_recover
from push.sending.dispatching import due_dispatch
from push.sending.remove_shown import remove_shown
from push.sending.transient_texts import BATCH as UNNEEDED_AT_ONCE
from push.sending.transient_texts import texts_delete
from push.services import clock_corrections
from push.services.alerts.sending import alerts_send
from push.services.fanout import pending_decide, remainder_count
from push.services.retention import expired_prune
from push.services.rollups import hours_roll_up
from push.services.webhooks.sending import webhook_thread, webhooks_send
from push.stopping import unless_stopping
from push.waking import enqueue
from workspace import tasks as workspace_tasks
from workspace.database.side_thread import on_side_thread

# How long (seconds) a task makes decisions before it sends what is due. If messages arrive faster than they can be
# decided, sending would otherwise never begin.
DECIDE_SECONDS = 2.0


@unless_stopping
def decide() -> None:
    """Decide pending messages, send due notifications, then count the members who are not notified."""
    until = time.monotonic() + DECIDE_SECONDS
    pending_decide(until=until)
    if time.monotonic() >= until:
        enqueue("decide")
    dispatch()
    count()


@unless_stopping
def count() -> None:
    """Count, by reason, the members who are not notified of decided messages."""
    if not remainder_count():
        enqueue("count")


@unless_stopping
def dispatch() -> None:
    """Send every notification that is due."""
    if not due_dispatch():
        enqueue("dispatch")


@unless_stopping
def clear() -> None:
    """Remove notifications that were read elsewhere from devices."""
    if not remove_shown():
        enqueue("clear")


@unless_stopping
def times_mend() -> None:
    """Correct times that were written while the system's clock was ahead."""
    clock_corrections.times_mend()


@unless_stopping
def prune() -> None:
    """Delete some of the rows that are older than the retention time."""
    if not expired_prune():
        enqueue("prune")


@unless_stopping
def rollups() -> None:
    """Compute the dashboard's statistics of the current hour, and of hours that are missing or have changed."""
    if not hours_roll_up():
        enqueue("rollups")


@unless_stopping
def quiet_periods() -> None:
    """Compute the next quiet periods, well before the known ones have passed."""
    schedules_update()


@unless_stopping
@on_side_thread
def cloud() -> None:
    """Do what is due between this workspace and its cloud."""
    cloud_work()


@unless_stopping
def gateway_recover() -> None:
    """Count the pushes whose request to the gateway was interrupted."""
    if abandoned_recover() == RECOVERED_AT_ONCE:
        enqueue("gateway_recover")


@unless_stopping
def webhooks() -> None:
    """Send events to other programs, on a thread of its own: it may be busy for as long as there are slow receivers."""
    webhook_thread.run(webhooks_send)


@unless_stopping
@on_side_thread
def alerts() -> None:
    """Alert administrators to problems of the installation."""
    alerts_send()


@unless_stopping
def sign_in_alerts() -> None:
    """Send the pending e-mails about sign-ins, and delete entries that have not been seen for long."""
    sign_in_alerts_send()


@unless_stopping
def transient_texts() -> None:
    """Delete texts of sources that do not store texts, once their notifications are sent."""
    if texts_delete() == UNNEEDED_AT_ONCE:
        enqueue("transient_texts")


@unless_stopping
def erasures() -> None:
    """Erase some of the messages of deleted accounts."""
    workspace_tasks.erasures()


@unless_stopping
def requested_mails() -> None:
    """Queue the e-mails that people wait for and that are due."""
    workspace_tasks.requested_mails()


@unless_stopping
def data_exports() -> None:
    """Make the exports of people's data that were requested."""
    workspace_tasks.data_exports()
