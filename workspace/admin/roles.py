"""Admin pages of roles, which are Django's groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from workspace.admin.base import ModelAdmin, ReadOnlyAdmin
from workspace.admin.contributions import RelatedLink, contribute
from workspace.models import User
from workspace.permissions import BUILT_IN_ROLES, ROOM_ROLES, withheld_from_admins
from workspace.roles import Role
from workspace.selectors.roles import roles_listed
from workspace.services.people.roles import second_factor_require

if TYPE_CHECKING:
    BaseForm = forms.ModelForm[Group]
else:
    BaseForm = forms.ModelForm

# The apps whose permissions have a meaning here.
APPS = ("workspace", "preferences", "cloud", "push", "auth", "axes")

admin.site.unregister(Group)

# Groups are called roles on all pages.
Group._meta.verbose_name, Group._meta.verbose_name_plural = _("role"), _("roles")


def rows_of_group(through: type[Model]) -> Coalesce:
    """Return the number of a group's rows in a many-to-many table, as a subquery; two joins would multiply the rows."""
    counts = through._default_manager.filter(group=OuterRef("pk")).order_by().values("group").annotate(n=Count("pk"))
    return Coalesce(Subquery(counts.values("n")), 0)


def assignable_permissions() -> QuerySet[Permission]:
    """Return the permissions that roles may contain."""
    return Permission.objects.filter(content_type__app_label__in=APPS).select_related("content_type")


class RoleForm(BaseForm):
    """A role. The permission to read messages can only be given by users who have it."""

    request: HttpRequest
    requires_second_factor = forms.BooleanField(
        label=_("Requires a second factor"),
        required=False,
        help_text=_("Users with this role can do nothing else until they have set up a second factor."),
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = next((view for view in roles_listed() if view.name == self.instance.name), None)
        self.initial.setdefault("requires_second_factor", bool(role and role.requires_second_factor))
        if self.instance.name in ROOM_ROLES:
            self.fields["requires_second_factor"].disabled = True

    def clean_permissions(self) -> QuerySet[Permission]:
        """Reject permissions that administrators do not have by default, unless the editor has them."""
        permissions: QuerySet[Permission] = self.cleaned_data["permissions"]
        current = set(self.instance.permissions.all()) if self.instance.pk else set()
        for permission in permissions:
            name = f"{permission.content_type.app_label}.{permission.codename}"
            if (
                permission.codename in withheld_from_admins()
                and permission not in current
                and not self.request.user.has_perm(name)
            ):
                raise forms.ValidationError(
                    _("Only someone who has the permission “%(name)s” can give it to a role."),
                    params={"name": permission.name},
                )
        return permissions


@admin.register(Group)
class RoleAdmin(ModelAdmin):
    """Roles group permissions. The built-in ones cannot be renamed.

    Owners, moderators and leaders have their permissions in single rooms only, so accounts cannot have these roles.
    """

    belongs_to = Role.ANY
    list_display = ("name", "members", "permission_count", "second_factor")
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("permissions",)
    fields = ("name", "requires_second_factor", "permissions")
    form = RoleForm

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.annotate(
            member_count=rows_of_group(User.groups.through),
            held_count=rows_of_group(Group.permissions.through),
            is_demanding=Coalesce("details__requires_second_factor", False),
        )

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "requires_second_factor" in form.changed_data:
            second_factor_require(role=obj, is_required=form.cleaned_data["requires_second_factor"])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Group], search_term: str
    ) -> tuple[QuerySet[Group], bool]:
        groups, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        is_completion = request.path.endswith("/autocomplete/")
        return groups.exclude(name__in=ROOM_ROLES) if is_completion else groups, may_have_duplicates

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "queryset": assignable_permissions()})

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("name",) if isinstance(obj, Group) and obj.name in BUILT_IN_ROLES else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_own = isinstance(obj, Group) and obj.name not in BUILT_IN_ROLES
        return is_own and super().has_delete_permission(request, obj)

    @admin.display(description=_("members"))
    def members(self, group: Any) -> int:
        return int(group.member_count)

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, group: Any) -> bool:
        return bool(group.is_demanding)

    @admin.display(description=_("permissions"))
    def permission_count(self, group: Any) -> int:
        return int(group.held_count)


@admin.register(Permission)
class PermissionAdmin(ReadOnlyAdmin):
    """Used for searching when permissions are added to a role."""

    belongs_to = Role.ANY
    search_fields = ("name", "codename", "content_type__app_label")
    list_display = ("name", "codename", "content_type")
    list_select_related = ("content_type",)
    ordering = ("content_type__app_label", "codename")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Permission]:
        return assignable_permissions()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


contribute(Group, links=[RelatedLink(_("Members"), "group", User, "groups__id__exact")])
