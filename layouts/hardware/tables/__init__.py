"""The tables of the hardware room, one family a file; each has ``ENTRIES``."""
