"""The dashboard's statistics: computing an hour, and reading periods of hours."""
