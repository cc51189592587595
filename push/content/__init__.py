"""What a notification says: built at the moment of sending, from what stands then."""
