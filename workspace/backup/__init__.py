"""Backups of a whole installation in one file, and restoring them (docs/operate/backup.md).

An archive is a tar file. Its first member, `manifest.json`, says what wrote it, and lists the other members with their
size and checksum: the database, the files of DATA_DIR, and the keys, which are encrypted with a passphrase.

In the order of the work: `manifest` and `sealing` are the format, `archive` reads and writes it; `sqlite` and
`postgresql` copy a database, `files` and `keys` the rest; `creating` and `restoring` put it all together.
"""
