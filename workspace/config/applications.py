"""What Django loads: the apps, the middleware and the API's classes. Environment variables do not change it."""

from __future__ import annotations

INSTALLED_APPS = [
    "workspace.apps.UnfoldConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    # Swagger UI's static files.
    "drf_spectacular_sidecar",
    "knox",
    "axes",
    # Second factors and identity providers. Its pages are not in the URLs.
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_q",
    "workspace",
    "preferences",
    "cloud",
    "push",
]

MIDDLEWARE = [
    "workspace.monitoring.metrics.http.RouteMiddleware",
    "workspace.logs.requests.UserMiddleware",
    "workspace.server.middleware.ContentPolicyMiddleware",
    "workspace.server.middleware.ConnectionReleaseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "workspace.server.static_files.StaticFilesMiddleware",
    "workspace.server.embedding.EmbeddingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "workspace.server.middleware.LocaleMiddleware",
    "workspace.server.middleware.NulByteMiddleware",
    "push.pages.setup.gate.SetupMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "workspace.server.account_middleware.SignedInClientMiddleware",
    "workspace.server.account_middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "workspace.server.middleware.SignedOutMiddleware",
    "axes.middleware.AxesMiddleware",
    # allauth does not start without it.
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "workspace.config.urls"
ASGI_APPLICATION = "workspace.config.asgi.application"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["workspace.api.authentication.TokenHeaderAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["workspace.api.parsers.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "workspace.api.parsers.JsonAlways",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "workspace.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "workspace.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
