"""Every answer of a web push service and what is made of it.

Source: RFC 8030 (5 to 7, Generic Event Delivery Using HTTP Push) and RFC 8292 (4). Only the status is
used, because the rest of the answer differs between services.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import Answer
from push.providers.meanings import Meaning

KEY_REFUSED = _("The subscription was made for another key of this workspace, or this server's clock is wrong.")

WEBPUSH_MEANINGS = (
    Meaning(200, "", Answer.ACCEPTED, _("Accepted.")),
    Meaning(201, "", Answer.ACCEPTED, _("Accepted.")),
    Meaning(202, "", Answer.ACCEPTED, _("Accepted.")),
    Meaning(204, "", Answer.ACCEPTED, _("Accepted.")),
    Meaning(400, "", Answer.REFUSED, _("Something in the request is wrong.")),
    Meaning(401, "", Answer.UNAUTHORIZED, KEY_REFUSED),
    Meaning(403, "", Answer.UNAUTHORIZED, KEY_REFUSED),
    Meaning(404, "", Answer.DEAD, _("The subscription has ended.")),
    Meaning(408, "", Answer.RETRY, _("The push service did not wait for the request.")),
    Meaning(410, "", Answer.DEAD, _("The subscription has ended.")),
    Meaning(413, "", Answer.REFUSED, _("The message is too large, even after its text was shortened."), too_large=True),
    Meaning(425, "", Answer.RETRY, _("The push service requested a retry.")),
    Meaning(429, "", Answer.RETRY, _("Too many messages in a short time.")),
    Meaning(500, "", Answer.RETRY, _("The push service failed.")),
    Meaning(502, "", Answer.RETRY, _("The push service failed.")),
    Meaning(503, "", Answer.RETRY, _("The push service is overloaded.")),
    Meaning(504, "", Answer.RETRY, _("The push service failed.")),
)
BY_STATUS = {meaning.status: meaning for meaning in WEBPUSH_MEANINGS}
OTHER_SUCCESS = Meaning(0, "", Answer.ACCEPTED, _("Any other success."))
OTHER_REFUSAL = Meaning(0, "", Answer.REFUSED, _("Any other answer, redirections among them: they are not followed."))
OTHER_FAILURE = Meaning(0, "", Answer.RETRY, _("Any other failure of the push service, and no answer at all."))


def meaning_of(status: int) -> Meaning:
    """Return what an answer with this status means."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if 200 <= status < 300:
        return OTHER_SUCCESS
    return OTHER_FAILURE if status >= 500 else OTHER_REFUSAL
