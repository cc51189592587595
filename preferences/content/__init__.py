"""What preferences write to people."""
