"""Sources of events: other applications whose messages Callboard sends notifications for."""
