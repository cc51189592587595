"""Methods for the members and the settings of rooms."""
