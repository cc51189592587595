"""Settings of the web process, with short timeouts for the database.

On PostgreSQL, all requests share a pool of connections, so that idle threads need none. Worker processes use one
persistent connection each.
"""

from workspace.config.settings import *  # noqa: F403
from workspace.config.settings import DATABASE, env

# How long a request waits for a database connection (seconds). After that, the response is 503.
POOL_SECONDS = 1.5
# Seconds that a request waits for SQLite's write lock. Workers wait longer.
SQLITE_LOCK_SECONDS = 5
LOCK_TIMEOUT = env.integer("DATABASE_LOCK_TIMEOUT", 10, minimum=0)

if DATABASE["ENGINE"] == "django.db.backends.postgresql":
    options = {
        "pool": {
            "min_size": 2,
            "max_size": env.integer("DATABASE_POOL_SIZE", 16, minimum=2),
            "timeout": POOL_SECONDS,
            # A request that needs a connection starts a new attempt. The delay of old attempts would increase each
            # time.
            "reconnect_timeout": POOL_SECONDS,
        },
        **DATABASE.get("OPTIONS", {}),
    }
    if LOCK_TIMEOUT:
        options.setdefault("options", f"-c lock_timeout={LOCK_TIMEOUT}s")
    DATABASE |= {"CONN_MAX_AGE": 0, "OPTIONS": options}
else:
    DATABASE["OPTIONS"]["timeout"] = SQLITE_LOCK_SECONDS
