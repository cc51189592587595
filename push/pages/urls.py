"""The addresses of the pages around push notifications."""

from django.urls import path

from push.pages.phone import phone, phone_credentials, phone_inbox

urlpatterns = [
    path("phone/", phone, name="phone"),
    path("phone/credentials", phone_credentials, name="phone-credentials"),
    path("phone/inbox", phone_inbox, name="phone-inbox"),
]
