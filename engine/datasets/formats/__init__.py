"""Files and folders of other programs, read as data."""
