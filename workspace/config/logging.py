"""Logging to standard error: one line of text or JSON per event (workspace/logs)."""

from __future__ import annotations

from typing import Any

from workspace.logs.rendering import structlog_configure


def logging_config(level: str, format: str) -> dict[str, Any]:
    """Return the logging configuration for events at `level` or above, as `text` or `json`.

    While the database is unavailable, one line per minute replaces the traceback of each request.
    """
    structlog_configure()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "workspace.logs.rendering.LogFormatter", "format": format}},
        "filters": {"database": {"()": "workspace.database.reports.TroubleFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["database"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django-q": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            # Requests that get no connection log this themselves.
            "psycopg.pool": {"level": "ERROR"},
            # uvicorn has handlers of its own, and logs addresses of requests, which contain secrets.
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.error": {"handlers": [], "propagate": True, "level": "WARNING"},
            "uvicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
            # The exporter logs each failed try with the address of the collector.
            "opentelemetry": {"level": "ERROR"},
        },
    }
