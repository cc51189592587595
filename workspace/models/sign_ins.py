"""Known addresses of accounts, sign-ins under way, second factors that are being set up, and codes sent by e-mail."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from workspace.models.accounts import User
from workspace.setting_groups.secret_field import SecretField


class KnownAddress(models.Model):
    """An IP address from which an account has signed in. Only a digest is stored.

    It has a separate limit for failed sign-ins.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name=_("user"))
    digest = models.CharField(_("digest"), max_length=64)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("known address")
        verbose_name_plural = _("known addresses")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_address_once")]
        indexes = [models.Index(fields=["seen_at"], name="known_address_seen")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.digest[:8]}"


class SignedInClient(models.Model):
    """A browser session, or an app or program with an API token, in which an account is signed in.

    Either `session_key` or `auth_token` is set.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    session_key = models.CharField(_("session"), max_length=40, null=True, unique=True)
    auth_token = models.OneToOneField(
        AuthToken, models.CASCADE, null=True, related_name="client", verbose_name=_("token")
    )
    program = models.CharField(_("program"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    used_at = models.DateTimeField(_("last used"), default=timezone.now)
    # When the person last entered the password or a code in this browser.
    confirmed_at = models.DateTimeField(_("identity confirmed"), null=True)

    class Meta:
        verbose_name = _("signed-in client")
        verbose_name_plural = _("signed-in clients")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.program} of {self.user_id}"

    @property
    def title(self) -> str:
        """Return the program and its system in the reader's language; empty if they are not known."""
        program, is_known, system = self.program.rpartition(" on ")
        if not is_known:
            return self.program
        return gettext("%(program)s on %(system)s") % {"program": program, "system": system}


class SignInAttempt(models.Model):
    """A sign-in whose password or code is being checked. Its row is deleted when the result is known.

    `name` and `address` are those under which a failure will be counted (security/lockout.py).
    """

    name = models.CharField(_("name"), max_length=255, db_index=True)
    address = models.CharField(_("address"), max_length=64, blank=True, db_index=True)
    started_at = models.DateTimeField(_("start"), default=timezone.now)

    class Meta:
        verbose_name = _("sign-in under way")
        verbose_name_plural = _("sign-ins under way")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} since {self.started_at:%H:%M:%S}"


class PendingSecondFactor(models.Model):
    """The secret of a second factor that an account is setting up, until its first code confirms it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    secret = SecretField(_("secret"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("pending second factor")
        verbose_name_plural = _("pending second factors")
        default_permissions = ()

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class EmailSecondFactor(models.Model):
    """The account's choice that signing in requires a code that is sent to its verified e-mail address."""

    user = models.OneToOneField(User, models.CASCADE, related_name="email_second_factor", verbose_name=_("user"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("second factor by e-mail")
        verbose_name_plural = _("second factors by e-mail")
        default_permissions = ()

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class EmailCode(models.Model):
    """A code that was requested for an account. The worker generates and sends it; only a keyed digest is stored.

    The digest is empty until then.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    wrong_attempts = models.PositiveSmallIntegerField(_("wrong attempts"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("code sent by e-mail")
        verbose_name_plural = _("codes sent by e-mail")
        default_permissions = ()

    def __str__(self) -> str:
        return f"code of {self.user_id} at {self.created_at:%H:%M:%S}"
