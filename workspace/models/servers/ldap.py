"""The settings at Administration > Workspace > Settings > LDAP."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models.servers.openid import mapping_validate
from workspace.roles import Role
from workspace.setting_groups import Action, SecretField, SettingsGroup, setting

CONNECTION, SEARCH, ACCOUNTS, ROLES = _("Connection"), _("Search"), _("Accounts"), _("Roles")
ENABLED = ("LDAP_Enable",)
# Groups of OpenLDAP and of Active Directory; a directory ignores the attributes that it does not know.
GROUP_FILTER = "(&(cn=#{groupName})(|(member=#{userdn})(uniqueMember=#{userdn})(memberUid=#{username})))"
ATTRIBUTE = RegexValidator(r"\A[A-Za-z][A-Za-z0-9-]*\Z", _("An attribute is a single word, such as uid."))
ATTRIBUTES = RegexValidator(r"\A[A-Za-z0-9, -]+\Z", _("Enter attributes, separated by commas."))


class Encryption(models.TextChoices):
    """How the connection is encrypted, with the values that clients know."""

    PLAIN = "plain", _("Not encrypted")
    STARTTLS = "tls", _("STARTTLS")
    TLS = "ssl", _("TLS (ldaps)")


def filter_validate(value: str) -> None:
    """Accept a search filter in parentheses, which must match."""
    depths = [value.count("(", 0, end) - value.count(")", 0, end) for end in range(1, len(value) + 1)]
    if not re.fullmatch(r"\(.+\)", value) or depths[-1] != 0 or min(depths[:-1]) < 1:
        raise ValidationError(_("Enter a search filter in parentheses, such as (objectClass=person)."))


def text(label: Any, *, id: str, section: Any, default: str = "", **options: Any) -> Any:
    """Declare a setting with a short text."""
    options = {"max_length": 255, "blank": True, "default": default, **options}
    return setting(models.CharField(label, **options), id=id, section=section, requires=ENABLED)


class LdapSettings(SettingsGroup):
    """A directory (LDAP) whose users sign in here with their passwords there."""

    icon = "account_tree"
    role = Role.ANY
    actions = (
        Action(
            id="LDAP_Test_Connection",
            label=_("Test the connection"),
            help=_("Connects, signs in the account that searches, and searches for one person. Save changes first."),
            section=CONNECTION,
            run="workspace.ldap.testing.directory_test",
            page="ldap-test",
        ),
    )

    enabled = setting(
        models.BooleanField(
            _("Use LDAP"),
            default=False,
            help_text=_("Users of the directory sign in here with their username and password there."),
        ),
        id="LDAP_Enable",
        public=True,
    )
    local_passwords = setting(
        models.BooleanField(
            _("Accept passwords of this workspace too"),
            default=True,
            help_text=_(
                "On: if the directory does not accept a password, or cannot be reached, the account's password here is "
                "checked. Off: only for administrators."
            ),
        ),
        id="LDAP_Login_Fallback",
        requires=ENABLED,
    )

    host = text(
        _("Host"),
        id="LDAP_Host",
        section=CONNECTION,
        validators=[RegexValidator(r"\A[\w.:-]+\Z", _("Enter the name of the server only."))],
        help_text=_("Such as ldap.example.org."),
    )
    port = setting(
        models.PositiveIntegerField(
            _("Port"),
            default=636,
            validators=[MinValueValidator(1), MaxValueValidator(65_535)],
            help_text=_("Usually 636 for ldaps, and 389 otherwise."),
        ),
        id="LDAP_Port",
        section=CONNECTION,
        requires=ENABLED,
    )
    encryption = setting(
        models.CharField(
            _("Encryption"),
            max_length=8,
            choices=Encryption.choices,
            default=Encryption.TLS,
            help_text=_("Without encryption, everyone's passwords can be read on the way."),
        ),
        id="LDAP_Encryption",
        section=CONNECTION,
        requires=ENABLED,
    )
    bind_dn = text(
        _("User DN"),
        id="LDAP_Authentication_UserDN",
        section=CONNECTION,
        help_text=_("The account that searches, such as cn=callboard,dc=example,dc=org. Empty: anonymous."),
    )
    bind_password = setting(
        SecretField(_("Password"), multiline=False),
        id="LDAP_Authentication_Password",
        section=CONNECTION,
        requires=ENABLED,
    )
    timeout = setting(
        models.PositiveIntegerField(
            _("Time limit"),
            default=5,
            validators=[MinValueValidator(1), MaxValueValidator(30)],
            help_text=_("Seconds to wait for the directory at each step."),
        ),
        id="LDAP_Timeout",
        section=CONNECTION,
        requires=ENABLED,
    )

    base_dn = text(_("Base DN"), id="LDAP_BaseDN", section=SEARCH, help_text=_("Such as ou=people,dc=example,dc=org."))
    search_filter = text(
        _("Search filter"),
        id="LDAP_User_Search_Filter",
        section=SEARCH,
        default="(objectClass=person)",
        validators=[filter_validate],
        help_text=_("Who may sign in, such as (memberOf=cn=chat,ou=groups,dc=example,dc=org)."),
    )
    search_field = text(
        _("Attributes to sign in with"),
        id="LDAP_User_Search_Field",
        section=SEARCH,
        default="uid",
        validators=[ATTRIBUTES],
        help_text=_("Such as uid, mail. For Active Directory: sAMAccountName."),
    )

    id_field = text(
        _("Attribute that never changes"),
        id="LDAP_Unique_Identifier_Field",
        section=ACCOUNTS,
        default="entryUUID",
        validators=[ATTRIBUTE],
        help_text=_("The account here is found by it, even after a renaming. For Active Directory: objectGUID."),
    )
    username_field = text(
        _("Attribute with the username"),
        id="LDAP_Username_Field",
        section=ACCOUNTS,
        default="uid",
        validators=[ATTRIBUTE],
    )
    name_field = text(
        _("Attribute with the name"), id="LDAP_Name_Field", section=ACCOUNTS, default="cn", validators=[ATTRIBUTE]
    )
    email_field = text(
        _("Attribute with the e-mail address"),
        id="LDAP_Email_Field",
        section=ACCOUNTS,
        default="mail",
        validators=[ATTRIBUTE],
        help_text=_("The directory's addresses count as verified."),
    )
    creates = setting(
        models.BooleanField(
            _("Create accounts"), default=True, help_text=_("Users without an account get one at their first sign-in.")
        ),
        id="LDAP_Create_Users",
        section=ACCOUNTS,
        requires=ENABLED,
    )
    links = setting(
        models.BooleanField(
            _("Link existing accounts"),
            default=False,
            help_text=_("An account here that has verified the same e-mail address is used."),
        ),
        id="LDAP_Merge_Existing_Users",
        section=ACCOUNTS,
        requires=ENABLED,
    )

    roles_mapping = setting(
        models.TextField(
            _("Roles by group"),
            blank=True,
            default="",
            db_default="",
            validators=[mapping_validate],
            help_text=_(
                "One “group: role” per line, such as “chat-admins: admin”. At each sign-in, the account gets the roles "
                "of its groups and loses the other roles named here."
            ),
        ),
        id="LDAP_Sync_User_Data_RolesMap",
        section=ROLES,
        requires=ENABLED,
    )
    groups_base_dn = text(
        _("Base DN of groups"),
        id="LDAP_Sync_User_Data_Roles_BaseDN",
        section=ROLES,
        db_default="",
        help_text=_("Such as ou=groups,dc=example,dc=org. Empty: the base DN of the search."),
    )
    group_filter = text(
        _("Filter for members of a group"),
        id="LDAP_Sync_User_Data_Roles_Filter",
        section=ROLES,
        default=GROUP_FILTER,
        db_default=GROUP_FILTER,
        validators=[filter_validate],
        help_text=_(
            "A person is in a group if this finds something. #{groupName}, #{userdn} and #{username} are replaced."
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("LDAP")

    def changes_validate(self, changed: Collection[str]) -> None:
        if not self.enabled:
            return
        if importlib.util.find_spec("ldap3") is None:
            raise ValidationError({"enabled": _("The server lacks the library: pip install callboard[ldap].")})
        needed = ("host", "base_dn", "search_filter", "search_field", "id_field", "username_field")
        if missing := {name: _("LDAP needs this.") for name in needed if not getattr(self, name)}:
            raise ValidationError(missing)
