"""The addresses of the pages for everybody."""

from django.urls import path

from workspace.models import RoomType
from workspace.pages.home import home
from workspace.pages.presence import presence_report
from workspace.pages.rooms import room_page
from workspace.pages.sign_in import SignInView, SignOutView

urlpatterns = [
    path("", home, name="home"),
    path("presence/", presence_report, name="presence-report"),
    # Without a slash at the end, as clients and notifications spell them.
    path("channel/<str:name>", room_page, {"type": RoomType.CHANNEL}, name="channel-page"),
    path("group/<str:name>", room_page, {"type": RoomType.PRIVATE}, name="group-page"),
    path("direct/<str:name>", room_page, {"type": RoomType.DIRECT}, name="direct-page"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
]
