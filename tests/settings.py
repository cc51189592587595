"""Settings of a test run: the embedded defaults, independent of environment variables.

`DATABASE_URL` and `REDIS_URL` are used, so that the same suite runs on PostgreSQL and Redis.
"""

import os
import tempfile
from pathlib import Path

CONFIGURATION = {
    *(
        "MODE",
        "SANDBOX",
        "DEBUG",
        "LOG_LEVEL",
        "LOG_FORMAT",
        "SECRET_KEY",
        "ENCRYPTION_KEY",
        "SITE_URL",
        "PORT",
        "ALLOWED_HOSTS",
    ),
    *(
        "LOG_FORMAT",
        "SECRET_KEY_PREVIOUS",
        "SECRET_KEY_FALLBACKS",
        "MIGRATION_LOCK_TIMEOUT",
        "BACKUP_PASSPHRASE",
    ),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "API_RATE_LIMITING", "PRESENCE_GRACE", "CLAIM_LEASE", "RETRY_BASE", "WORKERS"),
    *(
        "WORKER_WATCH_SECONDS",
        "DOCS_URL",
    ),
    *("METRICS_TOKEN", "METRICS_PORT", "METRICS_HOST"),
    *("ROLES", "LICENCE_PUBLIC_KEY", "CREATE_TOKENS_FOR_USERS_SECRET"),
    *("NOTIFY_DELAY_ONLINE", "NOTIFY_DELAY_AWAY", "NOTIFY_DELAY_OFFLINE", "RETENTION_DAYS", "NOTIFICATION_LIFETIME"),
    *("OUTBOUND_PROXY", "OUTBOUND_NO_PROXY", "OUTBOUND_CA_FILE", "WEB_PUSH_PRIVATE_HOSTS", "SIGN_IN_PRIVATE_HOSTS"),
    *("DEMO", "SETUP_WIZARD", "ADMIN_USERNAME", "ADMIN_EMAIL", "ADMIN_NAME", "ADMIN_PASS", "SETUP_NAME", "SETUP_TYPE"),
    *("SETUP_SIZE", "SETUP_COUNTRY", "SETUP_LANGUAGE", "SETUP_TIME_ZONE", "SETUP_PUSH", "SETUP_CLOUD_TOKEN"),
    *("APPLE_PRODUCTION_URL", "APPLE_SANDBOX_URL", "GOOGLE_SEND_URL", "GOOGLE_TOKEN_URL"),
}
for name in list(os.environ):
    if name.removesuffix("_FILE") in CONFIGURATION or name.startswith(("OVERWRITE_SETTING_", "OTEL_")):
        del os.environ[name]
# Removed when this reference is deleted at the end of the run.
directory = tempfile.TemporaryDirectory(prefix="callboard-tests-", ignore_cleanup_errors=True)
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or directory.name
# The same keys in all processes of a run: on PostgreSQL they copy one database, whose secrets they must decrypt.
for name in ("secret_key", "encryption_key"):
    if not (file := Path(os.environ["DATA_DIR"]) / name).exists():
        file.write_text(f"a {name} for tests only, which is long enough")

from workspace.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND, EMAIL_STORAGE_BACKEND = "django.core.mail.backends.locmem.EmailBackend", ""
API_RATE_LIMITING = False
# No thread of a web process that a test imports uses the database.
WORKER_WATCH_SECONDS = 0
# Most tests need no administrator, and would only see the set-up.
SETUP_WIZARD = False
MIDDLEWARE = ["tests.in_flight.RequestsUnderWay", *MIDDLEWARE]  # noqa: F405
# Files are found on request instead of being listed for every test client.
WHITENOISE_AUTOREFRESH = True

# A file instead of memory, because threads and other processes must see the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_callboard_{os.getpid()}"}  # noqa: F405
# Server threads with persistent client connections must not keep database connections: the database is dropped at the
# end.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405

# The prefix for keys of this run, which are removed at the end (conftest.py).
REDIS_PREFIX = f"callboard-tests-{os.getpid()}"
Q_CLUSTER["name"] = REDIS_PREFIX  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = REDIS_PREFIX  # noqa: F405
