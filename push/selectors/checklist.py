"""The state of push, point by point, each with the next step: the top of the Push settings page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cloud.models import CloudConnection, SetupWizardSettings
from push.models import WAITING, Device, EndReason, Notification, PushSettings, WorkerBeat
from push.selectors.checks import Check, Light, setting_step
from push.selectors.configuration import misconfiguration
from push.selectors.credentials import credential_checks
from push.services.heartbeat import ALIVE_FOR

# A due item that has waited longer (seconds) is told as late, and then as stuck.
LATE_AFTER = 10
STUCK_AFTER = 60
# What puts right that there is no way to the devices; else it is the registration.
STEPS = {
    EndReason.NO_ROUTE: "Push_enable_gateway",
    EndReason.TERMS_NOT_AGREED: "Cloud_Service_Agree_PrivacyTerms",
}


def checklist() -> list[Check]:
    """Return every point that can be told from the database; the gateways are asked by a request of their own."""
    return list(_checks())


def _checks() -> Iterator[Check]:
    settings = PushSettings.current()
    yield _switch(gettext_lazy("Push"), settings.enable, "Push_enable")
    if settings.enable_gateway:
        wizard = SetupWizardSettings.current()
        connected = wizard.register_server and CloudConnection.objects.exists()
        yield _switch(gettext_lazy("Server registered"), connected, "Register_Server")
        yield _switch(gettext_lazy("Terms agreed"), wizard.privacy_terms_agreed, "Cloud_Service_Agree_PrivacyTerms")
        yield Check(
            Light.UNKNOWN, gettext_lazy("Quota left"), _("Counted by the gateway; this one does not report it.")
        )
    else:
        yield from credential_checks(settings)
    if reason := misconfiguration():
        step = setting_step(STEPS.get(reason, "Register_Server"))
        yield Check(Light.RED, gettext_lazy("Way to the devices"), str(reason.label), *step)
    yield _devices()
    yield _worker()
    yield _oldest_due()


def _switch(title: str | Promise, holds: bool, setting_id: str) -> Check:
    if holds:
        return Check(Light.GREEN, title, _("Yes."))
    return Check(Light.RED, title, _("No. Without it, nothing is pushed."), *setting_step(setting_id))


def _devices() -> Check:
    enabled = Device.objects.filter(disabled_at=None)
    devices, people = enabled.count(), enabled.values("user").distinct().count()
    title, url = gettext_lazy("Devices registered"), reverse("admin:push_device_changelist")
    if not devices:
        return Check(Light.AMBER, title, _("None yet: sign in with a mobile app."), url, gettext_lazy("Devices"))
    counted = ngettext("%(count)d device", "%(count)d devices", devices) % {"count": devices}
    owned = ngettext("of %(count)d user.", "of %(count)d users.", people) % {"count": people}
    return Check(Light.GREEN, title, f"{counted} {owned}", url, gettext_lazy("Devices"))


def _worker() -> Check:
    title = gettext_lazy("Worker alive")
    last = WorkerBeat.objects.aggregate(last=Max("beat_at"))["last"]
    if last is None:
        return Check(Light.RED, title, _("No worker is running: start “manage.py worker”. Until then nothing is sent."))
    if timezone.now() - last > ALIVE_FOR:
        since = {"time": timesince(last)}
        return Check(Light.RED, title, _("No sign of life for %(time)s. Until it is back nothing is sent.") % since)
    alive = WorkerBeat.objects.filter(beat_at__gt=timezone.now() - ALIVE_FOR).count()
    return Check(
        Light.GREEN, title, ngettext("%(count)d is running.", "%(count)d are running.", alive) % {"count": alive}
    )


def _oldest_due() -> Check:
    title, url = gettext_lazy("Oldest due item"), reverse("admin:push_notification_changelist")
    now = timezone.now()
    waiting = Notification.objects.filter(state__in=WAITING)
    oldest = waiting.filter(due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    if oldest is None:
        return Check(Light.GREEN, title, _("Nothing that is due waits."))
    seconds = int((now - oldest).total_seconds())
    light = Light.RED if seconds > STUCK_AFTER else Light.AMBER if seconds > LATE_AFTER else Light.GREEN
    sentence = _("Due for %(seconds)d s.") % {"seconds": seconds}
    return Check(light, title, sentence, url, gettext_lazy("Notifications"))
