"""Accounts, with their e-mail addresses and pictures."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.history import track_history
from workspace.permissions import declared, permission
from workspace.time_zones import time_zone_validate

ADDRESS_TAKEN = _("This address belongs to another account.")
NICKNAME_MAX_LENGTH, BIO_MAX_LENGTH = 120, 260


def languages() -> list[tuple[str, str | Promise]]:
    """Return the languages of notifications; as a function, so that adding one needs no migration."""
    return list(settings.LANGUAGES)


class UserManager(BaseUserManager["User"]):
    """Creates accounts and finds them by username, ignoring case."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create an account; without a password it cannot sign in."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create an account with all permissions."""
        return self.create_user(username, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__lower=(username or "").lower())


class ExistingUserManager(UserManager):
    """Omits deleted accounts."""

    # Migrations of other packages use the manager of this name.
    use_in_migrations = True

    def get_queryset(self) -> models.QuerySet[User]:
        return super().get_queryset().filter(deleted_at=None)


class User(AbstractBaseUser, PermissionsMixin):
    """A person (or bot) of the workspace.

    The row of a deleted account remains without personal data, because messages and decisions refer to it.
    """

    public_id = PublicIdField()
    username = models.CharField(
        _("username"),
        max_length=64,
        unique=True,
        validators=[
            RegexValidator(r"\A[0-9a-zA-Z_.-]+\Z", _("Use only letters, digits, dots, dashes and underscores.")),
            RegexValidator(
                r"\A(?i:all|here)\Z", _("This name is reserved for mentioning everyone."), inverse_match=True
            ),
        ],
    )
    name = models.CharField(_("name"), max_length=255, blank=True)
    nickname = models.CharField(_("nickname"), max_length=NICKNAME_MAX_LENGTH, blank=True)
    bio = models.CharField(_("about me"), max_length=BIO_MAX_LENGTH, blank=True)
    language = models.CharField(
        _("language"),
        max_length=16,
        blank=True,
        choices=languages,
        help_text=_("Empty: the language of the workspace."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[time_zone_validate],
        help_text=_("Such as Europe/Berlin. Empty: the time zone of the workspace."),
    )
    # True until a time zone is chosen for the account, or the one of its browser is accepted.
    accepts_browser_time_zone = models.BooleanField(default=True, editable=False)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("A deactivated account cannot sign in and receives no notifications.")
    )
    is_staff = models.BooleanField(_("administrator"), default=False, help_text=_("Has access to the administration."))
    # Changes with the picture, and is part of its address in clients. Empty: the account has no picture.
    avatar_etag = models.CharField(max_length=17, blank=True, editable=False)
    # Part of the hash in browser sessions: a new number ends all of them.
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    # The default manager, by which Django checks that usernames are unique.
    with_deleted: ClassVar[UserManager] = UserManager()
    objects: ClassVar[ExistingUserManager] = ExistingUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_any_case",
                violation_error_message=_("This username is taken."),
            )
        ]
        # Clients page through the accounts in these orders, and by username.
        indexes = [
            models.Index(Lower("name"), "id", name="user_name_any_case"),
            models.Index(fields=["created_at", "id"], name="user_created"),
        ]
        permissions = declared(
            permission(
                "api_bypass_rate_limit", "May call the API without rate limits", checked_in="workspace.api.throttling"
            ),
            permission("logout_other_user", "May sign out other users", checked_in="workspace.api.users.signing_out"),
            permission(
                "edit_other_user_avatar",
                "May change the pictures of other users",
                checked_in="workspace.services.people.pictures",
            ),
            # It also takes the secret of the server, without which nobody can.
            permission(
                "user_generate_access_token",
                "May sign in as another user",
                checked_in="workspace.services.people.access_tokens",
            ),
        )

    def __str__(self) -> str:
        return self.username

    @property
    def display_name(self) -> str:
        """Return the name shown to people: the real name, or the username if there is none."""
        return self.name or self.username

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Return the hash by which browser sessions are checked; the password alone for generation 0."""
        of_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if not self.session_generation:
            return of_password
        return salted_hmac(of_password, str(self.session_generation), secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.username


class EmailAddress(models.Model):
    """An e-mail address of an account.

    Once verified, it belongs to this account alone and receives mail. Until then, other accounts may add it as well.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="emails", verbose_name=_("user"))
    address = models.EmailField(_("address"))
    verified = models.BooleanField(_("verified"), default=False)
    refusals = models.PositiveSmallIntegerField(
        _("rejected e-mails"),
        default=0,
        editable=False,
        help_text=_("Consecutive rejections since an e-mail was last accepted."),
    )
    suppressed_at = models.DateTimeField(
        _("suppressed"),
        null=True,
        editable=False,
        help_text=_(
            "Its mail server rejected several e-mails. No e-mails are sent to it until its owner confirms it again."
        ),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")
        ordering = ["pk"]
        constraints = [
            # The address is the first column, so that lookups by address use this index.
            models.UniqueConstraint(
                Lower("address"),
                "user",
                name="email_address_of_user",
                violation_error_message=_("The account already has this address."),
            ),
            models.UniqueConstraint(
                Lower("address"),
                condition=models.Q(verified=True),
                name="email_verified_any_case",
                violation_error_message=ADDRESS_TAKEN,
            ),
        ]
        indexes = [models.Index(fields=["user"], condition=models.Q(verified=True), name="email_verified_of_user")]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        """Raise ValidationError for an address that another account has verified."""
        super().clean()
        verified = EmailAddress.objects.filter(address__lower=Lower(models.Value(self.address)), verified=True)
        if verified.exclude(user=self.user_id).exists():
            raise ValidationError({"address": ADDRESS_TAKEN})


class Avatar(models.Model):
    """A picture that a user has chosen, as it was uploaded. Accounts without one are shown by their initial."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="avatar", verbose_name=_("user"))
    content: models.BinaryField[Any, Any] = models.BinaryField(_("content"))
    content_type = models.CharField(_("content type"), max_length=32)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        default_permissions = ()

    def __str__(self) -> str:
        return self.content_type


track_history(User, "is_active", user="id")
track_history(EmailAddress, "verified")
