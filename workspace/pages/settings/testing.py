"""The test of the directory, started on its settings page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from workspace.errors import ApplicationError
from workspace.ldap.testing import directory_test
from workspace.models import LdapSettings
from workspace.pages.reader import reader_of
from workspace.pages.settings.base import settings_view
from workspace.services.settings import EDIT_PERMISSION


@require_POST
@settings_view(permission=EDIT_PERMISSION)
def ldap_test(request: HttpRequest) -> HttpResponse:
    """Test the directory with the saved settings; the settings page then shows the result."""
    try:
        messages.success(request, directory_test(reader_of(request)))
    except ApplicationError as error:
        messages.error(request, error.message)
    return redirect("settings_group", LdapSettings.slug())
