"""Admin pages of e-mails that were stored because there is no mail server."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, time_cell
from workspace.admin.messages import may_read_text, reader_of
from workspace.models import KeptMail, TextPlace
from workspace.roles import Role
from workspace.services.text_views import text_viewed
from workspace.stored_json import value_or


@admin.register(KeptMail)
class KeptMailAdmin(ReadOnlyAdmin):
    """Stored e-mails. HTML is shown in a sandboxed frame without scripts."""

    belongs_to = Role.ANY
    list_display = ("subject", "to", "written")
    search_fields = ("subject", "recipients")
    search_help_text = _("Subject or address")
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("subject", ("sender", "to"), "written")}),
        (_("Text"), {"fields": ("text_block",)}),
        (_("HTML"), {"fields": ("html_frame",)}),
        (_("Headers"), {"fields": ("header_lines",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        # E-mails contain messages, and links that sign users in.
        fieldsets = list(super().get_fieldsets(request, obj))
        return fieldsets if may_read_text(request) else fieldsets[:1]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        mail = kwargs.get("obj")
        if mail is not None and may_read_text(request):
            about = f"{mail.pk}: {self.to(mail)}"
            text_viewed(reader=reader_of(request), about=about, place=TextPlace.MAIL)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("to"))
    def to(self, mail: KeptMail) -> str:
        return ", ".join(value_or(list[str], mail.recipients, [], name="KeptMail.recipients"))

    @admin.display(description=_("written"))
    def written(self, mail: KeptMail) -> SafeString | str:
        return time_cell(mail.kept_at)

    @admin.display(description=_("text"))
    def text_block(self, mail: KeptMail) -> SafeString:
        return format_html('<div class="cb-mail-text">{}</div>', mail.text)

    @admin.display(description=_("HTML"))
    def html_frame(self, mail: KeptMail) -> SafeString | str:
        if not mail.html:
            return EMPTY
        frame = '<iframe class="cb-mail" sandbox="allow-popups" title="{}" srcdoc="{}"></iframe>'
        return format_html(frame, mail.subject, mail.html)

    @admin.display(description=_("headers"))
    def header_lines(self, mail: KeptMail) -> SafeString:
        headers: dict[str, str] = value_or(dict[str, str], mail.headers, {}, name="KeptMail.headers")
        return format_html_join("", "<div><strong>{}</strong>: {}</div>", headers.items())
