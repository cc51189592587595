"""What users add to messages: reactions, stars, pins and reports."""
