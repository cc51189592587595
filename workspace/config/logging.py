"""Where log lines go: standard error, one line each."""

from __future__ import annotations

from typing import Any


def logging_config(level: str) -> dict[str, Any]:
    """Return the logging configuration with everything at `level` or above on standard error.

    While the database is unavailable there is one line a minute for it instead of a traceback for each request.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "workspace.config.masking.MaskingFormatter",
                "fmt": "{asctime} {levelname} {name}: {message}",
                "style": "{",
            }
        },
        "filters": {"database": {"()": "workspace.database.reports.TroubleFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["database"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django-q": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            # The requests that get no connection report it.
            "psycopg.pool": {"level": "ERROR"},
            # uvicorn's own handler shows what no part of the site caught.
            "uvicorn.error": {"filters": ["database"]},
        },
    }
