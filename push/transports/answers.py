"""What a transport says of one send, and when to try again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings

from push.models import Answer

# 1, 2, 4, 8 and 16 minutes: the waits that the gateway protocol names.
MAX_RETRIES = 5
# The longest wait that a `Retry-After` is believed for.
RETRY_AFTER_LIMIT = timedelta(hours=1)
DETAIL_LENGTH = 255


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """What became of one send.

    `status` is the HTTP status where there was one, `detail` a few words for people, `retry_after` the wait that the
    other side asked for.
    """

    answer: Answer
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None


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
    protocol's and no retry is immediate. A `retry_after` takes the step's place, and is exceeded by up to a tenth.
    """
    if number > MAX_RETRIES:
        return None
    if retry_after is not None:
        return retry_after * random.uniform(1, 1.1)  # noqa: S311 (spreads load, guards nothing)
    step = timedelta(seconds=settings.RETRY_BASE * 2 ** (number - 1))
    return step * random.uniform(0.5, 1.5)  # noqa: S311 (spreads load, guards nothing)
