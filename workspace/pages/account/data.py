"""The page where users export their own data, and see who has read their messages in the administration."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from workspace.errors import ApplicationError
from workspace.models import DataExport, RetentionSettings
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.selectors.privacy.exports import export_for, exports_of
from workspace.selectors.privacy.readers import readers_of, shows_readers
from workspace.services.privacy.exports import export_delete, export_read, export_request

PER_PAGE = 50
# Seconds after which the page checks an export that is being made.
REFRESH = 3


@login_required
@require_http_methods(["GET", "POST"])
def account_data(request: HttpRequest) -> HttpResponse:
    """Show the exports of the user's data, and request one."""
    user = reader_of(request)
    if request.method == "POST":
        try:
            export_request(by=user, user=user)
        except ApplicationError as error:
            messages.error(request, problem_of(error))
        return HttpResponseRedirect(reverse("account-data"))
    exports = list(exports_of(user))
    context = {
        **page_context(request, title=_("My data")),
        "exports": exports,
        "is_under_way": any(export.is_unfinished for export in exports),
        "days": RetentionSettings.current().export_days,
        "shows_readers": shows_readers(),
        "refresh": REFRESH,
    }
    is_part = getattr(request, "htmx", None) and request.headers.get("HX-Target") == "exports"
    return TemplateResponse(request, "pages/account/exports.html" if is_part else "pages/account/data.html", context)


def problem_of(error: ApplicationError) -> str:
    """Return why an export was not requested."""
    if error.code == "error-export-under-way":
        return _("Your data is being exported already.")
    return _("There are several exports already. Delete one of them first.")


@login_required
@require_safe
def export_download(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the file of an export to the person it is about, or to the administrator who requested it."""
    reader = reader_of(request)
    export = export_of_reader(request, public_id)
    if not export.is_available:
        raise Http404
    content = export_read(reader=reader, export=export)
    name = f"{export.user.username}-{export.created_at:%Y-%m-%d}.zip"
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@login_required
@require_POST
def export_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Delete an export of the user's own data."""
    export = export_of_reader(request, public_id)
    if export.user != request.user:
        raise Http404
    export_delete(export=export)
    return HttpResponseRedirect(reverse("account-data"))


def export_of_reader(request: HttpRequest, public_id: str) -> DataExport:
    """Return the export; raises Http404 if the user may not download it."""
    export = export_for(reader_of(request), public_id)
    if export is None:
        raise Http404
    return export


@login_required
@require_safe
def message_readers(request: HttpRequest) -> HttpResponse:
    """Show who has read the user's messages in the administration."""
    if not shows_readers():
        raise Http404
    page = Paginator(readers_of(reader_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    context = {**page_context(request, title=_("Who has read my messages")), "page": page}
    return TemplateResponse(request, "pages/account/readers.html", context)
