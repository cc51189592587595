"""What the answers of services mean. Apprise reports only whether a notification was sent, so the HTTP status decides.

Source: RFC 9110, 15, which the services follow for what is listed here, and Apprise's own table of statuses
(`http_response_code_lookup`). All answers concern one person's address, so none pauses the route.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import Answer
from push.providers.meanings import Meaning

ACCEPTED = Meaning(200, "", Answer.ACCEPTED, _("Accepted."))
STATUS_MEANINGS = (
    Meaning(400, "BadRequest", Answer.REFUSED, _("The service rejects the request: part of the address may be wrong.")),
    Meaning(401, "Unauthorized", Answer.REFUSED, _("The service does not accept the key or password in the address.")),
    Meaning(402, "PaymentRequired", Answer.REFUSED, _("The account at the service has no credit.")),
    Meaning(403, "Forbidden", Answer.REFUSED, _("The service does not allow sending to this receiver.")),
    Meaning(404, "NotFound", Answer.REFUSED, _("The service does not know this receiver or key.")),
    Meaning(408, "Timeout", Answer.RETRY, _("The service waited too long for the request.")),
    Meaning(410, "Gone", Answer.DEAD, _("The receiver was removed from the service.")),
    Meaning(413, "TooLarge", Answer.REFUSED, _("The service finds the message too large.")),
    Meaning(429, "TooManyRequests", Answer.RETRY, _("The service received too many requests in a short time.")),
    Meaning(500, "ServerError", Answer.RETRY, _("The service failed.")),
    Meaning(502, "BadGateway", Answer.RETRY, _("The service failed.")),
    Meaning(503, "Unavailable", Answer.RETRY, _("The service is overloaded or down.")),
    Meaning(504, "GatewayTimeout", Answer.RETRY, _("The service failed.")),
)
BY_STATUS = {row.status: row for row in STATUS_MEANINGS}
OTHER_REFUSAL = Meaning(
    0, "Refused", Answer.REFUSED, _("Any other answer, including redirects: they are not followed.")
)
OTHER_FAILURE = Meaning(0, "Failed", Answer.RETRY, _("Any other failure of the service, and no answer."))
REPORTED = Meaning(
    200, "ReportedError", Answer.REFUSED, _("The service accepted the request, but reported an error in its answer.")
)
# Decided here, before anything is sent.
NOT_ALLOWED = Meaning(
    0, "ServiceNotAllowed", Answer.REFUSED, _("The administrator does not allow this service any more.")
)
UNUSABLE = Meaning(0, "AddressInvalid", Answer.REFUSED, _("The address of the service cannot be used any more."))
OWN_MEANINGS = (NOT_ALLOWED, UNUSABLE)


def meaning_of(status: int) -> Meaning:
    """Return the meaning of the last answer of a service to which Apprise could not send."""
    if meaning := BY_STATUS.get(status):
        return meaning
    if 200 <= status < 300:
        return REPORTED
    return OTHER_FAILURE if status >= 500 else OTHER_REFUSAL
