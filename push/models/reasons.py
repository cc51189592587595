"""Why a queued notification ended without being sent; the codes of what the rules decided are in push/rules."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EndReason(models.TextChoices):
    """The codes, each with its sentence for people."""

    CLEARED_BY_READ = "cleared_by_read", _("The member read the room first.")
    MESSAGE_GONE = "message_gone", _("The message was deleted.")
    ACCESS_LOST = "access_lost", _("The member left the room or may not read it any more.")
    CONNECTED = "connected", _("The member was online.")
    USER_INACTIVE = "user_inactive", _("The account was deactivated.")
    PUSH_DISABLED = "push_disabled", _("Push notifications were turned off.")
    EMAIL_DISABLED = "email_disabled", _("E-mail notifications were turned off.")
    NO_DEVICE = "no_device", _("No device of the member was left.")
    NO_EMAIL = "no_email", _("The member had no verified address left.")
    ADDRESS_SUPPRESSED = (
        "address_suppressed",
        _("The member's mail server refused several e-mails; the address must be confirmed again."),
    )
    TOKEN_DEAD = "token_dead", _("The push service does not know the device any more.")
    REFUSED = "refused", _("It was refused for good.")
    UNAUTHORIZED = "unauthorized", _("The credentials were refused.")
    QUOTA_EXHAUSTED = "quota_exhausted", _("The gateway's quota of pushes was used up.")
    ROUTE_PAUSED = "route_paused", _("It waits: the way to the device is paused.")
    GAVE_UP = "gave_up", _("No try succeeded; given up after the last retry.")
    EXPIRED = "expired", _("It could not be sent within its lifetime.")
    WORKER_LOST = "worker_lost", _("Again and again the worker was gone while sending it.")
    CANCELLED = "cancelled", _("An administrator cancelled it.")
    NOT_REGISTERED = (
        "not_registered",
        _(
            "Server notifications are misconfigured: the gateway needs a registered server, and “Register Server” is "
            "off."
        ),
    )
    TERMS_NOT_AGREED = (
        "terms_not_agreed",
        _(
            "Server notifications are misconfigured: the gateway needs the Cloud Service Privacy Terms, and nobody has "
            "agreed to them."
        ),
    )
    NOT_CONNECTED = (
        "not_connected",
        _(
            "Server notifications are misconfigured: “Register Server” is on, but this workspace is not connected to a "
            "cloud."
        ),
    )
    NO_ROUTE = (
        "no_route",
        _("There is no way to the device: no gateway is used for it, and there are no keys to its push service."),
    )
    NO_WEB_PUSH_KEYS = "no_web_push_keys", _("The workspace's web push keys are missing or cannot be decrypted.")
    PROVIDER_OFF = "provider_off", _("The service that delivers to the device is turned off.")
    NOT_BUILT = "not_built", _("Its content could not be built; the log holds the error.")
