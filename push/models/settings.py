"""The settings under Administration > Workspace > Settings > Push."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cloud.selectors.connection import hosting_gateway
from push.models.gateway_addresses import DEFAULT_GATEWAY, gateways_validate
from push.providers.apple.credentials import apple_id_validator, certificate_pair_validate, token_key_validate
from push.providers.google.credentials import service_account_describe, service_account_validate
from push.providers.pem import certificate_describe, certificate_validate
from push.providers.web_push.contact import subject_validate
from workspace.permissions import declared, permission
from workspace.secret_addresses import SecretAddressLinesField
from workspace.setting_groups import Action, SecretField, SettingsGroup, setting

# The default time (seconds) for which a push service stores a push for a device that is off.
LIFETIME = 86_400
# The maximum (seconds): Google stores pushes for up to 28 days, Apple for up to 30.
LIFETIME_MAX = 28 * 86_400
CERTIFICATES_AND_KEYS = _("Certificates and Keys")
PRIVACY = _("Privacy")
GATEWAY_REQUIRES = ("Push_enable", "Register_Server", "Cloud_Service_Agree_PrivacyTerms")
DIRECT = ("Push_enable", "!Push_enable_gateway")


class PushSettings(SettingsGroup):
    """How push notifications are delivered, and what they contain."""

    icon = "notifications_active"
    panel = "push.pages.settings.panel.panel"
    actions = (
        Action(
            id="Push_test_push",
            label=_("Send a test push to my user"),
            help=_("To all your devices, via the same route as every notification. Shows the result for each device."),
            requires=("Push_enable",),
            permission="push.test_push_notifications",
            run="push.services.testing.own_push_test",
            page="push_test_start",
        ),
    )

    enable = setting(
        models.BooleanField(_("Enable"), default=True, help_text=_("Off: no push notifications are sent.")),
        id="Push_enable",
        public=True,
    )
    enable_gateway = setting(
        models.BooleanField(
            _("Enable Gateway"),
            default=True,
            help_text=_(
                "Send pushes through a gateway that has the app's keys. Requires registration and accepted terms. Off: "
                "send directly to Apple and Google, with the certificates and keys below."
            ),
        ),
        id="Push_enable_gateway",
        requires=GATEWAY_REQUIRES,
        when_hosted=lambda: True,
    )
    gateway = setting(
        SecretAddressLinesField(
            _("Gateway"),
            default=DEFAULT_GATEWAY,
            validators=[MaxLengthValidator(2000), gateways_validate],
            help_text=_("One address per line. If one cannot be reached, the next is tried."),
        ),
        id="Push_gateway",
        requires=("Push_enable", "Push_enable_gateway"),
        when_hosted=hosting_gateway,
    )
    production = setting(
        models.BooleanField(
            _("Production"),
            default=True,
            help_text=_("Off: pushes go to Apple's development service, with the Dev certificate and key."),
        ),
        id="Push_production",
        public=True,
        requires=DIRECT,
    )
    message_lifetime = setting(
        models.PositiveIntegerField(
            _("Store notifications for (seconds)"),
            default=LIFETIME,
            validators=[MaxValueValidator(LIFETIME_MAX)],
            help_text=_(
                "How long Apple, Google and browsers' push services store a notification for a device that is off. "
                "0: it is delivered at once or not at all."
            ),
        ),
        id="Push_message_lifetime",
        requires=("Push_enable",),
    )
    update_lifetime = setting(
        models.PositiveIntegerField(
            _("Store silent updates for (seconds)"),
            default=LIFETIME,
            validators=[MaxValueValidator(LIFETIME_MAX)],
            help_text=_(
                "The same for updates that remove or replace a notification. If this is shorter than the time for "
                "notifications, devices may show messages that were read elsewhere."
            ),
        ),
        id="Push_update_lifetime",
        requires=("Push_enable",),
    )
    web_push_contact = setting(
        models.CharField(
            _("Contact for web push"),
            max_length=255,
            blank=True,
            default="",
            validators=[subject_validate],
            help_text=_(
                "Contact for operators of browsers' push services: mailto: with an e-mail address, or an https URL, on "
                "the public internet. Empty: the contact e-mail of the Setup Wizard, or this site's URL if there is "
                "none."
            ),
        ),
        id="Push_web_push_contact",
        requires=("Push_enable",),
    )

    apn_token_key = setting(
        SecretField(
            _("APN token key (.p8)"),
            validators=[token_key_validate],
            help_text=_("The content of the .p8 file; does not expire and serves all apps of the team. Used first."),
        ),
        id="Push_apn_token_key",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    apn_token_key_id = setting(
        models.CharField(
            _("APN token key id"),
            max_length=10,
            blank=True,
            default="",
            validators=[apple_id_validator],
            help_text=_("Shown next to the key on Apple's developer site: 10 letters and digits."),
        ),
        id="Push_apn_token_key_id",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    apn_team_id = setting(
        models.CharField(
            _("APN team id"),
            max_length=10,
            blank=True,
            default="",
            validators=[apple_id_validator],
            help_text=_("Shown under Membership on Apple's developer site: 10 letters and digits."),
        ),
        id="Push_apn_team_id",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    apn_cert = setting(
        SecretField(
            _("APN certificate"),
            validators=[certificate_validate],
            help_text=_("PEM; only used without a token key."),
        ),
        id="Push_apn_cert",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
        describe=certificate_describe,
    )
    apn_key = setting(
        SecretField(_("APN key"), help_text=_("The certificate's private key, PEM.")),
        id="Push_apn_key",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    apn_passphrase = setting(
        SecretField(_("APN passphrase"), multiline=False, help_text=_("Decrypts the key, if it is encrypted.")),
        id="Push_apn_passphrase",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    apn_dev_cert = setting(
        SecretField(
            _("APN Dev certificate"),
            validators=[certificate_validate],
            help_text=_("PEM; used while Production is off."),
        ),
        id="Push_apn_dev_cert",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
        describe=certificate_describe,
    )
    apn_dev_key = setting(
        SecretField(_("APN Dev key"), help_text=_("The Dev certificate's private key, PEM.")),
        id="Push_apn_dev_key",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    apn_dev_passphrase = setting(
        SecretField(_("APN Dev passphrase"), multiline=False, help_text=_("Decrypts the Dev key, if it is encrypted.")),
        id="Push_apn_dev_passphrase",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    google_api_credentials = setting(
        SecretField(
            _("FCM service account"),
            validators=[service_account_validate],
            help_text=_("The JSON file of the project's service account, from Google's console."),
        ),
        id="Push_google_api_credentials",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
        describe=service_account_describe,
    )
    gcm_api_key = setting(
        SecretField(
            _("GCM API key (legacy)"),
            multiline=False,
            help_text=_("Not used: Google shut down the service in 2024. Still accepted for tools that set it."),
        ),
        id="Push_gcm_api_key",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )
    gcm_project_number = setting(
        SecretField(_("GCM project number (legacy)"), multiline=False, help_text=_("Not used, like the key above.")),
        id="Push_gcm_project_number",
        section=CERTIFICATES_AND_KEYS,
        requires=DIRECT,
    )

    show_username_room = setting(
        models.BooleanField(
            _("Show Channel/Group/Username in Notification"),
            default=True,
            help_text=_("Off: notifications do not show the sender or the room."),
        ),
        id="Push_show_username_room",
        section=PRIVACY,
        public=True,
        requires=("Push_enable",),
    )
    show_message = setting(
        models.BooleanField(
            _("Show Message in Notification"),
            default=True,
            help_text=_("Off: notifications only show that there is a new message."),
        ),
        id="Push_show_message",
        section=PRIVACY,
        public=True,
        requires=("Push_enable",),
    )
    request_content_from_server = setting(
        models.BooleanField(
            _("Hide message content from Apple and Google"),
            default=True,
            help_text=_("Pushes only contain the message's id. The app fetches the content from this server."),
        ),
        id="Push_request_content_from_server",
        section=PRIVACY,
        premium_module="push-privacy",
        requires=("Push_enable",),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Push")
        permissions = declared(
            permission(
                "test_push_notifications",
                "May send test pushes to their own devices",
                checked_in="push.services.testing",
            ),
            permission(
                "test_push_of_others",
                "May send test pushes to other people's devices",
                checked_in="push.services.testing",
            ),
        )

    def changes_validate(self, changed: Collection[str]) -> None:
        problems = {
            **certificate_pair_validate(self, "apn", changed),
            **certificate_pair_validate(self, "apn_dev", changed),
        }
        if problems:
            raise ValidationError(problems)
