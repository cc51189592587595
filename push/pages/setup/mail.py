"""The step about the mail server, which is configured by environment variables."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminEmailInputWidget

from push.pages.setup.base import StepView, add_error
from push.pages.setup.forms import StagingForm
from push.selectors.checklist import mail_check
from push.selectors.checks import Light
from push.selectors.setup.steps import MAIL, STEPS
from push.services.setup.mail import test_mail_send
from workspace.errors import ApplicationError


class MailForm(StagingForm):
    """Where the test mail goes."""

    address = forms.EmailField(
        label=gettext_lazy("Send a test mail to"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "email"}),
    )


class MailStep(StepView):
    """Shows what is configured, and sends a test mail."""

    step = next(step for step in STEPS if step.name == MAIL)
    template_name = "push/setup/mail.html"

    def make_form(self, **arguments: Any) -> MailForm:
        form = MailForm(**arguments)
        email = self.actor.emails.first()
        form.fields["address"].initial = email.address if email else ""
        # Going on without a test is possible.
        form.fields["address"].required = arguments.get("data") is None or self.request.POST.get("go") == "test"
        return form

    def extra(self) -> dict[str, Any]:
        return {
            "check": mail_check(),
            "is_configured": mail_check().light == Light.GREEN,
            "facts": mail_facts(),
            "sender": settings.DEFAULT_FROM_EMAIL,
            "was_sent": self.state.mailed,
            "default_go": "test",
        }

    def act_test(self) -> HttpResponse:
        """Send the test mail and show the result."""
        form = self.make_form(data=self.request.POST)
        if not form.is_valid():
            return self.show(form)
        address = form.cleaned_data["address"]
        try:
            test_mail_send(actor=self.actor, address=address)
        except ApplicationError as error:
            add_error(form, error)
            return self.show(form)
        return self.show(form, sent_to=address)


def mail_facts() -> list[tuple[str, str]]:
    """Return the configuration of the mail server with its labels, without the password."""
    encryption = _("TLS") if settings.EMAIL_USE_SSL else _("STARTTLS") if settings.EMAIL_USE_TLS else _("none")
    return [
        (_("Server"), f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"),
        (_("User name"), settings.EMAIL_HOST_USER or "–"),
        (_("Encryption"), encryption),
        (_("Sender"), settings.DEFAULT_FROM_EMAIL),
    ]
