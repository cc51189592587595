"""URLs of the pages for push notifications."""

from django.urls import path

from push.pages import devices, statistics, web
from push.pages.events import events
from push.pages.explain import explain_admin, explain_own
from push.pages.follow import follow_admin
from push.pages.phone import phone, phone_credentials, phone_inbox, phone_open, phone_problems

urlpatterns = [
    path("account/devices/", devices.devices, name="devices"),
    path("account/devices/here/", devices.device_here, name="device-here"),
    path("account/devices/test/<int:pk>/", devices.device_test_result_page, name="device-test-result"),
    path("account/devices/add/<str:type>/", devices.device_add_page, name="device-add"),
    path("account/devices/<str:public_id>/name/", devices.device_rename_page, name="device-rename"),
    path("account/devices/<str:public_id>/remove/", devices.device_remove_page, name="device-remove"),
    path("account/devices/<str:public_id>/test/", devices.device_test_page, name="device-test"),
    # A service worker only controls URLs below its own path.
    path("web-push-worker.js", web.worker_script, name="web-push-worker"),
    path("web-push/subscription", web.subscription, name="web-push-subscription"),
    path("web-push/received", web.received, name="web-push-received"),
    path("admin/explain/", explain_admin, name="explain"),
    path("admin/follow/", follow_admin, name="follow"),
    path("admin/statistics/", statistics.statistics, name="statistics"),
    path("admin/statistics.csv", statistics.statistics_csv, name="statistics-csv"),
    path("events/", events, name="events"),
    path("why/", explain_own, name="explain-own"),
    path("phone/", phone, name="phone"),
    path("phone/credentials", phone_credentials, name="phone-credentials"),
    path("phone/inbox", phone_inbox, name="phone-inbox"),
    path("phone/open/", phone_open, name="phone-open"),
    path("phone/problems", phone_problems, name="phone-problems"),
]
