"""Forms of the account pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from workspace.models import User
from workspace.permissions import USER
from workspace.services.accounts import sign_ins_end, user_create

if TYPE_CHECKING:
    from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm

    BaseCreationForm = AdminUserCreationForm[User]
    BaseChangeForm = UserChangeForm[User]
    BasePasswordForm = AdminPasswordChangeForm[User]
else:
    from unfold.forms import AdminPasswordChangeForm as BasePasswordForm
    from unfold.forms import UserChangeForm as BaseChangeForm
    from unfold.forms import UserCreationForm as BaseCreationForm


ROLE_LABELS = {"groups": _("Roles"), "is_superuser": _("Superuser")}
ROLE_HELP = {
    "groups": _("The account has the permissions of its roles."),
    "is_superuser": _("Has all permissions, regardless of its roles."),
}


class AccountCreationForm(BaseCreationForm):
    """A new account with name, password and roles. Its addresses follow below."""

    joins_default_channel = forms.BooleanField(
        label=_("Join #general"),
        required=False,
        initial=True,
        help_text=_("The default channel for new accounts."),
        widget=UnfoldBooleanSwitchWidget,
    )

    class Meta:
        model = User
        fields = ("username", "name", "groups")
        labels = ROLE_LABELS
        help_texts = ROLE_HELP
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"username": UsernameField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].label = _("Password sign-in")
        self.fields["usable_password"].help_text = _("Disable this for programs that never sign in.")
        if "groups" in self.fields:
            self.fields["groups"].initial = Group.objects.filter(name=USER)

    def create(self) -> User:
        """Create the account through the service."""
        data = self.cleaned_data
        return user_create(
            username=data["username"],
            password=data["password1"] if data.get("set_usable_password", True) else None,
            name=data["name"],
            roles=[group.name for group in data.get("groups") or Group.objects.filter(name=USER)],
            joins_default_channel=data["joins_default_channel"],
        )


class AccountChangeForm(BaseChangeForm):
    """The properties of an account."""

    class Meta:
        model = User
        fields = "__all__"
        labels = ROLE_LABELS
        help_texts = ROLE_HELP
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"username": UsernameField}


class AccountPasswordForm(BasePasswordForm):
    """Sets a new password for an account, and signs it out everywhere."""

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        sign_ins_end(user=user)
        return user
