"""The console's registration tokens. Each lets one workspace register."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cloud.admin.console import ConsoleAdmin
from cloud.models import Plan, RegistrationToken
from cloud.pages.actions import PageAction, RevealedSecrets, action_page
from cloud.pages.forms import NewTokenForm, end_of
from cloud.services.registration_requests import registration_token_create
from workspace.admin.columns import change_link, label, time_cell
from workspace.models import User
from workspace.roles import has_role

MAKE = "cloud.add_registrationtoken"


def make(actor: User, _target: Any, values: dict[str, Any]) -> RevealedSecrets:
    ends_on = values["ends_on"]
    _row, text = registration_token_create(
        note=values["note"], plan=values["plan"], ends_at=end_of(ends_on) if ends_on else None, actor=actor
    )
    return RevealedSecrets(
        _("Registration token"),
        _("Paste it in the workspace, on the page Connectivity services."),
        {_("Registration token"): text},
    )


MAKING = PageAction(
    title=_("Create a registration token"),
    question=_("One workspace can register with it, without an e-mail. Only a fingerprint of the token is stored."),
    permission=MAKE,
    form=NewTokenForm,
    run=make,
)


@admin.register(RegistrationToken)
class RegistrationTokenAdmin(ConsoleAdmin):
    """Registration tokens: who they were issued to, and whether they were used."""

    list_display = ("issued_to", "of_plan", "state", "created", "valid_until", "used_by")
    list_select_related = ("workspace", "created_by")
    search_fields = ("note",)
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("issued_to", "of_plan"), ("state", "used_by"), ("created", "valid_until"), "created_by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and request.user.has_perm(MAKE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(self.belongs_to) and request.user.has_perm("cloud.delete_registrationtoken")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return action_page(request, MAKING, target=None, back=reverse("admin:cloud_registrationtoken_changelist"))

    @admin.display(description=_("issued to"))
    def issued_to(self, token: RegistrationToken) -> str:
        return token.note or str(_("not specified"))

    @admin.display(description=_("plan"))
    def of_plan(self, token: RegistrationToken) -> str:
        return str(Plan(token.plan).label)

    @admin.display(description=_("state"))
    def state(self, token: RegistrationToken) -> SafeString:
        if token.used_at:
            return label(_("Used"), "success")
        return label(_("Valid"), "info") if token.ends_at > timezone.now() else label(_("Expired"), "")

    @admin.display(description=_("created"))
    def created(self, token: RegistrationToken) -> SafeString | str:
        return time_cell(token.created_at)

    @admin.display(description=_("valid until"))
    def valid_until(self, token: RegistrationToken) -> SafeString | str:
        return time_cell(token.ends_at)

    @admin.display(description=_("used by"))
    def used_by(self, token: RegistrationToken) -> SafeString | str:
        return change_link(token.workspace)
