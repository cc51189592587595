"""What a transport says of one send, and when to try again."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings

from push.models import Answer

# 1, 2, 4, 8 and 16 minutes: the waits that the gateway protocol names.
MAX_RETRIES = 5
# The longest wait that a `Retry-After` is believed for.
RETRY_AFTER_LIMIT = timedelta(hours=1)
# The shortest one is this part of the step: one second before the first retry, 16 before the last.
LEAST_PART = 60
DETAIL_LENGTH = 255
REASON_LENGTH = 64
# Codes of Callboard gateways that sending acts upon: the answer for a push in a batch whose device has not answered
# yet, a quota that is used up, and the refusals of the workspace itself, until its cloud admits it again.
IN_PROGRESS = "error-push-in-progress"
QUOTA_EXHAUSTED = "error-push-quota-exhausted"
NOT_ADMITTED = ("error-workspace-suspended", "error-terms-not-agreed")
# What JSON can carry and databases refuse: the character 0, and halves of others.
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """What became of one send.

    `status` is the HTTP status where there was one, `detail` a few words for people (the other side's own, or ours in
    English, which are translated where they are shown), `retry_after` the wait that the other side asked for, `reason`
    the other side's own code for what is wrong, such as `BadDeviceToken`.

    `dead_since` is when a dead token was found to be dead: one that its app registered later lives. `misconfigured`
    marks what many devices are told at once when the keys, the app's name or the project are the wrong ones; it says
    nothing of the token. `too_large` marks what was refused for its size. `tries` counts how often it was sent: more
    than once where a connection broke off, and then it may have arrived as often. `quota_used` is how many percent of
    its month's quota a gateway says that the workspace has used.
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
        # Both may be another server's words, and an answer that cannot be kept would be asked for again for ever.
        for name in ("detail", "reason"):
            if text := getattr(self, name):
                object.__setattr__(self, name, UNWRITABLE.sub("\ufffd", text))

    def kills(self, *, registered_at: datetime, sent_at: datetime) -> bool:
        """Return whether a device that was registered at that moment is to be forgotten.

        Its app may have registered the token anew after the push was sent, or after the token was found to be dead.
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
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), RETRY_AFTER_LIMIT)


def retry_wait(number: int, retry_after: timedelta | None = None) -> timedelta | None:
    """Return how long to wait after try `number` (from 1) before the next one; None when it was the last.

    The step is `RETRY_BASE` seconds, doubled with each retry. The wait is drawn evenly from half to one and a half
    times the step: a jitter as wide as the step itself spreads what failed together, while the mean stays the
    protocol's and no retry is immediate. A `retry_after` takes the step's place, and is exceeded by up to a tenth. Were
    it believed when it is none at all, as from a service whose clock is behind, all retries would be over in a moment.
    """
    if number > MAX_RETRIES:
        return None
    step = timedelta(seconds=settings.RETRY_BASE * 2 ** (number - 1))
    if retry_after is not None:
        return max(retry_after, step / LEAST_PART) * random.uniform(1, 1.1)  # noqa: S311 (spreads load, guards nothing)
    return step * random.uniform(0.5, 1.5)  # noqa: S311 (spreads load, guards nothing)
