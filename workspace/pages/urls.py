"""The addresses of the pages for everybody."""

from django.urls import path

from workspace.pages.home import home
from workspace.pages.presence import presence_report
from workspace.pages.sign_in import SignInView, SignOutView

urlpatterns = [
    path("", home, name="home"),
    path("presence/", presence_report, name="presence-report"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
]
