"""Actions with confirmation: on the page of a row in a dialog, on selected rows of a list on a separate page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from types import MethodType
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.decorators import action as unfold_action
from unfold.enums import ActionVariant

from workspace.errors import ApplicationError

ROWS_SHOWN = 20

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedAction:
    """An action on a row that the user must confirm.

    `run` performs it and may raise ApplicationError; `permission` is required; `applies` returns True for rows for
    which the action makes sense.
    """

    name: str
    title: str | Promise
    question: str | Promise
    permission: str
    run: Callable[[HttpRequest, Any], None]
    icon: str = "bolt"
    is_dangerous: bool = False
    applies: Callable[[Any], bool] = lambda _row: True

    @property
    def page_method(self) -> str:
        return f"{self.name}_one"


class ConfirmedActions:
    """Adds `confirmed_actions` to the list and the pages of a ModelAdmin."""

    confirmed_actions: Sequence[ConfirmedAction] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for action in self.confirmed_actions:
            setattr(self, action.page_method, MethodType(page_action(action), self))
        self.actions_detail = [action.page_method for action in self.confirmed_actions]

    def may_act_on(self, request: HttpRequest, _row: Model) -> bool:
        """Return True if the user, who has the permission of the action, may act on this row."""
        return True

    def row_name(self, row: Any) -> str:
        """Return the name of a row in questions and error messages."""
        return str(row)

    def is_offered(self, action: ConfirmedAction, request: HttpRequest, row: Model) -> bool:
        """Return True if the action makes sense for the row and the user may perform it."""
        return request.user.has_perm(action.permission) and action.applies(row) and self.may_act_on(request, row)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        for action in self.confirmed_actions:
            if request.user.has_perm(action.permission):
                actions[action.name] = (partial(run_on_list, action), action.name, action.title)
        return actions

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        hidden_suffixes = tuple(
            f"_{action.page_method}"
            for action in self.confirmed_actions
            if row is None or not self.is_offered(action, request, row)
        )
        return [action for action in actions if not action.action_name.endswith(hidden_suffixes)]


def act(action: ConfirmedAction, model_admin: Any, request: HttpRequest, row: Model) -> bool:
    """Act on a row; show the reason if it fails. Returns True on success."""
    if not (request.user.has_perm(action.permission) and model_admin.may_act_on(request, row)):
        raise PermissionDenied
    try:
        action.run(request, row)
    except ApplicationError as error:
        messages.error(request, f"{model_admin.row_name(row)}: {error.message or error.code}")
        return False
    model_admin.log_change(request, row, str(action.title))
    return True


def run_on_list(
    action: ConfirmedAction, model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Act on the selected rows of a list after confirmation."""
    rows = [row for row in queryset if action.applies(row)]
    if not rows:
        messages.warning(request, _("The action does not apply to any of the selected rows."))
        return None
    if "confirmed" not in request.POST:
        return confirmation_page(action, model_admin, request, rows)
    done = sum(act(action, model_admin, request, row) for row in rows)
    if done:
        message = ngettext("%(title)s: done for %(count)d.", "%(title)s: done for %(count)d.", done)
        messages.success(request, message % {"title": action.title, "count": done})
    return None


def confirmation_page(
    action: ConfirmedAction, model_admin: Any, request: HttpRequest, rows: list[Any]
) -> TemplateResponse:
    """Return the page that asks for confirmation before acting on selected rows."""
    request.current_app = model_admin.admin_site.name
    context = {
        **model_admin.admin_site.each_context(request),
        "title": action.title,
        "action": action,
        "rows": [model_admin.row_name(row) for row in rows[:ROWS_SHOWN]],
        "more": max(len(rows) - ROWS_SHOWN, 0),
        "ids": [row.pk for row in rows],
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "opts": model_admin.opts,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)


def redirect_to_page(request: HttpRequest, row: Model) -> HttpResponse:
    """Return a redirect to the row's page (or the list, if the row is gone), in the form that dialogs follow."""
    model = type(row)
    prefix = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    # Not the default manager, which may include rows that the list does not show.
    rows = getattr(model, "objects", model._default_manager)
    if rows.filter(pk=row.pk).exists():
        url = reverse(f"{prefix}_change", args=[row.pk])
    else:
        url = reverse(f"{prefix}_changelist")
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def page_dialog(**options: Any) -> Callable[[FunctionT], FunctionT]:
    """Return unfold's decorator for page actions, with the type of the function preserved."""
    decorator: Callable[[FunctionT], FunctionT] = unfold_action(**options)
    return decorator


def page_action(action: ConfirmedAction) -> Any:
    """Return the method for the page of a row: GET shows the dialog, POST performs the action."""

    def run(model_admin: Any, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        row = model_admin.get_object(request, object_id)
        if row is None:
            raise Http404
        if act(action, model_admin, request, row):
            messages.success(request, _("%(title)s: done.") % {"title": action.title})
        return redirect_to_page(request, row)

    run.__name__ = action.page_method
    dialog = unfold_action(
        description=action.title,
        url_path=action.name,
        icon=action.icon,
        variant=ActionVariant.DANGER if action.is_dangerous else ActionVariant.DEFAULT,
        dialog={"title": action.title, "description": action.question, "form_submit_text": action.title},
    )(run)

    # Without unfold's `permissions=`, whose start-up check queries tables that may not exist yet.
    @wraps(dialog)
    def guarded(model_admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(action.permission):
            raise PermissionDenied
        response: HttpResponse = dialog(model_admin, request, *args, **kwargs)
        return response

    return guarded
