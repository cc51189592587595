"""The console's terms. A published version cannot be changed."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from cloud.admin.console import ConsoleAdmin
from cloud.models import Terms
from cloud.pages.actions import PageAction, action_page
from cloud.pages.forms import DayField
from cloud.services.terms import terms_publish
from workspace.admin.columns import time_cell
from workspace.models import User
from workspace.roles import has_role

PUBLISH = "cloud.add_terms"


class TermsForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=255,
        initial="Cloud Service Privacy Terms",
        widget=UnfoldAdminTextInputWidget,
    )
    text = forms.CharField(label=_("Text"), max_length=100_000, widget=UnfoldAdminTextareaWidget({"rows": 20}))
    required_from = DayField(
        label=_("Required from"),
        required=False,
        help_text=_("Until then, workspaces that agreed to an earlier version can push. Empty: from now on."),
    )


def publish(actor: User, _target: Any, values: dict[str, Any]) -> str:
    day = values["required_from"]
    terms = terms_publish(
        text=values["text"],
        title=values["title"],
        required_from=timezone.make_aware(datetime.combine(day, time.min)) if day else None,
        actor=actor,
    )
    return gettext("Version %(version)d is published. Every workspace is asked to agree.") % {"version": terms.version}


PUBLISHING = PageAction(
    title=_("Publish terms"),
    question=_("Every workspace is asked to agree to this version. It cannot be changed afterwards."),
    permission=PUBLISH,
    form=TermsForm,
    run=publish,
)


@admin.register(Terms)
class TermsAdmin(ConsoleAdmin):
    """The versions of the terms. Workspaces are asked to agree to the newest."""

    list_display = ("version", "title", "published", "required")
    ordering = ("-version",)
    sortable_by = ()
    fields = (("version", "title"), "text_block", ("published_at", "required_from"), "published_by")

    @admin.display(description=_("text"))
    def text_block(self, terms: Terms) -> SafeString:
        return format_html('<div class="cb-mail-text">{}</div>', terms.text)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and request.user.has_perm(PUBLISH)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form for a new version, and publish it on submit. There are no drafts."""
        return action_page(request, PUBLISHING, target=None, back=reverse("admin:cloud_terms_changelist"))

    @admin.display(description=_("published"))
    def published(self, terms: Terms) -> SafeString | str:
        return time_cell(terms.published_at)

    @admin.display(description=_("required from"))
    def required(self, terms: Terms) -> SafeString | str:
        return time_cell(terms.required_from or terms.published_at)
