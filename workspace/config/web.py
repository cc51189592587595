"""Settings of the web process: as everywhere, with a pool of PostgreSQL connections shared by all requests.

Under ASGI a request ends together with its thread, so a persistent connection per thread would live for one
request only; the pool outlives them. Workers keep one persistent connection per process instead.
"""

from workspace.config.settings import *  # noqa: F403
from workspace.config.settings import DATABASE, env

if DATABASE["ENGINE"] == "django.db.backends.postgresql":
    DATABASE |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 2, "max_size": env.integer("DATABASE_POOL_SIZE", 16, minimum=2)}},
    }
