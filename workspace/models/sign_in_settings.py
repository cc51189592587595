"""The settings at Administration > Workspace > Settings > Sign-in and Profiles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SettingsGroup, setting

REGISTRATION = _("Registration")
SECOND_FACTORS = _("Second factor")
PROFILES = _("Profiles")
PASSWORDS = _("Password policy")
SECOND_FACTOR = "Accounts_TwoFactorAuthentication_Enabled"
POLICY = "Accounts_Password_Policy_"
ENABLED = f"{POLICY}Enabled"
PROFILE_CHANGE = "Accounts_AllowUserProfileChange"
# The value of a length that is not limited.
NO_LIMIT = -1


class RegistrationForm(models.TextChoices):
    """Who may create an account, with the values that clients know."""

    PUBLIC = "Public", _("Anyone")
    DISABLED = "Disabled", _("Nobody; administrators create accounts")
    SECRET_URL = "Secret URL", _("Anyone who knows the secret")


def length_setting(label: Any, *, id: str, default: int, help_text: Any = "") -> models.IntegerField[int, int]:
    """Declare a length of the password policy; :data:`NO_LIMIT` means that it is not limited."""
    field: models.IntegerField[int, int] = models.IntegerField(
        label,
        default=default,
        validators=[MinValueValidator(NO_LIMIT), MaxValueValidator(4096)],
        help_text=help_text or _("-1: no limit."),
    )
    return setting(field, id=POLICY + id, section=PASSWORDS, public=True, requires=(ENABLED,))


def policy_setting(label: Any, *, id: str) -> models.BooleanField[bool, bool]:
    """Declare a rule of the password policy, which is on by default."""
    field: models.BooleanField[bool, bool] = models.BooleanField(label, default=True)
    return setting(field, id=POLICY + id, section=PASSWORDS, public=True, requires=(ENABLED,))


def profile_setting(
    label: Any,
    *,
    id: str,
    default: bool = True,
    help_text: Any = "",
    requires: tuple[str, ...] = (PROFILE_CHANGE,),
) -> models.BooleanField[bool, bool]:
    """Declare what users may change in their own profile."""
    field: models.BooleanField[bool, bool] = models.BooleanField(label, default=default, help_text=help_text)
    return setting(field, id=f"Accounts_{id}", section=PROFILES, public=True, requires=requires)


class SignInSettings(SettingsGroup):
    """How users sign in and register, what they may change in their profiles, and which passwords are allowed."""

    icon = "login"

    show_form = setting(
        models.BooleanField(
            _("Show the sign-in form"),
            default=True,
            help_text=_(
                "Off: the sign-in page and the apps show no form for username and password. Administrators can still "
                "sign in at the administration."
            ),
        ),
        id="Accounts_ShowFormLogin",
        public=True,
    )
    password_reset = setting(
        models.BooleanField(
            _("Reset forgotten passwords"),
            default=True,
            help_text=_("Users can request a link by e-mail to choose a new password."),
        ),
        id="Accounts_PasswordReset",
        public=True,
    )
    email_verification = setting(
        models.BooleanField(
            _("Require a verified e-mail address"),
            default=False,
            help_text=_("Users without a verified address cannot sign in, except administrators."),
        ),
        id="Accounts_EmailVerification",
        public=True,
    )

    second_factors = setting(
        models.BooleanField(
            _("Second factors"),
            default=True,
            db_default=True,
            help_text=_(
                "Users can protect their accounts with an authenticator app or codes by e-mail, and roles can require "
                "it. Off: no account is asked for a code."
            ),
        ),
        id=SECOND_FACTOR,
        section=SECOND_FACTORS,
        public=True,
    )
    email_codes = setting(
        models.BooleanField(
            _("Codes by e-mail"),
            default=True,
            db_default=True,
            help_text=_("Users can choose codes by e-mail as second factor. Off: only authenticator apps count."),
        ),
        id="Accounts_TwoFactorAuthentication_By_Email_Enabled",
        section=SECOND_FACTORS,
        public=True,
        requires=(SECOND_FACTOR,),
    )
    passkeys = setting(
        models.BooleanField(
            _("Passkeys"),
            default=True,
            db_default=True,
            help_text=_("Users can sign in on the pages with a passkey instead of a password and a code."),
        ),
        id="Accounts_Passkeys_Enabled",
        section=SECOND_FACTORS,
        public=True,
    )

    registration_form = setting(
        models.CharField(
            _("Who can register"),
            max_length=16,
            choices=RegistrationForm.choices,
            default=RegistrationForm.DISABLED,
            help_text=_("The secret is part of the registration page's address."),
        ),
        id="Accounts_RegistrationForm",
        section=REGISTRATION,
        public=True,
    )
    registration_secret = setting(
        models.CharField(
            _("Secret for registration"),
            max_length=64,
            blank=True,
            default="",
            validators=[
                RegexValidator(r"\A[0-9a-zA-Z_-]{8,}\Z", _("Use at least 8 letters, digits, dashes and underscores."))
            ],
            help_text=_("For example a random word of 17 letters and digits."),
        ),
        id="Accounts_RegistrationForm_SecretURL",
        section=REGISTRATION,
    )
    registration_replacement = setting(
        models.CharField(
            _("Text instead of the registration link"),
            max_length=255,
            blank=True,
            default="",
            help_text=_("Shown on the sign-in page while nobody can register. Empty: nothing is shown."),
        ),
        id="Accounts_RegistrationForm_LinkReplacementText",
        section=REGISTRATION,
        public=True,
    )
    manually_approve = setting(
        models.BooleanField(
            _("Approve new users"),
            default=False,
            help_text=_("New accounts are deactivated until an administrator activates them."),
        ),
        id="Accounts_ManuallyApproveNewUsers",
        section=REGISTRATION,
        public=True,
    )

    profile_change = profile_setting(
        _("Users may change their profiles"),
        id="AllowUserProfileChange",
        help_text=_("Off: only administrators may change names, addresses, passwords and pictures."),
        requires=(),
    )
    username_change = profile_setting(_("Users may change their usernames"), id="AllowUsernameChange")
    name_change = profile_setting(_("Users may change their names"), id="AllowRealNameChange")
    email_change = profile_setting(_("Users may change their e-mail addresses"), id="AllowEmailChange")
    password_change = profile_setting(_("Users may change their passwords"), id="AllowPasswordChange")
    avatar_change = profile_setting(_("Users may change their pictures"), id="AllowUserAvatarChange")
    status_change = profile_setting(_("Users may set a status"), id="AllowUserStatusMessageChange", requires=())
    invisible_status = profile_setting(
        _("Users may be invisible"),
        id="AllowInvisibleStatusOption",
        help_text=_("Off: users cannot choose the status “Invisible”."),
        requires=(),
    )
    delete_own_account = profile_setting(
        _("Users may delete their own accounts"), id="AllowDeleteOwnAccount", default=False, requires=()
    )

    policy = setting(
        models.BooleanField(
            _("Apply the password policy"),
            default=False,
            help_text=_(
                "Applies to new passwords. Off: only short, common and similar passwords are rejected, as always."
            ),
        ),
        id=ENABLED,
        section=PASSWORDS,
        public=True,
    )
    policy_min_length = length_setting(_("Minimum length"), id="MinLength", default=14)
    policy_max_length = length_setting(_("Maximum length"), id="MaxLength", default=NO_LIMIT)
    policy_no_repeating = policy_setting(_("Forbid repeated characters"), id="ForbidRepeatingCharacters")
    policy_repeating_count = length_setting(
        _("Maximum number of repeated characters"),
        id="ForbidRepeatingCharactersCount",
        default=3,
        help_text=_("The length of the longest run of one character."),
    )
    policy_lowercase = policy_setting(_("At least one lower-case letter"), id="AtLeastOneLowercase")
    policy_uppercase = policy_setting(_("At least one upper-case letter"), id="AtLeastOneUppercase")
    policy_number = policy_setting(_("At least one digit"), id="AtLeastOneNumber")
    policy_special = policy_setting(_("At least one symbol"), id="AtLeastOneSpecialCharacter")

    class Meta:
        verbose_name = verbose_name_plural = _("Sign-in and Profiles")

    def changes_validate(self, changed: Collection[str]) -> None:
        if self.registration_form == RegistrationForm.SECRET_URL and not self.registration_secret:
            raise ValidationError({"registration_secret": _("Enter the secret that registration requires.")})
        if NO_LIMIT != self.policy_max_length < max(self.policy_min_length, 8):
            raise ValidationError({"policy_max_length": _("The maximum is shorter than the minimum.")})
