"""URLs of the settings screens."""

from django.urls import path

from workspace.pages.settings import groups, history, testing

urlpatterns = [
    path("", groups.index, name="settings_index"),
    path("history/", history.history, name="settings_history"),
    path("history/<int:pk>/revert/", history.revert, name="settings_revert"),
    path("ldap/test/", testing.ldap_test, name="ldap-test"),
    path("<slug:slug>/", groups.group_page, name="settings_group"),
]
