"""The step about how pushes reach phones: through a gateway, with own keys, or not at all."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from push.pages.setup.base import StepView
from push.pages.setup.forms import SettingsForm, StagingForm
from push.selectors.setup.routes import Way, way_current
from push.selectors.setup.steps import PUSH, STEPS
from push.services.setup.keys import keys_check
from push.services.setup.routes import way_save, way_values
from workspace.pages.settings.base import origin_of
from workspace.setting_groups.registry import settings_by_id

KEYS = ("Push_apn_token_key", "Push_apn_token_key_id", "Push_apn_team_id", "Push_google_api_credentials")
# Fields for the files that Apple and Google offer for download, and the settings that store their contents.
FILES = {"apple_file": "Push_apn_token_key", "google_file": "Push_google_api_credentials"}
APP = "apple_app"
OF_KEYS, OF_GATEWAY = frozenset({*KEYS, *FILES, APP}), frozenset({"Push_gateway"})
# Apple names the file after the key's id.
KEY_FILE = re.compile(r"AuthKey_(\w{10})\.p8")
MAX_FILE_BYTES = 64 * 1024


class WayForm(SettingsForm):
    """The way, with the gateway's address and the keys."""

    # A service could not be reached, so that nothing speaks against the keys.
    may_be_forced = False

    way = forms.ChoiceField(
        choices=Way.choices, widget=forms.RadioSelect, label=gettext_lazy("How pushes are delivered")
    )

    def __init__(self, **arguments: Any) -> None:
        super().__init__(["Push_gateway", *KEYS], **arguments)
        self.fields["way"].initial = way_current()
        gateway = self.fields["Push_gateway"]
        # One line is enough here; the settings page takes several.
        gateway.widget = UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false", "inputmode": "url"})
        gateway.required = False
        self.fields["apple_file"] = file_field(gettext_lazy("Apple's key file (AuthKey_….p8)"), ".p8,.pem,.txt")
        self.fields["google_file"] = file_field(gettext_lazy("Google's service account file (.json)"), ".json")
        self.fields[APP] = forms.CharField(
            label=gettext_lazy("Bundle ID of the app for iPhones"),
            required=False,
            max_length=155,
            help_text=gettext_lazy(
                "Such as org.example.chat. If you enter it, Apple also checks that the key may push to it."
            ),
            widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        )

    @property
    def fields_of_gateway(self) -> list[forms.BoundField]:
        return [field for field in self.shown() if field.name in OF_GATEWAY]

    @property
    def fields_of_keys(self) -> list[forms.BoundField]:
        """Return the fields in the order in which they are filled in; keys can also be pasted."""
        apple, account = ("apple_file", *KEYS[:3], APP), ("google_file", KEYS[3])
        return [self[name] for name in (*apple, *account)]

    def wanted(self) -> dict[str, Any]:
        """Return the values to save for the chosen way: those of other ways stay as they are."""
        way = Way(self.cleaned_data["way"])
        names = {Way.GATEWAY: OF_GATEWAY, Way.KEYS: OF_KEYS, Way.WEB: frozenset[str]()}[way]
        values = {name: value for name, value in self.values().items() if name in names}
        return {**way_values(way), **values}

    def draft(self) -> dict[str, str]:
        return {name: value for name, value in super().draft().items() if name not in FILES}

    def clean(self) -> dict[str, Any]:
        """Take the keys from the files, and ignore errors in fields of ways that were not chosen."""
        cleaned = super().clean() or self.cleaned_data
        for name, setting_id in FILES.items():
            if (file := cleaned.get(name)) and setting_id in self.secrets:
                self.read_file(name, file)
        ignored = {Way.GATEWAY.value: OF_KEYS, Way.KEYS.value: OF_GATEWAY}.get(
            cleaned.get("way", ""), OF_KEYS | OF_GATEWAY
        )
        for name in ignored & set(self.errors):
            del self.errors[name]
            cleaned.setdefault(name, "")
        return cleaned

    def read_file(self, name: str, file: UploadedFile[Any]) -> None:
        """Take a key from a file, and the key's id from the name of the file if it was not entered."""
        try:
            text = file.read(MAX_FILE_BYTES + 1).decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            text = ""
        if not text or len(text) > MAX_FILE_BYTES or "\0" in text:
            self.add_error(name, _("This is not the file with the key."))
            return
        self.cleaned_data[FILES[name]] = text
        match = KEY_FILE.fullmatch(file.name or "")
        if match and name == "apple_file" and not self.cleaned_data.get("Push_apn_token_key_id"):
            self.cleaned_data["Push_apn_token_key_id"] = match[1]


def file_field(label: Any, accepted: str) -> forms.FileField:
    """Return a field for a file with a key."""
    # Unfold's own widget needs its scripts to show the chosen file.
    widget = forms.FileInput({"accept": accepted, "class": "page-input"})
    return forms.FileField(label=label, required=False, allow_empty_file=True, widget=widget)


class PushStep(StepView):
    """How pushes are delivered. Keys are only saved after the services of Apple and Google have accepted them."""

    step = next(step for step in STEPS if step.name == PUSH)
    template_name = "push/setup/push.html"

    def make_form(self, **arguments: Any) -> WayForm:
        if "data" in arguments:
            arguments["files"] = self.request.FILES
        return WayForm(**arguments)

    def save(self, form: StagingForm) -> None:
        assert isinstance(form, WayForm)
        self.save_way(form, is_forced=False)

    def save_way(self, form: WayForm, *, is_forced: bool) -> None:
        """Check the keys, then save. Unreachable services are an error unless the administrator accepts that."""
        values = form.wanted()
        if form.cleaned_data["way"] == Way.KEYS:
            self.check_keys(form, values, is_forced=is_forced)
        if not form.errors:
            way_save(values=values, origin=origin_of(self.request))

    def check_keys(self, form: WayForm, values: dict[str, Any], *, is_forced: bool) -> None:
        """Send a request with the keys to each service; add the refusals to the form."""
        checks = keys_check(values, topic=form.cleaned_data[APP])
        if not checks:
            form.add_error(None, _("Enter the keys for Apple or Google, or both."))
        for check in checks:
            if check.accepted:
                messages.success(self.request, check.sentence)
            elif check.accepted is False or not is_forced:
                form.add_error(None, check.sentence)
                form.may_be_forced |= check.accepted is None

    def act_force(self) -> HttpResponse:
        """Save keys although a service could not be reached. Keys that were refused are still not saved."""
        form = self.make_form(data=self.request.POST)
        if form.is_valid():
            self.save_way(form, is_forced=True)
        if form.errors:
            return self.show(form)
        return self.go_on()

    def extra(self) -> dict[str, Any]:
        return {"gateway_lock": settings_by_id()["Push_enable_gateway"].lock}
