"""Every answer of Apple's service and what is made of it.

Source: Apple, "Handling notification responses from APNs". Apple's 429 and 5xx, and a 400 for an idle connection, say
that the push may be sent again; 403 speaks of the credentials; only 410 and `BadDeviceToken` speak of the token.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import Answer
from push.providers.meanings import Meaning, by_reason

EXPIRED = "ExpiredProviderToken"

APPLE_MEANINGS = (
    Meaning(400, "BadCollapseId", Answer.REFUSED, _("The collapse id is too long.")),
    Meaning(
        400,
        "BadDeviceToken",
        Answer.DEAD,
        _("The token is damaged, or belongs to Apple's other service: see the Production setting."),
    ),
    Meaning(400, "BadExpirationDate", Answer.REFUSED, _("The time of expiry cannot be read.")),
    Meaning(400, "BadMessageId", Answer.REFUSED, _("The notification's id is not a UUID.")),
    Meaning(400, "BadPriority", Answer.REFUSED, _("The priority is not one of Apple's.")),
    Meaning(400, "BadTopic", Answer.REFUSED, _("The app name is not a bundle id."), misconfigured=True),
    Meaning(
        400,
        "DeviceTokenNotForTopic",
        Answer.REFUSED,
        _("The token belongs to another app than the credentials."),
        misconfigured=True,
    ),
    Meaning(400, "DuplicateHeaders", Answer.REFUSED, _("A header was sent twice.")),
    Meaning(400, "IdleTimeout", Answer.RETRY, _("The connection was idle for too long.")),
    Meaning(400, "InvalidPushType", Answer.REFUSED, _("The push type is not one of Apple's.")),
    Meaning(400, "MissingDeviceToken", Answer.REFUSED, _("The request contained no token.")),
    Meaning(
        400,
        "MissingTopic",
        Answer.REFUSED,
        _("The certificate covers several apps and none is named."),
        misconfigured=True,
    ),
    Meaning(400, "PayloadEmpty", Answer.REFUSED, _("The push held nothing.")),
    Meaning(
        400, "TopicDisallowed", Answer.REFUSED, _("The credentials do not cover this app name."), misconfigured=True
    ),
    Meaning(403, "BadCertificate", Answer.UNAUTHORIZED, _("The certificate is not accepted."), misconfigured=True),
    Meaning(
        403,
        "BadCertificateEnvironment",
        Answer.UNAUTHORIZED,
        _("The certificate is for Apple's other service: see the Production setting."),
        misconfigured=True,
    ),
    Meaning(
        403,
        EXPIRED,
        Answer.UNAUTHORIZED,
        _("The provider token is too old even after it was renewed: is this server's clock right?"),
        misconfigured=True,
    ),
    Meaning(403, "Forbidden", Answer.UNAUTHORIZED, _("The credentials do not allow this."), misconfigured=True),
    Meaning(
        403,
        "InvalidProviderToken",
        Answer.UNAUTHORIZED,
        _("Token key, key id and team id do not belong together, or the key was revoked."),
        misconfigured=True,
    ),
    Meaning(403, "MissingProviderToken", Answer.UNAUTHORIZED, _("No credentials reached Apple."), misconfigured=True),
    Meaning(
        403,
        "UnrelatedKeyIdInToken",
        Answer.UNAUTHORIZED,
        _("The key id differs from the one at the start of this connection."),
        misconfigured=True,
    ),
    Meaning(
        403,
        "BadEnvironmentKeyIdInToken",
        Answer.UNAUTHORIZED,
        _("The token key is for Apple's other service: see the Production setting."),
        misconfigured=True,
    ),
    Meaning(404, "BadPath", Answer.REFUSED, _("The request's address was wrong.")),
    Meaning(405, "MethodNotAllowed", Answer.REFUSED, _("The request's method was wrong.")),
    Meaning(410, "ExpiredToken", Answer.DEAD, _("The token has expired.")),
    Meaning(410, "Unregistered", Answer.DEAD, _("The app was removed from the device.")),
    Meaning(413, "PayloadTooLarge", Answer.REFUSED, _("The push is too large."), too_large=True),
    Meaning(429, "TooManyProviderTokenUpdates", Answer.RETRY, _("The provider token was renewed too often.")),
    Meaning(429, "TooManyRequests", Answer.RETRY, _("Too many pushes to one device in a short time.")),
    Meaning(500, "InternalServerError", Answer.RETRY, _("Apple's server failed.")),
    Meaning(503, "ServiceUnavailable", Answer.RETRY, _("Apple's service is not available.")),
    Meaning(503, "Shutdown", Answer.RETRY, _("Apple's server is shutting down.")),
)
BY_REASON = by_reason(APPLE_MEANINGS)

# For codes that Apple may add, and answers without one.
BY_STATUS = {
    meaning.status: meaning
    for meaning in (
        Meaning(400, "", Answer.REFUSED, _("Another fault of the request.")),
        Meaning(401, "", Answer.UNAUTHORIZED, _("Another fault of the credentials."), misconfigured=True),
        Meaning(403, "", Answer.UNAUTHORIZED, _("Another fault of the credentials."), misconfigured=True),
        Meaning(404, "", Answer.REFUSED, _("Another fault of the request.")),
        Meaning(405, "", Answer.REFUSED, _("Another fault of the request.")),
        Meaning(410, "", Answer.DEAD, _("The token is no longer active.")),
        Meaning(413, "", Answer.REFUSED, _("The push is too large."), too_large=True),
    )
}
OTHERWISE = Meaning(0, "", Answer.RETRY, _("Anything else, and no answer at all."))
