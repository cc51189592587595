"""Apple Push Notification service (APNs)."""
