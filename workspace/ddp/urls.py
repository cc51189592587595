"""The addresses of web sockets, for plain HTTP requests. `site.py` has those for web sockets."""

from django.urls import path

from workspace.ddp.views import socket_expected, sockjs_greeting, sockjs_info

urlpatterns = [
    path("websocket", socket_expected, name="websocket"),
    path("websocket/", socket_expected),
    path("sockjs/", sockjs_greeting),
    path("sockjs/info", sockjs_info, name="sockjs-info"),
    path("sockjs/websocket", socket_expected),
    path("sockjs/<str:server>/<str:session>/websocket", socket_expected),
]
