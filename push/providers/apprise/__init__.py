"""Apprise: notifications through a hundred other services, such as Telegram, Matrix, Gotify, Slack, Teams and SMS."""
