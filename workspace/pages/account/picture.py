"""The picture of the account: uploading and removing it on the profile page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workspace.errors import ApplicationError
from workspace.pages.reader import reader_of
from workspace.services.people.pictures import avatar_change_check, avatar_reset, avatar_set, upload_read


@login_required
@require_POST
def picture_change(request: HttpRequest) -> HttpResponse:
    """Store the uploaded picture, or remove it if the form says so."""
    user = reader_of(request)
    try:
        avatar_change_check(by=user, user=user, message=_("You cannot change your picture."))
    except ApplicationError as error:
        raise PermissionDenied from error
    image = request.FILES.get("image")
    if "remove" in request.POST:
        avatar_reset(user=user)
        messages.success(request, _("Your picture was removed."))
    elif isinstance(image, UploadedFile):
        try:
            avatar_set(user=user, content=upload_read(image))
        except ApplicationError:
            messages.error(request, _("Choose a PNG, JPEG, GIF or WebP of at most 500 KB and 4096 × 4096 pixels."))
        else:
            messages.success(request, _("Your picture was saved."))
    return HttpResponseRedirect(reverse("profile") + "#picture")
