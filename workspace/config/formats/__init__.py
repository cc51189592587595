"""How moments are written, where Django's own way leaves the seconds out: a notification's seconds matter."""
