"""Admin pages of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter

from workspace.admin import labels
from workspace.admin.base import BaseTabularInline, ModelAdmin
from workspace.admin.columns import label, time_cell, user_name
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import SecondFactorFilter, TimeRangeFilter
from workspace.admin.user_forms import AccountChangeForm, AccountCreationForm, AccountPasswordForm
from workspace.models import EmailAddress, Message, Presence, Subscription, User
from workspace.permissions import ADMIN, ROOM_ROLES
from workspace.roles import Role
from workspace.selectors.permissions import CHANGE_ACCOUNTS, CHANGE_ROLES, DELETE_ACCOUNTS, may_manage
from workspace.selectors.presence import connection_expression, presence_of, status_expression
from workspace.selectors.sign_ins.factors import factor_lines, has_any_factor
from workspace.services.accounts import user_activate, user_deactivate
from workspace.services.addresses import address_claim
from workspace.services.people.deletion import account_delete
from workspace.services.privacy.exports import export_request
from workspace.services.second_factor import second_factor_remove

if TYPE_CHECKING:
    BaseUserAdmin = DjangoUserAdmin[User]
else:
    BaseUserAdmin = DjangoUserAdmin


class EmailAddressInline(BaseTabularInline):
    """The account's addresses."""

    model = EmailAddress
    extra = 0
    fields = ("address", "verified", "suppressed_at")
    readonly_fields = ("suppressed_at",)


def account_remove(request: HttpRequest, user: User) -> None:
    """Delete the account on behalf of the current user."""
    account_delete(by=current_user(request), user=user, may_be_last_owner=True)


def data_export_request(request: HttpRequest, user: User) -> None:
    """Request an export of the person's data on behalf of the current user."""
    export_request(by=current_user(request), user=user)


@admin.register(User)
class UserAdmin(ModelAdmin, BaseUserAdmin):
    """Accounts can be created, changed, deactivated and deleted. Deleted ones are not listed, but their rows remain."""

    belongs_to = Role.ANY
    form = AccountChangeForm
    add_form = AccountCreationForm
    change_password_form = AccountPasswordForm
    list_display = ("account", "address", "roles", "connected", "state", "joined")
    list_filter = (
        ("groups", RelatedDropdownFilter),
        SecondFactorFilter,
        ("is_active", BooleanRadioFilter),
        ("is_staff", BooleanRadioFilter),
        ("created_at", TimeRangeFilter),
    )
    search_fields = ("username", "name", "emails__address", "=public_id")
    search_help_text = _("Username, name, e-mail address or id")
    ordering = ("username",)
    sortable_by = ("account", "joined")
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    inlines = (EmailAddressInline,)
    readonly_fields = (
        *("public_id", "state", "created_at", "updated_at"),
        *("presence_status", "presence_times", "second_factors"),
    )
    fieldsets = (
        (None, {"fields": (("username", "name"), ("language", "time_zone"), "password", ("state", "public_id"))}),
        (_("Roles"), {"fields": ("groups", ("is_staff", "is_superuser"))}),
        (_("Second factors"), {"fields": ("second_factors",)}),
        (_("Presence"), {"fields": (("presence_status", "presence_times"),)}),
        (_("Dates"), {"fields": (("created_at", "updated_at"),)}),
    )
    add_fieldsets = (
        (None, {"fields": (("username", "name"), "usable_password", ("password1", "password2"))}),
        (_("Roles"), {"fields": ("groups", "joins_default_channel")}),
    )
    confirmed_actions = (
        ConfirmedAction(
            name="deactivate",
            title=_("Deactivate"),
            question=_(
                "The account is signed out, cannot sign in and receives no notifications. Its"
                " messages and memberships remain, and it can be activated again."
            ),
            permission=CHANGE_ACCOUNTS,
            icon="person_off",
            is_dangerous=True,
            applies=lambda user: user.is_active,
            run=lambda request, user: user_deactivate(user=user, by=current_user(request)),
        ),
        ConfirmedAction(
            name="activate",
            title=_("Activate"),
            question=_("The account can sign in and receives notifications again."),
            permission=CHANGE_ACCOUNTS,
            icon="person_check",
            applies=lambda user: not user.is_active,
            run=lambda request, user: user_activate(user=user, by=current_user(request)),
        ),
        ConfirmedAction(
            name="export_data",
            title=_("Export data"),
            question=_(
                "The worker makes a file with everything that is stored about this person, including their messages. "
                "You find it under Data exports. The person sees that you have requested it, and its download is "
                "recorded."
            ),
            permission="workspace.export_user_data",
            icon="folder_shared",
            run=data_export_request,
        ),
        ConfirmedAction(
            name="delete_account",
            title=_("Delete account"),
            question=_(
                "This cannot be undone. The account's addresses, preferences, devices and direct messages are deleted."
                " The setting “Messages of deleted accounts” decides about its other messages. Rooms without an owner"
                " get one, or are deleted if they have no other members."
            ),
            permission=DELETE_ACCOUNTS,
            icon="person_remove",
            is_dangerous=True,
            run=account_remove,
        ),
        ConfirmedAction(
            name="remove_second_factor",
            title=_("Remove second factor"),
            question=_(
                "The account can sign in with its password alone again, and its passkeys are removed. Do this only if"
                " its owner has lost both the authenticator app and the recovery codes, or cannot receive e-mails, and"
                " you are sure who is asking. If a role requires a second factor, a new one is set up at the next"
                " sign-in."
            ),
            permission=CHANGE_ACCOUNTS,
            icon="phonelink_erase",
            is_dangerous=True,
            applies=has_any_factor,
            run=lambda _request, user: second_factor_remove(user=user),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        now = timezone.now()
        presences = Presence.objects.annotate(connection=connection_expression(now), chosen=status_expression(now))
        users: QuerySet[User] = super().get_queryset(request).filter(deleted_at=None)
        return users.prefetch_related("groups", "emails", Prefetch("presence", queryset=presences))

    def may_act_on(self, request: HttpRequest, row: Model) -> bool:
        return isinstance(row, User) and may_manage(current_user(request), row)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        may_change = super().has_change_permission(request, obj)
        return may_change and (not isinstance(obj, User) or may_manage(current_user(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            # An account with the role of a room's owner would own all rooms.
            kwargs["queryset"] = Group.objects.exclude(name__in=ROOM_ROLES)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fixed = list(super().get_readonly_fields(request, obj))
        if not request.user.has_perm(CHANGE_ROLES):
            fixed += ["groups", "is_staff"]
        if not current_user(request).is_superuser:
            fixed.append("is_superuser")
        return fixed

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.pk = form.create().pk
        obj.refresh_from_db()
        obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        for email in user.emails.filter(verified=True):
            address_claim(email=email, by=current_user(request))
        # The role includes access to the administration.
        if not user.is_staff and user.groups.filter(name=ADMIN).exists():
            user.is_staff = True
            user.save(update_fields=["is_staff", "updated_at"])

    @admin.display(description=_("account"), ordering="username")
    def account(self, user: User) -> SafeString:
        return user_name(user)

    @admin.display(description=_("e-mail address"))
    def address(self, user: User) -> str:
        return ", ".join(email.address for email in user.emails.all()) or "–"

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> SafeString | str:
        return labels.roles(user)

    @admin.display(description=_("presence"))
    def connected(self, user: User) -> SafeString:
        presence = getattr(user, "presence", None)
        return labels.connection(presence.connection if presence else "offline")

    @admin.display(description=_("state"))
    def state(self, user: User) -> SafeString:
        return label(_("Active"), "success") if user.is_active else label(_("Deactivated"), "danger")

    @admin.display(description=_("created"), ordering="created_at")
    def joined(self, user: User) -> SafeString | str:
        return time_cell(user.created_at)

    @admin.display(description=_("second factors"))
    def second_factors(self, user: User) -> SafeString | str:
        lines = factor_lines(user)
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) if lines else "–"

    @admin.display(description=_("status"))
    def presence_status(self, user: User) -> SafeString | str:
        return labels.presence(presence_of(user))

    @admin.display(description=_("last active"))
    def presence_times(self, user: User) -> SafeString | str:
        return time_cell(user.presence.last_active_at) if hasattr(user, "presence") else time_cell(None)


def current_user(request: HttpRequest) -> User:
    """Return the signed-in user."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


contribute(
    User,
    links=[
        RelatedLink(_("Subscriptions"), "groups", Subscription, "user__id__exact"),
        RelatedLink(_("Messages"), "chat", Message, "sender__id__exact"),
    ],
)
