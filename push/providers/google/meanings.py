"""Every answer of Google's service and what is made of it.

Source: Firebase, "ErrorCode" and "REST error codes for the HTTP v1 API". The `errorCode` in the error's details
identifies the problem: the status is less precise, and a 404 without that code means a wrong project, not a dead token.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import Answer
from push.providers.meanings import Meaning, by_reason

INVALID = "INVALID_ARGUMENT"

# By `errorCode`.
GOOGLE_MEANINGS = (
    Meaning(404, "UNREGISTERED", Answer.DEAD, _("The app was removed from the device, or the token replaced.")),
    Meaning(400, INVALID, Answer.REFUSED, _("Something in the message is wrong, other than its token.")),
    Meaning(403, "SENDER_ID_MISMATCH", Answer.REFUSED, _("The token belongs to another project."), misconfigured=True),
    Meaning(429, "QUOTA_EXCEEDED", Answer.RETRY, _("Too many messages in a short time.")),
    Meaning(503, "UNAVAILABLE", Answer.RETRY, _("Google's service is overloaded.")),
    Meaning(500, "INTERNAL", Answer.RETRY, _("Google's server failed.")),
    Meaning(
        401,
        "THIRD_PARTY_AUTH_ERROR",
        Answer.UNAUTHORIZED,
        _("The project lacks the key for the push service behind this token."),
        misconfigured=True,
    ),
    Meaning(0, "UNSPECIFIED_ERROR", Answer.RETRY, _("Google does not say what is wrong.")),
)
BY_REASON = by_reason(GOOGLE_MEANINGS)

# What an `INVALID_ARGUMENT` means that names the token.
TOKEN_INVALID = Meaning(400, INVALID, Answer.DEAD, _("The token is not one of Google's."))
TOO_LARGE = Meaning(400, INVALID, Answer.REFUSED, _("The message is too large."), too_large=True)

# By the error's general status, where no detail has an `errorCode`.
BY_STATUS = by_reason(
    (
        Meaning(400, INVALID, Answer.REFUSED, _("Something in the message is wrong.")),
        Meaning(
            401,
            "UNAUTHENTICATED",
            Answer.UNAUTHORIZED,
            _("The access token is not accepted, even after it was renewed."),
            misconfigured=True,
        ),
        Meaning(
            403,
            "PERMISSION_DENIED",
            Answer.UNAUTHORIZED,
            _("The service account may not send for this project, or its messaging service is off."),
            misconfigured=True,
        ),
        Meaning(404, "NOT_FOUND", Answer.UNAUTHORIZED, _("There is no such project."), misconfigured=True),
        Meaning(429, "RESOURCE_EXHAUSTED", Answer.RETRY, _("Too many messages in a short time.")),
        Meaning(500, "INTERNAL", Answer.RETRY, _("Google's server failed.")),
        Meaning(503, "UNAVAILABLE", Answer.RETRY, _("Google's service is overloaded.")),
    )
)
# By the HTTP status, for errors without a general status.
BY_HTTP_STATUS = {
    401: BY_STATUS["UNAUTHENTICATED"],
    403: BY_STATUS["PERMISSION_DENIED"],
    413: TOO_LARGE,
}
OTHERWISE = Meaning(0, "", Answer.RETRY, _("Anything else, and no answer at all."))

# The errors of the endpoint that issues access tokens (RFC 6749, 5.2).
TOKEN_MEANINGS = (
    Meaning(
        400,
        "invalid_grant",
        Answer.UNAUTHORIZED,
        _("The service account's key was revoked, or this server's clock is wrong."),
        misconfigured=True,
    ),
    Meaning(
        401,
        "invalid_client",
        Answer.UNAUTHORIZED,
        _("The service account no longer exists."),
        misconfigured=True,
    ),
    Meaning(
        400, "unauthorized_client", Answer.UNAUTHORIZED, _("The service account may not do this."), misconfigured=True
    ),
    Meaning(400, "invalid_scope", Answer.UNAUTHORIZED, _("The service account may not do this."), misconfigured=True),
)
TOKEN_BY_REASON = by_reason(TOKEN_MEANINGS)
