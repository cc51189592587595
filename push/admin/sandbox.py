"""Admin pages of sandbox pushes: the requests for simulated phones."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from push.admin import labels
from push.models import Device, SandboxPush
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, code, json_block, masked_secret, time_cell
from workspace.admin.filters import TimeRangeFilter
from workspace.admin.messages import may_read_text, reader_of
from workspace.models import TextPlace
from workspace.roles import Role
from workspace.services.text_views import text_viewed

SECRET_KEYS = frozenset({"token", "authorization", ":path", "voiptoken"})


def without_secrets(value: Any) -> Any:
    """Return the JSON value with device tokens and credentials masked."""
    if isinstance(value, dict):
        return {
            key: masked_secret(str(item)) if key.lower() in SECRET_KEYS else without_secrets(item)
            for key, item in value.items()
        }
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


@admin.register(SandboxPush)
class SandboxPushAdmin(ReadOnlyAdmin):
    """The sandbox replaces Apple and Google; it only exists outside production."""

    belongs_to = Role.CLOUD
    list_display = ("received", "kind", "owner", "identity_code")
    list_filter = (("type", ChoicesDropdownFilter), ("received_at", TimeRangeFilter))
    search_fields = ("=identity",)
    search_help_text = _("Identity")
    ordering = ("-pk",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[SandboxPush]:
        owners = Device.objects.filter(token_digest=OuterRef("token_digest")).values("user__username")[:1]
        pushes: QuerySet[SandboxPush] = super().get_queryset(request)
        return pushes.annotate(owner_name=Subquery(owners))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        facts: tuple[Any, Any] = (None, {"fields": (("kind", "owner"), ("received_at", "identity_code"))})
        if not may_read_text(request):
            return [facts]
        return [facts, (_("Content"), {"fields": ("masked_payload", "masked_headers")})]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        push = kwargs.get("obj")
        if push is not None and may_read_text(request):
            text_viewed(reader=reader_of(request), about=str(push.identity or push.pk), place=TextPlace.SANDBOX)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("received"))
    def received(self, push: SandboxPush) -> SafeString | str:
        return time_cell(push.received_at)

    @admin.display(description=_("type"))
    def kind(self, push: SandboxPush) -> SafeString:
        return labels.device_type(push.type)

    @admin.display(description=_("owner"))
    def owner(self, push: Any) -> str:
        return f"@{push.owner_name}" if push.owner_name else EMPTY

    @admin.display(description=_("identity"))
    def identity_code(self, push: SandboxPush) -> SafeString | str:
        return code(push.identity)

    @admin.display(description=_("payload"))
    def masked_payload(self, push: SandboxPush) -> SafeString:
        return json_block(without_secrets(push.payload))

    @admin.display(description=_("headers"))
    def masked_headers(self, push: SandboxPush) -> SafeString:
        return json_block(without_secrets(push.headers))
