"""URLs of incoming webhooks, with and without the account's id, as Rocket.Chat has them."""

from django.urls import path

from workspace.api.integrations.hooks import IncomingWebhookApi

urlpatterns = [
    path(f"{address}{slash}", IncomingWebhookApi.as_view())
    for address in ("<str:integration_id>/<str:token>", "<str:integration_id>/<str:user_id>/<str:token>")
    for slash in ("", "/")
]
