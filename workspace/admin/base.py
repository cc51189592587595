"""Base classes for all pages of the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from workspace.address_masks import addresses_mask
from workspace.admin.confirmation import ConfirmedActions
from workspace.admin.contributions import contributed, related_links
from workspace.roles import Role, has_role
from workspace.secret_addresses import AddressSecretsMixin
from workspace.setting_groups import SecretField

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList as BaseChangeList

    BaseModelAdmin = admin.ModelAdmin[Any]
    BasePaginator = Paginator[Any]
    BaseTabularInline = admin.TabularInline[Any, Any]
else:
    BasePaginator = Paginator
    from unfold.admin import ModelAdmin as BaseModelAdmin
    from unfold.admin import TabularInline as BaseTabularInline
    from unfold.views import ChangeList as BaseChangeList

# Longer lists show "more than" this number and suggest a filter. Counting all rows would read the whole table.
COUNT_LIMIT = 10_000


class CappedPaginator(BasePaginator):
    """Counts at most :data:`COUNT_LIMIT` rows, so that lists with millions of rows open quickly."""

    template_name = "admin/pagination_capped.html"
    limit = COUNT_LIMIT

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not hasattr(rows, "order_by"):
            return len(rows)
        # Only the keys: columns that the list computes need not be computed for counting.
        return int(rows.order_by().values("pk")[: COUNT_LIMIT + 1].count())

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_LIMIT


class ChangeList(BaseChangeList):
    """A list with the name of its model as title. Its heading shows a number only if a search or filter is active."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count


class ModelAdmin(ConfirmedActions, BaseModelAdmin):
    """An unfold page that is fast on large tables and shows contributions of other apps.

    `belongs_to` limits the page to installations with that role.
    """

    belongs_to = Role.WORKSPACE

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_filter_submit = True
    # If the length is only known up to a limit, acting on "all" rows would affect more rows than the user has seen.
    list_disable_select_all = True
    compressed_fields = True
    warn_unsaved_form = True
    change_form_outer_before_template = "admin/related_links.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return has_role(self.belongs_to) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and super().has_delete_permission(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list[Any]:
        return [*super().get_inlines(request, obj), *contributed(self.model).inlines] if obj else list(self.inlines)

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*super().get_list_display(request), *contributed(self.model).list_display]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        related = contributed(self.model).list_select_related
        return rows.select_related(*related) if related else rows

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        links = related_links(self.model, object_id, request) if object_id else []
        context = {**(extra_context or {}), "related_links": links}
        return super().changeform_view(request, object_id, form_url, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show the page. Read-only fields would show secrets that form fields hide."""
        if obj is not None and not self.has_change_permission(request, obj):
            hide_secrets(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


def hide_secrets(row: Model) -> None:
    """Mask the secrets of a row that is shown but not saved."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, SecretField):
            setattr(row, field.attname, _("Set") if value else _("Not set"))
        elif isinstance(field, AddressSecretsMixin):
            setattr(row, field.attname, addresses_mask(value))


class NoAddition:
    """Rows that only the system creates, as a record: they cannot be added or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(NoAddition):
    """Rows that record events: they cannot be edited."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """A read-only list with read-only pages."""


class ReadOnlyInline(ReadOnly, BaseTabularInline):
    """A read-only, paginated table of related rows."""

    extra = 0
    ordering = ("-pk",)
    per_page = 10
    # The name of a row repeats its columns; the column with the link leads to its page.
    hide_title = True
    can_delete = False
