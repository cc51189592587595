"""The overview of settings groups, and the page of a group."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workspace.errors import ApplicationError
from workspace.pages.settings.base import admin_page, groups_by_label, origin_of, settings_view
from workspace.pages.settings.forms import GroupForm, with_default
from workspace.pages.settings.presentation import sections
from workspace.services.settings import EDIT_PERMISSION, settings_save
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.registry import settings_of


@settings_view()
def index(request: HttpRequest) -> HttpResponse:
    """List the groups."""
    groups_with_count = [(group, len(settings_of(group))) for group in groups_by_label()]
    return admin_page(request, "workspace/settings/index.html", gettext_lazy("Settings"), {"groups": groups_with_count})


@settings_view()
def group_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and save the settings of a group."""
    group = _group_by_slug(slug)
    editable = request.user.has_perm(EDIT_PERMISSION)
    if request.method != "POST":
        return _group_response(request, group, GroupForm(group, editable=editable))
    if not editable:
        raise PermissionDenied
    if reset_id := request.POST.get("reset"):
        # Only browsers without scripts request the default from the server. Nothing is saved yet.
        return _group_response(request, group, GroupForm(group, with_default(group, reset_id, request.POST)))
    form = GroupForm(group, request.POST)
    if form.is_valid() and _save(request, form):
        return redirect("settings_group", slug)
    return _group_response(request, group, form)


def _save(request: HttpRequest, form: GroupForm) -> bool:
    try:
        changes = settings_save(values=form.changed_values(), origin=origin_of(request))
    except ApplicationError as error:
        if "errors" not in error.details:
            form.add_error(None, error.message)
        form.add_errors(error.details.get("errors", {}))
        return False
    if changes:
        message = ngettext("%(count)d setting saved.", "%(count)d settings saved.", len(changes))
        messages.success(request, message % {"count": len(changes)})
    else:
        messages.info(request, _("Nothing was changed."))
    return True


def _group_response(request: HttpRequest, group: type[SettingsGroup], form: GroupForm) -> HttpResponse:
    panel = import_string(group.panel)(request) if group.panel else ""
    page_sections = sections(group, form)
    links = [(f"#{section.key}", section.title) for section in page_sections if section.title]
    if group.panel:
        links.insert(0, ("#panel", _("State")))
    context = {
        "form": form,
        "sections": page_sections,
        "panel": panel,
        "section_links": links if len(links) > 1 else [],
    }
    return admin_page(request, "workspace/settings/group.html", group.label(), context)


def _group_by_slug(slug: str) -> type[SettingsGroup]:
    for group in groups_by_label():
        # Links in the style of Rocket.Chat also work, such as /admin/settings/Setup_Wizard.
        if group.slug() == slug.replace("_", "").lower():
            return group
    raise Http404
