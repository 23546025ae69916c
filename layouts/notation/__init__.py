"""Text to values and back, one file for each notation."""
