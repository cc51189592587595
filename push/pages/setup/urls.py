"""URLs of the set-up wizard."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path

from push.pages.setup.administrator import setup
from push.pages.setup.base import AdministratorOnly, StepView
from push.pages.setup.cloud import CloudStatus, CloudStep
from push.pages.setup.device import DeviceList, DeviceStep
from push.pages.setup.finish import DismissView, FinishView
from push.pages.setup.mail import MailStep, test_from_settings
from push.pages.setup.pushes import PushStep
from push.pages.setup.site import AddressCheck, WorkspaceStep, echo
from push.selectors.setup.steps import step_names

VIEWS: dict[str, type[StepView]] = {
    view.step.name: view for view in (WorkspaceStep, PushStep, CloudStep, MailStep, DeviceStep)
}


class AnyStep(AdministratorOnly):
    """The step that the URL names; there is none for another kind of installation."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        name = kwargs["name"]
        if name in VIEWS and name in step_names():
            return VIEWS[name].as_view()(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        raise Http404


urlpatterns = [
    path("", setup, name="setup"),
    path("echo", echo, name="setup-echo"),
    path("address/", AddressCheck.as_view(), name="setup-address"),
    path("cloud-status/", CloudStatus.as_view(), name="setup-cloud-status"),
    path("devices/", DeviceList.as_view(), name="setup-devices"),
    path("finish/", FinishView.as_view(), name="setup-finish"),
    path("test-mail/", test_from_settings, name="mail-test"),
    path("dismiss/", DismissView.as_view(), name="setup-dismiss"),
    path("<slug:name>/", AnyStep.as_view(), name="setup-step"),
]
