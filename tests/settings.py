"""Settings of the test run: the embedded defaults, whatever the machine's environment says.

`DATABASE_URL` and `REDIS_URL` are kept, because the same suite runs on PostgreSQL and Redis with them.
"""

import os
import tempfile

CONFIGURATION = {
    *("MODE", "SANDBOX", "DEBUG", "LOG_LEVEL", "SECRET_KEY", "ENCRYPTION_KEY", "SITE_URL", "PORT", "ALLOWED_HOSTS"),
    *("SECRET_KEY_PREVIOUS",),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "API_RATE_LIMITING", "PRESENCE_GRACE", "CLAIM_LEASE", "RETRY_BASE", "WORKERS"),
    *("ROLES", "LICENCE_PUBLIC_KEY"),
    *("NOTIFY_DELAY_ONLINE", "NOTIFY_DELAY_AWAY", "NOTIFY_DELAY_OFFLINE", "RETENTION_DAYS", "NOTIFICATION_LIFETIME"),
    *("OUTBOUND_PROXY", "OUTBOUND_NO_PROXY", "OUTBOUND_CA_FILE", "WEB_PUSH_PRIVATE_HOSTS"),
    *("APPLE_PRODUCTION_URL", "APPLE_SANDBOX_URL", "GOOGLE_SEND_URL", "GOOGLE_TOKEN_URL"),
}
for name in list(os.environ):
    if name.removesuffix("_FILE") in CONFIGURATION or name.startswith("OVERWRITE_SETTING_"):
        del os.environ[name]
# Kept by the reference to it, and removed when the run ends.
directory = tempfile.TemporaryDirectory(prefix="callboard-tests-", ignore_cleanup_errors=True)
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or directory.name

from workspace.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
API_RATE_LIMITING = False
MIDDLEWARE = ["tests.under_way.RequestsUnderWay", *MIDDLEWARE]  # noqa: F405
# Files are found when they are asked for, not listed anew for every client.
WHITENOISE_AUTOREFRESH = True

# A file, not memory: threads and further processes must see the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_callboard_{os.getpid()}"}  # noqa: F405
# A thread that a client keeps its connection to must not keep one to the database, which is dropped when the run ends.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405

# Keys of this run only, removed when it ends (conftest.py).
REDIS_PREFIX = f"callboard-tests-{os.getpid()}"
Q_CLUSTER["name"] = REDIS_PREFIX  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = REDIS_PREFIX  # noqa: F405
