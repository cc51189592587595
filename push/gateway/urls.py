"""The addresses of the push gateway service."""

from django.urls import path

from push.gateway.views import push_send
from push.models import DeviceType

urlpatterns = [
    path("push/apn/send", push_send, {"type": DeviceType.APN.value}, name="gateway-apn-send"),
    path("push/gcm/send", push_send, {"type": DeviceType.GCM.value}, name="gateway-gcm-send"),
]
