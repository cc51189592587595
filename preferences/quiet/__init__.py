"""Quiet hours: the text format of weekly hours, and the periods computed from them."""
