"""The overview with its search, and the page of one group."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from workspace.errors import ApplicationError
from workspace.pages.settings.base import groups_by_label, origin_of, page, settings_view
from workspace.pages.settings.forms import GroupForm
from workspace.pages.settings.presentation import search, sections, setting_url
from workspace.services.settings import EDIT_PERMISSION, setting_reset, settings_save
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.registry import settings_by_id, settings_of


@settings_view()
def index(request: HttpRequest) -> HttpResponse:
    """List the groups, or what the search found."""
    query = request.GET.get("q", "").strip()[:200]
    found = [(entry, setting_url(entry)) for entry in search(query)]
    listed = [(group, len(settings_of(group))) for group in groups_by_label()]
    context = {"query": query, "found": found, "groups": listed}
    return page(request, "workspace/settings/index.html", gettext_lazy("Settings"), context)


@settings_view()
def group_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one group's settings, and save them."""
    group = _group_of(slug)
    editable = request.user.has_perm(EDIT_PERMISSION)
    if request.method != "POST":
        return _group_answer(request, group, GroupForm(group, editable=editable))
    if not editable:
        raise PermissionDenied
    form = GroupForm(group, request.POST)
    if form.is_valid() and _saved(request, form):
        return redirect("settings_group", slug)
    return _group_answer(request, group, form)


def _saved(request: HttpRequest, form: GroupForm) -> bool:
    try:
        changes = settings_save(values=form.changed_values(), origin=origin_of(request))
    except ApplicationError as error:
        if "errors" not in error.details:
            form.add_error(None, error.message)
        form.errors_add(error.details.get("errors", {}))
        return False
    if changes:
        message = ngettext("%(count)d setting saved.", "%(count)d settings saved.", len(changes))
        messages.success(request, message % {"count": len(changes)})
    else:
        messages.info(request, _("Nothing was changed."))
    return True


def _group_answer(request: HttpRequest, group: type[SettingsGroup], form: GroupForm) -> HttpResponse:
    panel = import_string(group.panel)(request) if group.panel else ""
    context = {"form": form, "sections": sections(group, form), "panel": panel}
    return page(request, "workspace/settings/group.html", group.label(), context)


@require_POST
@settings_view(permission=EDIT_PERMISSION)
def reset(request: HttpRequest) -> HttpResponse:
    """Give one setting its default again."""
    setting_id = request.POST.get("setting", "")
    entry = settings_by_id().get(setting_id)
    if entry is None:
        raise Http404
    try:
        setting_reset(setting_id=setting_id, origin=origin_of(request))
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("“%(label)s” has its default again.") % {"label": entry.label})
    return redirect(setting_url(entry))


def _group_of(slug: str) -> type[SettingsGroup]:
    for group in groups_by_label():
        if group.slug() == slug:
            return group
    raise Http404
