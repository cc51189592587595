"""The addresses of the pages for preferences."""

from django.urls import path

from preferences.pages.email import email_preferences, unsubscribe

urlpatterns = [
    path("preferences/email/", email_preferences, name="email-preferences"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
]
