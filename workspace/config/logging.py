"""Logging to standard error, one line per record."""

from __future__ import annotations

from typing import Any


def logging_config(level: str) -> dict[str, Any]:
    """Return the logging configuration for records at `level` or above.

    While the database is unavailable, one line per minute replaces the traceback of each request.
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
            # Requests that get no connection log this themselves.
            "psycopg.pool": {"level": "ERROR"},
            # uvicorn's own handler logs uncaught exceptions.
            "uvicorn.error": {"filters": ["database"]},
        },
    }
