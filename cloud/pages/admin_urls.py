"""URLs of the workspace's cloud pages in the administration."""

from django.urls import path

from cloud.pages import connectivity, subscription

urlpatterns = [
    # The documentation links here. Without this route, Django admin's list of models would appear.
    path("cloud/", connectivity.cloud_home, name="cloud_home"),
    path("connectivity/", connectivity.connectivity, name="connectivity"),
    path("connectivity/wait/", connectivity.connectivity_wait, name="connectivity_wait"),
    path("connectivity/<slug:name>/", connectivity.connectivity_act, name="connectivity_act"),
    path("subscription/", subscription.subscription, name="subscription"),
    path("subscription/usage.csv", subscription.subscription_file, name="subscription_usage"),
    path("subscription/<slug:name>/", subscription.subscription_act, name="subscription_act"),
]
