"""The configuration of the installation from environment variables (docs/configuration.md lists all of them)."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from workspace.config.accounts import *  # noqa: F403
from workspace.config.applications import *  # noqa: F403
from workspace.config.cookies import cookie_name
from workspace.config.env import Environment, LogFormat, LogLevel, Mode, embedded_secret
from workspace.config.keys import key_check
from workspace.config.logging import logging_config
from workspace.config.unfold import UNFOLD as UNFOLD

env = Environment()

BASE_DIR = Path(__file__).resolve().parents[2]
MODE = env.choice("MODE", Mode, Mode.EMBEDDED)
PRODUCTION = MODE is Mode.PRODUCTION
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var")))

DEBUG = env.boolean("DEBUG", default=False)
LOG_LEVEL = env.choice("LOG_LEVEL", LogLevel, LogLevel.INFO)
LOG_FORMAT = env.choice("LOG_FORMAT", LogFormat, LogFormat.TEXT)
SECRET_KEY = env.secret("SECRET_KEY")
ENCRYPTION_KEY = env.secret("ENCRYPTION_KEY")
# Other values of SECRET_KEY that remain valid, during a planned rotation: sessions, links and stored secrets.
SECRET_KEY_FALLBACKS = env.secrets("SECRET_KEY_FALLBACKS")
# Earlier values of SECRET_KEY. They only decrypt stored secrets. Signatures made with them are no longer accepted.
SECRET_KEY_PREVIOUS = env.secrets("SECRET_KEY_PREVIOUS")
if PRODUCTION:
    key_check("SECRET_KEY", SECRET_KEY)
    # After a rotation, only the first key encrypts. Earlier ones may be weak.
    key_check("ENCRYPTION_KEY", ENCRYPTION_KEY.split(",")[0].strip())
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off in production.")
# The names of the keys that the environment does not set. They are generated, and stored in DATA_DIR.
GENERATED_KEYS = [name for name, key in (("secret_key", SECRET_KEY), ("encryption_key", ENCRYPTION_KEY)) if not key]
SECRET_KEY = SECRET_KEY or embedded_secret(DATA_DIR, "secret_key")
# Encrypts stored secrets. After a rotation, earlier keys follow, separated by commas.
SALT_KEY = [key.strip() for key in (ENCRYPTION_KEY or embedded_secret(DATA_DIR, "encryption_key")).split(",")]
if not all(SALT_KEY):
    raise ImproperlyConfigured("ENCRYPTION_KEY must be a key, or several with commas between them, none of them empty.")

# What the installation is: a workspace, the cloud that workspaces connect to, or both.
ROLES = frozenset(env.items("ROLES", ["workspace", "cloud"]))
if not ROLES or not {"workspace", "cloud"} >= ROLES:
    raise ImproperlyConfigured("ROLES must be workspace, cloud, or both with a comma between them.")

PORT = env.integer("PORT", 8000, minimum=1, maximum=65_535)
SITE_URL = env.site_url("SITE_URL", f"http://127.0.0.1:{PORT}")
# Empty if the site has its own host (workspace/server/site_path.py).
SITE_PATH = urlsplit(SITE_URL).path
FORCE_SCRIPT_NAME = SITE_PATH or None
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if not PRODUCTION else [])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that this installation answers for.")
CSRF_TRUSTED_ORIGINS = [SITE_URL.removesuffix(SITE_PATH)]

# The sandbox provider replaces Apple and Google, and shows pushes on simulated phones.
SANDBOX = env.boolean("SANDBOX", default=not PRODUCTION)
if SANDBOX and PRODUCTION:
    raise ImproperlyConfigured("SANDBOX must be off in production: it would show pushes to anyone who signs in.")

# `manage.py setup` creates the demo workspace in an empty database.
DEMO = env.boolean("DEMO", default=not PRODUCTION)
if DEMO and PRODUCTION:
    raise ImproperlyConfigured("DEMO must be off in production: everyone knows the password of its accounts.")
# Pages of an installation without an administrator lead to the set-up wizard.
SETUP_WIZARD = env.boolean("SETUP_WIZARD", default=True)
# The set-up without a browser: the first administrator, and values by option of `manage.py setup`.
ADMIN_USERNAME = env.text("ADMIN_USERNAME", "").strip()
ADMIN_EMAIL = env.text("ADMIN_EMAIL", "").strip()
ADMIN_NAME = env.text("ADMIN_NAME", "").strip()
ADMIN_PASS = env.secret("ADMIN_PASS")
SETUP_VALUES = {
    "name": env.text("SETUP_NAME", ""),
    "type": env.text("SETUP_TYPE", ""),
    "size": env.text("SETUP_SIZE", ""),
    "country": env.text("SETUP_COUNTRY", ""),
    "language": env.text("SETUP_LANGUAGE", ""),
    "time_zone": env.text("SETUP_TIME_ZONE", ""),
    "push": env.text("SETUP_PUSH", ""),
}
SETUP_CLOUD_TOKEN = env.secret("SETUP_CLOUD_TOKEN")

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE = env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'callboard.sqlite3'}")
DATABASE |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # WAL allows reading while another connection writes. IMMEDIATE acquires the write lock at the start of a
    # transaction, where waiting (20 s) is possible; later it would fail at once with "database is locked".
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    Path(DATABASE["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
else:
    # Parameters in the URL (`?sslmode=require`) take precedence. A server that disappears is detected after 30 seconds.
    DATABASE["OPTIONS"] = {
        "connect_timeout": 3,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **DATABASE.get("OPTIONS", {}),
    }
DATABASES = {"default": DATABASE}
# How long a migration waits for a lock in PostgreSQL before it lets others pass and tries again (seconds). 0: no limit.
MIGRATION_LOCK_TIMEOUT = env.integer("MIGRATION_LOCK_TIMEOUT", 2, minimum=0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # A server that hangs must not block requests. They work without the cache.
            "OPTIONS": {
                "socket_connect_timeout": 1,
                "socket_timeout": 1,
                # Django's default is pickle, with which write access to Redis would allow code execution.
                "serializer": "workspace.cache.JsonSerializer",
            },
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    )
}

# Tasks only say "there is work": the rows are the truth, so a lost or duplicate task is harmless. Measurements show
# that these values give the best throughput (docs/worker.md). Results of tasks are not stored.
TASK_TIMEOUT = 300
Q_CLUSTER: dict[str, Any] = {
    "name": "callboard",
    "label": "Worker",
    "workers": env.integer("WORKERS", 2, minimum=1),
    "bulk": 10,
    "queue_limit": 20,
    "save_limit": -1,
    "ack_failures": True,
    "max_attempts": 1,
    "timeout": TASK_TIMEOUT,
    "retry": TASK_TIMEOUT + 60,
    "catch_up": False,
    "scheduler": False,
    "poll": 0.1,
    "log_level": LOG_LEVEL.value,
    "broker_class": "push.worker.redis_broker.RedisBroker" if REDIS_URL else "push.worker.brokers.DatabaseBroker",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

# On a workspace hosted in the cloud, the host chooses the push gateway.
CLOUD_HOSTED = env.boolean("CLOUD_HOSTED", default=False)

# The cloud's public key (base64url), used to verify pasted licences if there is no connection to the cloud.
LICENCE_PUBLIC_KEY = env.text("LICENCE_PUBLIC_KEY", "").strip()

# How long a push or e-mail is delayed, in seconds, by the member's connection. Negative: not queued in that state.
NOTIFY_DELAY_ONLINE = env.integer("NOTIFY_DELAY_ONLINE", 120)
NOTIFY_DELAY_AWAY = env.integer("NOTIFY_DELAY_AWAY", 120)
NOTIFY_DELAY_OFFLINE = env.integer("NOTIFY_DELAY_OFFLINE", 0)
# A client that has not reported for this long (seconds) counts as disconnected.
PRESENCE_GRACE = env.integer("PRESENCE_GRACE", 300, minimum=1)
# A worker's claim on a member's notifications expires after this long (seconds) unless it is extended.
CLAIM_LEASE = env.integer("CLAIM_LEASE", 30, minimum=1)
# How often a web process checks that a worker is running, to alert administrators if none is (seconds). 0: never.
WORKER_WATCH_SECONDS = env.integer("WORKER_WATCH_SECONDS", 60, minimum=0)
# The delay before the first retry of a failed send (seconds), doubled each time: 1, 2, 4, 8, 16 minutes.
RETRY_BASE = env.integer("RETRY_BASE", 60, minimum=1)
# A notification that could not be sent within this long (seconds) after it was due is dropped.
NOTIFICATION_LIFETIME = env.integer("NOTIFICATION_LIFETIME", 86_400, minimum=1)

# Where the documentation is published (`make docs`), for links from the administration. Empty: its files are named.
DOCS_URL = env.http_url("DOCS_URL", "") if env.text("DOCS_URL", "") else ""

# How other servers are reached: the proxy, and certificate authorities in addition to those of the system.
OUTBOUND_PROXY = env.proxy("OUTBOUND_PROXY")
OUTBOUND_NO_PROXY = env.items("OUTBOUND_NO_PROXY", ["localhost", "127.0.0.1", "::1"])
# The fake providers create the file of their authority, which the same environment may use.
OUTBOUND_CA_FILE = env.file("OUTBOUND_CA_FILE", must_exist="runfakeproviders" not in sys.argv[1:2])
# Web push endpoints must be on the public internet, except these hosts (`host` or `host:port`).
WEB_PUSH_PRIVATE_HOSTS = [host.lower() for host in env.items("WEB_PUSH_PRIVATE_HOSTS", [])]
# Identity providers must be on the public internet, except these hosts (`host` or `host:port`).
SIGN_IN_PRIVATE_HOSTS = [host.lower() for host in env.items("SIGN_IN_PRIVATE_HOSTS", [])]
# The servers of Apple and Google. Other addresses are for tests against `manage.py runfakeproviders`.
APPLE_PRODUCTION_URL = env.https_url("APPLE_PRODUCTION_URL", "https://api.push.apple.com")
APPLE_SANDBOX_URL = env.https_url("APPLE_SANDBOX_URL", "https://api.sandbox.push.apple.com")
GOOGLE_SEND_URL = env.https_url("GOOGLE_SEND_URL", "https://fcm.googleapis.com")
GOOGLE_TOKEN_URL = env.https_url("GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token")

# Finished notifications, decisions and pushes are stored for this many days.
RETENTION_DAYS = env.integer("RETENTION_DAYS", 30, minimum=1)

# An API token expires if it is not used for this long.
REST_KNOX = {"TOKEN_TTL": timedelta(days=90)}
# Programs that know this secret may call `users.createToken`. Empty: nobody may.
CREATE_TOKENS_FOR_USERS_SECRET = env.secret("CREATE_TOKENS_FOR_USERS_SECRET")
if PRODUCTION and CREATE_TOKENS_FOR_USERS_SECRET:
    key_check("CREATE_TOKENS_FOR_USERS_SECRET", CREATE_TOKENS_FOR_USERS_SECRET)
API_RATE_LIMITING = env.boolean("API_RATE_LIMITING", default=True)
# The maximum size of a request body in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
# The same for a batch of events, of which there may be 1,000.
BATCH_MAX_SIZE = 4 * 1024 * 1024
SPECTACULAR_SETTINGS = {
    "TITLE": "Callboard",
    "DESCRIPTION": "The notification API of a Callboard workspace, compatible with Rocket.Chat's.",
    "VERSION": "1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["workspace.api.schema.without_trailing_slashes"],
    "POSTPROCESSING_HOOKS": [
        "workspace.api.schema.add_failure_responses",
        "workspace.api.examples.add_examples",
    ],
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": SITE_PATH}] if SITE_PATH else [],
}

EMAIL_CONFIG = env.email("EMAIL_URL", "smtp://")
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend":
    EMAIL_CONFIG["EMAIL_BACKEND"] = "workspace.mail.FileBackend"
# Where e-mails are stored if neither EMAIL_URL nor the settings name a mail server; empty with EMAIL_URL. Outside
# production, administrators can read them.
EMAIL_STORAGE_BACKEND = ""
if not env.secret("EMAIL_URL"):
    EMAIL_STORAGE_BACKEND = "workspace.mail.FileBackend" if PRODUCTION else "workspace.mail.DatabaseBackend"
    EMAIL_CONFIG["EMAIL_BACKEND"] = "workspace.smtp.backend.settings_backend"
vars().update(EMAIL_CONFIG)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
# How long to wait for a response of the mail server (seconds).
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 10, minimum=1)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "callboard@localhost")

LANGUAGE_CODE = "en"
# The languages of notifications. The pages are available in some of them.
LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("pt", _("Portuguese")),
]
PAGE_LANGUAGES = ["en", "de"]
# The texts of templates and of each app. The apps are listed so that their texts take precedence over those of
# libraries.
LOCALE_PATHS = [BASE_DIR / home / "locale" for home in ("templates", "workspace", "preferences", "cloud", "push")]
FORMAT_MODULE_PATH = "workspace.config.formats"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = f"{SITE_PATH}/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "workspace" / "static"]
# Files are served from their source folders, unless production has collected them.
WHITENOISE_USE_FINDERS = not (PRODUCTION and STATIC_ROOT.is_dir())

SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = cookie_name("sessionid", SITE_URL), cookie_name("csrftoken", SITE_URL)
# Identifies a browser to the accounts that have signed in with it (workspace/services/known_clients.py).
KNOWN_BROWSER_COOKIE_NAME = cookie_name("browser", SITE_URL)
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = SITE_PATH or "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000, minimum=0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.boolean("BEHIND_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Metrics are off unless one of the two is set.
METRICS_TOKEN = env.secret("METRICS_TOKEN")
if PRODUCTION and METRICS_TOKEN:
    key_check("METRICS_TOKEN", METRICS_TOKEN)
METRICS_PORT = env.integer("METRICS_PORT", 0, minimum=0, maximum=65_535)
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1")

# OpenTelemetry reads its variables itself (docs/operate/tracing.md).
TRACING = env.traces()

LOGGING = logging_config(LOG_LEVEL, LOG_FORMAT)
DEFAULT_EXCEPTION_REPORTER_FILTER = "workspace.config.masking.ErrorPageFilter"
