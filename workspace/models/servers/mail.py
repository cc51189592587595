"""The settings at Administration > Workspace > Settings > E-mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, validate_email
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workspace.roles import Role
from workspace.setting_groups import Action, SecretField, SettingsGroup, setting

# The mail backend that follows these settings. Any other one is chosen by EMAIL_URL.
SETTINGS_BACKEND = "workspace.smtp.backend.settings_backend"
SMTP = _("SMTP")


class MailProtocol(models.TextChoices):
    """How the connection is encrypted, with the values of the protocol that clients know."""

    SMTP = "smtp", _("smtp, with STARTTLS")
    SMTPS = "smtps", _("smtps, with TLS from the start")


def sender_validate(value: str) -> None:
    """Accept an address, or a name with an address in angle brackets."""
    validate_email(parseaddr(value)[1])


class EmailSettings(SettingsGroup):
    """The mail server. EMAIL_URL in the environment takes the place of these settings."""

    icon = "mail"
    role = Role.ANY
    actions = (
        Action(
            id="SMTP_Test_Button",
            label=_("Send a test mail to my address"),
            help=_("Through the mail server that is saved. If it is refused, the page shows what to check."),
            section=SMTP,
            run="push.services.setup.mail.own_test_mail",
            page="mail-test",
        ),
    )

    host = setting(
        models.CharField(
            _("Host"),
            max_length=253,
            blank=True,
            default="",
            validators=[RegexValidator(r"\A[\w.:-]+\Z", _("Enter the name of the mail server only."))],
            help_text=_("Such as mail.example.org. Empty: e-mails are stored and reach nobody."),
        ),
        id="SMTP_Host",
        section=SMTP,
    )
    protocol = setting(
        models.CharField(_("Protocol"), max_length=8, choices=MailProtocol.choices, default=MailProtocol.SMTP),
        id="SMTP_Protocol",
        section=SMTP,
    )
    port = setting(
        models.PositiveIntegerField(
            _("Port"),
            default=587,
            validators=[MinValueValidator(1), MaxValueValidator(65_535)],
            help_text=_("Usually 587 for smtp and 465 for smtps."),
        ),
        id="SMTP_Port",
        section=SMTP,
    )
    ignores_tls = setting(
        models.BooleanField(
            _("Do not encrypt"),
            default=False,
            help_text=_("Passwords and texts can be read on the way. Only for servers on the same machine."),
        ),
        id="SMTP_IgnoreTLS",
        section=SMTP,
    )
    username = setting(
        models.CharField(
            _("Username"), max_length=255, blank=True, default="", help_text=_("Empty: without signing in.")
        ),
        id="SMTP_Username",
        section=SMTP,
    )
    password = setting(SecretField(_("Password"), multiline=False), id="SMTP_Password", section=SMTP)
    sender = setting(
        models.CharField(
            _("Sender"),
            max_length=255,
            blank=True,
            default="",
            validators=[sender_validate],
            help_text=_("Such as chat@example.org. Empty: the value of DEFAULT_FROM_EMAIL in the environment."),
        ),
        id="From_Email",
        section=SMTP,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("E-mail")

    def changes_validate(self, changed: Collection[str]) -> None:
        if self.password and not self.username:
            raise ValidationError({"username": _("A password needs a username.")})

    def notes(self) -> Mapping[str, str | Promise]:
        if settings.EMAIL_BACKEND == SETTINGS_BACKEND:
            return {}
        return {"host": _("Not used: the environment variable EMAIL_URL names the mail server.")}
