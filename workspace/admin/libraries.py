"""Admin pages of libraries: removed if they would show secrets or task payloads, otherwise read-only."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from axes.conf import settings as axes_settings
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success
from knox.models import get_token_model

from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import label, time_cell
from workspace.admin.confirmation import ConfirmedAction
from workspace.roles import Role

# API tokens, second factors and queued tasks with their data must not be shown. The history of settings has its own
# page. allauth's e-mail addresses are not used.
LIBRARY_MODELS = (
    *(get_token_model(), Authenticator, EmailAddress, EmailConfirmation, SocialAccount, SocialApp, SocialToken),
    *(Failure, OrmQ, Schedule, Success),
)
for model in LIBRARY_MODELS:
    if admin.site.is_registered(model):
        admin.site.unregister(model)

AccessAttempt._meta.verbose_name, AccessAttempt._meta.verbose_name_plural = _("failed sign-in"), _("failed sign-ins")


def is_locked_out(attempt: AccessAttempt) -> bool:
    """Return True if signing in with this name is locked until the cool-off time has passed."""
    return bool(attempt.is_locked)


@admin.register(AccessAttempt)
class SignInAttemptAdmin(ReadOnlyAdmin):
    """Failed sign-ins, counted until one succeeds. Those with the same name share a limit (security/lockout.py)."""

    belongs_to = Role.ANY
    list_display = ("attempted", "username", "ip_address", "failures_since_start", "state", "path_info")
    search_fields = ("username", "ip_address")
    search_help_text = _("Username or address")
    ordering = ("-attempt_time",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": (("username", "state"), ("failures_since_start", "attempt_time"))}),
        (_("Origin"), {"fields": (("ip_address", "path_info"), "user_agent")}),
    )
    confirmed_actions = (
        ConfirmedAction(
            name="let_in_again",
            title=_("Unlock"),
            question=_(
                "All failed sign-ins with this name are deleted, and the account can sign in again immediately."
            ),
            permission="axes.delete_accessattempt",
            icon="lock_open",
            applies=is_locked_out,
            run=lambda _request, attempt: reset(username=attempt.username),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessAttempt]:
        recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - get_cool_off())
        totals = recent.order_by().values("username").annotate(total=Sum("failures_since_start"))
        locked = totals.filter(total__gte=axes_settings.AXES_FAILURE_LIMIT).values("username")
        rows: QuerySet[AccessAttempt] = super().get_queryset(request)
        is_locked = ExpressionWrapper(Q(username__in=locked), output_field=BooleanField())
        annotated: QuerySet[AccessAttempt] = rows.annotate(is_locked=is_locked)
        return annotated

    @admin.display(description=_("last attempt"))
    def attempted(self, attempt: AccessAttempt) -> SafeString | str:
        return time_cell(attempt.attempt_time)

    @admin.display(description=_("state"))
    def state(self, attempt: AccessAttempt) -> SafeString:
        return label(_("Locked"), "danger") if is_locked_out(attempt) else label(_("Can try again"), "success")
