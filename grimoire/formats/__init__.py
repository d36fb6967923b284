"""Foreign formats, one file a format, in and out."""
