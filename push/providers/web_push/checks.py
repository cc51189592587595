"""The checklist's point about the contact that browsers' push services are given."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import Device
from push.providers.web_push.contact import subject_problem
from push.providers.web_push.identity import vapid_subject
from push.providers.web_push.transport import TYPE
from push.selectors.checks import Check, Light, setting_step


def web_push_checks() -> Iterator[Check]:
    """Yield the contact that browsers' push services are given, if any browser is registered."""
    if not Device.objects.filter(type=TYPE, disabled_at=None).exists():
        return
    title, subject = gettext_lazy("Contact for web push"), vapid_subject()
    problem = subject_problem(subject)
    if not problem:
        yield Check(Light.GREEN, title, subject)
        return
    sentence = _("Apple's push service refuses pushes to Safari: %(problem)s") % {"problem": problem}
    yield Check(Light.AMBER, title, sentence, *setting_step("Push_web_push_contact"))
