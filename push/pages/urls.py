"""The addresses of the pages around push notifications."""

from django.urls import path

from push.pages.explain import explain_admin, explain_own
from push.pages.phone import phone, phone_credentials, phone_inbox

urlpatterns = [
    path("admin/explain/", explain_admin, name="explain"),
    path("why/", explain_own, name="explain-own"),
    path("phone/", phone, name="phone"),
    path("phone/credentials", phone_credentials, name="phone-credentials"),
    path("phone/inbox", phone_inbox, name="phone-inbox"),
]
