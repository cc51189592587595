"""What the Push settings page shows beside the settings: its state, and the test push."""
