"""Reasons why a queued notification ended without being sent. The reasons of decisions are in push/rules."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EndReason(models.TextChoices):
    """The reason codes, with a sentence for readers."""

    CLEARED_BY_READ = "cleared_by_read", _("The member read the room first.")
    MESSAGE_GONE = "message_gone", _("The message was deleted.")
    ACCESS_LOST = "access_lost", _("The member left the room or can no longer read it.")
    CONNECTED = "connected", _("The member was online.")
    USER_INACTIVE = "user_inactive", _("The account was deactivated.")
    PUSH_DISABLED = "push_disabled", _("Push notifications were turned off.")
    EMAIL_DISABLED = "email_disabled", _("E-mail notifications were turned off.")
    NO_DEVICE = "no_device", _("The member had no device left.")
    NO_EMAIL = "no_email", _("The member no longer had a verified e-mail address.")
    ADDRESS_SUPPRESSED = (
        "address_suppressed",
        _("The member's mail server refused several e-mails. The address must be verified again."),
    )
    TOKEN_DEAD = "token_dead", _("The push service no longer knows the device.")
    REFUSED = "refused", _("The push was permanently refused.")
    UNAUTHORIZED = "unauthorized", _("The credentials were refused.")
    QUOTA_EXHAUSTED = "quota_exhausted", _("The gateway's push quota was used up.")
    ROUTE_PAUSED = "route_paused", _("Waiting: the route to the device is paused.")
    GAVE_UP = "gave_up", _("All attempts failed.")
    EXPIRED = "expired", _("It could not be sent within its lifetime.")
    WORKER_LOST = "worker_lost", _("The worker died several times while sending it.")
    CANCELLED = "cancelled", _("An administrator cancelled it.")
    RESTORED = "restored", _("A backup was restored. The notification had probably been sent before.")
    NOT_REGISTERED = (
        "not_registered",
        _(
            "Server notifications are misconfigured: the gateway requires a registered server, but “Register Server” "
            "is off."
        ),
    )
    TERMS_NOT_AGREED = (
        "terms_not_agreed",
        _(
            "Server notifications are misconfigured: the gateway requires that the Cloud Service Privacy Terms are "
            "accepted."
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
        _("There is no route to the device: no gateway is used, and there are no keys for its push service."),
    )
    NO_WEB_PUSH_KEYS = "no_web_push_keys", _("The workspace's web push keys are missing or cannot be decrypted.")
    PROVIDER_OFF = "provider_off", _("The service that delivers to the device is turned off.")
    NOT_BUILT = "not_built", _("The content could not be built. The error is in the log.")
