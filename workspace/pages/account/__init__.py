"""My Account: the pages on which people keep what belongs to themselves."""
