"""The result of one send, and when to retry it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings

from push.models import Answer

# 1, 2, 4, 8 and 16 minutes: the waits of the gateway protocol.
MAX_RETRIES = 5
# The longest `Retry-After` that is respected.
RETRY_AFTER_LIMIT = timedelta(hours=1)
# The shortest one is this part of the step: one second before the first retry, 16 before the last.
LEAST_PART = 60
DETAIL_LENGTH = 255
REASON_LENGTH = 64
# Codes of Callboard gateways that change how sending continues: a push of a batch that is still in progress, a quota
# that is used up, and the refusals of the workspace itself, until its cloud admits it again.
IN_PROGRESS = "error-push-in-progress"
QUOTA_EXHAUSTED = "error-push-quota-exhausted"
NOT_ADMITTED = ("error-workspace-suspended", "error-terms-not-agreed")
# The code for an e-mail whose mailbox does not exist, or accepts nothing any more.
RECIPIENT_REFUSED = "RecipientRefused"
# Characters that are valid in JSON but not in databases: NUL and unpaired surrogates.
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """The result of one send.

    `status` is the HTTP status where there was one, `detail` a few words for people (the other side's own, or ours in
    English, which are translated where they are shown), `retry_after` the wait that the other side asked for, `reason`
    the other side's own code for what is wrong, such as `BadDeviceToken`.

    `dead_since` is when the provider noticed that a token was dead; a token that its app registered later is valid.
    `misconfigured` marks answers that wrong keys, a wrong app name or a wrong project cause for many devices at once;
    they do not concern the token. `too_large` marks pushes that were refused for their size. `tries` is how often the
    push was sent: more than once if a connection was interrupted, in which case it may have arrived more than once.
    `quota_used` is the percentage of its monthly quota that the workspace has used, as reported by a gateway.
    """

    answer: Answer
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    reason: str = ""
    dead_since: datetime | None = None
    misconfigured: bool = False
    too_large: bool = False
    tries: int = 1
    quota_used: int | None = None

    def __post_init__(self) -> None:
        # Both may come from another server. An answer that cannot be stored would be retried forever.
        for name in ("detail", "reason"):
            if text := getattr(self, name):
                object.__setattr__(self, name, UNWRITABLE.sub("\ufffd", text))

    def kills(self, *, registered_at: datetime, sent_at: datetime) -> bool:
        """Return True if a device that was registered at this time should be disabled.

        Its app may have registered the token again after the push was sent, or after the token became dead.
        """
        return self.answer == Answer.DEAD and registered_at <= min(sent_at, self.dead_since or sent_at)


def retry_after_parse(value: str, *, now: datetime) -> timedelta | None:
    """Return the wait that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date).

    Never negative, never over :data:`RETRY_AFTER_LIMIT`; None for an absent or misspelt one.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        # Digits beyond these cannot shorten the wait, but could overflow it.
        wait = timedelta(seconds=int(text[:9]))
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), RETRY_AFTER_LIMIT)


def retry_wait(number: int, retry_after: timedelta | None = None) -> timedelta | None:
    """Return how long to wait after try `number` (from 1) before the next one; None when it was the last.

    The step is `RETRY_BASE` seconds, doubled with each retry. The wait is drawn evenly from half to one and a half
    times the step: a jitter as wide as the step itself spreads what failed together, while the mean stays the
    protocol's and no retry is immediate. A `retry_after` replaces the step, and is exceeded by up to a tenth. It has
    a minimum: with a wait of zero, as from a service whose clock is behind, all retries would end within seconds.
    """
    if number > MAX_RETRIES:
        return None
    step = timedelta(seconds=settings.RETRY_BASE * 2 ** (number - 1))
    if retry_after is not None:
        return max(retry_after, step / LEAST_PART) * random.uniform(1, 1.1)  # noqa: S311 (spreads load, guards nothing)
    return step * random.uniform(0.5, 1.5)  # noqa: S311 (spreads load, guards nothing)
