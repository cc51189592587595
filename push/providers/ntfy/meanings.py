"""Every answer of an ntfy server and what it means.

Source: ntfy, "Publishing", sections "Authentication" and "Limitations", and the errors in server/errors.go of its
repository. The code is the `code` in the answer's JSON, such as 40301.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import Answer
from push.providers.meanings import Meaning, by_reason

NTFY_MEANINGS = (
    Meaning(200, "", Answer.ACCEPTED, _("Accepted.")),
    Meaning(400, "40009", Answer.DEAD, _("The server does not accept the name of the topic.")),
    Meaning(400, "40010", Answer.DEAD, _("The server reserves the name of the topic for itself.")),
    Meaning(400, "", Answer.REFUSED, _("Something in the message is wrong.")),
    Meaning(401, "40101", Answer.UNAUTHORIZED, _("The server does not accept the access token."), misconfigured=True),
    Meaning(403, "40301", Answer.REFUSED, _("Publishing to this topic is not allowed."), misconfigured=True),
    Meaning(404, "40401", Answer.UNAUTHORIZED, _("No ntfy server answers at this address."), misconfigured=True),
    Meaning(413, "41303", Answer.REFUSED, _("The message is too large, even with a shorter text."), too_large=True),
    Meaning(429, "42901", Answer.RETRY, _("Too many requests in a short time.")),
    Meaning(429, "42904", Answer.RETRY, _("The server has no room for further topics.")),
    Meaning(429, "42908", Answer.RETRY, _("The number of messages for the day is used up.")),
    Meaning(500, "50001", Answer.RETRY, _("The ntfy server failed.")),
    Meaning(502, "", Answer.RETRY, _("The ntfy server failed.")),
    Meaning(503, "", Answer.RETRY, _("The ntfy server is overloaded.")),
    Meaning(507, "50701", Answer.RETRY, _("The ntfy server cannot store the message at the moment.")),
)
BY_CODE = by_reason(row for row in NTFY_MEANINGS if row.reason)
# For codes that ntfy may add, and for proxies that answer in its place.
BY_STATUS = {row.status: row for row in reversed(NTFY_MEANINGS) if row.status not in {400}} | {
    400: next(row for row in NTFY_MEANINGS if row.status == 400 and not row.reason)
}
OTHER_REFUSAL = Meaning(0, "", Answer.REFUSED, _("Any other answer, including redirects: they are not followed."))
OTHER_FAILURE = Meaning(0, "", Answer.RETRY, _("Any other failure of the server, and no answer."))

# On a server that a person chose, these concern their topic and not the workspace: they pause no route.
STRANGER_MEANINGS = (
    Meaning(401, "40101", Answer.REFUSED, _("Publishing to this topic needs an account on its server.")),
    Meaning(403, "40301", Answer.REFUSED, _("Publishing to this topic is not allowed.")),
    Meaning(404, "40401", Answer.REFUSED, _("No ntfy server answers at this address.")),
)
STRANGER_BY_STATUS = {row.status: row for row in STRANGER_MEANINGS}


def meaning_of(status: int, code: str, *, is_own: bool) -> Meaning:
    """Return the meaning of an answer; `is_own`: of the workspace's server."""
    if not is_own and status in STRANGER_BY_STATUS:
        return STRANGER_BY_STATUS[status]
    meaning = BY_CODE.get(code) or BY_STATUS.get(status)
    if meaning:
        return meaning
    return OTHER_FAILURE if status == 429 or status >= 500 else OTHER_REFUSAL
