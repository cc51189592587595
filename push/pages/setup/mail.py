"""The step about the mail server."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminEmailInputWidget

from push.pages.setup.base import StepView, add_error
from push.pages.setup.forms import SettingsForm, StagingForm
from push.selectors.checklist import mail_check
from push.selectors.checks import Light
from push.selectors.setup.steps import MAIL, STEPS
from push.services.setup.mail import own_test_mail, test_mail_send
from workspace.errors import ApplicationError
from workspace.models import EmailSettings
from workspace.pages.reader import reader_of
from workspace.pages.settings.base import origin_of, settings_view
from workspace.services.settings import EDIT_PERMISSION, settings_save
from workspace.setting_groups.registry import settings_of
from workspace.smtp.server import mail_server


class MailForm(SettingsForm):
    """The mail server, unless EMAIL_URL names it, and where the test mail goes."""

    address = forms.EmailField(
        label=gettext_lazy("Send a test mail to"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "email"}),
    )

    def __init__(self, **arguments: Any) -> None:
        ids = [] if mail_server().by_environment else [entry.id for entry in settings_of(EmailSettings)]
        super().__init__(ids, **arguments)

    @property
    def fields_of_server(self) -> list[forms.BoundField]:
        return [field for field in self.shown() if field.name != "address"]

    @property
    def fields_of_test(self) -> list[forms.BoundField]:
        return [self["address"]]


class MailStep(StepView):
    """Asks for the mail server, or shows the one of the environment, and sends a test mail."""

    step = next(step for step in STEPS if step.name == MAIL)
    template_name = "push/setup/mail.html"

    def make_form(self, **arguments: Any) -> MailForm:
        form = MailForm(**arguments)
        email = self.actor.emails.first()
        form.fields["address"].initial = email.address if email else ""
        # Going on without a test is possible.
        form.fields["address"].required = arguments.get("data") is None or self.request.POST.get("go") == "test"
        return form

    def save(self, form: StagingForm) -> None:
        assert isinstance(form, MailForm)
        if values := form.values():
            settings_save(values=values, origin=origin_of(self.request))

    def extra(self) -> dict[str, Any]:
        check = mail_check()
        return {
            "check": check,
            "is_configured": check.light == Light.GREEN,
            "by_environment": mail_server().by_environment,
            "facts": mail_facts(),
            "was_sent": self.state.mailed,
            "default_go": "test",
        }

    def act_test(self) -> HttpResponse:
        """Save the mail server, send the test mail and show the result."""
        form = self.make_form(data=self.request.POST)
        if not form.is_valid():
            return self.show(form)
        address = form.cleaned_data["address"]
        try:
            self.save(form)
            test_mail_send(actor=self.actor, address=address)
        except ApplicationError as error:
            add_error(form, error)
            return self.show(form)
        return self.show(form, sent_to=address)


@require_POST
@settings_view(permission=EDIT_PERMISSION)
def test_from_settings(request: HttpRequest) -> HttpResponse:
    """Send a test mail from the settings page, which then shows the result."""
    try:
        address = own_test_mail(reader_of(request))
    except ApplicationError as error:
        messages.error(request, error.message or error.code)
    else:
        is_sent = mail_check().light == Light.GREEN
        sent = _("The mail server accepted the mail to %(sent_to)s. Check that it arrives.")
        stored = _("The mail to %(sent_to)s was stored, not delivered.")
        (messages.success if is_sent else messages.warning)(
            request, (sent if is_sent else stored) % {"sent_to": address}
        )
    return redirect("settings_group", EmailSettings.slug())


def mail_facts() -> list[tuple[str, str]]:
    """Return the configuration of the mail server with its labels, without the password."""
    server = mail_server()
    encryption = _("TLS") if server.has_tls else _("STARTTLS") if server.has_starttls else _("none")
    return [
        (_("Server"), f"{server.host}:{server.port}"),
        (_("User name"), server.username or "–"),
        (_("Encryption"), encryption),
        (_("Sender"), server.sender),
    ]
