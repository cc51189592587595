"""Retries decisions that failed, and gives up after some attempts.

Decisions of a deterministic error would otherwise be repeated forever. A decision without a next attempt stays in the
list with its reason; an administrator can retry it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from push.models import Decision, Event
from push.waking import wake

# The wait before a retry doubles, from two seconds to this. The attempts take about an hour in all.
LONGEST_WAIT = timedelta(minutes=30)
MAX_FAILURES = 12
# The wait of a change to a message that is still being counted. This is not a failure.
TURN_WAIT = timedelta(seconds=2)


def decision_postpone(*, decision: Decision) -> None:
    """Record a failure: schedule a retry after 2, 4, 8 ... seconds, or give up after :data:`MAX_FAILURES`."""
    failures = decision.failures + 1
    wait = min(timedelta(seconds=2**failures), LONGEST_WAIT)
    retry_at = timezone.now() + wait if failures < MAX_FAILURES else None
    Decision.objects.filter(pk=decision.pk).update(failures=F("failures") + 1, retry_at=retry_at)


def change_postpone(*, change: Decision) -> None:
    """Let an edit or deletion wait until its message is counted. If that was given up, give up the change as well."""
    row = Decision.objects.filter(pk=change.pk)
    if Decision.objects.filter(message=change.message_id, event=Event.POSTED, retry_at=None).exists():
        row.update(failures=F("failures") + 1, retry_at=None)
    else:
        row.update(retry_at=timezone.now() + TURN_WAIT)


def decision_retry(*, decision: Decision) -> None:
    """Retry a failed decision immediately, and the other given-up decisions on the same message in their order."""
    failed = Decision.objects.filter(pk=decision.pk) | Decision.objects.filter(
        message=decision.message_id, retry_at=None
    )
    failed.update(failures=0, retry_at=timezone.now())
    wake("decide")
