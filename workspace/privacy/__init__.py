"""What the workspace stores about one person: the sections of an export, and the file that contains them."""
